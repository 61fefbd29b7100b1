"""The notes for assistants and editors, by the Model Context Protocol: four tools that only read."""
