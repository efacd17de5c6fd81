"""Who does what to whom, and when: what a claim, laid along its quotes, turns round."""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.model.alignment import Alignment
from retrieval.model.lines import BE, MODALS, STOPS, Line, Met
from retrieval.model.paraphrase import lexicon
from retrieval.model.statements import word_lists

_PAST = frozenset({"was", "were", "had"})
_PRESENT = frozenset({"is", "are", "has", "have", "am"})
_CAUSAL = frozenset({"because", "as", "since", "through", "given", "owing"})
_ARTICLES = frozenset({"the", "a", "an", "its", "their"})
# Right after a noun they stand for it: "states that use drones".
_SUBJECTS = (["that"], ["which"], ["who"])


def faults(laid: Alignment) -> Iterator[str]:
    """Why a claim's words do not hang together as those of its quotes do, in words for a repair request."""
    for word in laid.missing:
        yield f'its quote does not speak of "{word.word}"'
    for last, met, _ in laid.breaks:
        yield f'"{last.said.word}" and "{met.said.word}" stand otherwise in its quote'
    for met in laid.path:
        yield from _relation(laid, met)
        yield from _time(laid, met)
    yield from _agents(laid)
    yield from _names(laid)
    yield from _causes(laid)
    yield from _compared(laid)


def _relation(laid: Alignment, met: Met) -> Iterator[str]:
    """A phrase that hangs on another preposition: to the board, by the board."""
    mine = laid.claim.leading(met.said.place)
    theirs = laid.lines[met.sentence].leading(met.quoted.place)
    pairs = word_lists().contrary_prepositions
    sharp = word_lists().sharp_prepositions
    differ = mine != theirs and mine in sharp and theirs in sharp
    if mine and theirs and (differ or frozenset({mine, theirs}) in pairs):
        yield f'it says "{mine} … {met.said.word}" where its quote says "{theirs}"'


def _time(laid: Alignment, met: Met) -> Iterator[str]:
    """What was is not what is."""
    mine = _auxiliary(laid.claim, met.said.place)
    theirs = _auxiliary(laid.lines[met.sentence], met.quoted.place)
    if (mine in _PAST and theirs in _PRESENT) or (mine in _PRESENT and theirs in _PAST):
        yield f'it says "{mine}" where its quote says "{theirs}"'
    line, place = laid.lines[met.sentence], met.quoted.place
    yield from _finished(laid, met)
    following = line.words[place + 1 : place + 2]
    if mine in _PRESENT and theirs is None and line.participle(place) and set(following) & lexicon().determiners:
        yield f'it says "{mine} {met.said.word}" of what its quote gives as past'


def _finished(laid: Alignment, met: Met) -> Iterator[str]:
    """What is under way is not done, and what was done is not to come."""
    line, place = laid.lines[met.sentence], met.quoted.place
    before = laid.claim.words[max(0, met.said.place - 3) : met.said.place]
    theirs = line.words[max(0, place - 4) : place]
    under_way = met.quoted.word.endswith("ing") and (BE & set(theirs)) and not met.said.word.endswith("ing")
    if under_way and laid.claim.participle(met.said.place) and not BE & set(before):
        yield f'it gives "{met.said.word}" as done'
    leading = [word for word in before if not word.endswith("ly") and word not in BE | {"not", "also"}]
    if {"will", "shall"} & set(leading[-1:]) and not (MODALS | {"to", "expected", "planned"}) & set(theirs):
        yield f'it gives "{met.said.word}" as to come'


def _auxiliary(line: Line, place: int) -> str | None:
    for at in range(place - 1, max(-1, place - 4), -1):
        word = line.words[at]
        if word in _PAST or word in _PRESENT:
            return word
        if not word.endswith("ly") and word not in ("not", "n't", "been", "being", "the", "a", "an", "also"):
            return None
    return None


def _agents(laid: Alignment) -> Iterator[str]:
    """Active and passive may be exchanged, and then who acts changes its place as well."""
    for number, met in enumerate(laid.path):
        line = laid.lines[met.sentence]
        mine, theirs = laid.claim.passive(met.said.place), line.passive(met.quoted.place)
        subject = _subject(laid, number)
        if subject is None:
            continue
        if subject.quoted.place > met.quoted.place:
            if theirs and not mine and not _agent(line, met.quoted.place, subject.quoted.place):
                yield f'it changes who does what at "{met.said.word}"'
            continue
        if mine == theirs:
            if _verb(laid.claim, met.said.place) and _supplanted(laid, subject, met):
                yield f'it changes who does what at "{met.said.word}"'
            continue
        after = next((o for o in laid.path[number + 1 :] if o.sentence == met.sentence), None)
        if mine:
            wrong = _verb(line, met.quoted.place) and not _participial(line, met.quoted.place)
        else:
            acts = after is not None and after.quoted.place > met.quoted.place and _by(line, met.quoted.place)
            # Who does it is told nowhere: then nobody before it does.
            same = met.said.stem == met.quoted.stem
            invented = same and not _by(line, met.quoted.place) and not laid.claim.participle(met.said.place)
            wrong = (acts or invented) and _verb(laid.claim, met.said.place)
        if wrong:
            yield f'it changes who does what at "{met.said.word}"'


def _subject(laid: Alignment, number: int) -> Met | None:
    """The word before a verb of the claim that is no verb of the same chain ("is expected to be published")."""
    met = laid.path[number]
    for other in reversed(laid.path[:number]):
        between = laid.claim.between(other.said.place, met.said.place)
        if any(word in STOPS or word in lexicon().joints for word in between[between[:1] in _SUBJECTS :]):
            return None
        chained = laid.claim.passive(other.said.place) or "to" in between[:1]
        if other.sentence == met.sentence and not chained:
            return other
    return None


def _supplanted(laid: Alignment, subject: Met, met: Met) -> bool:
    """Whether a noun with its article, on which no preposition is, stands right before a verb and the claim has it not.

    "With the consent of the cabinet the ministry kept it" does not say that the cabinet kept it.
    """
    line, head = laid.lines[met.sentence], met.quoted.place - 1
    while head > 0 and (line.words[head] in MODALS | _PAST | _PRESENT or line.words[head].endswith("ly")):
        head -= 1
    start = head
    while start > 0 and line.words[start] not in lexicon().small | STOPS and not line.participle(start):
        start -= 1
    own = laid.claim.words[max(0, met.said.place - 6) : met.said.place]
    if line.words[head] in own or not any(word.place == head for word in line.content):
        return False
    begins = subject.quoted.place < start < head and line.words[start] in _ARTICLES
    return begins and line.words[start - 1] not in lexicon().prepositions


def _agent(line: Line, verb: int, noun: int) -> bool:
    """Whether a noun after a verb in the passive is in the phrase that says by whom."""
    between = line.between(verb, noun)
    leads = lexicon().prepositions | STOPS | BE | MODALS
    return "by" not in between or not leads & set(between[between.index("by") + 1 :])


def _by(line: Line, place: int) -> bool:
    return "by" in line.words[place + 1 : place + 6]


def _verb(line: Line, place: int) -> bool:
    """Whether a word stands where a verb does: after a modal, "to", or a noun that no small word parts from it."""
    if place == 0:
        return False
    before = line.words[place - 1]
    return before == "that" or before not in lexicon().determiners | lexicon().prepositions - {"to"}


def _participial(line: Line, place: int) -> bool:
    """Whether a participle describes a noun: "arms supplied to …", "the supplied arms"."""
    if not line.participle(place):
        return False
    before = line.words[place - 1] if place else ""
    after = line.words[place + 1] if place + 1 < len(line.words) else ","
    loose = after.endswith("ly") or after in ("more", "less") or after in STOPS
    return before in lexicon().determiners or after in lexicon().prepositions or loose


def _names(laid: Alignment) -> Iterator[str]:
    """Two names change places only with the voice of the verb, or with the phrase that one of them stands in."""
    named = [met for met in laid.path if _is_name(laid, met)]
    for number, first in enumerate(named):
        for second in named[number + 1 :]:
            if first.sentence != second.sentence or first.quoted.place <= second.quoted.place:
                continue
            line = laid.lines[first.sentence]
            led = laid.claim.leading(first.said.place)
            moved = led in lexicon().prepositions and led == line.leading(first.quoted.place)
            listed = {"and", "or", ","} >= set(line.between(second.quoted.place, first.quoted.place))
            again = any(first.said.meets(word) and word.place < second.quoted.place for word in line.content)
            between = [met for met in laid.path if first.said.place < met.said.place < second.said.place]
            if not (moved or listed or again or any(laid.order.turned(met) for met in between)):
                yield f'"{first.said.word}" and "{second.said.word}" change places'


def _is_name(laid: Alignment, met: Met) -> bool:
    said, quoted = laid.claim.text.cased[met.said.place], laid.lines[met.sentence].text.cased[met.quoted.place]
    return said[0].isupper() and quoted[0].isupper() and (met.said.place > 0 or met.quoted.place > 0)


def _causes(laid: Alignment) -> Iterator[str]:
    """What is given as the cause must be the cause in the quote as well."""
    for because in laid.claim.places("because"):
        end = next((at for at in range(because, len(laid.claim.words)) if laid.claim.words[at] in STOPS), None)
        cause = [met for met in laid.path if because < met.said.place and (end is None or met.said.place < end)]
        if cause and not _follows_a_cause(laid.lines[cause[0].sentence], cause):
            yield 'it says "because" of what is no cause in its quote'


def _follows_a_cause(line: Line, cause: list[Met]) -> bool:
    first = min(met.quoted.place for met in cause if met.sentence == cause[0].sentence)
    return any(not STOPS & set(line.words[at:first]) for word in _CAUSAL for at in line.places(word) if at < first)


def _compared(laid: Alignment) -> Iterator[str]:
    """What is set against something else with "than" stays on its side."""
    for than in laid.claim.places("than"):
        for met in laid.path:
            theirs = laid.lines[met.sentence].places("than")
            turned = laid.order.exchanged(met.sentence) or len(theirs) != 1 or met.said.word[0].isdigit()
            if not turned and (met.said.place > than) != (met.quoted.place > theirs[0]):
                yield f'it puts "{met.said.word}" on the other side of "than"'
