"""What a claim, laid along its quotes, turns round or leaves out although the meaning hangs on it."""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.model.alignment import BE, MODALS, Alignment, Line, Met, Word, lexicon
from retrieval.model.statements import word_lists

_STOPS = frozenset({",", ";", ":"})
_CLAUSE_ENDS = _STOPS | {"but", "while", "whereas", "although", "though"}
_PAST = frozenset({"was", "were", "had"})
_PRESENT = frozenset({"is", "are", "has", "have", "am"})


def faults(laid: Alignment) -> Iterator[str]:
    """Every reason not to believe the claim that its place along the quotes gives, in words for a repair request."""
    for word in laid.missing:
        yield f'its quote does not speak of "{word.word}"'
    for last, met, _ in laid.breaks:
        yield f'"{last.said.word}" and "{met.said.word}" stand otherwise in its quote'
    for met in laid.path:
        yield from _relation(laid, met)
        yield from _time(laid, met)
        yield from _qualifiers(laid, met)
        yield from _infinitive(laid, met)
    yield from _progressive(laid)
    yield from _agents(laid)
    yield from _conditions(laid)
    yield from _only(laid)
    yield from _compared(laid)
    yield from _reported(laid)
    yield from _added(laid)


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
    following = line.words[place + 1 : place + 2]
    if mine in _PRESENT and theirs is None and line.participle(place) and set(following) & lexicon().determiners:
        yield f'it says "{mine} {met.said.word}" of what its quote gives as past'


def _auxiliary(line: Line, place: int) -> str | None:
    for at in range(place - 1, max(-1, place - 4), -1):
        word = line.words[at]
        if word in _PAST or word in _PRESENT:
            return word
        if not word.endswith("ly") and word not in ("not", "n't", "been", "being", "the", "a", "an", "also"):
            return None
    return None


def _qualifiers(laid: Alignment, met: Met) -> Iterator[str]:
    """Words such as "most", "probably" or "will" right before what the claim takes over."""
    line = laid.lines[met.sentence]
    said = laid.claim.words
    taken = {other.quoted.place for other in laid.path if other.sentence == met.sentence}
    for at in range(met.quoted.place - 1, max(-1, met.quoted.place - 5), -1):
        word = line.words[at]
        if word in _STOPS or at in taken or word in ("and", "or", "that"):
            return
        group = word_lists().qualifiers.get(word)
        if group is not None and not group & set(said):
            yield f'it leaves out "{word}"'


def _infinitive(laid: Alignment, met: Met) -> Iterator[str]:
    """What is expected or tried to be done is not done."""
    line, at = laid.lines[met.sentence], met.quoted.place - 1
    while at > 0 and (line.words[at].endswith("ly") or line.words[at] in BE):
        at -= 1
    if at < 1 or line.words[at] != "to":
        return
    before = laid.claim.words[max(0, met.said.place - 3) : met.said.place]
    if "to" in before or MODALS & set(before) or met.said.word.endswith(("ing", "ion", "ment")):
        return
    if not _finite(laid, met):
        return
    taken = {other.quoted.place for other in laid.path if other.sentence == met.sentence}
    governing = next((w for w in reversed(line.content) if at - 4 <= w.place < at), None)
    if governing is not None and governing.place not in taken and not laid.claim.text.denials:
        yield f'it leaves out "{governing.word} to"'


def _progressive(laid: Alignment) -> Iterator[str]:
    """What is under way or being considered, left out between a subject and what it would come to."""
    for last, met in zip(laid.path, laid.path[1:], strict=False):
        if last.sentence != met.sentence or met.quoted.place < last.quoted.place:
            continue
        line = laid.lines[met.sentence]
        for at in range(last.quoted.place + 2, met.quoted.place):
            if line.words[at].endswith("ing") and line.words[at - 1] in BE:
                yield f'it leaves out "{line.words[at]}"'


def _finite(laid: Alignment, met: Met) -> bool:
    """Whether the word is the claim's verb: after its subject, and not after an article or a preposition."""
    if met.said.place == 0:
        return False
    before = laid.claim.words[met.said.place - 1]
    return before not in lexicon().determiners and before not in lexicon().prepositions and before not in _STOPS


def _agents(laid: Alignment) -> Iterator[str]:
    """Active and passive may be exchanged, and then who acts changes its place as well."""
    for number, met in enumerate(laid.path):
        line = laid.lines[met.sentence]
        mine, theirs = laid.claim.passive(met.said.place), line.passive(met.quoted.place)
        subject = _subject(laid, number)
        if mine == theirs or subject is None or subject.quoted.place > met.quoted.place:
            continue
        after = next((o for o in laid.path[number + 1 :] if o.sentence == met.sentence), None)
        if mine:
            wrong = _verb(line, met.quoted.place) and not _participial(line, met.quoted.place)
        else:
            wrong = (
                after is not None
                and after.quoted.place > met.quoted.place
                and _by(line, met.quoted.place)
                and _verb(laid.claim, met.said.place)
            )
        if wrong:
            yield f'it changes who does what at "{met.said.word}"'


def _subject(laid: Alignment, number: int) -> Met | None:
    """The word before a verb of the claim that is no verb of the same chain ("is expected to be published")."""
    met = laid.path[number]
    for other in reversed(laid.path[:number]):
        between = laid.claim.between(other.said.place, met.said.place)
        if any(word in _STOPS or word in lexicon().joints for word in between):
            return None
        chained = laid.claim.passive(other.said.place) or "to" in between[:1]
        if other.sentence == met.sentence and not chained:
            return other
    return None


def _by(line: Line, place: int) -> bool:
    return "by" in line.words[place + 1 : place + 6]


def _verb(line: Line, place: int) -> bool:
    """Whether a word stands where a verb does: after a modal, "to", or a noun that no small word parts from it."""
    if place == 0:
        return False
    before = line.words[place - 1]
    return before not in lexicon().determiners and before not in lexicon().prepositions - {"to"}


def _participial(line: Line, place: int) -> bool:
    """Whether a participle describes a noun: "arms supplied to …", "the supplied arms"."""
    if not line.participle(place):
        return False
    before = line.words[place - 1] if place else ""
    after = line.words[place + 1] if place + 1 < len(line.words) else ","
    return before in lexicon().determiners or after in lexicon().prepositions or after in _STOPS


def _conditions(laid: Alignment) -> Iterator[str]:
    """A clause of condition next to what the claim takes over, of which the claim keeps nothing."""
    said = set(laid.claim.words)
    for number, line in enumerate(laid.lines):
        taken = {met.quoted.place for met in laid.path if met.sentence == number}
        for start, end in _segments(line):
            inside = [place for place in taken if start <= place < end]
            if len(inside) < 2 or _past(line, start, end):
                continue
            for marker, until in _marked(line, start, end):
                kept = word_lists().markers[line.words[marker]]
                if not any(marker < place < until for place in taken) and not kept & said:
                    yield f'it leaves out what follows "{line.words[marker]}" in its quote'


def _segments(line: Line) -> Iterator[tuple[int, int]]:
    """The stretches of a line between semicolons, colons and contrasting words."""
    start = 0
    for place, word in enumerate([*line.words, ";"]):
        paired = word == "," and line.words[place + 1 : place + 2] in (["and"], ["or"])
        if paired or word in (";", ":", "but", "whereas"):
            if place > start:
                yield start, place
            start = place + 1


def _marked(line: Line, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Each marker of a condition in a stretch, and where what it marks ends."""
    places = [
        place for place in range(start, end) if line.words[place] in word_lists().markers and not _locates(line, place)
    ]
    for number, place in enumerate(places):
        stop = next((at for at in range(place + 1, end) if line.words[at] in _STOPS), end)
        following = places[number + 1] if number + 1 < len(places) else end
        yield place, stop if following == place + 1 else min(stop, max(following, place + 2))


def _locates(line: Line, place: int) -> bool:
    """Whether "where" tells a place: "areas where it works"."""
    return line.words[place] == "where" and place > 0 and line.words[place - 1] in word_lists().places_named


def _past(line: Line, start: int, end: int) -> bool:
    """Whether a stretch tells what happened: conditions of what happened once bind nobody."""
    words = line.words[start:end]
    if MODALS & set(words) or "only" in words or "except" in words or "unless" in words:
        return False
    if _PAST & set(words):
        return True
    content = {word.place - start for word in line.content if not word.word[0].isdigit() and word.stem != word.word}
    return any(
        (word.endswith("ed") or word in lexicon().participles)
        and number - 1 in content
        and not set(words[max(0, number - 3) : number]) & (BE | {"has", "have"})
        for number, word in enumerate(words)
    )


def _only(laid: Alignment) -> Iterator[str]:
    """ "Only" stays, and stays where it is."""
    said = laid.claim
    for number, line in enumerate(laid.lines):
        taken = {met.quoted.place for met in laid.path if met.sentence == number}
        for place in _places(line, "only"):
            start = line.opening(place)
            end = next((at for at in range(place, len(line.words)) if line.words[at] in _STOPS), len(line.words))
            if sum(start <= at < end for at in taken) >= 2 and not word_lists().markers["only"] & set(said.words):
                yield 'it leaves out "only"'
    theirs = [neighbour for line in laid.lines for at in _places(line, "only") for neighbour in _beside(line, at)]
    for at in _places(said, "only"):
        if theirs and not any(one.meets(other) for one in _beside(said, at) for other in theirs):
            yield 'it says "only" of something else than its quote'


def _places(line: Line, word: str) -> list[int]:
    return [place for place, other in enumerate(line.words) if other == word]


def _beside(line: Line, place: int) -> list[Word]:
    """The words of content next to a place, one or two on each side."""
    return [w for w in line.content if w.place < place][-2:] + [w for w in line.content if w.place > place][:2]


def _compared(laid: Alignment) -> Iterator[str]:
    """What is set against something else with "than" stays on its side."""
    for than in _places(laid.claim, "than"):
        for met in laid.path:
            theirs = _places(laid.lines[met.sentence], "than")
            turned = laid.exchanged(met.sentence) or len(theirs) != 1 or met.said.word[0].isdigit()
            if not turned and (met.said.place > than) != (met.quoted.place > theirs[0]):
                yield f'it puts "{met.said.word}" on the other side of "than"'


def _reported(laid: Alignment) -> Iterator[str]:
    """What somebody says or fears, or what was to come of something, is not given as a fact."""
    for number, line in enumerate(laid.lines):
        taken = sorted(met.quoted.place for met in laid.path if met.sentence == number)
        if not taken:
            continue
        if taken[0] > 2 and line.words[taken[0] - 2] == "to" and not _attributed(laid, number, 0):
            yield f'it leaves out "to {line.words[taken[0] - 1]}"'
        for at in _places(line, "that"):
            reached = any(place < at for place in taken) or {";", "but", "while"} & set(line.words[at : taken[0]])
            if not reached and any(w.place == at - 1 for w in line.content) and not _attributed(laid, number, at):
                yield "it gives as a fact what its quote gives as somebody's view"
                return


def _attributed(laid: Alignment, sentence: int, after: int) -> bool:
    """Whether the claim says that somebody says it, in words of its own or of the quote before a place."""
    places = {met.said.place: met.quoted.place for met in laid.path if met.sentence == sentence}
    return any(
        word in word_lists().attributing and places.get(place, -1) < after
        for place, word in enumerate(laid.claim.words)
    )


def _added(laid: Alignment) -> Iterator[str]:
    """A quantity that the quotes do not give."""
    quoted = {word for line in laid.lines for word in line.words}
    for word in laid.claim.words:
        group = word_lists().quantities.get(word)
        if group is not None and not group & quoted:
            yield f'"{word}" is not in its quote'
