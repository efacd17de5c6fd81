"""Chosen sentences to the units that an answer shows: joined, in force, each thing said once. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from retrieval.answers.units import Beside, Unit, unit_of
from retrieval.corpus.passages import Passage
from retrieval.ports import Selection
from retrieval.search.folding import DECISIVE, standing
from retrieval.text.tokens import tokens
from retrieval.text.wording import words

# Two quotes that share this much of their words say the same thing.
SAME_SHARE = 0.75
# A second source that says the same all but word for word differs in a word of thirty at most.
TWIN_RATIO = 0.96
TWIN_LENGTHS = 0.1
# A later edition says something on the matter of a sentence where it has this share of its words.
LATER_SHARE = 0.6
# Quotes of neighbouring sentences are one up to this length.
JOINED_WORDS = 80
_COUNTS = frozenset(
    (  # noqa: SIM905 - one word each
        "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty hundred half "
        "dozen once twice hour hours day days week weeks month months year years daily weekly monthly yearly annually"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is said in answer to a part of the question: the unit that says it, and others that do too."""

    part: int
    unit: Unit
    also: tuple[Unit, ...] = ()

    @property
    def words(self) -> int:
        """How long it is to read."""
        return len(self.unit.text.split())


def gathered(selection: Selection, found: Sequence[Passage], beside: Beside) -> list[Said]:
    """What a selection says, best first: sentences of one place together, what was overtaken by its later edition
    left out or behind it, and the same thing said once with all who say it."""
    said: list[Said] = []
    for chosen in selection.chosen:
        unit = unit_of(chosen.passage, [chosen.position], beside)
        if unit is not None:
            _add(said, Said(chosen.part, _in_force(unit, found, beside)), beside)
    said = _behind_successors([replace(each, also=_twins(each.unit, found)) for each in _folded(said)])
    # What leans on a sentence that is not at hand is understood after another, if at all.
    return [_best_standing(each) for each in sorted(said, key=lambda each: not each.unit.whole)]


def _add(said: list[Said], new: Said, beside: Beside) -> None:
    """Add a unit, or join it to one that shares a place with it or ends where it begins."""
    for at, old in enumerate(said):
        if new.unit.quoted <= old.unit.quoted:
            return
        joined = _joined(old, new, beside)
        if joined is not None:
            said[at] = joined
            return
    said.append(new)


def _joined(old: Said, new: Said, beside: Beside) -> Said | None:
    """Two units of one passage as one; None where they have nothing to do with each other or get too long."""
    if old.unit.passage is not new.unit.passage:
        return None
    own = {at for id_, at in old.unit.quoted | new.unit.quoted if id_ == old.unit.passage.passage_id}
    shares = bool(old.unit.places & new.unit.places)
    if not shares and not (old.part == new.part and _adjacent(old.unit, new.unit)):
        return None
    unit = unit_of(old.unit.passage, own, beside)
    if unit is None or (not shares and len(unit.text.split()) > JOINED_WORDS):
        return None
    return replace(old, unit=unit)


def _adjacent(one: Unit, other: Unit) -> bool:
    """Whether one begins in the paragraph where the other ends, with nothing between them.

    Where paragraphs are not numbered nobody knows, and rows of a table are never one.
    """
    near = any(id_ == also and abs(at - place) == 1 for id_, at in one.places for also, place in other.places)
    shared = {s.paragraph for s in one.spans} & {s.paragraph for s in other.spans}
    return near and bool(shared - {None}) and not (has_rows(one) or has_rows(other))


def has_rows(unit: Unit) -> bool:
    """Whether a sentence of the unit is a row of a table."""
    return any(unit.passage.sentences[at].row for id_, at in unit.quoted if id_ == unit.passage.passage_id)


def _in_force(unit: Unit, found: Sequence[Passage], beside: Beside, seen: frozenset[str] = frozenset()) -> Unit:
    """The unit, or what the later edition of its source says on the same matter where that was found too."""
    successor = unit.source.successor
    if successor is None or successor == unit.source.source_id or successor in seen:
        return unit
    mine = frozenset(tokens(unit.statement))
    best: tuple[float, Passage, int] | None = None
    for passage in found:
        if passage.source.source_id != successor:
            continue
        for at, sentence in enumerate(passage.sentences):
            theirs = frozenset(tokens(sentence.text))
            share = len(mine & theirs) / max(1, min(len(mine), len(theirs)))
            if len(theirs) > 2 and share >= LATER_SHARE and (best is None or share > best[0]):
                best = share, passage, at
    later = unit_of(best[1], [best[2]], beside) if best else None
    return unit if later is None else _in_force(later, found, beside, seen | {unit.source.source_id})


def _folded(said: Iterable[Said]) -> list[Said]:
    """Each thing once. Another source that says it is kept as one that says it too; other wordings of it go."""
    kept: list[Said] = []
    for each in said:
        if not any(_same(each.unit, other.unit) for other in kept):
            kept.append(each)
    return kept


def _same(one: Unit, other: Unit) -> bool:
    mine, theirs = words(one.statement), words(other.statement)
    shared = len(set(mine) & set(theirs))
    return shared >= SAME_SHARE * len(set(mine) | set(theirs)) and set(_decisive(mine)) == set(_decisive(theirs))


def _twins(unit: Unit, found: Sequence[Passage]) -> tuple[Unit, ...]:
    """The first sentence of each other source that says the same all but word for word, as units."""
    mine = words(unit.statement)
    twins: dict[str, Unit] = {}
    for passage in found:
        source = passage.source.source_id
        if source == unit.source.source_id or source in twins:
            continue
        for at, sentence in enumerate(passage.sentences):
            if abs(len(sentence.text) - len(unit.statement)) <= TWIN_LENGTHS * len(unit.statement) and _word_for_word(
                mine, words(sentence.text)
            ):
                twin = unit_of(passage, [at])
                twins |= {source: twin} if twin is not None else {}
                break
    return tuple(twins.values())


def _word_for_word(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    if len(mine) != len(theirs) or _decisive(mine) != _decisive(theirs):
        return False
    return SequenceMatcher(None, mine, theirs).ratio() >= TWIN_RATIO


def _decisive(said: Sequence[str]) -> list[str]:
    """What must not differ: numbers and spans of time, negations, modal verbs."""
    return [word for word in said if word in DECISIVE or word in _COUNTS or any(map(str.isdigit, word))]


def _best_standing(said: Said) -> Said:
    """The source that stands best says it, and the others say it too."""
    first, *others = sorted((said.unit, *said.also), key=lambda unit: standing(unit.source), reverse=True)
    return said if first is said.unit else replace(said, unit=first, also=tuple(others))


def _behind_successors(said: Sequence[Said]) -> list[Said]:
    """What a source says comes after what its later editions say, the oldest last."""
    successors = {each.unit.source.source_id: each.unit.source.successor for each in said}
    return sorted(said, key=lambda each: _overtaken(each.unit.source.source_id, successors))


def _overtaken(source_id: str, successors: Mapping[str, str | None]) -> int:
    """How many of the sources that came after this one speak too."""
    after: list[str] = []
    later = successors.get(source_id)
    while later is not None and later not in (source_id, *after):
        after.append(later)
        later = successors.get(later)
    return sum(each in successors for each in after)
