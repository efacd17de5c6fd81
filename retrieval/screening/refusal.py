"""What is turned down before anything is searched: targeting, rulings, evasion, and instructions in disguise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from retrieval.answers.questions import Asked
from retrieval.screening.disguise import unmasked
from retrieval.shipped import shipped_yaml
from retrieval.text.wording import normal

DATA = "refusals.yaml"
OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request: the weights of its signals, which it cannot do without, and what is said to it."""

    name: str
    weights: Mapping[str, float]
    needs: tuple[frozenset[str], ...]
    what: str
    why: str
    turn: str
    related: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request turned down. `score` is how clearly it showed; `related` is what to search for general guidance."""

    kind: Kind
    score: float

    @property
    def text(self) -> str:
        """What is not done, why in one clause, and where to turn."""
        return f"{self.kind.what} The reason: {self.kind.why} {self.kind.turn}"

    @property
    def related(self) -> str:
        """A query for general guidance nearest to the request."""
        return self.kind.related


class Screen:
    """Weighs the signals of a question; all state is the data file's."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        words = {name: f"(?:{pattern})" for name, pattern in data["words"].items()}
        self._threshold = float(data["threshold"])
        self._signals = {name: re.compile(_filled(text, words)) for name, text in data["signals"].items()}
        self._kinds = [_kind(name, entry, self._signals) for name, entry in data["kinds"].items()]

    def check(self, question: str) -> Refusal | None:
        """The refusal a question meets, the clearest kind first; None when it is a question to be answered."""
        signals = self.signals(question)
        found = [Refusal(kind, self._score(kind, signals)) for kind in self._kinds if _complete(kind, signals)]
        clear = [refusal for refusal in found if refusal.score >= self._threshold]
        return max(clear, key=lambda refusal: refusal.score, default=None)

    def kind(self, name: str) -> Kind:
        """The kind of that name."""
        return next(kind for kind in self._kinds if kind.name == name)

    def signals(self, question: str) -> frozenset[str]:
        """The names of the signals a question shows."""
        plain = normal(question).lower()
        return frozenset(name for name, pattern in self._signals.items() if pattern.search(plain))

    def scores(self, question: str) -> dict[str, float]:
        """The score of each kind, whether or not its needs are met."""
        signals = self.signals(question)
        return {kind.name: self._score(kind, signals) for kind in self._kinds}

    @staticmethod
    def _score(kind: Kind, signals: frozenset[str]) -> float:
        return sum(weight for name, weight in kind.weights.items() if name in signals)


class Guard:
    """What every question passes first: the patterns, on what was asked and on what it hides."""

    def check(self, asked: Asked) -> Refusal | None:
        """The refusal a question meets; a follow-up is judged with the question it follows. None: to be answered."""
        return screen().check(asked.question) or screen().check(asked.query) or screen().check(unmasked(asked.question))


@cache
def screen() -> Screen:
    """The product's screen, read once."""
    return Screen(shipped_yaml("retrieval.screening", DATA))


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    """`{name}` replaced by its alternatives; braces that count repetitions stay."""
    for _ in range(2):
        pattern = re.sub(r"\{([a-z_]+)\}", lambda match: words[match.group(1)], pattern)
    return pattern


def _kind(name: str, entry: Mapping[str, Any], signals: Mapping[str, Any]) -> Kind:
    needs = tuple(frozenset(group) for group in entry["needs"])
    unknown = (set(entry["weights"]) | set().union(*needs)) - set(signals)
    if unknown:
        raise ValueError(f"{DATA}: kind {name} names unknown signals: {', '.join(sorted(unknown))}")
    return Kind(name, entry["weights"], needs, entry["what"], entry["why"], entry["turn"], entry["related"])


def _complete(kind: Kind, signals: frozenset[str]) -> bool:
    return all(group & signals for group in kind.needs)
