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
from retrieval.text.places import AskedPlace, asked_places, elsewhere, keys_of, within
from retrieval.text.tokens import tokens
from retrieval.text.wording import function_stems, function_words, normal
from retrieval.types import Hit, Results

_ON = re.compile(r"\b(?:about|on|regarding|concerning)\b", re.IGNORECASE)
# What a place is said to be of: "Article 5 of the Convention on Pilots".
_OF = re.compile(r"(?:'s)? of (?:the |our |their )?((?:[\w'’-]+ ?){1,8})")
# A document is meant by its title where the question has so many words of that.
_TITLE_WORDS = 2
_PLACE_WORDS = frozenset(tokens("articles sections rules paragraphs items points annexes"))


@dataclass(frozen=True, slots=True)
class Located:
    """The results and candidates that may answer, and the names of places that nothing found is at or speaks of.

    `decided`: what is at the place is all that was asked for.
    """

    results: Results
    ranked: Sequence[Candidate]
    missing: tuple[str, ...] = ()
    decided: bool = False


def located(asked: Asked, results: Results, ranked: Sequence[Candidate]) -> Located:
    """Keep for each part of a question what is at the places it asks for; all, where it asks for none."""
    wanted = [asked_places(part) for part in asked.parts]
    if not any(wanted):
        wanted = [asked_places(asked.question)] * len(asked.parts)
    if not any(wanted):
        return Located(results, ranked)
    everything = [*ranked, *_unranked(results.hits, ranked)]
    fits: list[list[Candidate]] = []
    missing: list[str] = []
    at: list[Candidate] = []
    for places in wanted:
        found = [(place, _at(asked, place, everything)) for place in places]
        there = [c for _, each in found for c in each]
        absent = [place for place, each in found if not each]
        speaking = [place for place in absent if _spoken_of(place, results.hits)]
        missing += [place.name for place in absent if place not in speaking]
        at += there
        fits.append(there or ([c for c in ranked if _may_speak(c, speaking)] if speaking or not places else []))
    kept = [_for_parts(c, fits) for c in everything if any(c in fit for fit in fits)]
    passages = {c.hit.passage.passage_id for c in kept}
    bare = bool(at) and all(wanted) and _asks_no_more(asked, at)
    hits = tuple(hit for hit in results.hits if hit.passage.passage_id in passages)
    return Located(
        replace(results, hits=hits) if kept else results,
        _in_order(kept, results.hits) if bare else kept,
        tuple(dict.fromkeys(missing)),
        decided=bare or (bool(at) and all(wanted) and _met(asked, at)),
    )


def _unranked(hits: Sequence[Hit], ranked: Sequence[Candidate]) -> list[Candidate]:
    """The sentences that were not ranked: short ones, and those past the limit."""
    if not ranked:
        return []
    known = {(c.hit.passage.passage_id, c.position) for c in ranked}
    unmet = tuple(map(max, zip(*(c.unmet for c in ranked), strict=True)))
    parts = (0.0,) * len(ranked[0].parts)
    return [
        Candidate(hit, position, 0.0, parts, None, 0.0, unmet)
        for hit in hits
        for position in range(len(hit.passage.sentences))
        if (hit.passage.passage_id, position) not in known
    ]


def _at(asked: Asked, place: AskedPlace, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The sentences at a place, of the instrument or the document that the question names."""
    there = [c for c in candidates if within(place.key, place_keys(c.sentence, c.hit.passage.section))]
    subjects = instruments_of(asked.question)
    document = _document(asked, place)
    there = [
        c
        for c in there
        if all(names(c.hit.passage, subject) for subject in subjects) and _is_called(c.hit.passage, document)
    ]
    stems = set(tokens(asked.question))
    titled = {c.hit.passage.passage_id: len(stems & set(tokens(_title(c.hit.passage)))) for c in there}
    most = max(titled.values(), default=0)
    if most >= _TITLE_WORDS:
        there = [c for c in there if titled[c.hit.passage.passage_id] == most]
    # An annex may have an Article 3 too: that of the document itself is meant.
    own = [c for c in there if any(p.key[: len(place.key)] == place.key for p in asked_places(c.sentence.place or ""))]
    return own or there


def _document(asked: Asked, place: AskedPlace) -> set[str]:
    """The stems of what a question calls the document that a place is of; none where it does not say."""
    at = normal(asked.question).find(place.name)
    found = _OF.match(normal(asked.question), at + len(place.name)) if at >= 0 else None
    said = takewhile(lambda word: word.lower() not in function_words(), found[1].split()) if found else ()
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
    """Whether what was found speaks of a place, other than in another place of the kind."""
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


def _for_parts(candidate: Candidate, fits: Sequence[Sequence[Candidate]]) -> Candidate:
    """The candidate, worth nothing for a part of the question that it may not answer."""
    parts = tuple(score if candidate in fit else 0.0 for score, fit in zip(candidate.parts, fits, strict=True))
    return replace(candidate, parts=parts)


def _left(asked: Asked, at: Sequence[Candidate]) -> set[str]:
    """The words that a question has besides the place and what the document is called."""
    places = asked_places(asked.question)
    called = " ".join(f"{_title(c.hit.passage)} {c.hit.passage.source.publisher or ''}" for c in at)
    named = set(tokens(" ".join([called, *(place.name for place in places)])))
    words = set(tokens(asked.question)) - function_stems() - named - _PLACE_WORDS
    documents = set().union(*(_document(asked, place) for place in places)) & {
        stem for c in at for stem in tokens(c.hit.passage.indexed_text)
    }
    return words - documents


def _asks_no_more(asked: Asked, at: Sequence[Candidate]) -> bool:
    """Whether a question asks for what is at a place, whatever that is: at most a verb is left of it ("require")."""
    left = _left(asked, at)
    return not left or (len(left) == 1 and not _ON.search(asked.question) and not left & _said(at))


def _met(asked: Asked, at: Sequence[Candidate]) -> bool:
    """Whether the place says something of what else a question has."""
    return bool(_left(asked, at) & _said(at))


def _said(at: Sequence[Candidate]) -> set[str]:
    return {stem for c in at for stem in tokens(f"{c.text} {c.hit.passage.section or ''}")}


def _in_order(kept: Sequence[Candidate], hits: Sequence[Hit]) -> list[Candidate]:
    """The candidates in reading order, that of the best source first; each counts as much as the best."""
    best = max((c.score for c in kept), default=0.0)
    first = {hit.passage.source.source_id: -row for row, hit in reversed(list(enumerate(hits)))}

    def order(candidate: Candidate) -> tuple[int, int, int]:
        passage = candidate.hit.passage
        ordinal = passage.passage_id.rpartition("-")[2]
        return -first[passage.source.source_id], int(ordinal) if ordinal.isdigit() else 0, candidate.position

    return [replace(c, score=best, parts=(best,) * len(c.parts)) for c in sorted(kept, key=order)]
