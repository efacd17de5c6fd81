"""Files that may say who may see a document and that nobody reads as metadata: they keep the document out."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import Rejected, metadata_unreadable
from ingest.readers.beside import ENDINGS, FOLDER_STEM, MAX_METADATA, OWN_STEM
from ingest.readers.encodings import decode
from ingest.readers.files import EXTENSIONS, read_bytes
from ingest.readers.front_matter import states_audience

# The stem before it, the part that makes a name one of metadata, and what an editor or a system has put behind.
_NAMED = re.compile(
    rf"(?P<of>.*)(?P<role>{FOLDER_STEM}|{re.escape(OWN_STEM)})(?P<ending>\.ya?ml)(?P<more>.*)", re.DOTALL
)
META = "meta"
NONE: frozenset[str] = frozenset()
NAME_IT = f"name it `{FOLDER_STEM}.yaml` or `NAME{OWN_STEM}.yaml`, or remove it."
NOT_NAMED = "but is not named as a metadata file:"
NO_DOCUMENT = "but no document of its name lies beside it: name it after its document, or remove it."


@dataclass(frozen=True, slots=True)
class _Named:
    """A file name taken apart: `of` is the document's name or stem, "" for a folder's; `more` follows the ending."""

    of: str
    more: str


@dataclass(frozen=True, slots=True)
class _Stray:
    """A file that may hold metadata and is not in use, with the documents that it names; none: all of its folder."""

    hint: str
    documents: frozenset[str]


@dataclass(slots=True)
class _Folder:
    """The names in a folder with whether each is a folder; the `right` names of metadata there, `spelt` in any case."""

    path: Path
    names: dict[str, bool]
    right: set[str]
    spelt: Mapping[str, Sequence[str]]


class LookAlikes:
    """Finds files that may hold metadata and are not in use. Each folder is listed once, at first use."""

    def __init__(self) -> None:
        self._strays: dict[tuple[Path, bool], list[_Stray]] = {}

    def check(self, path: Path, root: Path | None = None) -> None:
        """Raise Rejected for a document that a file which is not in use as metadata may have been meant for.

        Below `root`, the folder that was named, every small text counts; above it, where all kinds of programs keep
        their files, only one with "meta" in its name.
        """
        top = root if root is not None and root != path else path.parent
        for folder in path.parents:
            for stray in self._listed(folder, inside=folder.is_relative_to(top)):
                if not stray.documents or (folder == path.parent and path.name in stray.documents):
                    raise metadata_unreadable(stray.hint)

    def _listed(self, folder: Path, *, inside: bool) -> list[_Stray]:
        key = (folder, inside)
        if key not in self._strays:
            self._strays[key] = _strays(folder, inside=inside)
        return self._strays[key]


def is_metadata(name: str) -> bool:
    """Whether a file of this name holds metadata, in whatever case it is written."""
    named = _named(name)
    return named is not None and not named.more


def resembles_metadata(name: str) -> bool:
    """Whether a file of this name may be meant to hold metadata and does not, such as `_meta.yaml.txt`."""
    named = _named(name)
    return named is not None and bool(named.more)


def without_document(names: Sequence[str]) -> list[str]:
    """Of the `names` in a folder, the metadata files of documents that are not there."""
    known = {_folded(part) for name in names for part in (name, Path(name).stem)}
    found = ((name, _named(name)) for name in names)
    return [name for name, named in found if named and named.of and not named.more and _folded(named.of) not in known]


def _strays(folder: Path, *, inside: bool) -> list[_Stray]:
    listed = _list(folder)
    documents = _by_part(listed.names)
    candidates = (name for name in listed.names if not _is_document(name) and name not in listed.right)
    return [
        stray
        for name in candidates
        if inside or META in _folded(name)
        for stray in [_stray(listed, name, documents)]
        if stray is not None and not _in_use(listed, name)
    ]


def _list(folder: Path) -> _Folder:
    try:
        with os.scandir(folder) as entries:
            found = {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
    except OSError:  # a folder further up that this account may pass through and not list
        return _Folder(folder, {}, set(), {})
    of = {part for name, is_dir in found.items() if not is_dir and not _named(name) for part in (name, Path(name).stem)}
    stems = [FOLDER_STEM, *(f"{part}{OWN_STEM}" for part in of)]
    right = {f"{stem}{ending}" for stem in stems for ending in ENDINGS}
    spelt: dict[str, list[str]] = defaultdict(list)
    for name in right:
        spelt[_folded(name)].append(name)
    return _Folder(folder, dict(sorted(found.items())), right, spelt)


def _stray(folder: _Folder, name: str, documents: Mapping[str, Sequence[str]]) -> _Stray | None:
    """What the file `name` keeps out; None when it neither states an audience nor is named like metadata of a file."""
    of, named = _documents_of(name, documents), _named(name)
    shown = f"{folder.path.name}/{name}"
    if _states_audience(folder.path / name):
        orphan = is_metadata(name) and not of and named is not None and bool(named.of)
        return _Stray(f"{shown} states an audience {NO_DOCUMENT if orphan else f'{NOT_NAMED} {NAME_IT}'}", of)
    if named is not None and (of or not named.of):
        return _Stray(f"{shown} is named almost like a metadata file: {NAME_IT}", of)
    return None


def _states_audience(file: Path) -> bool:
    try:
        return states_audience(decode(read_bytes(file, most=MAX_METADATA)))
    except Rejected:
        return False


def _in_use(folder: _Folder, name: str) -> bool:
    """Whether `name` is a metadata file under another spelling of its name, or what an editor left beside one."""
    if any(name[:end] in folder.right and name[:end] in folder.names for end in range(len(name))):
        return True
    return any(_same(folder.path / name, folder.path / right) for right in folder.spelt.get(_folded(name), ()))


def _documents_of(name: str, documents: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The documents whose name or stem, the longest there is, the file name begins with; none when it names none."""
    folded = _folded(name)
    starts = ((shown, end) for shown in (folded, folded.lstrip("._~-")) for end in range(len(shown), 0, -1))
    return next((frozenset(documents[s[:end]]) for s, end in starts if s[:end] in documents and _parted(s, end)), NONE)


def _parted(name: str, end: int) -> bool:
    """Whether the name of a document can end there. `meta.yaml` beside meta.md may be meant for the whole folder."""
    part, rest = name[:end], name[end:]
    return bool(rest) and not rest[0].isalnum() and (META not in part or META in rest)


def _by_part(names: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """The documents by folded name and stem."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in filter(_is_document, names):
        for part in {_folded(name), _folded(Path(name).stem)}:
            found[part].append(name)
    return dict(found)


def _is_document(name: str) -> bool:
    """Whether it is read as a document."""
    kind = Path(name).suffix.lower() in EXTENSIONS
    return kind and not name.startswith(".") and not resembles_metadata(name)


def _named(name: str) -> _Named | None:
    found = _NAMED.fullmatch(_folded(name))
    if found is None or (found["role"] == FOLDER_STEM) == bool(found["of"]):
        return None
    of = name[: len(found["of"])] if len(name) == len(_folded(name)) else found["of"]
    return _Named(of, found["more"])


def _same(one: Path, other: Path) -> bool:
    """Whether both names are one file, as they are where case does not count."""
    try:
        return os.path.samestat(one.lstat(), other.lstat()) and not one.is_symlink()
    except OSError:
        return False


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
