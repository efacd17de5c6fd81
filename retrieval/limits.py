"""How long a question may be, and what is said of one that is longer."""

from __future__ import annotations

QUESTION = 4_000


def too_long(length: int) -> str:
    """Why a question of that length is not answered."""
    return (
        f"Your question has {length:,} characters; I take up to {QUESTION:,}. Nothing was searched and nothing was "
        "kept: shorten it, or ask its parts one by one."
    )
