"""Read one line: titles, by-lines, people, places."""
