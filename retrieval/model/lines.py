"""A text as a line of words: which carry content, where verbs are in the passive, what leads into a phrase."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from retrieval.model.paraphrase import lexicon, plain, spelled
from retrieval.model.statements import Text, carries

STOPS = frozenset({",", ";", ":"})
BE = frozenset({"be", "is", "are", "was", "were", "been", "being", "am"})
MODALS = frozenset({"must", "shall", "should", "ought", "may", "might", "can", "could", "will", "would"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word that carries content or counts: where it stands, and the keys it can be met by."""

    place: int
    word: str
    stem: str
    keys: frozenset[object]

    def meets(self, other: Word) -> bool:
        """Whether one may stand for the other."""
        if _does_it(self.word, other.word) or _does_it(other.word, self.word):
            return False
        return bool(self.keys & other.keys) or _related(self.stem, other.stem)


@dataclass(frozen=True, slots=True)
class Met:
    """A word of a claim, and the word of a sentence that it stands for."""

    said: Word
    sentence: int
    quoted: Word


class Line:
    """One text as a line of words."""

    def __init__(self, text: str) -> None:
        self.text = Text(plain(text))
        self.words = self.text.words

    @cached_property
    def content(self) -> list[Word]:
        """The words that carry content, figures included."""
        found = []
        for place, (word, stem) in enumerate(zip(self.words, self.text.stems, strict=True)):
            figure = self.text.counted.get(place)
            if figure:
                found.append(Word(place, word, word, frozenset({("figure", figure)})))
            elif carries(stem) and word not in lexicon().small:
                stem = spelled(stem)
                keys = {stem, *lexicon().groups.get(stem, ())}
                found.append(Word(place, word, stem, frozenset(keys)))
        return found

    def between(self, first: int, last: int) -> list[str]:
        """The words strictly between two places."""
        return self.words[first + 1 : last]

    def passive(self, place: int) -> bool:
        """Whether the verb at a place is in the passive."""
        before = [w for w in self.words[max(0, place - 3) : place] if not w.endswith("ly") and w not in ("not", "n't")]
        # "vetted by" needs no "is" before it: "units vetted by the council".
        agent = "by" in self.words[place + 1 : place + 3]
        return self.participle(place) and (agent or bool(before and before[-1] in BE))

    def participle(self, place: int) -> bool:
        """Whether the word at a place has the form of a past participle."""
        word = self.words[place]
        return word.endswith(("ed", "en")) or word in lexicon().participles

    @cached_property
    def has_agent(self) -> bool:
        """Whether some verb in the passive has its agent with it."""
        return any(self.passive(at) and "by" in self.words[at + 1 : at + 6] for at in range(len(self.words)))

    def places(self, word: str) -> list[int]:
        """Where a word stands."""
        return [place for place, other in enumerate(self.words) if other == word]

    def opening(self, place: int) -> int:
        """Where the stretch that a place lies in begins: after the last stop before it."""
        return max((at + 1 for at in range(place) if self.words[at] in STOPS), default=0)

    def leading(self, place: int) -> str | None:
        """The preposition or joint right before a word, articles, adverbs and adjectives of its phrase aside."""
        for at in range(place - 1, max(-1, place - 4), -1):
            word = self.words[at]
            if word in lexicon().prepositions or word in lexicon().joints:
                return word
            if word in STOPS:
                return None
        return None


def is_figure(word: Word) -> bool:
    """Whether a word is a number, a date or a measure of time."""
    return any(isinstance(key, tuple) for key in word.keys)


def _does_it(noun: str, verb: str) -> bool:
    """Whether the one is who does what the other says: "successor" and "succeeded" tell of two people."""
    singular = noun.removesuffix("s")
    return singular.endswith(("er", "or")) and verb.endswith(("ed", "ing")) and not verb.startswith(singular)


def _related(one: str, other: str) -> bool:
    """Whether two stems grow from one root: they share five letters, and what follows is an ending."""
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    return shared >= 5 and max(len(one), len(other)) - shared <= 4
