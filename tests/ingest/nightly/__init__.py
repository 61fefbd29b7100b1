"""Tests of ingest.nightly."""
