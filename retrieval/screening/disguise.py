"""Requests written so that no pattern meets them: spaced-out letters, digits for letters, letters of another script."""

from __future__ import annotations

import re
import unicodedata

from retrieval.text.wording import normal

_SPACED = re.compile(r"\b\w(?:[ ._*\-]\w){3,}\b")
_GAP = re.compile(r"\s{2,}|\s*[/|]\s*")
MOSTLY = 0.6
# A digit or sign between letters, or before letters that hold another: "b0mb", "byp4ss", "1gn0re"; not "3rd" or "C2".
_MASKED = re.compile(r"\b\w*[^\W\d_][0134578@$][^\W\d_][\w@$]*")
_LETTERS = str.maketrans("0134578@$", "oieastbas")
_ALIKE = str.maketrans("аеорсхуіѕԁјһӏАВЕКМНОРСТХαορεικντυ", "aeopcxyisdjhlABEKMHOPCTXaopeikvtu")


def unmasked(text: str) -> str:
    """`text` as it would read without disguise, in normal form."""
    words = (_latin(word) for word in _together(unicodedata.normalize("NFKC", text)).split())
    return normal(_MASKED.sub(lambda match: match.group().translate(_LETTERS), " ".join(words)))


def _together(text: str) -> str:
    """`text` with letters that stand apart joined; where nearly all do, wider gaps part the words."""
    alone = [len(word) == 1 for word in text.split()]
    if sum(alone) > MOSTLY * len(alone):
        chunks = (chunk.split() for chunk in _GAP.split(text))
        return " ".join(("" if all(len(letter) == 1 for letter in chunk) else " ").join(chunk) for chunk in chunks)
    return _SPACED.sub(_closed, text)


def _closed(match: re.Match[str]) -> str:
    """Letters that stood apart, together: "b o m b" is "bomb"."""
    return re.sub(r"[ ._*\-]", "", match.group())


def _latin(word: str) -> str:
    """A word that mixes Latin letters with letters that look like them, in Latin alone."""
    scripts = {unicodedata.name(letter, "?").split(" ")[0] for letter in word if letter.isalpha()}
    return word.translate(_ALIKE) if "LATIN" in scripts and len(scripts) > 1 else word
