"""A question put as guidance would put it: everyday phrases replaced by what the field calls the same."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from retrieval.shipped import shipped_yaml

DATA = "everyday.yaml"
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_WHOSE = frozenset({"my", "our", "your", "his", "her", "its", "their", "one's"})

Phrase = tuple[str, ...]


def plainly(text: str) -> str:
    """`text` with the everyday phrases in it replaced, the longest first from the left; itself where it has none."""
    phrases, longest = _phrases()
    found = list(_WORD.finditer(text))
    stems = _stems([match.group() for match in found])
    put: list[str] = []
    read = at = 0
    while at < len(found):
        lengths = range(min(longest, len(found) - at), 0, -1)
        length = next((length for length in lengths if stems[at : at + length] in phrases), 0)
        if length:
            put += [text[read : found[at].start()], phrases[stems[at : at + length]]]
            read = found[at + length - 1].end()
        at += length or 1
    return "".join([*put, text[read:]])


@cache
def _phrases() -> tuple[Mapping[Phrase, str], int]:
    """What each everyday phrase stands for, and the words of the longest; read once."""
    entries = shipped_yaml("retrieval.answers", DATA).items()
    phrases = {_stems(_WORD.findall(form)): term for term, forms in entries for form in forms}
    return phrases, max(map(len, phrases))


def _stems(words: Sequence[str]) -> Phrase:
    """Words without their endings; whoever's a thing is, is one."""
    from retrieval.index.lexical import tokens

    return tuple("their" if word in _WHOSE else "".join(tokens(word)) or word for word in map(str.lower, words))
