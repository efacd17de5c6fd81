"""What is at the places that a question asks for: that decides, and never another article. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import takewhile

from retrieval.answers.questions import Asked
from retrieval.answers.sentences import Candidate
from retrieval.answers.subject import instruments_of, names
from retrieval.corpus.finders import place_keys
from retrieval.corpus.passages import Passage
from retrieval.corpus.records import passage_place
from retrieval.text.places import LOOSE, AskedPlace, asked_places, elsewhere, keys_of, unnumbered, within
from retrieval.text.tokens import tokens
from retrieval.text.wording import function_stems, function_words, normal, words
from retrieval.types import Hit, Results

_ON = re.compile(r"\b(?:about|on|regarding|concerning)\b", re.IGNORECASE)
# What a place is said to be of: "Article 5 of the Convention on Pilots", "in the mandate"; "in force" is none.
_OF = re.compile(
    r"(?:'s)? (?:of (?:the |our |their |this )?|(?:in|under|from) (?:(?:the|our|their|this) |(?=[A-Z])))"
    r"((?:[\w'’-]+ ?){1,8})"
)
_DOES = re.compile(r"\b(?:do|does|did)\b", re.IGNORECASE)
# A document is meant by its title where the question has so many words of that.
_TITLE_WORDS = 2
_PLACE_WORDS = frozenset(tokens("articles sections rules paragraphs items points annexes"))


@dataclass(frozen=True, slots=True)
class Located:
    """The results and candidates that may answer a question, and the names of places that nothing found is at.

    `placed`: whether what is at the places that the question names is what it asks for.
    """

    results: Results
    ranked: Sequence[Candidate]
    missing: tuple[str, ...] = ()
    placed: bool = False


@dataclass(frozen=True, slots=True)
class _Fit:
    """What may answer a part of a question. `asks`: whether the part names a place; `whole`: whether it wants all that
    is there; `placed`: whether it wants something that is there."""

    candidates: Sequence[Candidate]
    asks: bool
    whole: bool
    placed: bool


def located(asked: Asked, results: Results, ranked: Sequence[Candidate]) -> Located:
    """Keep for each part of a question what is at the places it asks for; all, where it asks for none."""
    texts = asked.parts if any(map(asked_places, asked.parts)) else (asked.question,) * len(asked.parts)
    wanted = [asked_places(text) for text in texts]
    if not any(wanted):
        return Located(results, ranked)
    everything = [*ranked, *_unranked(results.hits, ranked)]
    fits: list[_Fit] = []
    missing: list[str] = []
    for text, places in zip(texts, wanted, strict=True):
        found = {place: _at(asked, text, place, everything) for place in places}
        found = {place: at for place, at in found.items() if _is_of_a_text(asked, text, place, at)}
        there = [c for at in found.values() for c in at]
        absent = [place for place, at in found.items() if not at]
        speaking = [place for place in absent if _spoken_of(place, results.hits)]
        missing += [place.name for place in absent if place not in speaking]
        may = [c for c in ranked if _may_speak(c, speaking)] if speaking or not found else []
        fits.append(_Fit(there or may, bool(found), *(_wanted(text, there) if there else (False, False))))
    if not any(fit.asks for fit in fits):
        return Located(results, ranked)
    kept = _for_parts(everything, fits)
    # A part whose place is nowhere is said to be missing; it leaves the others as they are.
    able = [fit for fit in fits if fit.candidates]
    passages = {c.hit.passage.passage_id for c in kept}
    hits = tuple(hit for hit in results.hits if hit.passage.passage_id in passages)
    return Located(
        replace(results, hits=hits) if kept else results,
        _in_reading_order(kept, results.hits) if all(fit.whole for fit in able) else kept,
        tuple(dict.fromkeys(missing)),
        placed=bool(able) and all(fit.placed for fit in able),
    )


def _unranked(hits: Sequence[Hit], ranked: Sequence[Candidate]) -> list[Candidate]:
    """The sentences that were not ranked: short ones, and those past the limit; not a bare number ("Article 5")."""
    if not ranked:
        return []
    known = {(c.hit.passage.passage_id, c.position) for c in ranked}
    unmet = tuple(map(max, zip(*(c.unmet for c in ranked), strict=True)))
    parts = (0.0,) * len(ranked[0].parts)
    return [
        Candidate(hit, position, 0.0, parts, None, 0.0, unmet)
        for hit in hits
        for position, sentence in enumerate(hit.passage.sentences)
        if (hit.passage.passage_id, position) not in known and words(unnumbered(sentence.text))
    ]


def _at(asked: Asked, text: str, place: AskedPlace, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The sentences at a place, of the instrument or the document that the question names."""
    subjects, document = instruments_of(asked.question), _document(text, place)
    there = [
        c
        for c in candidates
        if within(place.key, place_keys(c.sentence, c.hit.passage.section))
        and all(names(c.hit.passage, subject) for subject in subjects)
        and _is_called(c.hit.passage, document)
    ]
    stems = set(tokens(asked.question))
    titled = {c.hit.passage.passage_id: len(stems & set(tokens(_title(c.hit.passage)))) for c in there}
    most = max(titled.values(), default=0)
    if most >= _TITLE_WORDS:
        there = [c for c in there if titled[c.hit.passage.passage_id] == most]
    # An annex may have an Article 3 too: that of the document itself is meant.
    own = [c for c in there if any(p.key[: len(place.key)] == place.key for p in asked_places(c.sentence.place or ""))]
    return own or there


def _document(text: str, place: AskedPlace) -> set[str]:
    """The stems of what a text calls the document that a place is of; none where it does not say."""
    plain = normal(text)
    found = _OF.match(plain, place.end)
    run = found[1].split() if found else []
    said = list(takewhile(lambda word: word.lower() not in function_words(), run))
    # "What does article 5 of the mandate require?": the last word is the verb.
    if len(said) > 1 and _DOES.search(plain, 0, place.end) and run[len(said) :][:1] not in (["say"], ["tell"]):
        said.pop()
    return set(tokens(" ".join(said)))


def _is_called(passage: Passage, document: Set[str]) -> bool:
    """Whether a passage is of the document that is called so, by two of three words or by the initials of its title."""
    title = _title(passage)
    initials = "".join(word[0] for word in re.findall(r"[A-Z]\w+", title)).lower()
    had = document & set(tokens(f"{title} {passage.source.publisher or ''} {passage.indexed_text}"))
    return 3 * len(had | {stem for stem in document if len(stem) > 1 and stem in initials}) >= 2 * len(document)


def _title(passage: Passage) -> str:
    """What a document is called; by its first heading where it has no title."""
    source, first = passage.source, (passage.section or "").split(" > ")[0]
    return " ".join(filter(None, (source.title or first, source.digest_of)))


def _spoken_of(place: AskedPlace, hits: Sequence[Hit]) -> bool:
    """Whether a passage found mentions the place, in its title or in a sentence that stands at no other such place."""
    return any(
        within(place.key, keys_of(_title(hit.passage)))
        or any(
            within(place.key, keys_of(s.text)) and not elsewhere(place.key, keys_of(s.place or ""))
            for s in hit.passage.sentences
        )
        for hit in hits
    )


def _may_speak(candidate: Candidate, places: Sequence[AskedPlace]) -> bool:
    own = keys_of(candidate.sentence.place or "")
    return not any(elsewhere(place.key, own) for place in places)


def _is_of_a_text(asked: Asked, text: str, place: AskedPlace, at: Sequence[Candidate]) -> bool:
    """Whether a place is one of a text, where units, kits and charts have numbers of the kind too ("section 2")."""
    named = place.key[0] not in LOOSE or _document(text, place) or instruments_of(asked.question)
    return bool(named) or any(_wanted(text, at))


def _for_parts(everything: Sequence[Candidate], fits: Sequence[_Fit]) -> list[Candidate]:
    """The candidates that may answer a part, each worth nothing for the others.

    The best for a part that names a place is worth as much as the best of all: nothing else may answer that part.
    """
    top = max((score for c in everything for score in (c.score, *c.parts)), default=0.0)
    best = [max((c.parts[n] for c in fit.candidates), default=0.0) for n, fit in enumerate(fits)]
    ids = [set(map(id, fit.candidates)) for fit in fits]
    kept = []
    for candidate in everything:
        fitting = [n for n in range(len(fits)) if id(candidate) in ids[n]]
        parts = [0.0] * len(fits)
        for n in fitting:
            share = 1.0 if fits[n].whole or not best[n] else candidate.parts[n] / best[n]
            parts[n] = share * top if fits[n].asks else candidate.parts[n]
        score = top if any(fits[n].whole for n in fitting) else candidate.score
        kept += [replace(candidate, score=score, parts=tuple(parts))] if fitting else []
    return kept


def _wanted(text: str, at: Sequence[Candidate]) -> tuple[bool, bool]:
    """(whether a text wants all that is at its places, whether it wants that or something of what is there).

    It wants all where at most a verb is left of it ("require").
    """
    places = asked_places(text)
    called = " ".join(f"{_title(c.hit.passage)} {c.hit.passage.source.publisher or ''}" for c in at)
    named = set(tokens(" ".join([called, *(place.name for place in places)])))
    documents = set().union(*(_document(text, place) for place in places))
    documents &= {stem for c in at for stem in tokens(c.hit.passage.indexed_text)}
    further = set(tokens(text)) - function_stems() - named - _PLACE_WORDS - documents
    met = any(further & set(tokens(f"{c.text} {c.hit.passage.section or ''}")) for c in at)
    whole = not further or (bool(at) and len(further) == 1 and not _ON.search(text) and not met)
    return whole, whole or met


def _in_reading_order(kept: Sequence[Candidate], hits: Sequence[Hit]) -> list[Candidate]:
    """The candidates as one reads them: those for the first part, of the best source first."""
    sources = list(dict.fromkeys(hit.passage.source.source_id for hit in hits))

    def order(candidate: Candidate) -> tuple[int, ...]:
        parts, passage = candidate.parts, candidate.hit.passage
        _, ordinal = passage_place(passage.passage_id)
        return parts.index(max(parts)), sources.index(passage.source.source_id), ordinal, candidate.position

    return sorted(kept, key=order)
