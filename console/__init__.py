"""What all commands share: the screen, options, exit statuses, one line for a fault."""
