"""Tests of ingest.sources.listing."""
