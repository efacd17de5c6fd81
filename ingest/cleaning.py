"""Text fit to be quoted: white space, line-break hyphens and footnote marks aside, not a character is changed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from ingest.blocks import Dropped
from retrieval.text.wording import SUPERSCRIPT

# A mark follows a word of three letters or more, a stop or a closing quote: "5 km²" and "10²" are no marks.
MARK = re.compile(
    rf"(?:(?<=[^\W\d_]{{3}})|(?<=[.,;:!?…\"'”’»)\]*—–]))[{SUPERSCRIPT}]{{1,3}}(?:[,–][{SUPERSCRIPT}]{{1,3}})*(?![{SUPERSCRIPT}])"
)
# "Who pays?3 Others ask": a mark that is not raised any more.
LOWERED = re.compile(r"(?:(?<=[?!])|(?<=[?!.][”\"’]))\d{1,2}(?=\s+[A-Z“\"‘(]|\s*$)")
REFERENCE = re.compile(r"(?<=\S)\[\^[^\]\s]{1,40}\]")
# Bounded repeats keep a file without spaces from taking quadratic time.
BREAK = re.compile(r"(?<![^\W\d_])([^\W\d_]{1,40})([-\u2010\u00ad])[ \t]*\n\s*([^\W\d_]{1,40})")
SOFT = re.compile(r"(?<=[^\W\d_])\u00ad(?=[^\W\d_])")
COMPOUND = re.compile(r"(?<![^\W\d_])[^\W\d_]{1,40}-[^\W\d_]{1,40}")


class Cleaner:
    """Cleans the blocks of one document, and keeps what it takes out with the reason.

    Whether "well-\\nknown" is one word or two is decided by how the rest of the document writes it.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._compounds = {found.casefold() for text in texts for found in COMPOUND.findall(text)}
        self.dropped: list[Dropped] = []

    def clean(self, text: str) -> str:
        """`text` on one line, without invisible characters and footnote marks."""
        text = BREAK.sub(self._join, text)
        for pattern, reason in (
            (SOFT, "line-break hyphen"),
            (MARK, "footnote mark"),
            (LOWERED, "footnote mark"),
            (REFERENCE, "footnote mark"),
        ):
            self.dropped += [Dropped(found, reason) for found in pattern.findall(text)]
            text = pattern.sub("", text)
        if not text.isascii() or not text.isprintable():
            text = self._visible(text)
        return " ".join(text.split())

    def drop(self, text: str, reason: str) -> None:
        """Record that `text` is left out."""
        if text.strip():
            self.dropped.append(Dropped(text, reason))

    def _join(self, found: re.Match[str]) -> str:
        head, hyphen, tail = found.groups()
        written = f"{head}-{tail}".casefold() in self._compounds
        if hyphen != "\u00ad" and (written or not tail[0].islower()):
            return f"{head}{hyphen}{tail}"
        if written:
            return f"{head}-{tail}"
        self.dropped.append(Dropped(hyphen, "line-break hyphen"))
        return head + tail

    def _visible(self, text: str) -> str:
        """Without control and zero-width characters; joiners stay, scripts and emoji need them."""
        gone = [
            c
            for c in text
            if not c.isspace() and c not in "\u200c\u200d" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")
        ]
        if not gone:
            return text
        self.dropped.append(Dropped("".join(gone), "invisible"))
        return text.translate({ord(c): None for c in gone})
