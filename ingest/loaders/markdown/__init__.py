"""Markdown with its usual extensions."""
