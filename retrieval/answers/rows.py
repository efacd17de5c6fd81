"""Rows of tables in answer to a question: those it asks for, what defines a term first. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from retrieval.answers.grouping import Said, has_rows
from retrieval.answers.subject import defines
from retrieval.text.tokens import tokens
from retrieval.text.wording import function_stems, function_words

# "Level 1 to 5", "Level 2 and above": of which it may be any.
_RANGE = re.compile(
    r"(?:\b\d+ ?(?:to|through|[-–—]) ?\d+|\b[A-Z] ?(?:to|through|[-–—]) ?[A-Z]|"
    r"\b(?:and|or) (?:above|below|over|under|up|higher|lower|more|less))\b"
)


def rows_asked_for(said: Sequence[Said], question: str) -> list[Said]:
    """Without rows about another one of the kind ("Delta company" for "Echo company"), or with fewer of the words of
    the question, and no other, than a row of the same table; what stands under the term asked for comes first."""
    kept = [each for each in said if not (has_rows(each.unit) and _is_of_another(each, question))]
    asked = frozenset(tokens(question)) - function_stems()
    met = [asked & frozenset(tokens(each.unit.statement)) for each in kept]
    tables = [(has_rows(each.unit), each.unit.source.source_id, each.unit.passage.section) for each in kept]
    beaten = {
        at
        for at in range(len(kept))
        for other in range(len(kept))
        if tables[at][0] and tables[at] == tables[other] and met[at] < met[other]
    }
    kept = [each for at, each in enumerate(kept) if at not in beaten]
    defining = [each for each in kept if defines(each.unit.spans, question)]
    return [*sorted(defining, key=lambda each: min(each.unit.quoted)), *(each for each in kept if each not in defining)]


def _is_of_another(said: Said, question: str) -> bool:
    """Whether the first cell of a row names one of a kind of which the question names others."""
    cell = next((span.text for span in said.unit.spans if span.role == "quote"), "")
    named, asked = set(_named(cell)), set(_named(question[:1].lower() + question[1:]))
    kinds = {kind for kind, _ in named} & {kind for kind, _ in asked}
    return bool(kinds) and not named & asked and not _RANGE.search(cell)


def _named(text: str) -> Iterator[tuple[tuple[str, bool], str]]:
    """((a word, whether it comes first), the name beside it): "Echo company", "Unit B79"."""
    for one, other in pairwise(re.findall(r"[\w-]+", text)):
        for kind, name, first in ((one, other, True), (other, one, False)):
            if _is_name(name) and kind.casefold() not in function_words():
                yield (kind.casefold(), first), name.casefold()


def _is_name(word: str) -> bool:
    return (word[0].isupper() or any(map(str.isdigit, word))) and word.casefold() not in function_words()
