"""The finders that come with a document: lines of the file beside it, and the short forms that its text defines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import yaml

from ingest.readers.metadata import PlainLoader
from retrieval.corpus.finders import LONGEST_LINE, Places
from retrieval.corpus.passages import Passage
from retrieval.corpus.storing import PassageFinder
from retrieval.text.tokens import tokens
from retrieval.text.wording import normal

KEYS = frozenset({"at", "says", "lines"})
LEAST_WORDS, MOST_ENTRIES = 3, 20_000
NEXT = "mend or remove it"
# "the Harbour Liaison Cell (HLC)": letters of the words before the bracket, in order.
_SHORT = re.compile(r"(?<= )\(([A-Z][A-Za-z]{1,9})s?\)")
_OTHER = re.compile(r"[^\w&'’ -]")
LONGEST_NAME, MOST_NAME_WORDS, MOST_SHORT_FORMS = 200, 9, 500


@dataclass(frozen=True, slots=True)
class Entry:
    """Lines for one sentence: the place, the first words of the sentence, and where in the file the entry stands."""

    at: str | None
    says: str | None
    lines: tuple[str, ...]
    where: str


def entries_of(name: str, text: str) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """The entries of a file of finders, and what is wrong with the others: which line, what, and the next step."""
    try:
        root = yaml.compose(text, Loader=PlainLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        return (), (f"{name}{line}: it is no YAML, and none of its finders is used; {NEXT}",)
    listed = _listed(root)
    if listed is None:
        return (), (f"{name}: it has no list `finders`, and none is used; write one, or remove the file",)
    found: list[Entry] = []
    faults: list[str] = []
    for node in listed[:MOST_ENTRIES]:
        where = f"{name}, line {node.start_mark.line + 1}"
        entry = _entry(node, where)
        if isinstance(entry, str):
            faults.append(f"{where}: {entry}; {NEXT}")
        else:
            found.append(entry)
    return tuple(found), tuple(faults)


def resolved(
    entries: Iterable[Entry], passages: Sequence[Passage]
) -> tuple[tuple[PassageFinder, ...], tuple[str, ...]]:
    """The finders of these entries in the document's passages, and what is said of entries whose place is not there."""
    ordinals = {passage.passage_id: n for n, passage in enumerate(passages)}
    places = Places(passages)
    found: list[PassageFinder] = []
    faults: list[str] = []
    for entry in entries:
        there = places.beginning(entry.says or "", entry.at)
        if len(there) == 1:
            ((passage, position, _),) = there
            found += [PassageFinder(ordinals[passage.passage_id], position, line) for line in entry.lines]
        else:
            what = "no sentence of the document is" if not there else f"{len(there)} sentences of the document are"
            faults.append(f"{entry.where}: {what} there; name its place or more of its first words")
    return tuple(found), tuple(faults)


def short_forms(passages: Sequence[Passage]) -> tuple[PassageFinder, ...]:
    """For each passage that uses one form of a name that the document abbreviates, the other form."""
    defined = dict(_defined(normal(" ".join(passage.text for passage in passages))))
    pairs = {form: pair for pair in islice(defined.items(), MOST_SHORT_FORMS) for form in (pair[0], pair[1].casefold())}
    short_form, long_form = ("|".join(re.escape(f) for f in pairs if (" " in f) is long) for long in (False, True))
    patterns = re.compile(rf"\b(?:{short_form})(?=s?\b)"), re.compile(rf"\b(?:{long_form})\b", re.IGNORECASE)
    found: list[PassageFinder] = []
    for ordinal, passage in enumerate(passages if pairs else ()):
        uses = _first_uses(passage, patterns)
        for form in uses.keys() & pairs.keys():
            short, long = pairs[form]
            if short not in uses or long.casefold() not in uses:
                found.append(PassageFinder(ordinal, uses[form], long if form == short else short))
    return tuple(sorted(found, key=lambda each: (each.ordinal, each.position, each.line)))


def _first_uses(passage: Passage, patterns: Iterable[re.Pattern[str]]) -> dict[str, int]:
    """The forms that a passage uses, long ones in small letters, each with the position of the first sentence."""
    uses: dict[str, int] = {}
    for position, sentence in enumerate(passage.sentences):
        for form in (form for pattern in patterns for form in pattern.findall(sentence.text)):
            uses.setdefault(form.casefold() if " " in form else form, position)
    return uses


def _defined(text: str) -> Iterator[tuple[str, str]]:
    """(short form, long form) of every definition in a text: the letters begin its words, small ones aside."""
    for match in _SHORT.finditer(text):
        before = text[max(0, match.start() - LONGEST_NAME) : match.start()]
        words, letters = _OTHER.split(before)[-1].split()[-MOST_NAME_WORDS:], match[1]
        for count in range(2, len(words) + 1):
            long = words[-count:]
            initials = [word[0] for word in long if word[0].isalnum()]
            wanted = list(letters.casefold())
            capitals = [word[0].casefold() for word in long if word[0].isupper()]
            if wanted in ([i.casefold() for i in initials], capitals) and long[0][0].casefold() == wanted[0]:
                yield letters, " ".join(long)
                break


def _listed(root: Any) -> list[Any] | None:
    if not isinstance(root, yaml.MappingNode):
        return None
    listed = next((value for key, value in root.value if key.value == "finders"), None)
    return list(listed.value) if isinstance(listed, yaml.SequenceNode) else None


def _entry(node: Any, where: str) -> Entry | str:
    """The entry, or what is wrong with it."""
    if not isinstance(node, yaml.MappingNode):
        return "an entry has `at` or `says`, and `lines`"
    values = {key.value: value for key, value in node.value}
    if unknown := sorted(set(values) - KEYS):
        return f"it has `{unknown[0]}`, which is none of at, says, lines"
    at, says = (_scalar(values.get(name)) for name in ("at", "says"))
    if says is not None and len(says.split()) < LEAST_WORDS:
        return f"`says` needs {LEAST_WORDS} words at least"
    if at is None and says is None:
        return "it names no place: write `at`, `says`, or both"
    lines = values.get("lines")
    said = [_scalar(line) for line in lines.value] if isinstance(lines, yaml.SequenceNode) else []
    if not said or not all(line and tokens(line) and len(line) <= LONGEST_LINE for line in said):
        return f"`lines` needs a list of texts of {LONGEST_LINE} characters at most"
    return Entry(at, says, tuple(line for line in said if line), where)


def _scalar(node: Any) -> str | None:
    return " ".join(str(node.value).split()) or None if isinstance(node, yaml.ScalarNode) else None
