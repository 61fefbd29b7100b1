"""Where talks begin."""
