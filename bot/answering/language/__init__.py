"""The words of questions and of the notes."""
