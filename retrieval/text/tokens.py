"""The one tokeniser: words, their stems, and the stop words that neither search nor evidence counts."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Any

# Before a word in its own form: no stem begins so.
_EXACT = "="
_WORD = re.compile(r"(?u)\b\w\w+\b")
# Lucene's English stop words.
STOP_WORDS = frozenset(
    (  # noqa: SIM905 - thirty-three lines of one word each say no more
        "a an and are as at be but by for if in into is it no not of on or such that the their then there these they"
        " this to was will with"
    ).split()
)
# They put a question and are not what it is about; guidance hardly has them, so that BM25 takes them for rare.
QUESTION_WORDS = frozenset(
    (  # noqa: SIM905 - as above
        "what which who whom whose when where why how do does did can could should would i my you your we our"
    ).split()
)
_local = threading.local()


def tokens(text: str) -> list[str]:
    """The stemmed words of `text` in order: lower case, two characters or more, English stop words left out."""
    return stems(words_of(text))


def words_of(text: str) -> list[str]:
    """The words of `text` in lower case, stop words left out."""
    return [word for word in _WORD.findall(text.lower()) if word not in STOP_WORDS]


def stems(words: Sequence[str]) -> list[str]:
    """Each word without its ending (Porter2)."""
    stemmed: list[str] = _stemmer().stemWords(words)
    return stemmed


def search_words(query: str) -> list[str]:
    """The words a query is about: all of them where it is made of question words alone; in capitals (WHO) a name."""
    names = {word.lower() for word in _WORD.findall(query) if word.isupper()}
    words = words_of(query)
    return [word for word in words if word in names or word not in QUESTION_WORDS] or words


def exact_forms(words: Sequence[str]) -> list[str]:
    """The tokens that stand for words in their own form, beside their stems."""
    return [_EXACT + word for word in words]


def _stemmer() -> Any:
    # A stemmer keeps a buffer of its own while it works, so every thread has one.
    if not hasattr(_local, "stemmer"):
        import Stemmer

        _local.stemmer = Stemmer.Stemmer("english")
    return _local.stemmer
