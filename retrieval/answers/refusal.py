"""What is turned down before anything is searched: targeting, rulings, evasion, and instructions in disguise."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from retrieval.answers.disguise import unmasked
from retrieval.answers.everyday import plainly
from retrieval.answers.languages import language_of
from retrieval.answers.likeness import Likeness
from retrieval.answers.questions import Asked
from retrieval.answers.wording import normal
from retrieval.errors import RetrievalError
from retrieval.ports import Embedder
from retrieval.shipped import shipped_yaml

logger = logging.getLogger(__name__)

DATA = "refusals.yaml"
OFF_TOPIC = "off_topic"
# From these log-odds on a question is turned down on its likeness alone: over phrasings that were not fitted, patterns
# and likeness together turn down 61 of 64 requests and 1 of 21 look-alikes of a set nobody had fitted.
LIKENESS_FROM = 0.45
# A greeting, an acronym or a search term says too little to be like anything.
LEAST_WORDS = 4
# A question that shows signs of asking for guidance has to be this much more alike.
GENERAL = frozenset({"asks_guidance", "scruple", "duty_question"})
GENERAL_MARGIN = 3.0
# Below this pattern score a question that speaks of nobody's own affairs counts as asking for guidance, too.
FEW_SIGNALS = 1.5
# Who wants help to evade something, or gives orders, speaks of "us", "me" or "you" (and "US" is not "us").
_PERSONAL = re.compile(
    r"\b(?:[Ww]e|us|Us|[Oo]urs?|[Ii]|[Mm]e|[Mm]y|[Mm]ine|[Yy]ou|[Yy]our|[Yy]ourself|[Ll]et's|[Pp]lease)\b|[^?؟？\s]\s*$"
)
_PERSONAL_KINDS = frozenset({"evasion", "injection"})


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

    def clearest(self, question: str) -> float:
        """The highest score of any kind, whether or not its needs are met."""
        return max(self.scores(question).values())

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
    """What every question passes first: the patterns, then likeness to known requests where there is an embedder."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._likeness = None if embedder is None else Likeness(embedder, screen().clearest)

    def check(self, asked: Asked) -> Refusal | None:
        """The refusal a question meets; a follow-up is judged with the question it follows. None: to be answered."""
        plain = screen().check(asked.question) or screen().check(asked.query)
        return plain or screen().check(unmasked(asked.question)) or self._alike(asked.query)

    def _alike(self, question: str) -> Refusal | None:
        if self._likeness is None or len(question.split()) < LEAST_WORDS:
            return None
        # The line lies between English phrases: what another language says, it cannot judge.
        if language_of(question) is not None:
            return None
        try:
            odds, kind = self._likeness.judge(question)
            plain = plainly(question)
            # Requests that are turned down are mostly put in passing, and what is put in passing sounds like them.
            if plain != question and kind != OFF_TOPIC:
                odds = (odds + self._likeness.judge(plain)[0]) / 2
        except RetrievalError as error:
            logger.warning("questions are screened by patterns alone: %s", type(error).__name__)
            return None
        general = _impersonal(question, kind) or bool(GENERAL & screen().signals(question))
        wanted = LIKENESS_FROM + GENERAL_MARGIN if general else LIKENESS_FROM
        return Refusal(screen().kind(kind), odds) if odds >= wanted else None


@cache
def screen() -> Screen:
    """The product's screen, read once."""
    return Screen(shipped_yaml("retrieval.answers", DATA))


def _impersonal(question: str, kind: str) -> bool:
    """Whether a question speaks of nobody's own affairs, where a request of that kind would, or shows few signals."""
    if kind == OFF_TOPIC or _PERSONAL.search(normal(question)):
        return False
    return kind in _PERSONAL_KINDS or screen().clearest(question) < FEW_SIGNALS


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
