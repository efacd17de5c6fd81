"""Who may see what: one rule, closed by default."""
