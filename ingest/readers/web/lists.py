"""Numbers of list items as a browser counts them: `start`, `value`, `reversed` and `type` of ordered lists."""

from __future__ import annotations

import re

from lxml import etree

from ingest.marks import BULLET, in_style
from ingest.readers.web.tree import local_name

STYLE = re.compile(r"list-style(?:-type)?\s*:[^;]*?\b(lower|upper)-(alpha|latin|roman)\b", re.IGNORECASE)
TYPES = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


class Lists:
    """The lists that a walk over a page is in; `numbers` are those of the items around it, from the outermost in."""

    def __init__(self) -> None:
        self._counts: list[
            tuple[int, int, str | None]
        ] = []  # of the next item, the step, and the style; None: a bullet
        self._numbers: list[str] = []

    @property
    def numbers(self) -> tuple[str, ...]:
        """Those of the items around; of one that has none, its position with a minus."""
        return tuple(self._numbers)

    def start(self, element: etree._Element) -> None:
        """Go into an element."""
        name = local_name(element)
        if name == "ol":
            items = sum(local_name(below) == "li" for below in element)
            backwards = element.get("reversed") is not None
            first = _integer(element.get("start"), items if backwards else 1)
            self._counts.append((first, -1 if backwards else 1, _style(element)))
        elif name in ("ul", "menu", "dir"):
            self._counts.append((1, 1, None))
        elif name == "li":
            self._item(element)

    def end(self, element: etree._Element) -> None:
        """Come out of an element."""
        if local_name(element) in ("ol", "ul", "menu", "dir"):
            self._counts.pop()
        elif local_name(element) == "li":
            self._numbers.pop()

    def _item(self, element: etree._Element) -> None:
        number, step, style = self._counts[-1] if self._counts else (1, 1, None)
        if style is not None:
            number = _integer(element.get("value"), number)
        if self._counts:
            self._counts[-1] = number + step, step, style
        self._numbers.append(f"{BULLET}{number}" if style is None else in_style(number, style))


def _style(element: etree._Element) -> str:
    found = STYLE.search(element.get("style") or "")
    if found:
        return found[1].lower() + ("Roman" if found[2].lower() == "roman" else "Letter")
    return TYPES.get(element.get("type") or "", "decimal")


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"\s*-?\d{1,6}\s*", text) else otherwise
