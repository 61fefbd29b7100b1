"""Ingestion: notes in, a published build out."""
