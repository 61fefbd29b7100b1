"""Words, names and phrases of the notes, and where they stand."""
