"""Tests of ingest.recap."""
