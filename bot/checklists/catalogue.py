"""Load and validate the checklists that ship with the product, and find one by id, alias, misspelling or words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from bot.errors import BotError

FOLDER = Path(__file__).parent
_WORD = re.compile(r"[a-z0-9]+")
_STOP = frozenset(
    _WORD.findall(
        "a an and any are as at by can checklist do does for from have how i in is it list me my of on or our "
        "please show should the there to us we what when where which who with"
    )
)
_ALIKE = 0.75


class BrokenChecklist(BotError):
    """A checklist file cannot be used. Nothing was loaded; mend the place named and start again."""


def _one_line(text: str) -> str:
    if not text.strip() or "\n" in text.strip():
        raise ValueError("must be one line of text")
    return text.strip()


Line = Annotated[str, AfterValidator(_one_line)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Basis(_Data):
    """The source an item rests on: title and place of the original. `note` says how far it supports the item."""

    source: Line
    publisher: Line | None = None
    locator: Line | None = None
    note: Line | None = None


class Item(_Data):
    """One point to consider: `why` it matters, what to `ask`, and the `basis` it rests on."""

    id: Slug
    text: Line
    why: Line
    ask: Line
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)] | Literal["team judgement"]
    critical: bool = False


class Checklist(_Data):
    """A checklist. `when` says at which moment of planning to use it."""

    id: Slug
    version: int = Field(ge=1)
    title: Line
    aliases: tuple[Line, ...] = ()
    when: Line
    items: tuple[Item, ...] = Field(min_length=1)

    def to_json(self) -> dict[str, Any]:
        """Return the checklist as JSON. `basis` is a list of references or "team judgement"."""
        return self.model_dump(mode="json")


class Found(NamedTuple):
    """The result of a look-up: the checklist or None, and the ids of the others, most similar first."""

    checklist: Checklist | None
    others: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """All checklists, by id."""

    checklists: tuple[Checklist, ...]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Catalogue:
        """Read every `*.yaml` of `folder`. Raises BrokenChecklist with file, line and place of the first fault."""
        checklists = tuple(_read(path) for path in sorted(folder.glob("*.yaml")))
        _refuse_shared_names(checklists)
        return cls(checklists)

    def find(self, query: str) -> Found:
        """Find a checklist by id, by alias, by a misspelling of either, or by words that occur in it.

        If nothing matches or the query is empty, `checklist` is None and `others` holds every id.
        """
        ranked = sorted(((_likeness(query, c), c) for c in self.checklists), key=lambda pair: -pair[0])
        if not ranked or ranked[0][0] <= 0:
            return Found(None, tuple(c.id for c in self.checklists))
        best = ranked[0][1]
        return Found(best, tuple(c.id for _, c in ranked if c is not best))

    def resting(self) -> list[tuple[str, str, str]]:
        """Title, place and item for every place of a source that an item rests on, each once, in order."""
        return list(
            dict.fromkeys(
                (basis.source, basis.locator, item.text)
                for checklist in self.checklists
                for item in checklist.items
                if not isinstance(item.basis, str)
                for basis in item.basis
                if basis.locator is not None
            )
        )

    def titles(self) -> dict[str, str]:
        """Return the titles by id."""
        return {c.id: c.title for c in self.checklists}


def _likeness(query: str, checklist: Checklist) -> float:
    """Score how well a query names a checklist: 3 exact, 1 to 2 misspelt, below 1 words in common, 0 no match."""
    wanted = " ".join(_WORD.findall(query.casefold()))
    names = [" ".join(_WORD.findall(n.casefold())) for n in (checklist.id, checklist.title, *checklist.aliases)]
    if not wanted:
        return 0.0
    if wanted in names:
        return 3.0
    closest = max(difflib.SequenceMatcher(None, wanted, name).ratio() for name in names)
    if closest >= _ALIKE:
        return 1.0 + closest
    return _words_in_common(wanted.split(), names, checklist)


def _words_in_common(wanted: Iterable[str], names: list[str], checklist: Checklist) -> float:
    """Return the share of query words found. Words of a name, also misspelt, count more than words of an item."""
    words = [word for word in wanted if word not in _STOP]
    if not words:
        return 0.0
    named = {word for name in names for word in name.split()} - _STOP
    body = {w for item in checklist.items for w in _WORD.findall(f"{item.text} {item.why} {item.ask}".casefold())}
    score = sum(1.0 if difflib.get_close_matches(w, named, 1, 0.8) else 0.3 if w in body else 0.0 for w in words)
    return 0.99 * score / len(words) if score >= 0.5 else 0.0


def _read(path: Path) -> Checklist:
    text = path.read_text(encoding="utf-8")
    try:
        data = yaml.safe_load(text)
        checklist = Checklist.model_validate(data)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" line {mark.line + 1}" if mark else ""
        raise BrokenChecklist(f"{path.name}{place}: not valid YAML. Nothing was loaded; mend the file.") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise BrokenChecklist(_describe(path, text, first["loc"], first["msg"])) from error
    _refuse_repeated_items(path, text, checklist)
    return checklist


def _describe(path: Path, text: str, place: tuple[int | str, ...], problem: str) -> str:
    where = ".".join(str(part) for part in place) or "the whole file"
    line = _line_of(text, place)
    return f"{path.name} line {line}, {where}: {problem}. Nothing was loaded; mend the file."


def _line_of(text: str, place: tuple[int | str, ...]) -> int:
    """Return the line (from 1) of the deepest part of `place` that exists in the file."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = 1
    for part in place:
        node = _child(node, part)
        if node is None:
            break
        line = node.start_mark.line + 1
    return line


def _child(node: yaml.Node | None, part: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part]  # type: ignore[no-any-return]  # the YAML types leave `value` open
    return None


def _refuse_repeated_items(path: Path, text: str, checklist: Checklist) -> None:
    seen: set[str] = set()
    for index, item in enumerate(checklist.items):
        if item.id in seen:
            raise BrokenChecklist(_describe(path, text, ("items", index, "id"), f"the id {item.id!r} is used twice"))
        seen.add(item.id)


def _refuse_shared_names(checklists: Iterable[Checklist]) -> None:
    owner: dict[str, str] = {}
    for checklist in checklists:
        for name in {n.casefold() for n in (checklist.id, *checklist.aliases)}:
            if name in owner:
                raise BrokenChecklist(
                    f"{checklist.id}.yaml: the name {name!r} also belongs to {owner[name]}. "
                    "Nothing was loaded; rename one of them."
                )
            owner[name] = checklist.id
