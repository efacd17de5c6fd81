"""Whether a sentence that a model worded keeps to its quotes: their figures, their names, and no markup."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from retrieval.text.tokens import tokens
from retrieval.text.wording import function_words, normal

MOST_CHARACTERS = 400
# Words in a row that a reply shares with our instructions by no accident.
LEAKED_WORDS = 6

_MARKUP = re.compile(r"[<>\[\]{}*_`~|#@\\^=]|://|\bwww\.|\b[\w-]+\.[a-z]{2,}\b|:\w+:", re.IGNORECASE)
_TYPOGRAPHY = frozenset("“”‘’–—…§°€£")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_OPENING = re.compile(r"(?:\A|[.!?]\s)\W*")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|%|[^\W\d_]+")

_FROM_ZERO = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_FROM_TWENTY = "twenty thirty forty fifty sixty seventy eighty ninety"
_FROM_FIRST = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_ONES = {word: n for n, word in enumerate(_FROM_ZERO.split())}
_TENS = {word: 10 * n for n, word in enumerate(_FROM_TWENTY.split(), start=2)}
_ORDINALS = {word: n for n, word in enumerate(_FROM_FIRST.split(), start=1)}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_VALUES = _ONES | _TENS | _ORDINALS | _SCALES | {"dozen": 12, "twice": 2, "double": 2}
_SHARES = frozenset({"half", "quarter", "triple"})
_MEASURES = (
    "day week month year hour minute decade percent metre meter kilometre kilometer km mile tonne ton euro dollar"
)
_UNITS = frozenset(_MEASURES.split())
# What joins sentences opens them too, and names nothing.
_JOINTS = "unless before after without because while until since every however although though whether instead despite"


def keeps_to(text: str, quotes: str, common: str) -> bool:
    """Whether `text` holds no figure and no name that `quotes` lack, and nothing but plain sentences.

    `common` holds words that may open a sentence though the quotes lack them.
    """
    said, given = normal(text), normal(quotes)
    if not said or len(text) > MOST_CHARACTERS or not _is_plain(text):
        return False
    return figures(said) <= figures(given) and not any(_foreign_names(said, given, common))


def leaks(text: str, instructions: str, quotes: str) -> bool:
    """Whether `text` repeats a run of words of our instructions that its quotes do not hold."""
    return bool(_runs(text) & _runs(instructions) - _runs(quotes))


def figures(text: str) -> frozenset[str]:
    """The numbers of a text, in figures or in words, each by itself and with the unit that follows it ("90 day")."""
    words = _TOKEN.findall(text.lower().replace("per cent", "percent"))
    found: set[str] = set()
    at = 0
    while at < len(words):
        value, length = _value(words, at)
        at += length or 1
        if length:
            unit = _singular(words[at]) if at < len(words) else ""
            found |= {value, f"{value} {unit}"} if unit in _UNITS else {value}
    return frozenset(found)


def _value(words: list[str], at: int) -> tuple[str, int]:
    """The number that begins at a place, and how many words it takes; 0 words where none begins."""
    word = words[at]
    if word[0].isdigit():
        return re.sub(r",(?=\d{3}(?!\d))", "", word), 1
    if word in _SHARES or (word == "once" and words[at + 1 : at + 2] and words[at + 1] in ("a", "an", "per", "every")):
        return word, 1
    if word not in _VALUES or _is_pronoun(words, at):
        return "", 0
    value, length = _VALUES[word], 1
    if word in _TENS and (ones := _VALUES.get(words[at + 1] if at + 1 < len(words) else "", 0)) in range(1, 10):
        value, length = value + ones, 2
    while at + length < len(words) and words[at + length] in _SCALES:
        value, length = value * _SCALES[words[at + length]], length + 1
    return str(value), length


def _is_pronoun(words: list[str], at: int) -> bool:
    """Whether "one" counts nothing: "no one", "one another"."""
    return words[at] == "one" and ("no" in words[max(0, at - 1) : at] or "another" in words[at + 1 : at + 2])


def _singular(word: str) -> str:
    return "percent" if word == "%" else word.removesuffix("s")


def _is_plain(text: str) -> bool:
    """Whether a text has no markup, link, mention, or sign that could pass for one."""
    if _MARKUP.search(text):
        return False
    return all(
        (character.isascii() and character.isprintable())
        or character in _TYPOGRAPHY
        or unicodedata.category(character)[0] in "LM"
        for character in text
    )


def _foreign_names(text: str, quotes: str, common: str) -> Iterator[str]:
    """The names in a text that its quotes lack: words with a capital, short forms, words in foreign letters.

    A word that opens a sentence is a name unless its stem is known from the quotes or from `common`.
    """
    known = {form for word in _WORD.findall(quotes) for form in _forms(word)}
    stems = {*tokens(quotes), *tokens(common)}
    openings = {match.end() for match in _OPENING.finditer(text)}
    for match in _WORD.finditer(text):
        word = match.group()
        if not (word[0].isupper() or any(letter.isupper() for letter in word) or not word.isascii()):
            continue
        if _forms(word) & known:
            continue
        capital_is_due = match.start() in openings and word.isascii() and word[1:] == word[1:].lower()
        if capital_is_due and (word.lower() in _grammar() or set(tokens(word)) <= stems):
            continue
        yield word


@cache
def _grammar() -> frozenset[str]:
    return function_words() | frozenset(_JOINTS.split())


def _forms(word: str) -> set[str]:
    """A word as it is and without the ending of a plural or a possessive."""
    bare = word.removesuffix("'s")
    return {word, bare, bare.removesuffix("s") if len(bare) > 3 else bare}


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(normal(text).lower())
    return {tuple(words[at : at + LEAKED_WORDS]) for at in range(len(words) - LEAKED_WORDS + 1)}
