"""Panels of a page that open by a click: their text is text, under the label of what opens them."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from ingest.headings import MAX_WORDS
from ingest.readers.web.tree import HEADINGS, local_name

OPENS = ("data-toggle", "data-bs-toggle")
# What these open is no text of the page.
ELSEWHERE = frozenset({"modal", "dropdown", "tooltip", "popover", "offcanvas"})
TARGETS = ("data-target", "data-bs-target", "href")


def open_panels(root: etree._Element) -> dict[etree._Element, int | None]:
    """Each panel with the level of the heading it stands under; None without one.

    The label in a heading becomes its text. Any other becomes a heading at the head of what it opens.
    """
    by_id = {id_: element for element in root.iter(etree.Element) if (id_ := element.get("id"))}
    found: dict[etree._Element, int | None] = {}
    labels: list[tuple[etree._Element, etree._Element, int]] = []
    level = 1
    for element in root.iter(etree.Element):
        name = local_name(element)
        level = HEADINGS.get(name, level)
        if name == "details":
            summary = next((child for child in element if local_name(child) == "summary"), None)
            inner = () if summary is None else (local_name(below) for below in summary.iterdescendants())
            found[element] = next((HEADINGS[below] for below in inner if below in HEADINGS), None)
            if summary is not None and _is_label(summary):
                labels.append((summary, element, level + 1))
            continue
        panel = _opened_by(element, by_id)
        if panel is None or panel in found:
            continue
        found[panel] = None
        around = next((above for above in element.iterancestors() if local_name(above) in HEADINGS), None)
        if around is not None:
            element.tag = "span"
            found[panel] = HEADINGS[local_name(around)]
        elif name not in HEADINGS and _is_label(element) and not _begins_with_heading(panel):
            labels.append((element, panel, level + 1))
    for label, panel, level in labels:
        found[panel] = _label(label, panel, min(level, 6))
    return found


def _label(label: etree._Element, panel: etree._Element, level: int) -> int:
    """Put the text of a label at the head of what it opens."""
    heading = etree.Element(f"h{level}")
    heading.text = " ".join("".join(label.itertext()).split())
    if local_name(label) == "summary":
        heading.tail = label.tail
        panel.replace(label, heading)
        return level
    heading.tail, panel.text = panel.text, None
    panel.insert(0, heading)
    label.set("hidden", "")
    return level


def _opened_by(element: etree._Element, by_id: dict[str, etree._Element]) -> etree._Element | None:
    """What a click on an element opens, where the page tells."""
    toggle = next((value.lower() for name in OPENS if (value := element.get(name))), None)
    if toggle in ELSEWHERE or element.get("aria-haspopup") not in (None, "false"):
        return None
    for id_ in _targets(element, toggle):
        if (panel := by_id.get(id_)) is not None and panel is not element and panel not in element.iterancestors():
            return panel
    if element.get("aria-expanded") is not None and not element.get("aria-controls"):
        return _next_hidden(element)
    return None


def _targets(element: etree._Element, toggle: str | None) -> Iterator[str]:
    opens = element.get("aria-expanded") is not None or (element.get("role") or "").lower() == "tab"
    if opens or local_name(element) == "button":
        yield from (element.get("aria-controls") or "").split()[:1]
    if toggle:
        targets = (element.get(name) or "" for name in TARGETS)
        yield from (target[1:] for target in targets if target.startswith("#"))


def _next_hidden(element: etree._Element) -> etree._Element | None:
    """The element behind a button, or behind the heading it stands in, where that is hidden."""
    for at in (element, element.getparent()):
        behind = None if at is None else at.getnext()
        if behind is not None and isinstance(behind.tag, str):
            style = "".join((behind.get("style") or "").lower().split())
            if behind.get("hidden") is not None or "display:none" in style or behind.get("aria-hidden") == "true":
                return behind
    return None


def _is_label(element: etree._Element) -> bool:
    text = "".join(element.itertext()).split()
    return 0 < len(text) <= MAX_WORDS and not any(local_name(below) in HEADINGS for below in element.iterdescendants())


def _begins_with_heading(panel: etree._Element) -> bool:
    """Whether the first text in a panel is a heading."""
    for element in panel.iter(etree.Element):
        if local_name(element) in HEADINGS:
            return True
        if (element.text or "").strip():
            return False
    return False
