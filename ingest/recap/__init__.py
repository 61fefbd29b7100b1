"""One recap, from its file to the records that are indexed."""
