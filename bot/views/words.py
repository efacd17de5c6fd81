"""Dates and standing phrases, the same in Slack and in the terminal."""

from __future__ import annotations

from datetime import date

CONCLUSIONS = {
    "continue": "Continue",
    "continue with measures": "Continue with measures",
    "suspend": "Suspend",
    "end": "End the support",
}

CAUTION = "Not for classified information. No names of victims, detainees or sources."


def day(value: date) -> str:
    """For example "Monday 9 March 2026"."""
    return f"{value:%A} {value.day} {value:%B %Y}"
