"""Who or what a message is addressed to is no part of the question."""

from __future__ import annotations

import re

from retrieval.text.wording import function_words

# "@bo" and "#ops", with a letter in the name: never an e-mail address, never "#1".
_NAME = re.compile(r"(?<![\w@#/.&])([@#])(?=[\w.\-]*[^\W\d_])([\w.\-]*\w)")
_COPY = re.compile(r"\bb?cc\b[:.]?\s*(?=[@#])", re.IGNORECASE)
# A part of a line ends after its punctuation, and before a bracket or a dash. White space is single here.
_PART = re.compile(r"(?<=[.?!,;)\]]) | (?=[(\[–—])")
_WORD = re.compile(r"\w+")
_LOOSE = " ,:;–—-"


def without_addressees(text: str) -> str:
    """The text without names such as @bo; a channel such as #ops becomes words where it stands in a sentence.

    A part that says next to nothing but names ("cc @bo @jan", "fyi @bo") goes whole, unless nothing else is there.
    """
    if _NAME.search(text) is None:
        return text
    parts = [part for line in text.splitlines() for part in _PART.split(" ".join(line.split())) if part]
    said = [_nameless(part) for part in parts if not _only_addresses(part)]
    kept = " ".join(part for part in said if part) or " ".join(filter(None, map(_nameless, parts)))
    return kept.strip(_LOOSE)


def _only_addresses(part: str) -> bool:
    if _NAME.search(part) is None:
        return False
    said = _WORD.findall(_NAME.sub(" ", _COPY.sub("", part)).casefold())
    return len([word for word in said if word not in function_words()]) <= 1


def _nameless(part: str) -> str:
    if _NAME.search(part) is None:
        return part
    spoken = _NAME.sub(lambda name: re.sub(r"[-_.]", " ", name[2]) if name[1] == "#" else " ", _COPY.sub("", part))
    spoken = re.sub(r" ([,;:.?!)\]])", r"\1", " ".join(spoken.split()))
    return spoken if _WORD.search(spoken) else ""
