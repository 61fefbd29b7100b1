"""Answers: a person's question in, a message out."""
