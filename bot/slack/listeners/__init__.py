"""What the bot listens to, one module an event; each has `register(app, desk, ...)`."""
