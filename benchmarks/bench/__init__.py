"""`make bench`: how fast, how small and how good, in one run."""
