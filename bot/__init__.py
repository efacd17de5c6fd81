"""The service: what users touch, and what it remembers."""
