"""How wording is compared: normal forms that forgive typography, and content words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from retrieval.text.tokens import tokens

SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_QUOTES = str.maketrans(
    dict.fromkeys("‘’‚‛′", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("\u00a0\u202f\u2009", " ")
)
# Zero-width and soft characters carry no meaning and are how a quote is made to look like another.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_SUPERSCRIPTS = re.compile("[\u00b9\u00b2\u00b3\u2070-\u2079]+|\\[\\d{1,3}\\]")
_BROKEN_WORD = re.compile(r"(?<=[a-z])-\s*\n\s*(?=[a-z])")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+(?:['.-][^\W_]+)*")

# The corpus may hardly use these (guidance asks no questions), so their rarity would pass for meaning.
_FUNCTION_WORDS = (
    "what who whom whose which when where why how do does did doing done should shall can could may might must "
    "will would am is are was were be been being has have had having we us our ours you your yours i me my mine "
    "he him his she her it its they them their theirs this that these those there here then than too also very "
    "just about any some all each other else so up out over from between during against under again further once "
    "own same both few more most such only if or and but not no nor per via into onto ought need want let us "
    "please tell say says said give get got make made know someone anyone anything something everything thing "
    "things "
)


def normal(text: str) -> str:
    """`text` with white space, quotes, dashes, line-break hyphens, footnote marks and letter forms made alike.

    Case is kept: "may" and "May" differ. Two texts are the same words exactly when their normal forms are equal.
    """
    text = unicodedata.normalize("NFC", text)
    text = _INVISIBLE.sub("", _BROKEN_WORD.sub("", text))
    return _SPACE.sub(" ", _SUPERSCRIPTS.sub("", text).translate(_QUOTES)).strip()


def words(text: str) -> list[str]:
    """The words of `text` in lower case, digits included, hyphenated and dotted words whole."""
    return [match.group().lower() for match in _WORD.finditer(normal(text))]


def content_weights(terms: Mapping[str, float]) -> dict[str, float]:
    """The stemmed terms of a question that say what it is about; the words every question has are left out."""
    return {term: weight for term, weight in terms.items() if term not in function_stems()}


@cache
def function_words() -> frozenset[str]:
    """Words that any question or sentence may have, whatever it is about."""
    return frozenset(_FUNCTION_WORDS.split())


@cache
def function_stems() -> frozenset[str]:
    """The stems of `function_words`."""
    return frozenset(tokens(_FUNCTION_WORDS))


def shared(weights: Mapping[str, float], terms: Iterable[str]) -> float:
    """The share, 0 to 1, of the total weight whose terms occur in `terms`; 0 when nothing weighs anything."""
    total = sum(weights.values())
    if total <= 0:
        return 0.0
    present = set(terms)
    return sum(weight for term, weight in weights.items() if term in present) / total
