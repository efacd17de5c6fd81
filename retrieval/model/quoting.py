"""Where a quote stands: found in a passage by its normal form, given back as spans of the passage's own characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.answers.wording import normal
from retrieval.documents import Passage, Span

MIN_QUOTE_WORDS = 3
_EDGES = " \t\n\"'.,;:()[]…"


@dataclass(frozen=True, slots=True)
class _Letter:
    """One character of a passage's normal form, and the span and offset it comes from."""

    text: str
    span: int
    offset: int


def locate(passage: Passage, quote: str) -> tuple[Span, ...] | None:
    """The spans of `passage` that hold `quote`, in their own characters; None when it does not occur as it stands.

    White space, quotation marks, dashes, case, emphasis and footnote marks may differ; words may not. A quote of fewer
    than `MIN_QUOTE_WORDS` words occurs too easily to support anything.
    """
    wanted = _folded(quote).strip(_EDGES)
    if len(wanted.split()) < MIN_QUOTE_WORDS:
        return None
    spans = [span for sentence in passage.sentences for span in sentence.spans]
    letters = list(_letters(spans))
    text = "".join(letter.text for letter in letters)
    for match in re.finditer(re.escape(wanted), text):
        if _whole_words(text, match.start(), match.end()):
            return tuple(_cut(spans, letters[match.start() : match.end()]))
    return None


def _folded(text: str) -> str:
    return normal(text).replace("*", "").casefold()


def _letters(spans: list[Span]) -> Iterator[_Letter]:
    """The normal form of the spans joined by a space, each character with its origin."""
    space = True
    for number, span in enumerate(spans):
        for offset, raw in _characters(span.text):
            for character in _folded_character(raw):
                if character == " " and space:
                    continue
                space = character == " "
                yield _Letter(character, number, offset)
        if not space:
            space = True
            yield _Letter(" ", number, len(span.text))


def _characters(text: str) -> Iterator[tuple[int, str]]:
    """The characters of `text` with their offsets; footnote marks and line-break hyphens are left out."""
    dropped = {i for match in _DROPPED.finditer(text) for i in range(*match.span())}
    for offset, character in enumerate(text):
        if offset not in dropped:
            yield offset, character


_DROPPED = re.compile("\\*+|[\u00b9\u00b2\u00b3\u2070-\u2079]+|\\[\\d{1,3}\\]|(?<=[a-z])-\\s*\\n\\s*(?=[a-z])")


def _folded_character(raw: str) -> str:
    if raw.isspace():
        return " "
    if unicodedata.combining(raw):
        return raw
    return _folded(raw)


def _whole_words(text: str, start: int, end: int) -> bool:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    return not (before.isalnum() and text[start].isalnum()) and not (after.isalnum() and text[end - 1].isalnum())


def _cut(spans: list[Span], letters: list[_Letter]) -> Iterator[Span]:
    """For each span touched, the stretch of its own text from the first to the last character found."""
    for number in dict.fromkeys(letter.span for letter in letters):
        source = spans[number]
        offsets = [letter.offset for letter in letters if letter.span == number and letter.offset < len(source.text)]
        if offsets:
            text = source.text[offsets[0] : offsets[-1] + 1].strip()
            if text:
                yield Span(text, source.paragraph, source.page)
