"""Train the encoder's adapter."""
