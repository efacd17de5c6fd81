"""Whether a claim says what its quote says: content, names, figures, negation, strength, conditions, whose view."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from retrieval.wording import function_stems, normal

DATA = "agreement.yaml"
# Of the claim's content words, this share must stand in the quote or name its source.
CONTENT_SHARE = 0.7
# How many content words a negation reaches.
REACH = 4
# A statement is about a stretch of the quote when this share of its content words lies there.
ABOUT = 0.5

_TOKEN = re.compile(r"[,;:]|n't\b|\d[\d.,/:]*\d|\d|%|[^\W\d_]+(?:'s\b)?")
_SENTENCE_END = re.compile(r"(?<=[.!?;])[\"')\]]*\s+")
_CLAUSE_ENDS = frozenset({",", ";", ":", "but", "because", "while", "whereas", "although", "though", "which"})
_PREFIXES = ("un", "in", "im", "il", "ir", "non", "dis")


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


class Text:
    """A text taken apart: its words in lower case, their stems, and which of them carry content."""

    def __init__(self, text: str) -> None:
        self.raw = re.sub(r"n't\b", " n't", normal(text)).replace("cannot", "can not")
        self.cased = _TOKEN.findall(self.raw)
        self.words = [word.lower().removesuffix("'s") for word in self.cased]
        self.stems = [_stem(word) for word in self.words]

    @property
    def content(self) -> frozenset[str]:
        """The stems that carry content."""
        return frozenset(stem for stem in self.stems if _carries(stem))

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
            if _carries(stem):
                found.append(stem)
        return found

    @property
    def negated(self) -> list[list[str]]:
        """What each negation reaches."""
        lists = _lists()
        near = set(self.places(lists.near_negations))
        places = set(self.places(lists.negations)) | near
        return [self.after(place, 1 if place in near else REACH) for place in sorted(places)]


def disagreement(claim: str, quotes: Sequence[str], source: str = "") -> str | None:
    """Why a claim does not follow from its quotes, in a few words for a repair request; None when it does.

    `source` is how the source is called (title, author, publisher, section): a claim may name it.
    """
    if _plain(claim) in {_plain(sentence.raw) for sentence in _sentences(quotes)}:
        return None
    said, quoted = Text(claim), Text(" ".join(quotes))
    named = Text(source)
    return (
        _names(said, quoted, named)
        or _content(said, quoted, named)
        or _figures(said, quoted)
        or _opposed(said, quoted)
        or _universal(said, quoted)
        or next(filter(None, (_within_sentence(said, sentence) for sentence in _sentences(quotes))), None)
        or _negation_added(said, quoted)
        or _strength_added(said, quoted)
    )


def _content(said: Text, quoted: Text, named: Text) -> str | None:
    content = said.content
    known = quoted.content | named.content | _list_stems() | _abbreviations(said, quoted)
    if not content or not content & quoted.content:
        return "it shares no content with its quote"
    if len(content & known) < CONTENT_SHARE * len(content):
        return "it says more than its quote"
    return None


def _names(said: Text, quoted: Text, named: Text) -> str | None:
    known = set(quoted.stems) | set(named.stems) | _list_stems() | _abbreviations(said, quoted)
    for word, stem in zip(said.cased, said.stems, strict=True):
        if word[0].isupper() and _carries(stem) and stem not in known:
            return f"{word} is not in its quote"
    return None


def _abbreviations(said: Text, quoted: Text) -> frozenset[str]:
    """The stems of the claim's acronyms whose letters begin words in a row of the quote."""
    initials = "".join(word[0] for word in quoted.words if word.isalpha() and word not in ("and", "of", "the", "for"))
    return frozenset(
        stem
        for word, stem in zip(said.cased, said.stems, strict=True)
        if (letters := word.removesuffix("'s").rstrip("s")).isupper()
        and len(letters) > 2
        and letters.lower() in initials
    )


def _figures(said: Text, quoted: Text) -> str | None:
    known = set(_figures_of(quoted))
    for figure in _figures_of(said):
        if figure not in known:
            return f"the figure or date {figure[1]} does not stand in its quote like that"
    return None


def _figures_of(text: Text) -> Iterator[tuple[str, str]]:
    """Each figure or date with "+" for at least, "-" for at most, "" for as it stands."""
    lists = _lists()
    floors, ceilings = set(text.places(lists.at_least)), set(text.places(lists.at_most))
    for place, word in enumerate(text.words):
        figure = word.strip(".,:").replace(",", "") if word[0].isdigit() else lists.figures.get(word)
        if figure:
            bound = "+" if place in floors else "-" if place in ceilings else ""
            yield bound, lists.figures.get(figure, figure)


def _opposed(said: Text, quoted: Text) -> str | None:
    mine, theirs = set(said.words), set(quoted.words)
    for pair in _lists().opposites:
        for one, other in (pair, pair[::-1]):
            if one in mine and other in theirs and one not in theirs and other not in mine:
                return f'it says "{one}" where its quote says "{other}"'
    fault = _opposed_groups(said, quoted)
    if fault:
        return fault
    for word in mine - theirs:
        if any(prefix + word in theirs or word.removeprefix(prefix) in theirs - {word} for prefix in _PREFIXES):
            return f'"{word}" turns its quote round'
    return None


def _opposed_groups(said: Text, quoted: Text) -> str | None:
    for pair in _lists().opposed_groups:
        for ones, others in (pair, pair[::-1]):
            mine, theirs = (ones & said.content) - quoted.content, (others & quoted.content) - said.content
            if mine and theirs and not ones & quoted.content:
                return f'it speaks of "{sorted(mine)[0]}", its quote of "{sorted(theirs)[0]}"'
    return None


def _universal(said: Text, quoted: Text) -> str | None:
    added = (set(said.words) & _lists().universals) - set(quoted.words)
    return f'"{sorted(added)[0]}" is not in its quote' if added else None


def _sentences(quotes: Sequence[str]) -> Iterator[Text]:
    for quote in quotes:
        for sentence in _SENTENCE_END.split(normal(quote)):
            if sentence.strip():
                yield Text(sentence)


def _plain(text: str) -> str:
    return Text(text).raw.strip(" .\"'").casefold()


def _within_sentence(said: Text, sentence: Text) -> str | None:
    """What the claim leaves out or changes of one sentence it speaks of."""
    lists = _lists()
    fault = _strength_changed(said, sentence) or _negation_dropped(said, sentence)
    if fault:
        return fault
    if not _about(said, sentence.content):
        return None
    if any(sentence.places(phrases) and not said.places(kept) for phrases, kept in lists.conditions):
        return "it leaves out the condition its quote makes"
    if sentence.places(lists.views) and not said.places(lists.attributed):
        return "it gives as a fact what its quote gives as somebody's view"
    return None


def _about(said: Text, stretch: Iterable[str]) -> bool:
    content = said.content
    return len(content & set(stretch)) >= ABOUT * len(content)


def _strength_changed(said: Text, sentence: Text) -> str | None:
    """The same act must be as binding in the claim; a claim about what a modal governs may not drop the modal."""
    marks, mine = _marks(sentence), _marks(said)
    for place, strength in mine:
        for stem in said.after(place, 1):
            bound = _strengths_of(stem, sentence, marks)
            if bound - {""} and strength not in bound:
                return f'it says "{strength}" of what its quote does not'
    for number, (place, strength) in enumerate(marks):
        end = marks[number + 1][0] if number + 1 < len(marks) else len(sentence.stems)
        for stem in sentence.after(place, 1):
            bound = _strengths_of(stem, sentence, marks)
            if stem in said.stems and not _strengths_of(stem, said, mine) & bound:
                return f'its quote says "{strength}" of that, and it does not'
        if not mine and _about(said, [stem for stem in sentence.stems[place:end] if _carries(stem)]):
            return f'its quote says "{strength}", and it leaves that out'
    return None


def _strengths_of(stem: str, text: Text, marks: Sequence[tuple[int, str]]) -> set[str]:
    """The strength each occurrence of a stem stands under: the nearest modal before it, or "" for none."""
    found = set()
    for position, other in enumerate(text.stems):
        if other == stem:
            before = [strength for place, strength in marks if place <= position]
            found.add(before[-1] if before else "")
    return found


def _strength_added(said: Text, quoted: Text) -> str | None:
    known = {strength for _, strength in _marks(quoted)}
    for place, strength in _marks(said):
        if strength not in known:
            return f'its quote does not say "{strength}"'
        for stem in said.after(place, 1):
            if stem not in quoted.content and not _kin(stem) & quoted.content:
                return f'its quote does not speak of "{stem}"'
    return None


def _kin(stem: str) -> frozenset[str]:
    """Stems of the same direction, such as suspend and cancel."""
    return frozenset().union(*(side for pair in _lists().opposed_groups for side in pair if stem in side))


def _marks(text: Text) -> list[tuple[int, str]]:
    """Where each modal ends, and its strength, in order."""
    found = [(place, strength) for strength, phrases in _lists().strengths.items() for place in text.places(phrases)]
    return sorted(found)


def _negation_dropped(said: Text, sentence: Text) -> str | None:
    for reach in sentence.negated:
        denied = [stem for stem in reach if stem in said.content]
        if len(denied) * 2 > len(reach) and not _negates(said, denied[0]):
            return "its quote negates that, and it does not"
    return None


def _negation_added(said: Text, quoted: Text) -> str | None:
    for reach in said.negated:
        denied = [stem for stem in reach if stem in quoted.content]
        if reach and not (denied and _negates(quoted, denied[0])):
            return "it negates what its quote does not"
    return None


def _negates(text: Text, stem: str) -> bool:
    """Whether some negation of `text` reaches the stem."""
    return any(stem in reach for reach in text.negated)


def _stem(word: str) -> str:
    from retrieval.lexical import tokens

    found = tokens(word)
    return found[0] if found else ""


def _carries(stem: str) -> bool:
    return len(stem) > 1 and stem not in function_stems()


@cache
def _list_stems() -> frozenset[str]:
    """Stems of the words that say whose view, how strong or under what condition: no content of their own."""
    lists = _lists()
    kept = [phrase for _, phrases in lists.conditions for phrase in phrases]
    phrases = [*lists.attributed, *kept, *(p for group in lists.strengths.values() for p in group)]
    return frozenset(_stem(word) for phrase in (*phrases, *lists.negations) for word in phrase)


@cache
def _lists() -> Lists:
    data = yaml.safe_load(files("retrieval").joinpath(DATA).read_text("utf-8"))
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
    )


def _stems(entries: Iterable[str]) -> frozenset[str]:
    return frozenset(_stem(entry) for entry in entries)


def _phrases(entries: Iterable[Any]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(str(entry).split()) for entry in entries)
