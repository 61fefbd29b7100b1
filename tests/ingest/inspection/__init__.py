"""Tests of ingest.inspection."""
