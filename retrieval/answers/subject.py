"""What a question asks about by name: an instrument, a term. A passage found must name it. Pure.

Names of units, partners and places of events are no subject: guidance need not know them to apply.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from retrieval.corpus.passages import Passage, Span
from retrieval.text.places import asked_places
from retrieval.text.tokens import tokens
from retrieval.text.wording import function_stems, function_words, normal, words

# What instruments are called. With a name before it ("the European Peace Facility") such a word is one of its own.
_KIND = (
    r"(?i:conventions?|protocols?|treat(?:y|ies)|covenants?|charters?|statutes?|acts?|laws?|code|directives?|"
    r"regulations?|resolutions?|polic(?:y|ies)|doctrines?|strateg(?:y|ies)|principles|guidelines?|manuals?|handbooks?|"
    r"frameworks?|agreements?|declarations?|positions?|documents?|facilit(?:y|ies)|funds?|programmes?|programs?|"
    r"guidance notes?|clauses?|certificates?)"
)
_WORD = r"[A-Za-z][\w’'-]*"
# A name: words before the kind, one of them with a capital; "of the …" may follow the kind.
_INSTRUMENT = re.compile(
    rf"\b((?:{_WORD} ){{1,5}})({_KIND})\b((?: (?:of|on|for|against) (?:the )?(?:[A-Z][\w’'-]* ?){{1,5}})?)"
)
_TERM = re.compile(
    r"(?:\bwhat (?:does|do|is meant by|is|are) (?:the (?:term|word|phrase|expression) )?\"(?P<quoted>[^\"]{3,60})\"|"
    r"^(?:so |and )?(?:what is|what's|what are|define) (?:an? |the )?(?P<bare>[\w-]+(?: [\w-]+){0,2})\W*$)",
    re.IGNORECASE,
)
_ASKED_TERM = re.compile(r"(?:what|who) (?:is|are) (?:an? |the )?(.+)", re.IGNORECASE)
# What somebody is asked to say something about; a question of a few words without a verb is such a topic as a whole.
_TOPIC = re.compile(r"\b(?:says?|said|states?) (?:anything |something )?(?:about|on) ([^?.!]{3,60})\W*$", re.IGNORECASE)
_LONGEST_TOPIC = 4
_BETWEEN = frozenset({"the", "a", "an", "of", "to", "in", "on", "by", "for", "with", "at"})


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about: its `name` as the question has it, and the stems that name it."""

    name: str
    stems: frozenset[str]


def subjects_of(question: str) -> tuple[Subject, ...]:
    """The instruments and terms that a question asks about, each once."""
    return tuple(dict.fromkeys((*instruments_of(question), *_terms(normal(question)))))


def instruments_of(question: str) -> tuple[Subject, ...]:
    """The instruments that a question asks about."""
    return tuple(_instruments(normal(question)))


def defines(spans: Iterable[Span], query: str) -> bool:
    """Whether a sentence stands under the very term that is asked for, as in a list of definitions."""
    asked = _ASKED_TERM.fullmatch(query)
    return asked is not None and any(s.role == "stem" and words(s.text) == words(asked[1]) for s in spans)


def unnamed(question: str, passages: Sequence[Passage]) -> tuple[Subject, ...]:
    """The subjects of a question that none of the passages, nor the record of its source, names."""
    return tuple(
        subject for subject in subjects_of(question) if not any(names(passage, subject) for passage in passages)
    )


def topic_not_found(question: str, passages: Sequence[Passage], lines: Iterable[str]) -> tuple[str, ...]:
    """The topic of a question, when no passage has a word of it and no line under which one is found has them all."""
    topic = _topic(normal(question))
    stems = set(tokens(topic)) - function_stems()
    known = {stem for passage in passages for text in _texts(passage) for stem in tokens(text)}
    return (topic,) if stems and not stems & known and not any(stems <= set(tokens(line)) for line in lines) else ()


def _topic(plain: str) -> str:
    found = _TOPIC.search(plain)
    bare = plain.rstrip("?.! ").split()
    alone = len(bare) <= _LONGEST_TOPIC and not any(word.casefold() in function_words() for word in bare)
    return found[1] if found else " ".join(bare) if alone else ""


def names(passage: Passage, subject: Subject) -> bool:
    """Whether a passage, or the record of its source, names a subject."""
    return any(subject.stems <= set(tokens(text)) for text in _texts(passage))


def _texts(passage: Passage) -> Iterator[str]:
    """What may name a subject, each by itself: the record of the source, and the passage with the heading above it."""
    source = passage.source
    yield " ".join(part for part in (source.title, source.digest_of, source.author, source.publisher) if part)
    yield " ".join(part for part in (source.title, passage.section, passage.text) if part)


def _instruments(plain: str) -> Iterator[Subject]:
    for found in _INSTRUMENT.finditer(plain):
        before = _name_before(found[1].split(), opens=found.start(1) == 0)
        if not any(word[0].isupper() for word in before):
            if found[3] and found[2][0].isupper():  # "the Convention on Pilots"
                yield Subject(f"{found[2]}{found[3]}".strip(), frozenset(tokens(f"{found[2]}{found[3]}")))
            continue
        before = before[next(at for at, word in enumerate(before) if word[0].isupper()) :]
        name = " ".join([*before, found[2]]) + found[3]
        yield Subject(name.strip(), frozenset(tokens(name.replace("'s ", " "))))


def _name_before(words: Sequence[str], *, opens: bool) -> list[str]:
    """The words right before the kind that belong to its name: back to an article, a verb or a question word."""
    kept: list[str] = []
    for at in range(len(words) - 1, -1, -1):
        word = words[at]
        if word.casefold() in function_words() or word.casefold() in _BETWEEN:
            break
        # What opens the sentence has its capital from there, unless nothing else of the name has one.
        if opens and at == 0 and (not kept or any(each[0].isupper() for each in kept)):
            break
        kept.insert(0, word)
    return kept


def _terms(question: str) -> Iterator[Subject]:
    found = _TERM.search(question)
    if found is not None:
        name = found["quoted"] or found["bare"]
        words = name.casefold().split()
        plain = not any(word in function_words() or word in _BETWEEN for word in words)
        if found["quoted"] or (plain and not asked_places(name)):
            yield Subject(name, frozenset(tokens(name)))
