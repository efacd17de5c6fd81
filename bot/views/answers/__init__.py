"""An answer to a question."""
