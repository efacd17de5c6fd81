"""A claim laid along its quotes: every word of content has its place there, and their order tells who does what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

import yaml

from retrieval.model.statements import Text, carries, sentences_of, stem_of, word_lists

DATA = "paraphrase.yaml"

_STOPS = frozenset({",", ";", ":"})
BE = frozenset({"be", "is", "are", "was", "were", "been", "being", "am"})
MODALS = frozenset({"must", "shall", "should", "ought", "may", "might", "can", "could", "will", "would"})


@dataclass(frozen=True)
class Lexicon:
    """What may stand for what, and the small words that build a sentence."""

    phrases: Sequence[tuple[re.Pattern[str], str]]
    groups: Mapping[str, frozenset[int]]
    glue: frozenset[str]
    joints: frozenset[str]
    prepositions: frozenset[str]
    determiners: frozenset[str]
    pronouns: frozenset[str]
    participles: frozenset[str]
    reporting: frozenset[str]
    floating: frozenset[str]

    @cached_property
    def small(self) -> frozenset[str]:
        """Words that say how others hang together, and nothing of their own."""
        return self.joints | self.prepositions | self.determiners | self.pronouns


@cache
def lexicon() -> Lexicon:
    """The product's list, read once."""
    data = yaml.safe_load(files("retrieval.model").joinpath(DATA).read_text("utf-8"))
    phrases = sorted(data["phrases"].items(), key=lambda item: -len(item[0]))
    groups: dict[str, set[int]] = {}
    for number, group in enumerate(data["synonyms"]):
        for word in group:
            groups.setdefault(spelled(stem_of(word) or word), set()).add(number)
    return Lexicon(
        [(re.compile(rf"\b{re.escape(phrase)}\b", re.IGNORECASE), str(word)) for phrase, word in phrases],
        {stem: frozenset(numbers) for stem, numbers in groups.items()},
        frozenset(stem_of(word) or word for word in data["glue"]),
        **{
            name: frozenset(data[name].split())
            for name in ("joints", "prepositions", "determiners", "pronouns", "participles", "reporting", "floating")
        },
    )


def plain(text: str) -> str:
    """`text` with the phrases of the list read as one word each, and what stands in brackets after an acronym gone."""
    for pattern, word in lexicon().phrases:
        text = pattern.sub(word, text)
    text = re.sub(r"\b(\w+)-(led|run|owned|funded|caused|made) (\w+)", r"\3 \2 by \1", text)
    return re.sub(r"\b(\w+) \((?:the )?\1\)", r"\1", text, flags=re.IGNORECASE)


def spelled(stem: str) -> str:
    """One spelling for British and American stems."""
    stem = re.sub(r"is(?=$|at|ed|ing)", "iz", stem) if len(stem) > 5 else stem
    return re.sub(r"our(?=$|it|abl)", "or", stem) if len(stem) > 4 else stem


@dataclass(frozen=True, slots=True)
class Word:
    """A word that carries content or counts: where it stands, and the keys it can be met by."""

    place: int
    word: str
    stem: str
    keys: frozenset[object]

    def meets(self, other: Word) -> bool:
        """Whether one may stand for the other."""
        return bool(self.keys & other.keys) or _related(self.stem, other.stem)


class Line:
    """One text as a line of words."""

    def __init__(self, text: str) -> None:
        self.text = Text(plain(text))
        self.words = self.text.words

    @cached_property
    def content(self) -> list[Word]:
        """The words that carry content, figures included."""
        figures = word_lists().figures
        found = []
        for place, (word, stem) in enumerate(zip(self.words, self.text.stems, strict=True)):
            figure = word.strip(".,:").replace(",", "") if word[0].isdigit() else figures.get(word)
            if figure:
                found.append(Word(place, word, word, frozenset({("figure", figures.get(figure, figure))})))
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
        return bool(before and before[-1] in BE) and self.participle(place)

    def participle(self, place: int) -> bool:
        """Whether the word at a place has the form of a past participle."""
        word = self.words[place]
        return word.endswith(("ed", "en")) or word in lexicon().participles

    @cached_property
    def has_agent(self) -> bool:
        """Whether some verb in the passive has its agent with it."""
        return any(self.passive(at) and "by" in self.words[at + 1 : at + 6] for at in range(len(self.words)))

    def opening(self, place: int) -> int:
        """Where the stretch that a place lies in begins: after the last stop before it."""
        return max((at + 1 for at in range(place) if self.words[at] in _STOPS), default=0)

    def leading(self, place: int) -> str | None:
        """The preposition or joint right before a word, articles, adverbs and adjectives of its phrase aside."""
        for at in range(place - 1, max(-1, place - 4), -1):
            word = self.words[at]
            if word in lexicon().prepositions or word in lexicon().joints:
                return word
            if word in _STOPS:
                return None
        return None


def _is_figure(word: Word) -> bool:
    return any(isinstance(key, tuple) for key in word.keys)


def _related(one: str, other: str) -> bool:
    """Whether two stems grow from one root: they share five letters, and what follows is an ending."""
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    return shared >= 5 and max(len(one), len(other)) - shared <= 4


def _floats(word: str) -> bool:
    """Whether a word may stand anywhere in its sentence."""
    return word.endswith("ly") or word in lexicon().floating


@dataclass(frozen=True, slots=True)
class Met:
    """A word of a claim, and the word of a sentence that it stands for."""

    said: Word
    sentence: int
    quoted: Word


_NOUNS = ("ing", "ion", "ions", "ment", "ments", "ity", "ness", "ance", "ence")
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
        known, before = lexicon(), self.claim.words[max(0, word.place - 2) : word.place]
        return not before or any(w in known.determiners or w in known.prepositions or w in _STOPS for w in before[-2:])

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
                elif named and other in lexicon().pronouns:
                    found.append(Met(word, number, Word(place, other, other, frozenset())))
        return found

    def _pointed_at(self, word: Word) -> list[Met]:
        """Pronouns of the quotes that may point to a noun outside of them."""
        known = self._before is None or any(word.meets(other) for other in self._before.content)
        if not known or not self._noun(word):
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
        fault = self.fault(path[-1], met)
        if fault is None:
            distance = met.quoted.place - path[-1].quoted.place
            return exact + min(0.3, 0.01 * max(0, distance))
        return exact + (LICENSED if self.licensed(path[-1], met) else BREAK)

    def fault(self, last: Met, met: Met) -> str | None:
        """How the order of two words that follow each other in the claim departs from the quote's; None: not at all."""
        if met.sentence != last.sentence:
            return "joins"
        if met.quoted.place < last.quoted.place or (met.quoted.place == last.quoted.place):
            return None if met.quoted.place == last.quoted.place else "turns"
        return "leaps" if self._leaps(last, met) else None

    def _leaps(self, last: Met, met: Met) -> bool:
        """Whether the quote begins a clause of its own between two words, with words that the claim leaves out."""
        line, known = self.lines[met.sentence], lexicon()
        joints = [
            place
            for place in range(last.quoted.place + 1, met.quoted.place)
            if line.words[place] in _STOPS or line.words[place] in known.joints
        ]
        if not joints:
            return False
        if _is_figure(met.said) and any(line.words[place] in _CONTRASTS for place in joints):
            return True
        denials = {negation[0] for negation in word_lists().negations if len(negation) == 1}
        if not any(joints[-1] < w.place < met.quoted.place and w.word not in denials for w in line.content):
            return False
        # "suspend or cancel its aid": one of a pair may go, as long as no new subject begins after the joint.
        omitted = line.words[joints[-1] + 1 : met.quoted.place]
        pair = line.words[joints[-1]] in ("and", "or", ",")
        fresh = omitted[0] in known.determiners or omitted[0] in known.prepositions
        return not pair or fresh or any(word in MODALS or word in BE for word in omitted)

    def licensed(self, last: Met, met: Met) -> bool:
        """Whether the claim itself begins something new between the two words."""
        between, known = self.claim.between(last.said.place, met.said.place), lexicon()
        if any(word in _STOPS or word in known.joints or word in known.reporting for word in between):
            return True
        if self.fault(last, met) != "turns":
            return False
        if self._fronted(last) or self.exchanged(met.sentence):
            return True
        if _is_figure(met.said) and not self._opens(met) and not {"every", "each"} & set(between):
            return False
        return any(word in known.prepositions or word in ("every", "each") for word in between)

    def _fronted(self, last: Met) -> bool:
        """Whether the claim has put a phrase first, up to a word: "In November the council asked …"."""
        first = self.claim.words[self.claim.opening(last.said.place)]
        return first == "only" or first in lexicon().prepositions or first in lexicon().joints

    def _opens(self, met: Met) -> bool:
        """Whether a quote begins with the phrase a word stands in: "In 2010, …"."""
        line = self.lines[met.sentence]
        start = line.opening(met.quoted.place)
        return met.quoted.place - start <= 3 and line.words[start] in lexicon().prepositions

    def exchanged(self, sentence: int) -> bool:
        """Whether active and passive are exchanged between the claim and a sentence."""
        line = self.lines[sentence]
        return self.claim.has_agent != line.has_agent or any(
            word.meets(quoted) and self.claim.passive(word.place) != line.passive(quoted.place)
            for word in self.claim.content
            for quoted in line.content
            if not word.word.endswith(_NOUNS) and not quoted.word.endswith(_NOUNS)
        )

    @cached_property
    def breaks(self) -> list[tuple[Met, Met, str]]:
        """Where the claim changes the order of its quotes without a word that would explain it."""
        found = []
        for last, met in zip(self.path, self.path[1:], strict=False):
            fault = self.fault(last, met)
            if fault and not self.licensed(last, met):
                found.append((last, met, fault))
        return found
