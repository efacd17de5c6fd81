"""What a faithful paraphrase may exchange: phrases, spellings, words of one meaning; and the small words of English."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from importlib.resources import files
from typing import Any

import yaml

from retrieval.model.statements import stem_of

DATA = "paraphrase.yaml"
PREFIXES = ("un", "in", "im", "il", "ir", "non", "dis")
_DENIED = re.compile(r"\bnot ((?:be |been |being )?(?:very |yet )?)(\w{4,})")
# What a name takes on as an adjective: Ruritania, Ruritanian.
_ADJECTIVAL = ("n", "an", "ian", "i", "ese", "istan")


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
    fixed: frozenset[str]

    @cached_property
    def small(self) -> frozenset[str]:
        """Words that say how others hang together, and nothing of their own."""
        return self.joints | self.prepositions | self.determiners | self.pronouns


@cache
def lexicon() -> Lexicon:
    """The product's list, read once."""
    data = _data()
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
            for name in (
                "joints",
                "prepositions",
                "determiners",
                "pronouns",
                "participles",
                "reporting",
                "floating",
                "fixed",
            )
        },
    )


@cache
def _irregular() -> Mapping[str, str]:
    """The stem of each verb by the stems of its forms that are spelled unlike it."""
    return {stem_of(form) or form: stem_of(verb) or verb for form, verb in _data()["irregular"].items()}


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(files("retrieval.model").joinpath(DATA).read_text("utf-8"))
    return data


def plain(text: str) -> str:
    """`text` with the phrases of the list read as one word each, and what stands in brackets after an acronym gone."""
    text = text.replace("[", "").replace("]", "")
    text = re.sub(r"\bnot (?:as|so) (\w+)\b([^,;]*?) as\b", r"less \1\2 than", text)
    text = re.sub(r"\b[Pp]ut(s?) ((?:[\w'-]+ ){1,6})at risk\b", r"endanger\1 \2", text)
    for pattern, word in lexicon().phrases:
        # A name stays one: "United Nations" is "UN".
        text = pattern.sub(partial(_as_cased, word), text)
    text = re.sub(r"\b(\w+)-(led|run|owned|funded|caused|made) (\w+)", r"\3 \2 by \1", text)
    return re.sub(r"\b(\w+) \((?:the )?\1\)", r"\1", text, flags=re.IGNORECASE)


def _as_cased(word: str, found: re.Match[str]) -> str:
    return word.upper() if found[0].istitle() else word


def prefixed(text: str, words: Iterable[str]) -> str:
    """`text` with "not even" read as "uneven" where the other side, given by its words, says it so."""
    known = frozenset(words)

    def one_word(found: re.Match[str]) -> str:
        forms = [prefix + found[2].lower() for prefix in PREFIXES]
        return next((found[1] + form for form in forms if form in known), found[0])

    return _DENIED.sub(one_word, text)


def namesakes(name: str, known: Collection[str]) -> bool:
    """Whether the stem of a name is among those known, as it stands, as an adjective or by a name that is the same."""
    if name in known:
        return True
    groups = lexicon().groups.get(name, frozenset())
    return any(
        groups & lexicon().groups.get(other, frozenset()) or _adjective(*sorted((name, other), key=len))
        for other in known
    )


def _adjective(short: str, long: str) -> bool:
    return len(short) > 3 and long.startswith(short) and long.removeprefix(short) in _ADJECTIVAL


def spelled(stem: str) -> str:
    """One spelling for British and American stems."""
    stem = _irregular().get(stem, stem)
    stem = stem.removesuffix("istan") if len(stem) > 8 else stem
    stem = re.sub(r"is(?=$|at|ed|ing)", "iz", stem) if len(stem) > 5 else stem
    return re.sub(r"our(?=$|it|abl)", "or", stem) if len(stem) > 4 else stem
