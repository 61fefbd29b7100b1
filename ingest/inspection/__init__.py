"""How a recap was read, shown to a person."""
