"""Tests of index.conferences."""
