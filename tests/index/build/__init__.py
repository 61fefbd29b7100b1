"""Tests of index.build.writer."""
