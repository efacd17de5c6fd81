"""What a reader of a page can see: what nobody can is marked as hidden, what opens by a click is not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from lxml import etree

from ingest.readers.web.colours import Colour, alike, colour, is_clear
from ingest.readers.web.styles import Style, Styles
from ingest.readers.web.tree import local_name

WHITE: Colour = (255, 255, 255)
LENGTH = re.compile(r"(-?(?:\d{1,9}(?:\.\d*)?|\.\d+))(px|pt|em|rem|%|vw|vh)?")
# Farther off than this nothing is on a screen.
FAR = {"px": 900, "pt": 700, "em": 60, "rem": 60, "%": 100, "vw": 100, "vh": 100}
# Letters of this size, in pixels or points, cannot be read.
SMALLEST = 1
CLIPPED = re.compile(
    r"rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)|inset\((?:50|100)%\)"
)
# What fades in is seen, though it begins unseen.
MOVES = (
    "animation", "animation-name", "transition", "transition-property", "transition-duration", "-webkit-animation",
    "-webkit-transition",
)  # fmt: skip
STILL = frozenset({"none", "0s", "0ms", "initial", "unset", "inherit"})
FONT_SIZE = re.compile(r"(?:^|\s)(\.?\d[\w.%]*)(?=\s|/|$)")


class _Look(NamedTuple):
    """How text inside an element looks."""

    ink: Colour | None = None
    ground: Colour | None = None
    unseen: bool = False
    tiny: bool = False
    clear: bool = False
    struck: bool = False

    @property
    def shows(self) -> bool:
        painted = self.ink is None or self.ground is None or not alike(self.ink, self.ground)
        return painted and not (self.unseen or self.tiny or self.clear)


def settle_sight(root: etree._Element, opened: Collection[etree._Element]) -> None:
    """Give each element that nobody can see the attribute `hidden`, and make what is struck a `del`.

    `opened` are the elements that a click shows.
    """
    for element in opened:
        for name in ("hidden", "aria-hidden"):
            element.attrib.pop(name, None)
    looks = list(_looks(root, opened))
    for element, look in looks:
        if look is None:
            element.set("hidden", "")
        elif not look.shows:
            _wrap_own_text(element, "span")
        elif look.struck:
            _wrap_own_text(element, "del")


def _looks(root: etree._Element, opened: Collection[etree._Element]) -> Iterator[tuple[etree._Element, _Look | None]]:
    """How the text of each element looks; None for one that is not shown at all, with what is in it."""
    styles = Styles(root)
    around: list[_Look] = [_Look(ground=WHITE if styles.sure else None)]
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            around.pop()
            continue
        style = styles.of(element)
        around.append(_look(around[-1], element, style, sure=styles.sure))
        if element not in opened and _is_gone(element, style):
            walk.skip_subtree()
            yield element, None
        else:
            yield element, around[-1]


def _wrap_own_text(element: etree._Element, name: str) -> None:
    """Put the text of an element that no other in it holds into hidden elements of this name."""
    for child in [None, *element]:
        text = element.text if child is None else child.tail
        if not text or not text.strip():
            continue
        piece = etree.Element(name, {"hidden": ""} if name == "span" else {})
        piece.text = text
        if child is None:
            element.text = None
            element.insert(0, piece)
        else:
            child.tail = None
            child.addnext(piece)


def _look(around: _Look, element: etree._Element, style: Style, *, sure: bool) -> _Look:
    """How text looks inside an element, by what stands around it and its own style."""
    ink, clear = around.ink, around.clear
    if said := style.get("color") or (element.get("color") if local_name(element) == "font" else None):
        # Letters cut out of their ground are seen in its colours.
        cut = "text" in (style.get("background-clip"), style.get("-webkit-background-clip"))
        ink, clear = colour(said), is_clear(said) and not cut
    ground = _ground(around.ground if sure else None, element, style)
    unseen, visibility = around.unseen, style.get("visibility")
    if visibility is not None and visibility != "inherit":
        unseen = visibility in ("hidden", "collapse")
    size = _size(style)
    tiny = around.tiny if size is None else size <= SMALLEST
    decoration = f"{style.get('text-decoration')} {style.get('text-decoration-line')}"
    return _Look(ink, ground, unseen, tiny, clear, around.struck or "line-through" in decoration)


def _ground(around: Colour | None, element: etree._Element, style: Style) -> Colour | None:
    """The colour that text inside an element stands on; None for one that is not known, as that of an image."""
    if style.get("background-image", "none") != "none" or element.get("background"):
        return None
    said = style.get("background-color") or style.get("background") or element.get("bgcolor")
    return around if not said or is_clear(said) or said == "none" else colour(said)


def _size(style: Style) -> float | None:
    """The size of letters; None where it is not set, or set by what stands around."""
    said = style.get("font-size")
    if said is None and (found := FONT_SIZE.search(style.get("font", ""))):
        said = found[1]
    found = LENGTH.fullmatch(said) if said else None
    if found is None:
        return None
    number = float(found[1])
    return number if not number or found[2] in ("px", "pt") else None


def _is_gone(element: etree._Element, style: Style) -> bool:
    """Whether an element is not shown, whatever is in it."""
    hidden = element.get("hidden")
    if hidden is not None and hidden.lower() != "until-found":
        return True
    if style.get("display") == "none":
        return True
    opacity = LENGTH.fullmatch(style.get("opacity", "1"))
    moves = any(style.get(name, "none") not in STILL for name in MOVES)
    if opacity is not None and float(opacity[1]) <= 0 and not moves:
        return True
    flat = any(_length(style, name) == 0 for name in ("height", "max-height"))
    if (flat and style.get("overflow", "").startswith("hidden")) or _is_far(style, "text-indent"):
        return True
    if CLIPPED.search(f"{style.get('clip')} {style.get('clip-path')}"):
        return True
    away = ("left", "right", "top", "bottom", "margin-left")
    return style.get("position") in ("absolute", "fixed") and any(_is_far(style, name) for name in away)


def _length(style: Style, name: str) -> float | None:
    found = LENGTH.fullmatch(style.get(name, ""))
    return float(found[1]) if found else None


def _is_far(style: Style, name: str) -> bool:
    found = LENGTH.fullmatch(style.get(name, ""))
    return found is not None and float(found[1]) <= -FAR[found[2] or "px"]
