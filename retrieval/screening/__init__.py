"""What is turned down, or turned elsewhere, before anything is searched."""
