"""Statements taken apart: words, stems, modals, negations and figures, by the word lists of the data file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import yaml

from retrieval.answers.wording import function_stems, normal

DATA = "agreement.yaml"
# How many content words a negation reaches.
REACH = 4
PLAIN_NEGATIONS = frozenset({"not", "n't", "no", "never", "nor", "neither", "none", "without"})
_TOKEN = re.compile(r"[,;:]|n't\b|\d[\d.,/:]*\d|\d|%|[^\W\d_]+(?:'s\b)?")
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!\b(?:Dr|Mr|Ms|St|No|vs)\.)(?<!\b(?:Mrs|Art|Gen|Col|Sgt|e\.g|i\.e|par)\.)[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])"
)
# "Should the council ask, …" is a condition and no advice.
_INVERTED = re.compile(r"(?:^|(?<=[.;] ))Should (?=the |a |an |any |this |these |it |they |[A-Z])")
# An aside is a stretch of its own: "the stakes - in money and in trust - are high".
_ASIDE = re.compile(r"\s*\u2014\s*|\s+[\u2013-]\s+| ?\((?=[^()]* )|(?<=\w )(?<=[^()])\)")
_MONTHS = {
    month[:3]: month
    for month in ("January", "February", "March", "April", "August", "September", "October", "November", "December")
}
_SHORT_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})t?\.(?= \d)")
_MAY = re.compile(r"\bMay(?=,? \d)|(?<=\d )May\b|(?<=\b[Ii]n )May\b|(?<=\b[Ss]ince )May\b|(?<=\b[Uu]ntil )May\b")
_UNITS = frozenset(
    {"%", "hundred", "thousand", "million", "billion", "third", "quarter", "half", "dozen"}
    | {"hour", "day", "week", "month", "year", "decade"}
)
_CLAUSE_ENDS = frozenset({",", ";", ":", "but", "because", "while", "whereas", "although", "though", "which"})


@dataclass(frozen=True, slots=True)
class Lists:
    """The word lists, phrases as tuples of words."""

    strengths: Mapping[str, frozenset[tuple[str, ...]]]
    negations: frozenset[tuple[str, ...]]
    universals: frozenset[str]
    near_negations: frozenset[tuple[str, ...]]
    conditions: tuple[tuple[frozenset[tuple[str, ...]], frozenset[tuple[str, ...]]], ...]
    views: frozenset[tuple[str, ...]]
    attributed: frozenset[tuple[str, ...]]
    opposites: tuple[tuple[str, str], ...]
    opposed_groups: tuple[tuple[frozenset[str], frozenset[str]], ...]
    at_least: frozenset[tuple[str, ...]]
    at_most: frozenset[tuple[str, ...]]
    figures: Mapping[str, str]
    qualifiers: Mapping[str, frozenset[str]]
    quantities: Mapping[str, frozenset[str]]
    attributing: frozenset[str]
    markers: Mapping[str, frozenset[str]]
    limits: Mapping[str, frozenset[str]]
    places_named: frozenset[str]
    contrary_prepositions: frozenset[frozenset[str]]
    sharp_prepositions: frozenset[str]


class Text:
    """A text taken apart: its words in lower case, their stems, and which of them carry content."""

    def __init__(self, text: str) -> None:
        self.raw = re.sub(r"n't\b", " n't", evened(text)).replace("cannot", "can not")
        self.cased = _TOKEN.findall(self.raw)
        self.words: list[str] = [word.lower().removesuffix("'s") for word in self.cased]
        self.stems = [stem_of(word) for word in self.words]

    @cached_property
    def content(self) -> frozenset[str]:
        """The stems that carry content."""
        return frozenset(stem for stem in self.stems if carries(stem))

    def places(self, phrases: Iterable[tuple[str, ...]]) -> list[int]:
        """The position after each occurrence of one of the phrases."""
        return sorted(
            start + len(phrase)
            for phrase in phrases
            for start in range(len(self.words) - len(phrase) + 1)
            if tuple(self.words[start : start + len(phrase)]) == phrase and self.words[start - 1 : start] != ["than"]
        )

    def after(self, place: int, count: int) -> list[str]:
        """The content stems from `place` on, at most `count`, to the end of the clause."""
        found: list[str] = []
        for word, stem in zip(self.words[place:], self.stems[place:], strict=True):
            if word in _CLAUSE_ENDS or len(found) == count:
                break
            if carries(stem):
                found.append(stem)
        return found

    @cached_property
    def negated(self) -> list[list[str]]:
        """What each negation reaches."""
        return [reach for _, reach in self.negating]

    @cached_property
    def negating(self) -> list[tuple[str, list[str]]]:
        """The last word of each negation, and what it reaches."""
        lists = word_lists()
        near = set(self.places(lists.near_negations))
        places = set(self.places(lists.negations)) | near
        return [(self.words[p - 1], self.after(p, 1 if p in near else REACH)) for p in sorted(places)]

    @cached_property
    def denials(self) -> int:
        """How many plain negations it holds."""
        return sum(word in PLAIN_NEGATIONS for word in self.words)

    @cached_property
    def marks(self) -> list[tuple[int, str]]:
        """Where each modal ends, and its strength ("must", "should" or "may"), in order."""
        strengths = word_lists().strengths
        return sorted((place, name) for name, phrases in strengths.items() for place in self.places(phrases))

    @cached_property
    def governed(self) -> list[tuple[str, str]]:
        """For each modal its strength and the first content stem it governs, before the next modal."""
        marks = self.marks
        ends = [place for place, _ in marks[1:]] + [len(self.stems)]
        found = []
        for (place, strength), end in zip(marks, ends, strict=False):
            stems = self.after(place, 1)
            if stems and stems[0] in self.stems[place:end]:
                found.append((strength, stems[0]))
        return found

    @cached_property
    def figures(self) -> tuple[tuple[str, str], ...]:
        """Each figure or date with "+" for at least, "-" for at most, "" for as it stands."""
        lists = word_lists()
        floors, ceilings = set(self.places(lists.at_least)), set(self.places(lists.at_most))
        return tuple(
            ("+" if place in floors else "-" if place in ceilings else "", figure)
            for place, figure in self.counted.items()
        )

    @cached_property
    def counted(self) -> dict[int, str]:
        """The figure at each place where one stands, in one spelling: "12" for "twelve" and "12,"."""
        figures = word_lists().figures
        found = {}
        for place, word in enumerate(self.words):
            figure = word.strip(".,:").replace(",", "") if word[0].isdigit() else figures.get(word)
            if figure:
                found[place] = figures.get(figure, figure)
        return found

    @cached_property
    def figure_pairs(self) -> tuple[tuple[str, str], ...]:
        """Figures with the unit or the multiple right behind them: ("10", "day"), ("2", "third")."""
        pairs = pairwise(self.counted.items())
        return tuple((one, two) for (at, one), (then, two) in pairs if then == at + 1 and two in _UNITS)

    @cached_property
    def shares(self) -> tuple[tuple[str, str], ...]:
        """A figure and the whole it is a part of: "a third of the 140 checks", "one in five"; a year is no whole."""
        return tuple(
            (part, whole)
            for at, whole in self.counted.items()
            if whole not in _UNITS and len(whole) < 4 and (part := self._part_before(at))
        )

    def _part_before(self, whole: int) -> str:
        """The figure, or "one", that is said of a whole at a place; "" for none."""
        for at in range(max(0, whole - 4), whole - 1):
            part = self.counted.get(at, "one" if self.words[at] == "one" else "")
            if part and self.words[at + 1] in ("of", "in", "out"):
                return part
        return ""

    def strengths_of(self, stem: str) -> set[str]:
        """The strength each occurrence of a stem stands under: the nearest modal before it, or "" for none."""
        found = set()
        for position, other in enumerate(self.stems):
            if other == stem:
                before = [strength for place, strength in self.marks if place <= position]
                found.add(before[-1] if before else "")
        return found


def evened(text: str) -> str:
    """The normal form of `text`, asides between commas, months written out, and the month of May no modal."""
    text = _SHORT_MONTH.sub(lambda found: _MONTHS[found[1]], _ASIDE.sub(", ", text))
    return _INVERTED.sub("If ", normal(_MAY.sub("Mai", text)))


def sentences_of(quotes: Sequence[str]) -> Iterator[Text]:
    """The sentences of some quotes, each taken apart."""
    for quote in quotes:
        for sentence in _SENTENCE_END.split(evened(quote)):
            if sentence.strip():
                yield Text(sentence)


def clauses_of(quotes: Sequence[str]) -> Iterator[Text]:
    """The stretches of the sentences that semicolons part: what one negates or makes a condition stays with it."""
    for sentence in sentences_of(quotes):
        yield from (Text(clause) for clause in sentence.raw.split(";") if clause.strip())


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    """The stem of a word; "" for a word that says nothing."""
    from retrieval.index.lexical import tokens

    found = tokens(word)
    return found[0] if found else ""


def carries(stem: str) -> bool:
    """Whether a stem carries content."""
    return len(stem) > 1 and stem not in function_stems()


@cache
def word_lists() -> Lists:
    """The product's word lists, read once."""
    data = yaml.safe_load(files("retrieval.model").joinpath(DATA).read_text("utf-8"))
    return Lists(
        strengths={name: _phrases(entries) for name, entries in data["strengths"].items()},
        **{
            name: _phrases(data[name])
            for name in ("negations", "near_negations", "views", "attributed", "at_least", "at_most")
        },
        conditions=tuple((_phrases(c["phrases"]), _phrases(c["kept"])) for c in data["conditions"].values()),
        universals=frozenset(data["universals"]),
        opposites=tuple((one, other) for one, other in data["opposites"]),
        opposed_groups=tuple((_stems(one), _stems(other)) for one, other in data["opposed_groups"]),
        figures=data["figures"],
        qualifiers=_first(data["qualifiers"]) | _each(data["quantities"]),
        quantities=_each(data["quantities"]),
        sharp_prepositions=frozenset(data["sharp_prepositions"]),
        attributing=frozenset(
            word for entry in data["attributed"] + data["views"] for word in [str(entry)] if " " not in word
        ),
        markers={marker: frozenset(kept) for marker, kept in data["markers"].items()},
        limits={word: frozenset(kept) for word, kept in data["limits"].items()},
        places_named=frozenset(data["places"]),
        contrary_prepositions=frozenset(frozenset(pair) for pair in data["contrary_prepositions"]),
    )


def _first(groups: Iterable[Sequence[str]]) -> dict[str, frozenset[str]]:
    """Each group by its first word."""
    return {group[0]: frozenset(group) for group in groups}


def _each(groups: Iterable[Sequence[str]]) -> dict[str, frozenset[str]]:
    """Each group by each of its words."""
    return {word: frozenset(group) for group in groups for word in group}


def _stems(entries: Iterable[str]) -> frozenset[str]:
    return frozenset(stem_of(entry) for entry in entries)


def _phrases(entries: Iterable[Any]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(str(entry).split()) for entry in entries)
