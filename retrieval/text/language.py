"""Which language a question is in, as far as its small words and its script tell."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from retrieval.shipped import shipped_yaml
from retrieval.text.wording import words

DATA = "languages.yaml"
# This share of a question's words must be small words of one language, more than any it shares with English.
SMALL_WORD_SHARE = 0.25
FOREIGN_LETTERS_SHARE = 0.4
_ENGLISH = frozenset(
    (  # noqa: SIM905 - one word a line would say no more
        "the a an of to in is are was were be do does did should shall can could may might must will would we "
        "our us you they their it its this that these those what who whom which when where why how and or but "
        "not for from with by on at as if before after into about there have has had i my any some "
    ).split()
)


def language_of(question: str) -> str | None:
    """The name of the language a question is in when that is plainly not English; None otherwise."""
    return _by_script(question) or _by_small_words(words(question))


def _by_script(question: str) -> str | None:
    letters = [unicodedata.name(c, "").split(" ")[0] for c in question if c.isalpha()]
    scripts: Mapping[str, str] = _data()["scripts"]
    script, count = next(iter(Counter(name for name in letters if name in scripts).most_common(1)), ("", 0))
    return scripts[script] if count and count >= FOREIGN_LETTERS_SHARE * len(letters) else None


def _by_small_words(found: list[str]) -> str | None:
    if len(found) < 3:
        return None
    english = sum(word in _ENGLISH for word in found)
    counts = {name: sum(word in small for word in found) for name, small in _data()["words"].items()}
    name = max(counts, key=lambda key: counts[key])
    return name if counts[name] > english and counts[name] >= SMALL_WORD_SHARE * len(found) else None


@cache
def _data() -> dict[str, Any]:
    data = shipped_yaml("retrieval.text", DATA)
    return {"scripts": data["scripts"], "words": {name: frozenset(small) for name, small in data["words"].items()}}
