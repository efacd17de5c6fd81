"""A model's answer, held to its sources."""
