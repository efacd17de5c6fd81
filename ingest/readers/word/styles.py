"""What the styles of a Word document make of a paragraph: heading, list, caption, line of a table of contents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from ingest.readers.word.text import W, is_on

MAX_DEPTH = 20
BODY_LEVEL = 9
# Letters of this size, in half points, cannot be read.
SMALLEST = 2
STRUCK = "struck through"
WHITE, SHADES = "ffffff", ("shd", "highlight")


@dataclass(frozen=True, slots=True)
class Role:
    """What a paragraph is. `level` from 1 for a heading; `title` for the title of the document; `list_id` and
    `list_level` are of the list that numbers it."""

    level: int | None = None
    title: bool = False
    is_list: bool = False
    is_caption: bool = False
    list_id: str = ""
    list_level: int = 0
    is_contents: bool = False


class Styles:
    """The styles of one document by id."""

    def __init__(self, root: etree._Element | None) -> None:
        styles = root.iter(f"{W}style") if root is not None else ()
        self._styles = {style.get(f"{W}styleId") or "": style for style in styles}
        self._known: dict[str, list[etree._Element]] = {}
        self._default = next(
            (
                key
                for key, style in self._styles.items()
                if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true")
            ),
            "",
        )

    def role(self, paragraph: etree._Element) -> Role:
        """What style and own properties say; the paragraph's own properties come first."""
        own = paragraph.find(f"{W}pPr")
        chain = [*self._chain(self._key(own))]
        names = [value_of(style.find(f"{W}name")).lower() for style in chain]
        properties = [p for p in (own, *(style.find(f"{W}pPr") for style in chain)) if p is not None]
        is_title = "title" in names[:1]
        list_id, list_level = _list_of(properties)
        return Role(
            list_id=list_id,
            list_level=list_level,
            level=1 if is_title else _level(names, properties),
            title=is_title,
            is_list=bool(list_id) or any(name.startswith("list") for name in names),
            is_caption="caption" in names,
            is_contents=any(name.startswith(("toc ", "table of figures")) for name in names),
        )

    def why_unseen(self, run: etree._Element, paragraph: etree._Element) -> str | None:
        """Why the text of a run is left out: it is struck through, or nobody can see it; None where it is read."""
        own = run.find(f"{W}rPr")
        looks = [own] if own is not None else []
        if own is not None and (key := value_of(own.find(f"{W}rStyle"))):
            looks += self._looks(key)
        looks += self._looks(self._key(paragraph.find(f"{W}pPr")))
        if any(_is_set(looks, name) for name in ("strike", "dstrike")):
            return STRUCK
        return "hidden" if _is_set(looks, "vanish") or _is_tiny(looks) or _is_white(looks, paragraph) else None

    def _looks(self, key: str) -> list[etree._Element]:
        """How a style sets text, the nearest first."""
        if key not in self._known:
            looks = (style.find(f"{W}rPr") for style in self._chain(key))
            self._known[key] = [look for look in looks if look is not None]
        return self._known[key]

    def shows_first_row(self, table: etree._Element) -> bool:
        """Whether the style of a table sets its first row apart."""
        style = self._styles.get(value_of(table.find(f"{W}tblPr/{W}tblStyle")))
        return style is not None and any(part.get(f"{W}type") == "firstRow" for part in style.iter(f"{W}tblStylePr"))

    def _key(self, properties: etree._Element | None) -> str:
        """The id of a paragraph's style."""
        return (value_of(properties.find(f"{W}pStyle")) if properties is not None else "") or self._default

    def _chain(self, key: str) -> Iterator[etree._Element]:
        """A style, and those it is based on."""
        for _ in range(MAX_DEPTH):
            style = self._styles.get(key)
            if style is None:
                return
            yield style
            key = value_of(style.find(f"{W}basedOn"))


def _level(names: list[str], properties: list[etree._Element]) -> int | None:
    for element in properties:
        outline = value_of(element.find(f"{W}outlineLvl"))
        if outline.isdigit():
            return int(outline) + 1 if int(outline) < BODY_LEVEL else None
    for name in names:
        head, _, number = name.partition(" ")
        if head == "heading" and number.isdigit():
            return int(number)
    return None


def _is_set(looks: Iterable[etree._Element], name: str) -> bool:
    """Whether a switch is on where it is set first."""
    return is_on(next((found for look in looks if (found := look.find(f"{W}{name}")) is not None), None))


def _is_tiny(looks: Iterable[etree._Element]) -> bool:
    size = next((value for look in looks if (value := value_of(look.find(f"{W}sz")))), "")
    return size.isdigit() and int(size) <= SMALLEST


def _is_white(looks: Iterable[etree._Element], paragraph: etree._Element) -> bool:
    """Whether text is white on the bare page: nothing is shaded behind it, and it stands in no table or box."""
    colour = next((value for look in looks if (value := value_of(look.find(f"{W}color")))), "")
    if colour.lower() != WHITE or any(look.find(f"{W}{name}") is not None for look in looks for name in SHADES):
        return False
    own = paragraph.find(f"{W}pPr/{W}shd")
    around = (above.tag for above in paragraph.iterancestors())
    return own is None and not {f"{W}tc", f"{W}txbxContent"} & set(around)


def _list_of(properties: list[etree._Element]) -> tuple[str, int]:
    """(the id of the list that numbers a paragraph, its level there from 0); "" where none does.

    The paragraph may name a level of the list that its style names.
    """
    level: int | None = None
    for element in properties:
        number = element.find(f"{W}numPr")
        if number is not None:
            named = value_of(number.find(f"{W}ilvl"))
            level = int(named) if level is None and named.isdigit() else level
            list_id = value_of(number.find(f"{W}numId"))
            if list_id or number.find(f"{W}ilvl") is None:
                return ("", 0) if list_id == "0" else (list_id, level or 0)
    return "", 0


def is_bold(paragraph: etree._Element) -> bool:
    """Whether all that a paragraph says is set in bold by hand."""
    runs = [run for run in paragraph.iter(f"{W}r") if any((t.text or "").strip() for t in run.iter(f"{W}t"))]
    return bool(runs) and all(is_on(run.find(f"{W}rPr/{W}b")) for run in runs)


def value_of(element: etree._Element | None) -> str:
    """The value of a property; "" where it is not there."""
    return (element.get(f"{W}val") or "") if element is not None else ""
