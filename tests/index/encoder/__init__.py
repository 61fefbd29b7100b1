"""Tests of index.encoder."""
