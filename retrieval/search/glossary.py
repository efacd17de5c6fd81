"""Short forms and synonyms: what a query's words are called elsewhere. Data that users extend with their own file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from retrieval.errors import RetrievalError
from retrieval.ports import Alternative

NAME = "glossary.yaml"
PARTS = ("same", "either", "capitals")
# A short form that means several things: each counts for half, so that the words beside it decide.
AMBIGUOUS = 0.5
# Beside the words it was asked in, a question is read in so many other ways at most: each is one more search.
READINGS = 3


class GlossaryMalformed(RetrievalError):
    """The glossary cannot be read. Nothing was started; mend the line that is named, or unset PROVISO_GLOSSARY."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Forms that stand for one another; `weight` is what another form counts for beside the one that was used."""

    forms: tuple[str, ...]
    weight: float = 1.0


def put(text: str, reading: Mapping[str, str]) -> str:
    """`text` with the words of `reading` replaced by what stands for them."""
    either = "|".join(map(re.escape, sorted(reading, key=len, reverse=True)))
    return re.sub(rf"(?<!\w)(?:{either})(?!\w)", lambda match: reading[match.group()], text) if either else text


class Glossary:
    """Finds the forms of its entries in queries. Immutable; safe to share between threads.

    A form is found in the singular and the plural and in any case, except one of `capitals`: that is a word besides,
    and counts only when it is written so.
    """

    def __init__(self, entries: Iterable[Entry], capitals: Iterable[str] = ()) -> None:
        self._entries: dict[str, list[Entry]] = {}
        for entry in entries:
            for variant in {variant for form in entry.forms for variant in _numbers(_key(form))}:
                self._entries.setdefault(variant, []).append(entry)
        self._capitals = {variant: form for form in capitals for variant in _numbers(_key(form))}
        longest = sorted(self._entries, key=len, reverse=True)
        pattern = "|".join(re.escape(form).replace(r"\ ", r"[\s-]+") for form in longest)
        self._pattern = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if pattern else None

    def alternatives(self, query: str) -> list[Alternative]:
        """For each form in `query`, in order, the other forms of its entries that are not in it already."""
        found = self._found(query)
        present = {_key(words) for words, _ in found}
        named: dict[tuple[str, float], list[str]] = {}
        for words, entry in found:
            others = named.setdefault((words, entry.weight), [])
            others += [f for f in entry.forms if present.isdisjoint(_numbers(_key(f))) and f not in others]
        return [Alternative(words, tuple(forms), weight) for (words, weight), forms in named.items() if forms]

    def written_out(self, query: str) -> str:
        """`query` with what its short forms stand for behind it; what means several things is left as it is."""
        long = [
            next((form for form in found.forms if " " in form), None)
            for found in self.alternatives(query)
            if found.weight == 1.0 and " " not in found.words
        ]
        added = [form for form in dict.fromkeys(long) if form]
        return f"{query} ({', '.join(added)})" if added else query

    def readings(self, question: str, text: str) -> list[dict[str, str]]:
        """What to replace in `question` for it to speak as `text` does, most used forms first; at most `READINGS`.

        Each holds forms in `question` that `text` never uses, and what `text` calls the same. None where it uses all.
        """
        spoken: dict[str, list[str]] = {}
        for found in self.alternatives(question):
            if self._pattern_of(found.words).search(text):
                continue
            used = {form: len(self._pattern_of(form).findall(text)) for form in found.forms}
            spoken.setdefault(found.words, []).extend(sorted(filter(used.get, used), key=lambda form: -used[form]))
        deepest = min(READINGS, max(map(len, spoken.values()), default=0))
        return [
            {word: forms[min(at, len(forms) - 1)] for word, forms in spoken.items() if forms} for at in range(deepest)
        ]

    def _pattern_of(self, form: str) -> re.Pattern[str]:
        """Finds `form` in either number and in any case; one of `capitals` only as it is written."""
        written = self._capitals.get(_key(form))
        variants = {written, f"{written}s"} if written else _numbers(_key(form))
        either = "|".join(re.escape(each).replace(r"\ ", r"[\s-]+") for each in variants)
        return re.compile(rf"(?<![\w-])(?:{either})(?!\w)", re.NOFLAG if written else re.IGNORECASE)

    def _found(self, query: str) -> list[tuple[str, Entry]]:
        if self._pattern is None:
            return []
        matches = [match.group() for match in self._pattern.finditer(query)]
        words = [word for word in matches if self._capitals.get(_key(word), word) in (word, word.removesuffix("s"))]
        return [(word, entry) for word in words for entry in self._entries[_key(word)]]


def load_glossary(own: Path | None = None) -> Glossary:
    """The shipped glossary, with the organisation's `own` file added. Raises GlossaryMalformed, naming the line."""
    shipped = files("retrieval.search").joinpath(NAME).read_text("utf-8")
    parts = [_parse(shipped, NAME)]
    if own is not None:
        try:
            parts.append(_parse(own.read_text("utf-8-sig"), str(own)))
        except (OSError, UnicodeDecodeError) as error:
            raise GlossaryMalformed(f"{GlossaryMalformed.__doc__} ({own}: {type(error).__name__})") from error
    return Glossary(
        [entry for entries, _ in parts for entry in entries], [form for _, found in parts for form in found]
    )


def _parse(text: str, name: str) -> tuple[list[Entry], list[str]]:
    """The entries and the forms in capitals of one file."""
    try:
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _malformed(name, mark.line + 1 if mark else 1, "is no YAML") from error
    if root is None:
        return [], []
    if not isinstance(root, yaml.MappingNode):
        raise _malformed(name, 1, f"has no {', '.join(PARTS)}")
    parts: dict[str, Any] = {}
    for key, value in root.value:
        if key.value not in PARTS:
            raise _malformed(name, key.start_mark.line + 1, f'has "{key.value}", which is none of {", ".join(PARTS)}')
        parts[key.value] = value
    same = [Entry(_forms(node, name, least=2)) for node in _sequence(parts.get("same"), name)]
    capitals = _forms(parts["capitals"], name, least=0) if "capitals" in parts else ()
    return [*same, *_either(parts.get("either"), name)], list(capitals)


def _either(node: Any, name: str) -> list[Entry]:
    if node is None:
        return []
    if not isinstance(node, yaml.MappingNode):
        raise _malformed(name, node.start_mark.line + 1, "needs a short form, a colon and a list of meanings")
    return [
        Entry((short.value, meaning), AMBIGUOUS)
        for short, value in node.value
        for meaning in _forms(value, name, least=2)
    ]


def _sequence(node: Any, name: str) -> Sequence[Any]:
    if node is None:
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise _malformed(name, node.start_mark.line + 1, "needs a list")
    return list(node.value)


def _forms(node: Any, name: str, *, least: int) -> tuple[str, ...]:
    items = _sequence(node, name)
    forms = tuple(item.value.strip() for item in items if isinstance(item, yaml.ScalarNode) and item.value.strip())
    if len(forms) < len(items) or len(set(map(_key, forms))) < max(least, len(forms)):
        raise _malformed(name, node.start_mark.line + 1, f"needs a list of {least} or more different words or phrases")
    return forms


def _malformed(name: str, line: int, what: str) -> GlossaryMalformed:
    return GlossaryMalformed(
        f"{name}, line {line}: {what}. Nothing was started; mend that line, or unset PROVISO_GLOSSARY."
    )


def _numbers(form: str) -> set[str]:
    """A form and its plural."""
    return {form, f"{form}s", f"{form[:-1]}ies" if form.endswith("y") else form}


def _key(form: str) -> str:
    return re.sub(r"[\s-]+", " ", form).strip().lower()
