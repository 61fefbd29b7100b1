"""Do the claimed work: compose, deliver, remember."""
