"""The composition roots: the only modules that see every part. All others get plain arguments."""
