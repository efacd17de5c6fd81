"""A passage with what an answer quoted of it."""
