"""A nudge about one occurrence and stage, and the forms its buttons open."""
