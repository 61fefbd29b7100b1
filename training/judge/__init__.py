"""Fit the confidence that the notes answer a question."""
