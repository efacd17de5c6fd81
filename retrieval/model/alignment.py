"""A claim laid along its quotes: every word of content has its place there, and their order tells who does what."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from retrieval.model.lines import BE, MODALS, STOPS, Line, Met, Word, is_figure
from retrieval.model.paraphrase import lexicon
from retrieval.model.reordering import Reordering
from retrieval.model.statements import sentences_of


def _floats(word: str) -> bool:
    """Whether a word may stand anywhere in its sentence."""
    return (word.endswith("ly") and word not in lexicon().fixed) or word in lexicon().floating


_PARTINGS = frozenset({";", "while", "whereas"})
_CONTRASTS = frozenset({";", "but", "while", "whereas"})
_POINTING = frozenset({"it", "its", "they", "them", "their", "this", "these"})
BREAK, LICENSED, STEM, OTHER = 4.0, 0.3, 0.4, 0.6


class Alignment:
    """The cheapest way to lay a claim along the sentences of its quotes: few breaks, none where it can be helped."""

    def __init__(self, claim: str, quotes: Sequence[str], free: frozenset[str], before: str | None = None) -> None:
        """`free` words need no place; `before` is the text that pronouns of the quotes may point to, where known."""
        self.claim = Line(claim)
        self._before = None if before is None else Line(before)
        self.lines = [Line(sentence.raw) for sentence in sentences_of(quotes)]
        self.order = Reordering(self.claim, self.lines)
        self._free = free
        self.missing: list[Word] = []
        self.path: list[Met] = self._lay()

    def _candidates(self, word: Word) -> list[Met]:
        return [
            Met(word, number, quoted)
            for number, line in enumerate(self.lines)
            for quoted in line.content
            if word.meets(quoted)
        ] + self._by_pronoun(word)

    def _noun(self, word: Word) -> bool:
        """Whether a word of the claim stands where a noun does."""
        known, words = lexicon(), self.claim.words
        if is_figure(word) or word.place == 0:
            return not is_figure(word)
        if self.claim.text.cased[word.place][0].isupper():
            return True
        before = words[word.place - 1]
        if before in known.determiners or before in known.prepositions or before in STOPS or before in known.joints:
            return True
        return word.place > 1 and words[word.place - 2] in known.determiners and before not in known.small

    def _by_pronoun(self, word: Word) -> list[Met]:
        """Pronouns that come after something the word can stand for: a claim may name again what a quote points to."""
        found: list[Met] = []
        if not self._noun(word):
            return found
        named = False
        for number, line in enumerate(self.lines):
            meeting = {quoted.place for quoted in line.content if word.meets(quoted)}
            for place, other in enumerate(line.words):
                if place in meeting:
                    named = True
                elif other in lexicon().pronouns and (named or (place < 2 and not meeting and self._in_context(word))):
                    found.append(Met(word, number, Word(place, other, other, frozenset())))
        return found

    def _in_context(self, word: Word) -> bool:
        return self._before is None or any(word.meets(other) for other in self._before.content)

    def _pointed_at(self, word: Word) -> list[Met]:
        """Pronouns of the quotes that may point to a noun outside of them."""
        if not self._in_context(word) or not self._noun(word):
            return []
        return [
            Met(word, number, Word(place, other, other, frozenset()))
            for number, line in enumerate(self.lines)
            for place, other in enumerate(line.words)
            if other in _POINTING
        ]

    def _lay(self) -> list[Met]:
        best: list[tuple[float, list[Met]]] = [(0.0, [])]
        for word in self.claim.content:
            options = self._candidates(word) or self._pointed_at(word)
            if options and _floats(word.word):
                continue
            if not options:
                if word.stem not in self._free and word.stem not in lexicon().glue:
                    self.missing.append(word)
                continue
            best = [
                min(
                    ((cost + self._step(path, met), [*path, met]) for cost, path in best),
                    key=lambda item: item[0],
                )
                for met in options
            ]
        return min(best, key=lambda item: item[0])[1]

    def _step(self, path: list[Met], met: Met) -> float:
        exact = 0.0 if met.said.word == met.quoted.word else STEM if met.said.stem == met.quoted.stem else OTHER
        if not path:
            return exact
        fault = self.fault(path[-1], met, path)
        if fault is None:
            distance = met.quoted.place - path[-1].quoted.place
            return exact + min(0.3, 0.01 * max(0, distance))
        return exact + (LICENSED if self.order.licenses(path[-1], met, fault) else BREAK)

    def fault(self, last: Met, met: Met, path: Sequence[Met]) -> str | None:
        """How the order of two words that follow each other in the claim departs from the quote's; None: not at all.

        `path` is how the claim goes up to the first of them.
        """
        if met.sentence != last.sentence:
            return "joins"
        if met.quoted.place == last.quoted.place:
            # Words of one phrase may stand for one pronoun; a word of content is there once.
            return None if met.said.place == last.said.place + 1 and not met.quoted.keys else "turns"
        if met.quoted.place < last.quoted.place:
            return "turns"
        return "leaps" if self._leaps(last, met, path) else None

    def _leaps(self, last: Met, met: Met, path: Sequence[Met]) -> bool:
        """Whether the quote begins a clause of its own between two words, with words that the claim leaves out."""
        line, known = self.lines[met.sentence], lexicon()
        joints = [
            place
            for place in range(last.quoted.place + 1, met.quoted.place)
            if line.words[place] in STOPS or line.words[place] in known.joints
        ]
        if not joints:
            return False
        if any(line.words[place] in _PARTINGS for place in joints):
            return True
        if is_figure(met.said) and any(line.words[place] in _CONTRASTS for place in joints):
            return True
        taken = {other.quoted.place for other in path if other.sentence == met.sentence}
        after = [w for w in line.content if joints[-1] < w.place < met.quoted.place and w.place not in taken]
        # Who it is stands right before "who": when the claim has left that out, it is somebody else.
        before = max((w.place for w in line.content if w.place < joints[-1]), default=-1)
        if line.words[joints[-1]] == "who" and before not in taken | {last.quoted.place}:
            return True
        left_out = [w for w in after if not self._light(w, met)]
        if not left_out or met.said.word.endswith("ing"):
            return False
        # "suspend or cancel its aid": one of a pair may go, as long as no new subject begins after the joint.
        omitted = line.words[joints[-1] + 1 : met.quoted.place]
        pair = line.words[joints[-1]] in ("and", "or", ",")
        fresh = omitted[0] in known.determiners or omitted[0] in known.prepositions
        fresh = fresh or (self._begins_anew(line, omitted, met))
        return not pair or fresh or any(word in MODALS or word in BE for word in omitted)

    def _begins_anew(self, line: Line, omitted: Sequence[str], met: Met) -> bool:
        """Whether nothing but a noun and its adverbs is left out before a verb: "…, and ministers approved it"."""
        small = lexicon().small
        return line.participle(met.quoted.place) and not any(word in small for word in omitted)

    def _light(self, word: Word, met: Met) -> bool:
        """Whether nothing is lost with a word here: negations and figures are looked at elsewhere."""
        return (is_figure(word) and not is_figure(met.said)) or word.stem in lexicon().glue

    def taken(self, sentence: int) -> list[int]:
        """The places of a sentence that the claim takes over, in their order."""
        return sorted({met.quoted.place for met in self.path if met.sentence == sentence})

    @cached_property
    def breaks(self) -> list[tuple[Met, Met, str]]:
        """Where the claim changes the order of its quotes without a word that would explain it."""
        found = []
        for number, (last, met) in enumerate(zip(self.path, self.path[1:], strict=False)):
            fault = self.fault(last, met, self.path[: number + 1])
            if fault and not self.order.licenses(last, met, fault):
                found.append((last, met, fault))
        return found
