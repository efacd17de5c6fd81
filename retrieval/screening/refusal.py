"""What is turned down before anything is searched. Every kind is a set of patterns: likeness refuses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from retrieval.answers.questions import Asked
from retrieval.screening.disguise import unmasked
from retrieval.shipped import shipped_yaml
from retrieval.text.patterns import compiled, filled, named, plain

DATA = "refusals.yaml"


@dataclass(frozen=True, slots=True)
class Rule:
    """A text meets it when it has everything of `all` and nothing of `none`."""

    all: tuple[str, ...]
    none: tuple[str, ...]

    def meets(self, said: str) -> bool:
        """Whether a text in plain words is built so."""
        return all(_has(said, each) for each in self.all) and not any(_has(said, each) for each in self.none)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request: how it is built, what is said to it, a question to ask instead, and a query for guidance."""

    name: str
    rules: tuple[Rule, ...]
    unless: str | None
    what: str
    turn: str
    instead: str
    related: str

    @property
    def text(self) -> str:
        """What is not done here, where to turn, and what can be asked instead."""
        return f"{self.what} {self.turn} You can ask instead: “{self.instead}”"

    def meets(self, said: str) -> bool:
        """Whether a text in plain words is such a request."""
        met = any(rule.meets(said) for rule in self.rules)
        return met and not (self.unless and _has(said, self.unless))


class Screen:
    """The kinds of requests that are turned down, in the order they are tried."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        parts = named(data["words"])
        self.kinds = tuple(_kind(name, entry, parts) for name, entry in data["kinds"].items())

    def check(self, question: str) -> Kind | None:
        """The kind of request a text is; None when it is a question to be answered."""
        said = plain(question)
        return next((kind for kind in self.kinds if kind.meets(said)), None)


def refused_as(asked: Asked) -> Kind | None:
    """The kind of request a question is, also with the question it follows, and with what it hides."""
    return screen().check(asked.question) or screen().check(asked.query) or screen().check(unmasked(asked.question))


@cache
def screen() -> Screen:
    """The product's screen, read once."""
    return Screen(shipped_yaml("retrieval.screening", DATA))


def _kind(name: str, entry: Mapping[str, Any], parts: Mapping[str, str]) -> Kind:
    rules = tuple(_rule(rule, parts) for rule in entry["rules"])
    unless = filled(entry["unless"], parts) if "unless" in entry else None
    return Kind(name, rules, unless, entry["what"], entry["turn"], entry["instead"], entry["related"])


def _rule(patterns: Sequence[str], parts: Mapping[str, str]) -> Rule:
    """A rule of the data; what begins with `!` must not be found."""
    # The shortest first: most rules fail at it, and the long ones need not be compiled.
    wanted = tuple(sorted((filled(each, parts) for each in patterns if each[0] != "!"), key=len))
    return Rule(wanted, tuple(filled(each[1:], parts) for each in patterns if each[0] == "!"))


def _has(said: str, pattern: str) -> bool:
    return compiled(pattern).search(said) is not None
