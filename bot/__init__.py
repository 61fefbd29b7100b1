"""Answers: a person's question in, a message out."""

from pathlib import Path

DEFAULT_INDEX_DIR = Path("data/index")
