"""What is being asked: words, limits, names, the form of the answer."""
