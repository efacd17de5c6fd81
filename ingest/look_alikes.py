"""Files named almost like metadata: nobody reads them, so the documents they may have been meant for are kept out."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import metadata_unreadable
from ingest.readers.beside import ENDINGS, FOLDER_STEM, OWN_STEM

# The stem before it, the part that makes a name one of metadata, and what an editor or a system has put behind.
_NAMED = re.compile(
    rf"(?P<of>.*)(?P<role>{FOLDER_STEM}|{re.escape(OWN_STEM)})(?P<ending>\.ya?ml)(?P<more>.*)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class _Named:
    """A file name taken apart: `of` is the document's name or stem, "" for a folder's; `exact` is as it must be."""

    name: str
    of: str
    exact: bool
    more: str


@dataclass(slots=True)
class _Folder:
    """What a folder holds of such names: for itself, and by the folded name of a document."""

    own: list[_Named] = field(default_factory=list)
    files: dict[str, list[_Named]] = field(default_factory=lambda: defaultdict(list))
    documents: set[str] = field(default_factory=set)


class LookAlikes:
    """Finds them. Each folder is listed once, at first use."""

    def __init__(self) -> None:
        self._folders: dict[Path, _Folder] = {}

    def check(self, path: Path) -> None:
        """Raise Rejected for a document that a file named almost like its metadata may have been meant for."""
        for folder in path.parents:
            _refuse(folder, self._listed(folder).own, [f"{FOLDER_STEM}{ending}" for ending in ENDINGS])
        listed = self._listed(path.parent)
        stems = (path.name, path.stem)
        named = [n for stem in dict.fromkeys(map(_folded, stems)) for n in listed.files.get(stem, ())]
        meant = [n for n in named if n.of in stems or n.of not in listed.documents]
        _refuse(path.parent, meant, [f"{stem}{OWN_STEM}{ending}" for stem in stems for ending in ENDINGS])

    def _listed(self, folder: Path) -> _Folder:
        if folder not in self._folders:
            self._folders[folder] = _list(folder)
        return self._folders[folder]


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


def _list(folder: Path) -> _Folder:
    listed = _Folder()
    try:
        names = sorted(file.name for file in folder.iterdir())
    except OSError:  # a folder further up that this account may pass through and not list
        return listed
    for name in names:
        named = _named(name)
        if named is None:
            listed.documents |= {name, Path(name).stem}
        elif named.of:
            listed.files[_folded(named.of)].append(named)
        else:
            listed.own.append(named)
    return listed


def _named(name: str) -> _Named | None:
    found = _NAMED.fullmatch(_folded(name))
    if (
        found is None
        or (found["role"] == FOLDER_STEM and found["of"])
        or (found["role"] == OWN_STEM and not found["of"])
    ):
        return None
    of = name[: len(found["of"])] if len(name) == len(_folded(name)) else found["of"]
    exact = name == f"{of}{found['role']}{found['ending']}"
    return _Named(name, of, exact, found["more"])


def _refuse(folder: Path, named: Iterable[_Named], honoured: Sequence[str]) -> None:
    """Raise Rejected for the first of `named` that is none of the `honoured` names, nor a leftover beside one."""
    named = list(named)
    there = [name for name in honoured if os.path.lexists(folder / name)] if named else []
    for each in named:
        leftover = bool(each.more) and bool(there)
        if each.name in honoured or leftover or any(_same(folder / each.name, folder / name) for name in there):
            continue
        raise metadata_unreadable(
            f"{folder.name}/{each.name} is named almost like a metadata file of it; "
            f"rename it to {honoured[0]}, or remove it."
        )


def _same(one: Path, other: Path) -> bool:
    """Whether both names are one file, as they are where case does not count."""
    return os.path.lexists(one) and one.lstat().st_ino == other.lstat().st_ino and not one.is_symlink()


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
