"""What the style sheets inside a page, and the styles of an element itself, say of whether it can be seen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from ingest.readers.web.tree import local_name

COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
SELECTOR = re.compile(r"(\*|[a-z][\w-]*)?((?:[.#][\w-]+)*)", re.IGNORECASE)
TOLD = frozenset({
    "display", "visibility", "opacity", "font", "font-size", "color", "background", "background-color", "position",
    "left", "right", "top", "bottom", "margin-left", "text-indent", "clip", "clip-path", "height", "max-height",
    "overflow", "text-decoration", "text-decoration-line", "background-image", "background-clip",
    "-webkit-background-clip", "animation", "animation-name", "transition", "transition-property",
    "transition-duration", "-webkit-animation", "-webkit-transition",
})  # fmt: skip
GROUNDS = frozenset({"background", "background-color", "background-image"})
# Rules for one name, and names of one element, beyond these are not looked at.
MAX_RULES, MAX_NAMES = 100, 30
IMPORTANT = re.compile(r"\s*!\s*important\s*$")

Style = dict[str, str]


class _Rule(NamedTuple):
    """`weight` decides between rules: ids, classes, order."""

    weight: tuple[int, int, int, int]
    tag: str
    names: frozenset[str]
    style: Style


class Styles:
    """The styles of the elements of one page. `sure`: every background that is set is known."""

    def __init__(self, root: etree._Element) -> None:
        self._rules: dict[str, list[_Rule]] = defaultdict(list)
        self._known: dict[tuple[str, str, str], list[_Rule]] = {}
        links = root.iter("{*}link")
        self.sure = not any("stylesheet" in (link.get("rel") or "").lower() for link in links)
        for order, (selector, style) in enumerate(self._sheets(root)):
            self._add(selector, style, order)

    def of(self, element: etree._Element) -> Style:
        """The declarations that hold for an element itself, the stronger ones in place of the weaker."""
        own = element.get("style")
        rules = self._matching(element) if self._rules else []
        if not rules and own is None:
            return {}
        own_style = declarations(own or "")
        ordered = [*(rule.style for rule in rules), own_style]
        merged = {name: value for style in ordered for name, value in style.items()}
        forced = {name: value for style in ordered for name, value in style.items() if IMPORTANT.search(value)}
        return {name: IMPORTANT.sub("", value) for name, value in {**merged, **forced}.items()}

    def _matching(self, element: etree._Element) -> list[_Rule]:
        """The rules for an element, the weakest first."""
        tag, classes, id_ = local_name(element), element.get("class") or "", element.get("id") or ""
        key = (tag, classes, id_)
        if key not in self._known:
            names = [*(f".{name}" for name in classes.split()[:MAX_NAMES]), *([f"#{id_}"] if id_ else ())]
            found = (rule for name in ("*", tag, *names) for rule in self._rules.get(name, ()))
            met = {rule.weight: rule for rule in found if rule.tag in ("*", tag) and rule.names <= set(names)}
            self._known[key] = [met[weight] for weight in sorted(met)]
        return self._known[key]

    def _sheets(self, root: etree._Element) -> Iterator[tuple[str, Style]]:
        for element in root.iter("{*}style"):
            if "print" in (element.get("media") or ""):
                continue
            for prelude, body in _blocks(COMMENT.sub("", "".join(element.itertext()))):
                if prelude.startswith("@"):
                    self.sure &= "background" not in body and not prelude.startswith("@import")
                    continue
                style = declarations(body)
                for selector in prelude.split(",") if style else ():
                    yield selector.strip(), style

    def _add(self, selector: str, style: Style, order: int) -> None:
        found = SELECTOR.fullmatch(selector)
        if found is None or not selector:
            self.sure &= not GROUNDS & style.keys()
            return
        names = re.findall(r"[.#][\w-]+", found[2])
        ids = sum(name.startswith("#") for name in names)
        tag = (found[1] or "*").lower()
        rules = self._rules[names[0] if names else tag]
        if len(rules) < MAX_RULES:
            weight = (ids, len(names) - ids, int(tag != "*"), order)
            rules.append(_Rule(weight, tag, frozenset(names), style))


def declarations(text: str) -> Style:
    """The declarations of a style that tell whether something can be seen, names and values in small letters."""
    found: Style = {}
    for part in text.split(";"):
        name, colon, value = part.partition(":")
        if colon and name.strip().lower() in TOLD:
            found[name.strip().lower()] = value.strip().lower()
    return found


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """(what stands before it, what it holds) of each block; one within another belongs to the outer one."""
    depth = start = opened = 0
    for found in re.finditer("[{}]", css):
        if found[0] == "{":
            depth += 1
            if depth == 1:
                opened = found.end()
        elif depth:
            depth -= 1
            if not depth:
                before, _, prelude = css[start : opened - 1].rpartition(";")
                if "@import" in before:
                    yield "@import", ""
                yield prelude.strip(), css[opened : found.start()]
                start = found.end()
