"""What speaks for a title."""
