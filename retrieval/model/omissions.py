"""What a claim, laid along its quotes, leaves out or adds although the meaning hangs on it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from retrieval.model.alignment import Alignment
from retrieval.model.lines import BE, MODALS, STOPS, Line, Met, Word
from retrieval.model.paraphrase import lexicon
from retrieval.model.statements import word_lists

_DENYING = frozenset({"no", "never", "nobody", "none", "nothing", "nowhere"})
# In a rule these make an exception or a limit of what they lead into.
_RESTRICTING = frozenset({"without", "until", "pending", "against"})
_PAST = frozenset({"was", "were", "had"})


def faults(laid: Alignment) -> Iterator[str]:
    """What a claim leaves out or adds although the meaning hangs on it, in words for a repair request."""
    for met in laid.path:
        yield from _qualifiers(laid, met)
        yield from _infinitive(laid, met)
    yield from _progressive(laid)
    yield from _conditions(laid)
    yield from _limits(laid)
    yield from _denials(laid)
    yield from _tails(laid)
    yield from _reported(laid)
    yield from _seen(laid)
    yield from _added(laid)


def _qualifiers(laid: Alignment, met: Met) -> Iterator[str]:
    """Words such as "most", "probably" or "will" right before what the claim takes over."""
    line = laid.lines[met.sentence]
    said = laid.claim.words
    taken = {other.quoted.place for other in laid.path if other.sentence == met.sentence}
    for at in range(met.quoted.place - 1, max(-1, met.quoted.place - 5), -1):
        word = line.words[at]
        if word in STOPS or at in taken or word in ("and", "or", "that"):
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
        omitted = [w for w in line.content if last.quoted.place < w.place < met.quoted.place]
        # "Is training units and arming them": of two things under way one may go.
        other = met.said.word.endswith("ing") and BE & set(
            laid.claim.words[max(0, met.said.place - 3) : met.said.place]
        )
        for word in () if other else omitted:
            if word.word.endswith("ing") and line.words[word.place - 1] in BE:
                yield f'it leaves out "{word.word}"'
        governs = omitted and omitted[-1].place == met.quoted.place - 1 and _verbal(omitted[-1].word)
        if governs and met.quoted.word.endswith("ing"):
            yield f'it leaves out "{omitted[-1].word}"'


def _verbal(word: str) -> bool:
    return word.endswith(("ed", "s")) or word in lexicon().participles


def _finite(laid: Alignment, met: Met) -> bool:
    """Whether the word is the claim's verb: after its subject, and not after an article or a preposition."""
    if met.said.place == 0:
        return False
    before = laid.claim.words[met.said.place - 1]
    return before not in lexicon().determiners and before not in lexicon().prepositions and before not in STOPS


def _conditions(laid: Alignment) -> Iterator[str]:
    """A clause of condition next to what the claim takes over, of which the claim keeps nothing."""
    said = set(laid.claim.words)
    for number, line in enumerate(laid.lines):
        taken = laid.taken(number)
        for start, end in _segments(line):
            inside = [place for place in taken if start <= place < end]
            if not inside or _past(line, start, end):
                continue
            for marker, until in _marked(line, start, end):
                if len(inside) < 2 and marker - 1 not in inside:
                    continue
                kept = word_lists().markers[line.words[marker]]
                if not any(marker < place < until for place in taken) and not kept & said:
                    yield f'it leaves out what follows "{line.words[marker]}" in its quote'


def _segments(line: Line) -> Iterator[tuple[int, int]]:
    """The stretches of a line between semicolons, colons and contrasting words."""
    start = 0
    for place, word in enumerate([*line.words, ";"]):
        following = line.words[place + 1 : place + 2]
        paired = word == "," and bool(set(following) & {"and", "or", "they", "it", "he", "she", "we"})
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
        stop = next((at for at in range(place + 1, end) if line.words[at] in STOPS), end)
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


def _limits(laid: Alignment) -> Iterator[str]:
    """ "Only" and "except" stay, and stay where they are."""
    said = laid.claim
    for number, line in enumerate(laid.lines):
        taken = laid.taken(number)
        for word, kept in word_lists().limits.items():
            for place in line.places(word):
                start = line.opening(place)
                end = next((at for at in range(place, len(line.words)) if line.words[at] in STOPS), len(line.words))
                near = sum(start <= at < end for at in taken)
                limited = next((w.place for w in line.content if w.place > place), -1) in taken
                if (limited or (near >= 2 and 2 * near >= len(taken))) and not kept & set(said.words):
                    yield f'it leaves out "{word}"'
    theirs = [neighbour for line in laid.lines for at in line.places("only") for neighbour in _beside(line, at)]
    for at in said.places("only"):
        if theirs and not any(one.meets(other) for one in _beside(said, at) for other in theirs):
            yield 'it says "only" of something else than its quote'


def _denials(laid: Alignment) -> Iterator[str]:
    """A negation behind what the claim takes over, in the same stretch: "may be held under no circumstances"."""
    if laid.claim.text.denials or laid.claim.text.negating:
        return
    for number, line in enumerate(laid.lines):
        taken = laid.taken(number)
        for start, end in _stretches(line):
            negated = [at for at in range(start, end) if line.words[at] in _DENYING]
            inside = [at for at in taken if start <= at < end]
            if len(inside) > 1 and any(at > inside[0] for at in negated):
                yield f'it leaves out "{line.words[negated[-1]]}"'


def _tails(laid: Alignment) -> Iterator[str]:
    """In a rule, a limit that ends the stretch it takes over: "may not enter without two interpreters"."""
    for number, line in enumerate(laid.lines):
        taken = laid.taken(number)
        for start, end in _stretches(line):
            inside = [at for at in taken if start <= at < end]
            if len(inside) < 2 or not MODALS & set(line.words[start : inside[-1]]):
                continue
            limits = [word for word in line.words[inside[-1] + 1 : end] if word in _RESTRICTING]
            if limits:
                yield f'it leaves out what follows "{limits[0]}" in its quote'


def _stretches(line: Line) -> Iterator[tuple[int, int]]:
    """Where each stretch between stops begins and ends."""
    stops = [-1, *(at for at, word in enumerate(line.words) if word in STOPS), len(line.words)]
    yield from ((one + 1, two) for one, two in pairwise(stops) if two > one + 1)


def _beside(line: Line, place: int) -> list[Word]:
    """The words of content next to a place, one or two on each side."""
    return [w for w in line.content if w.place < place][-2:] + [w for w in line.content if w.place > place][:2]


def _reported(laid: Alignment) -> Iterator[str]:
    """What somebody says or fears, or what was to come of something, is not given as a fact."""
    for number, line in enumerate(laid.lines):
        taken = laid.taken(number)
        if not taken:
            continue
        if taken[0] > 2 and line.words[taken[0] - 2] == "to" and not _attributed(laid, number, 0):
            yield f'it leaves out "to {line.words[taken[0] - 1]}"'
        for at in [*line.places("that"), *line.places("whether"), *line.places("how")]:
            reached = any(place < at for place in taken) or {";", "but", "while"} & set(line.words[at : taken[0]])
            said = line.words[at - 1] in word_lists().attributing | BE
            opens = line.words[at] != "that" or said or any(w.place == at - 1 for w in line.content)
            kept = line.words[at] != "that" and line.words[at] in laid.claim.words
            if not reached and opens and not kept and not _attributed(laid, number, at):
                yield "it gives as a fact what its quote gives as somebody's view"
                return


def _seen(laid: Alignment) -> Iterator[str]:
    """What is seen as something, or is so for somebody, is not given as being so."""
    for last, met in zip(laid.path, laid.path[1:], strict=False):
        line = laid.lines[met.sentence]
        theirs = line.between(last.quoted.place, met.quoted.place)
        mine = laid.claim.between(last.said.place, met.said.place)
        if "as" in theirs and BE & set(mine) and "as" not in mine and not BE & set(theirs[theirs.index("as") :]):
            yield f'it says "is" where its quote says "as … {met.quoted.word}"'
    for number, line in enumerate(laid.lines):
        taken = laid.taken(number)
        end = next((at for at, word in enumerate(line.words) if word in STOPS), 0)
        somebody = line.words[0] in ("to", "for") and not {"example", "part"} & set(line.words[1:3]) and end <= 5
        if somebody and taken and min(taken) > end > 1 and set(line.words[1:2]) & lexicon().determiners:
            yield f'it leaves out "{line.words[0]} {line.words[1]} {line.words[2]}"'


def _attributed(laid: Alignment, sentence: int, after: int) -> bool:
    """Whether the claim says that somebody says it, in words of its own or of the quote before a place."""
    places = {met.said.place: met.quoted.place for met in laid.path if met.sentence == sentence}
    viewed = set(laid.lines[sentence].words[after + 1 :])
    return any(
        word in word_lists().attributing and places.get(place, after if word in viewed else -1) < after
        for place, word in enumerate(laid.claim.words)
    )


def _added(laid: Alignment) -> Iterator[str]:
    """A quantity that the quotes do not give."""
    quoted = {word for line in laid.lines for word in line.words}
    for word in laid.claim.words:
        group = word_lists().quantities.get(word)
        if group is not None and not group & quoted:
            yield f'"{word}" is not in its quote'
