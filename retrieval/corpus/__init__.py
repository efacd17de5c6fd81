"""The corpus in SQL: sources, their passages, and how each source stands."""
