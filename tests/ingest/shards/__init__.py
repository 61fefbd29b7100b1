"""Tests of ingest.shards."""
