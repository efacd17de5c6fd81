"""The record of a source: its fields, and how metadata files and front matter write them. Nothing is guessed."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import yaml

from ingest.errors import Rejected, metadata_unreadable
from retrieval.corpus.authority import is_date

FIELDS = (
    "title", "publisher", "author", "published", "url", "edition", "status", "authority", "binds", "kind", "digest_of",
    "supersedes", "audience",
)  # fmt: skip
# What a folder's `_meta.yaml` may say for all its files; the rest belongs to one document.
FOLDER_FIELDS = frozenset({"publisher", "author", "published", "edition", "status", "authority", "binds", "audience"})
ALIASES = {"date": "published", "source_url": "url", "replaces": "supersedes"}
AUTHORITIES = {
    "treaty": ("treaty", "treaties", "convention", "protocol", "treaty law"),
    "customary rule": ("customary rule", "customary rules", "custom", "customary law", "customary international law"),
    "statute": ("statute", "statutes", "law", "act", "legislation"),
    "policy": ("policy", "policies", "directive"),
    "guidance": ("guidance", "guideline", "guidelines", "handbook", "manual", "good practice", "best practice"),
    "commentary": ("commentary", "commentaries", "article", "essay", "analysis"),
    "digest": ("digest",),
}
AUTHORITY = {spelling: name for name, spellings in AUTHORITIES.items() for spelling in spellings}
ONE_LABEL = "Its audience must be one label, such as `audience: legal`; without one, remove the line."
NO_MAPPING = "It must be lines of `name: value`, each name once; mend or remove it."
MAX_VALUE = 1000
LARGEST_BITS = 64
# Titles and names that programs put in where nobody wrote one.
NO_TITLE = re.compile(
    r"(?:untitled.*|microsoft \w+ - .*|(?:word )?document ?\d*|presentation ?\d*|powerpoint presentation|slide ?\d*|"
    r"(?:title|new|blank) (?:page|document|slide)|home ?page|home|index|unknown|normal|book ?\d*|\W*anonymous\W*|"
    r"\S*\.(?:docx?|dotx?m?|xls[xm]?|csv|rtf|indd|qxd|tex|pptx?|potx?|pdf|html?|epub|txt))",
    re.IGNORECASE,
)
NO_AUTHOR = re.compile(
    r"\W*(?:anonymous|unknown|unspecified|(?:microsoft|windows|office|ms)(?: office)? user|user ?\d*|"
    r"admin(?:istrator)?|owner|author|python-(?:docx|pptx)|openpyxl|none)\W*",
    re.IGNORECASE,
)
ISO_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2})(?:[T ].*)?)?)?")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
MONTH = "|".join(rf"{name[:3]}(?:{name[3:]}|\.)?" for name in MONTHS).replace("|Sep(?:", r"|Sep(?:t\.?|")
DAY_FIRST = re.compile(rf"(?:(\d{{1,2}})(?:st|nd|rd|th)? )?({MONTH}),? (\d{{4}})", re.IGNORECASE)
MONTH_FIRST = re.compile(rf"({MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})", re.IGNORECASE)


class PlainLoader(yaml.SafeLoader):
    """Plain values, dates as they are written, no field twice, and nothing that stands for something else."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as PyYAML has it
        first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:timestamp"]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("a record has no use for aliases, and a few of them unfold to gigabytes")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [str(self.construct_object(key, deep=True)) for key, _ in node.value]
        if len(set(keys)) < len(keys):
            raise yaml.YAMLError("a field stands there twice")
        return super().construct_mapping(node, deep)


def of_document(name: str, text: str) -> dict[str, str]:
    """What the file `name` says of the document beside it. Raises Rejected when it is not a YAML mapping."""
    try:
        return known_fields(_mapping(text))
    except Rejected as rejected:
        raise metadata_unreadable(f"{name}: {rejected.hint}") from rejected


def of_folder(name: str, text: str) -> dict[str, str]:
    """What the file `name` says of everything below its folder. Raises Rejected when it is not a YAML mapping."""
    said = of_document(name, text)
    return {field: value for field, value in said.items() if field in FOLDER_FIELDS}


def settled(metadata: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """(the metadata in the product's own spelling, what of it was not understood and is left out).

    An authority must be one of treaty, customary rule, statute, policy, guidance, commentary, digest, or an obvious
    spelling of one. A date is brought to YYYY-MM-DD, YYYY-MM or YYYY; what is none is left out.
    """
    found = dict(metadata)
    warnings: list[str] = []
    if "published" in found:
        found["published"] = as_date(found["published"])
        if not is_date(found["published"]):
            warnings.append(
                f"published {found['published']!r} is no date; it is left out: write 2020, 2020-05 or 2020-05-31"
            )
            del found["published"]
    if "authority" in found:
        name = AUTHORITY.get(" ".join(re.split(r"[\s_-]+", found["authority"].casefold().strip())))
        if name is None:
            warnings.append(f"authority {found['authority']!r} is none of {', '.join(AUTHORITIES)}; it is left out")
            del found["authority"]
        else:
            found["authority"] = name
    return found, tuple(warnings)


def as_title(text: str | None) -> str | None:
    """`text` on one line; None when a program made it up."""
    title = " ".join((text or "").split())
    return None if not title or NO_TITLE.fullmatch(title) else title


def as_author(text: str | None) -> str | None:
    """`text` on one line; None when it names an account, and nobody."""
    author = " ".join((text or "").split())
    return None if not author or NO_AUTHOR.fullmatch(author) else author


def as_date(text: str) -> str:
    """YYYY-MM-DD, YYYY-MM or YYYY where `text` is a date beyond doubt; as given where it is not."""
    plain = " ".join(text.split())
    if found := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", plain) or ISO_DATE.fullmatch(plain):
        parts = found.groups()
    elif found := DAY_FIRST.fullmatch(plain):
        parts = (found[3], _month(found[2]), found[1])
    elif found := MONTH_FIRST.fullmatch(plain):
        parts = (found[3], _month(found[1]), found[2])
    else:
        return text
    numbers = [int(part) for part in parts if part]
    try:
        whole = dt.date(numbers[0], *[*numbers[1:], 1, 1][:2])
    except ValueError:
        return text
    return whole.isoformat()[: (4, 7, 10)[len(numbers) - 1]]


def _month(name: str) -> str:
    return str(next(n for n, month in enumerate(MONTHS, 1) if name[:3].lower() == month[:3].lower()))


def load_yaml(text: str) -> object:
    """The YAML in `text`. Raises YAMLError, ValueError and RecursionError."""
    loaded: object = yaml.load(text, PlainLoader)  # noqa: S506 - a safe loader
    return loaded


def _mapping(text: str) -> Mapping[Any, Any]:
    try:
        data = load_yaml(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise metadata_unreadable(NO_MAPPING) from error
    if data is not None and not isinstance(data, dict):
        raise metadata_unreadable(NO_MAPPING)
    return data or {}


def known_fields(data: Mapping[Any, Any]) -> dict[str, str]:
    """The fields of a source record that `data` fills with a plain value; anything else is left out.

    Raises Rejected when it is the audience that cannot be read: nobody is shown what may not be theirs.
    """
    found: dict[str, str] = {}
    for key, value in data.items():
        written, text = as_name(str(key)), _plain(value)
        name = ALIASES.get(written, written)
        _check_audience(name, value)
        if name == "audience" and not text:
            raise metadata_unreadable(ONE_LABEL)
        if name in FIELDS and text and name not in found:
            found[name] = text
    if not found.get("url", "https://").startswith(("https://", "http://")):
        del found["url"]
    if found.get("kind") not in ("source", "digest"):
        found.pop("kind", None)
    return found


def as_name(key: str) -> str:
    """A key as fields are written: in small letters of the usual width."""
    return unicodedata.normalize("NFKC", key).strip().casefold()


def resembles_audience(name: str) -> bool:
    """Whether `name` is, holds, or nearly spells "audience"."""
    if "audience" in name:
        return True
    near = abs(len(name) - len("audience")) <= 3 and len(set(name) & set("audience")) >= 4
    return near and bool(get_close_matches(name, ["audience"], cutoff=0.8))


def _check_audience(name: str, value: object) -> None:
    """Raise Rejected for a key that looks like the audience and is not, here or anywhere below."""
    if name != "audience" and resembles_audience(name):
        raise metadata_unreadable(f"It says `{name}`; write `audience`, or remove it.")
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        if isinstance(key, str) and resembles_audience(as_name(key)):
            raise metadata_unreadable(f"Its `{key}` stands below `{name}`; write `audience` on a line of its own.")
        _check_audience("", below)


def _plain(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | dt.date):
        return None
    if isinstance(value, int) and value.bit_length() > LARGEST_BITS:
        return None  # Python refuses to write out numbers of thousands of digits
    text = value.isoformat() if isinstance(value, dt.date) else str(value)
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())[:MAX_VALUE] or None
