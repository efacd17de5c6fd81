"""Notices and errors in the terminal."""

from __future__ import annotations

from bot.views.escaping import clean
from bot.views.notices.model import ErrorView, NoticeView


def notice(view: NoticeView) -> str:
    """The notice as it stands."""
    return clean(view.text)


def error(view: ErrorView) -> str:
    """What happened, what was kept, the next step; a reference when it was our fault."""
    return clean(view.message) + (f"\n\nReference: `{view.reference}`" if view.reference else "")
