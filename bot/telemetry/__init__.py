"""What is seen of a running process from outside: counts, health, and one line of the log a question."""
