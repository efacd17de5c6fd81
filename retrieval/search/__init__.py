"""A query to the passages that speak to it."""
