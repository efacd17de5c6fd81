"""Rows of tables in answer to a question: those it asks for, what defines a term first. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from retrieval.answers.grouping import Said, has_rows
from retrieval.text.tokens import tokens
from retrieval.text.wording import function_stems, function_words, words

_TERM = re.compile(r"(?:what|who) (?:is|are) (?:an? |the )?(.+)", re.IGNORECASE)


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
    return _definitions_first([each for at, each in enumerate(kept) if at not in beaten], question)


def _definitions_first(said: Sequence[Said], question: str) -> list[Said]:
    asked = _TERM.fullmatch(question)
    term = words(asked[1]) if asked else []
    defined = [
        each for each in said if any(span.role == "stem" and words(span.text) == term for span in each.unit.spans)
    ]
    return [*sorted(defined, key=lambda each: min(each.unit.quoted)), *(each for each in said if each not in defined)]


def _is_of_another(said: Said, question: str) -> bool:
    """Whether the first cell of a row names one of a kind of which the question names others."""
    cell = next((span.text for span in said.unit.spans if span.role == "quote"), "")
    named, asked = dict(_named(cell)), set(_named(question[:1].lower() + question[1:]))
    return any(kind in named for kind, _ in asked) and not any(named.get(kind) == name for kind, name in asked)


def _named(text: str) -> Iterator[tuple[tuple[str, bool], str]]:
    """((a word, whether it comes first), the name beside it): "Echo company", "Unit B79"."""
    for one, other in pairwise(re.findall(r"[\w-]+", text)):
        for kind, name, first in ((one, other, True), (other, one, False)):
            if _is_name(name) and kind.casefold() not in function_words():
                yield (kind.casefold(), first), name.casefold()


def _is_name(word: str) -> bool:
    return (word[0].isupper() or any(map(str.isdigit, word))) and word.casefold() not in function_words()
