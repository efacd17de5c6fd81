"""Marks that items and paragraphs begin with: "2.", "(a)", "iv)", "3.1", a bullet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from retrieval.text.places import roman
from retrieval.text.sentences import is_unfinished

LETTERS, LONGEST_LETTERS = "abcdefghijklmnopqrstuvwxyz", 2
MARK = re.compile(
    r"(?P<indent>\s*)[*_]{0,3}(?:\((?P<inside>\d{1,3}|[a-zA-Z]{1,6})\)|(?P<before>\d{1,3}|[a-zA-Z]{1,6})(?P<stop>[.)])"
    r"|(?P<dotted>\d{1,2}(?:\.\d{1,3})+)\.?(?=\s+[A-Z\"“]))[*_]{0,3}\s+(?=\S)"
)
ITEM = re.compile(r"\s*(?:[-*+•▪●◦‣]|\d{1,3}[.)]|\((?:\d{1,3}|[a-z]{1,2}|[ivx]{3,5})\)|[a-z]\))[ \t]+\S")
PARENTHESISED = re.compile(r"\s*\(?\w{1,5}\)")
# Before the position of an item that has no number.
BULLET = "-"


@dataclass(frozen=True, slots=True)
class Mark:
    """The number that a piece of text begins with: the styles that it may be of, each with its value there."""

    text: str
    forms: tuple[tuple[str, int], ...]
    indent: int = 0


def mark_of(text: str) -> Mark | None:
    """The number that a text begins with; None where it begins with none."""
    found = MARK.match(text)
    if found is None:
        return None
    indent = len(found["indent"].rsplit("\n", 1)[-1].expandtabs(4))
    if found["dotted"]:
        return Mark(found["dotted"], (("dotted", int(found["dotted"].rpartition(".")[2])),), indent)
    number, stop = found["inside"] or found["before"], found["stop"] or "()"
    forms = tuple((f"{style}{stop}", value) for style, value in _values(number))
    return Mark(number, forms, indent) if forms else None


def _values(number: str) -> list[tuple[str, int]]:
    if number.isdigit():
        return [("1", int(number))]
    found = []
    lower = number.casefold()
    if len(set(number)) == 1 and len(number) <= LONGEST_LETTERS:
        found.append(("a", LETTERS.find(lower[0]) + 1 + len(LETTERS) * (len(number) - 1)))
    if value := roman(number):
        found.append(("i", value))
    return [(style.upper() if number.isupper() else style, value) for style, value in found]


def in_style(number: int, style: str) -> str:
    """A number as a list writes it: "3", "c", "iii"; styles are named as Word names them."""
    if number < 1 or style not in ("lowerLetter", "upperLetter", "lowerRoman", "upperRoman"):
        return str(number)
    if style.endswith("Letter"):
        text = LETTERS[(number - 1) % len(LETTERS)] * ((number - 1) // len(LETTERS) + 1)
    else:
        tens, ones = divmod(number, 10)
        text = "x" * tens + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[ones]
    return text.upper() if style.startswith("upper") else text


def in_runs(lines: Sequence[str]) -> list[bool]:
    """Whether each line begins with a number that another line of the same style comes before or after."""
    marks = [mark_of(line) for line in lines]
    seen = {form for mark in marks if mark for form in mark.forms}
    return [
        mark is not None and any((style, value + step) in seen for style, value in mark.forms for step in (-1, 1))
        for mark in marks
    ]


def begin_items(lines: Sequence[str]) -> list[bool]:
    """Whether each line begins an item. A lone letter in brackets may go on with a sentence: "under paragraph (a)"."""
    return [
        bool(ITEM.match(line)) and (in_run or not PARENTHESISED.match(line) or not runs_on(above))
        for line, above, in_run in zip(lines, ["", *lines], in_runs(lines), strict=False)
    ]


def runs_on(line: str) -> bool:
    """Whether a sentence goes on in the next line, other than with an item."""
    return is_unfinished(line) and not line.rstrip().endswith((",", " and", " or", "—", "–"))


def styles_in(texts: Iterable[str]) -> frozenset[str]:
    """The styles of which a document has the first number and the second."""
    marks = (mark for text in texts for line in text.split("\n") if (mark := mark_of(line)))
    seen = {form for mark in marks for form in mark.forms if form[1] <= LONGEST_LETTERS}
    return frozenset(style for style, value in seen if value == 1 and (style, 2) in seen)
