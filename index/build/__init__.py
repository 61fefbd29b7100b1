"""Builds on disk: written, laid out, opened."""
