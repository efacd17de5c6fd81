"""What is turned down before anything is searched. Every kind is a set of patterns: likeness refuses nothing."""

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
_NAME = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """A request is met when it has every pattern of `all` and none of `unless`."""

    all: tuple[str, ...]
    unless: tuple[str, ...]

    def meets(self, plain: str) -> bool:
        """Whether a text in normal form and lower case is such a request."""
        return all(_found(each, plain) for each in self.all) and not any(_found(each, plain) for each in self.unless)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request: its rules, what is said to it, a question to ask instead, and a query for guidance."""

    name: str
    rules: tuple[Rule, ...]
    what: str
    turn: str
    instead: str
    related: str

    @property
    def text(self) -> str:
        """What is not done here, where to turn, and what can be asked instead."""
        return f"{self.what} {self.turn} You can ask instead: “{self.instead}”"


class Screen:
    """The kinds of requests that are turned down, in the order they are tried."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        words: dict[str, str] = {}
        for name, alternatives in data["words"].items():
            words[name] = f"(?:{'|'.join(_filled(each, words) for each in alternatives)})"
        self.kinds = tuple(_kind(name, entry, words) for name, entry in data["kinds"].items())

    def check(self, question: str) -> Kind | None:
        """The kind of request a text is; None when it is a question to be answered."""
        plain = normal(question).lower()
        return next((kind for kind in self.kinds if any(rule.meets(plain) for rule in kind.rules)), None)


class Guard:
    """What every question passes first: the patterns, on what was asked and on what it hides."""

    def check(self, asked: Asked) -> Kind | None:
        """The kind of request a question is; a follow-up is judged with the question it follows."""
        return screen().check(asked.question) or screen().check(asked.query) or screen().check(unmasked(asked.question))


@cache
def screen() -> Screen:
    """The product's screen, read once."""
    return Screen(shipped_yaml("retrieval.screening", DATA))


def _kind(name: str, entry: Mapping[str, Any], words: Mapping[str, str]) -> Kind:
    rules = tuple(_rule(rule, words) for rule in entry["rules"])
    return Kind(name, rules, entry["what"], entry["turn"], entry["instead"], entry["related"])


def _rule(entry: Mapping[str, Any], words: Mapping[str, str]) -> Rule:
    # The shortest pattern first: most rules fail at it, and the long ones need not be compiled.
    needed = sorted((_filled(each, words) for each in entry["all"]), key=len)
    return Rule(tuple(needed), tuple(_filled(each, words) for each in entry.get("unless", ())))


def _found(pattern: str, plain: str) -> bool:
    return _compiled(pattern).search(plain) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiling all patterns takes a quarter of a second, so each is compiled when it is first needed."""
    return re.compile(pattern)


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    """`{name}` replaced by its alternatives; braces that count repetitions stay. Raises ValueError for other names."""
    unknown = {name for name in _NAME.findall(pattern) if name not in words}
    if unknown:
        raise ValueError(f"{DATA}: a pattern names unknown words: {', '.join(sorted(unknown))}")
    return _NAME.sub(lambda match: words[match.group(1)], pattern)
