"""Answers as Block Kit. Pure."""
