"""Checklists as data, and the catalogue that finds them."""
