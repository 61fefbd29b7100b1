"""Tests of ingest.catalogue.catalogue."""
