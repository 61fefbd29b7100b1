"""The index: passages, rankers and builds on disk."""
