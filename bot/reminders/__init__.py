"""Cadence, occurrence, nudge: what is due when, and whom it concerns."""
