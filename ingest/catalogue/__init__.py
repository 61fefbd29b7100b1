"""What a conference published about its talks, and how it is matched to the notes."""
