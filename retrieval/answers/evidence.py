"""What speaks for a question being covered: meaning, shared terms, names it mentions, a figure where it wants one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p

from retrieval.answers.questions import Asked
from retrieval.answers.sentences import AS_ASKED, Candidate
from retrieval.answers.subject import defines, topic_not_found, unnamed
from retrieval.text.places import FORMATION, unnumbered
from retrieval.text.tokens import tokens
from retrieval.text.wording import content_weights, normal, shared
from retrieval.types import Hit, Results

SENTENCES_READ = 3
# Two short texts of the field are as alike as this by chance: half of the questions that nothing answers are.
RELATED = 0.5
_UNITS = "months?|weeks?|days?|years?|hours?|percent|per cent|percentage"
_WANTS_FIGURE = re.compile(
    r"\b(?:how (?:many|often|long|frequently|soon|regularly)|how much (?:money|time|fuel|funding|ammunition)|"
    r"how much\b.{0,40}\b(?:pay|paid|costs?|spend|spent|charge|fund|budget|compensat\w+|owe|set aside|earmark\w*)|"
    r"(?:what|which) (?:\w+ )?(?:number|share|percentage|"
    r"per cent|percent|proportion|interval|deadline|amount|budget|figure|rate|ratio|frequency|threshold|price|sum)|"
    rf"number of (?:{_UNITS})|every how many)\b",
    re.IGNORECASE,
)
# What asks for a span of time is met by words for it too; what asks for a number is not met by a year.
_WANTS_TIME = re.compile(
    rf"\b(?:how (?:often|long|frequently|soon|regularly)|interval|deadline|rate|frequency|threshold|"
    rf"(?:number of|how many) (?:{_UNITS}))\b",
    re.IGNORECASE,
)
_NUMBER = (
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|dozens?|hundreds?|thousands?|millions?|billions?|half|third|"
    r"quarter|twice)\b"
)
_COUNT = re.compile(_NUMBER, re.IGNORECASE)
_TIME = re.compile(
    rf"{_NUMBER}|\b(?:once (?:a|every)|annual(?:ly)?|biannual(?:ly)?|quarterly|monthly|weekly|daily|yearly|every|each|"
    rf"{_UNITS})\b",
    re.IGNORECASE,
)
# What asks for a share is met by a share alone.
_WANTS_SHARE = re.compile(r"\b(?:percent|per cent|percentage|proportion|share|fraction|ratio)\b", re.IGNORECASE)
_SHARE = re.compile(
    r"\d\s?%|\b(?:per ?cent|percentage|half|halves|thirds?|quarters?|majority|minority|"
    r"(?:one|two|\d+) (?:in|out of) \w+)\b",
    re.IGNORECASE,
)
_YEARS = re.compile(r"\b(?:1[89]|20)\d\d(?:s\b|\s?[-–]\s?\d{2,4}\b|\b)")
_NAME = re.compile(r"\d[\d.,/-]*|[^\W\d_](?:[\w&'/-]*\w)?")
# "4th Brigade", "Alpha Company", "Task Force 12": guidance need not know a unit to apply to it.
_UNIT = re.compile(
    rf"\b(?:(?:\d+(?:st|nd|rd|th)?|[A-Z][\w-]*) ){{1,3}}{FORMATION}s?\b|\b{FORMATION} (?:[A-Z]\w*|\d+)\b"
)
_SMALL_WORDS = frozenset({"and", "of", "the", "for", "on", "in", "to", "a", "an"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """All 0 to 1 but `top`.

    similarity: the best sentence's cosine; None without an embedder.
    dense: the best passage's cosine.
    words: how well the sentences of one passage together meet the question's words; None where the embedder gives none.
    gap: how much of them lies in the one word piece that nothing found meets; None likewise.
    sentence, passage: the idf-weighted shares of the question's terms in the best sentence and the best passage.
    names: the share of its names, numbers and acronyms found in the best passages; 1 when it mentions none.
    figure: whether the best sentence holds the figure it wants; of several parts, whether one of the best does. True
        where it wants none.
    top: the best passage's BM25 by its own words, over the rarity of a word that no passage has.
    asked: how alike in words the question is to the nearest finder of what was found; 1 where the term that it asks
        for has its definition there.
    finder: its cosine to the nearest finder of the best passages, as far as it passes `RELATED`; not to be like a
        finder speaks against nothing, for most documents have none.
    added: how well a follow-up's new words are met where none of them occurs in what was found; None for every other
        question.
    unnamed: what it asks about by name that no passage found names.
    unplaced: the places it asks for where nothing found is at any of them.
    placed: whether what is at the places that it names is what it asks for.
    """

    similarity: float | None
    dense: float | None
    sentence: float
    passage: float
    names: float
    figure: bool
    words: float | None = None
    gap: float | None = None
    top: float = 0.0
    asked: float = 0.0
    finder: float = 0.0
    added: float | None = None
    unnamed: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    placed: bool = False


def weigh(asked: Asked, results: Results, ranked: Sequence[Candidate]) -> Evidence:
    """The evidence that what was found answers what was asked."""
    weights = content_weights(results.terms)
    similarities = [c.similarity for c in ranked if c.similarity is not None]
    cosines = [hit.dense for hit in results.hits if hit.dense is not None]
    passages = [hit.passage for hit in results.hits]
    best = passages[0].text if passages else ""
    likeness = max((_said_as_asked(candidate, asked.query) for candidate in ranked), default=0.0)
    # A follow-up's topic may be in the question before; a finder may name what its passage calls otherwise.
    lines = (finder.line for hit in results.hits for finder in hit.finders)
    topic = () if asked.follow_up or likeness >= AS_ASKED else topic_not_found(asked.query, passages, lines)
    return Evidence(
        similarity=max(similarities, default=None),
        dense=max(cosines, default=None),
        sentence=ranked[0].coverage if ranked else 0.0,
        passage=shared(weights, tokens(best)),
        names=names_found(asked.names or asked.question, results.hits),
        figure=_figure_found(asked, ranked),
        words=words_met(ranked),
        gap=_widest_gap(ranked),
        top=_top(results),
        asked=likeness,
        finder=max((candidate.finder - RELATED for candidate in ranked if candidate.finder > RELATED), default=0.0),
        unnamed=(*(subject.name for subject in unnamed(asked.question, passages)), *topic),
    )


def _said_as_asked(candidate: Candidate, query: str) -> float:
    return 1.0 if defines(candidate.sentence.spans, query) else candidate.asked


def _top(results: Results) -> float:
    """The greatest BM25 score, normalised by what the size of the corpus makes of one: the idf of a rare word."""
    best = max((hit.lexical for hit in results.hits if hit.lexical is not None), default=0.0)
    return best / _rarest(results) if results.passages else 0.0


def _rarest(results: Results) -> float:
    """The idf of a term that no passage has, by Lucene's formula."""
    return log1p((results.passages + 0.5) / 0.5)


def words_met(ranked: Sequence[Candidate]) -> float | None:
    """How well the sentences of the best passage, taken together, meet the words of the question."""
    together: dict[str, list[float]] = {}
    for candidate in ranked:
        passage, unmet = candidate.hit.passage.passage_id, list(candidate.unmet)
        known = together.get(passage, unmet)
        together[passage] = [min(pair) for pair in zip(known, unmet, strict=True)]
    return max((1 - sum(unmet) for unmet in together.values() if unmet), default=None)


def _widest_gap(ranked: Sequence[Candidate]) -> float | None:
    """What all sentences together leave of the word that is left with most."""
    pieces = zip(*(candidate.unmet for candidate in ranked), strict=True)
    return max((min(left) for left in pieces), default=None)


def names_found(question: str, hits: Sequence[Hit]) -> float:
    """The share of the names, numbers and acronyms of a question that the passages contain; 1 when it has none."""
    names = names_in(question)
    if not names:
        return 1.0
    text = normal(" ".join(_called(hit) for hit in hits))
    known, lower, initials = set(tokens(text)), text.lower(), _initials(text)
    found = [n for n in names if set(tokens(n)) & known or n.lower() in lower or _abbreviates(n, initials)]
    return len(found) / len(names)


def _called(hit: Hit) -> str:
    source = hit.passage.source
    return " ".join(
        part for part in (hit.passage.indexed_text, source.author, source.publisher, source.edition) if part
    )


def names_in(question: str) -> list[str]:
    """Numbers, acronyms and words written with a capital inside a sentence, but not the names of units."""
    plain = _UNIT.sub("the unit", normal(question))
    found = []
    for match in _NAME.finditer(plain):
        word = match.group()
        opens = re.search(r"(?:^|[.?!:;]\s*|[\"'(\[]\s*)$", plain[: match.start()]) is not None
        acronym = len(word) > 2 and word.rstrip("s").isupper()
        if word[0].isdigit() or acronym or (word[0].isupper() and not opens and word != "I" and "'" not in word[:2]):
            found.append(word)
    return found


def _initials(text: str) -> str:
    return "".join(word[0] for word in re.findall(r"[^\W\d_]+", text) if word.lower() not in _SMALL_WORDS).upper()


def _abbreviates(name: str, initials: str) -> bool:
    """Whether an acronym's letters begin words in a row: "PMSC" for private military and security companies."""
    letters = name.rstrip("s")
    return len(letters) > 2 and letters.isupper() and letters in initials


def _figure_found(asked: Asked, ranked: Sequence[Candidate]) -> bool:
    if not _WANTS_FIGURE.search(asked.question):
        return True
    wanted = _SHARE if _WANTS_SHARE.search(asked.question) else _TIME if _WANTS_TIME.search(asked.question) else _COUNT
    read = ranked[: SENTENCES_READ if len(asked.parts) > 1 else 1]
    texts = [unnumbered(candidate.text) for candidate in read]
    return any(wanted.search(_YEARS.sub("", text) if wanted is _COUNT else text) for text in texts)
