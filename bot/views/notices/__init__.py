"""Something to know, and something that went wrong."""
