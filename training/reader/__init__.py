"""The reader: a small network that reads a question and a passage together, trained, measured and exported here."""
