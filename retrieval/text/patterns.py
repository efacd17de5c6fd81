"""Patterns over the plain words of a text: a word stands for all its forms, a name for a set of words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from retrieval.text.wording import normal

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[^\w\s]")
_HYPHEN = re.compile(r"(?<=[^\W_])-(?=[^\W_])")
# More signs in a row than these say nothing more.
_SIGNS = re.compile(r"(?:[^\w\s]\s*){4,}")
_SHORT = re.compile(r"'(re|m|d|ll|ve)\b")
_LONG = {"re": " are", "m": " am", "d": " would", "ll": " will", "ve": " have"}
_ASKED = re.compile(r"\b(who|what|which|when|where|why|how|that|there|here|it|he|she)'s\b")
_NOT = re.compile(
    r"\b(?:(can)not|(ca)n't|(wo)n't|([a-z]{2,})n't|(do|does|did|is|was|are|were|has|have|had|should|could|would)nt)\b"
)
_ENDING = re.compile(r"(?:(?<=[sxz])es|(?<=[cs]h)es|(?<![suai])s|(?<=[ei]a)s)$")
_PARTICIPLE = re.compile(r"(?<=\w{3})(ing|ed)$")
_MUTE, _DOUBLED, _SOFT = re.compile(r"(?<=\w{3})e$"), re.compile(r"([^aeiou])\1$"), re.compile(r"(?<=\w{3})(?:ie|y|i)$")
_VOWEL = re.compile(r"[aeiouy]")
# Parts of a pattern: an escape, a group sign, a named part, a repetition, a gap, a word, white space.
_PART = re.compile(r"\\.|\[[^\]]+\]|\(\?[:=!<]+|\{([a-z]+)\}|\{[\d,]+\}\??|__|_|%|~[a-z]+|[a-z0-9']+\*?|\s+")
_WORD = r"(?:[^\s.?!;]\S* )"
_GAPS = {"_": f"{_WORD}{{0,3}}?", "__": f"{_WORD}{{0,12}}?", "%": _WORD}


def plain(text: str) -> str:
    """The words and signs of `text`, each with a space after it, lower case, hyphens and short forms resolved.

    A word is without its ending; `+` marks one that ended in "ing" or "ed". A full stop stands before the first and
    after the last.
    """
    said = _HYPHEN.sub(" ", normal(text).lower())
    said = _NOT.sub(lambda m: f"{(m[1] or (m[2] and 'can') or (m[3] and 'will') or m[4] or m[5])} not", said)
    said = _ASKED.sub(r"\1 is", said).replace("let's", "let us")
    said = _SHORT.sub(lambda m: _LONG[m[1]], said)
    said = _SIGNS.sub(lambda m: m[0][:3], said)
    tokens = (token.removesuffix("'s").replace("'", "") for token in _TOKEN.findall(said))
    words = "".join(f"{_stem(token, marked=True)} " for token in tokens if token)
    return f". {words}" if words.endswith((". ", "? ", "! ")) or not words else f". {words}. "


@cache
def _stem(word: str, *, marked: bool = False) -> str:
    """A word without its ending: cruder than a stemmer, for a noun stays apart from its adjective ("law", "lawful")."""
    if len(word) <= 3 or not word.isalpha():
        return word
    word = _ENDING.sub("", word)
    if len(word) <= 3:
        return word
    bare = _PARTICIPLE.sub("", word)
    form = "+" if bare != word and _VOWEL.search(bare) else ""
    word = _DOUBLED.sub(r"\1", _MUTE.sub("", bare if form else word))
    return _SOFT.sub("i", word) + (form if marked else "")


def named(parts: Mapping[str, str]) -> dict[str, str]:
    """Each named part as a regular expression; a part may name those above it."""
    known: dict[str, str] = {}
    for name, pattern in parts.items():
        known[name] = f"(?:{filled(pattern, known)})"
    return known


def filled(pattern: str, parts: Mapping[str, str]) -> str:
    """A pattern as a regular expression on what `plain` gives.

    In it a word stands for all its forms, `begin*` and `~end` for words that begin or end so, `%` for any word, `_` for
    up to three words and `__` for up to twelve of one sentence, `{name}` for a named part; the rest is as usual, and
    white space is nothing. Raises ValueError for a name that is not in `parts`.
    """

    def part(match: re.Match[str]) -> str:
        found = match[0]
        if match[1]:
            if match[1] not in parts:
                raise ValueError(f"a pattern names unknown words: {match[1]}")
            return parts[match[1]]
        if found in _GAPS:
            return _GAPS[found]
        if found[0] in "\\([{":
            return found
        if found.endswith("*"):
            return rf"(?:{found[:-1]}\S* )"
        if found[0] == "~":
            return rf"(?:\S*{found[1:]}\+? )"
        return "" if found.isspace() else rf"(?:{_stem(found)}\+? )"

    return _PART.sub(part, pattern)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A filled pattern, compiled when it is first needed: all of them together take half a second."""
    return re.compile(rf"(?<!\S)(?:{pattern})")
