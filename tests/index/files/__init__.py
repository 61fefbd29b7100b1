"""Tests of index.files."""
