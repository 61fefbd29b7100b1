"""Tests of index.ranking."""
