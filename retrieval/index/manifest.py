"""The manifest of a generation's folder: what went in, by which recipe, and how to tell that it is intact."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from retrieval.errors import IndexDamaged, IndexGone

NAME = "manifest.json"
FORMAT = 4
READERS = "readers.lock"
# The passages with a vector of their own, in no order.
POINTS = "points.json"
# Chroma writes to its SQLite file whenever it opens it, so that file says nothing about damage.
_TOUCHED = (NAME, READERS, "chroma.sqlite3", "chroma.sqlite3-wal", "chroma.sqlite3-shm", "chroma.sqlite3-journal")
_EDGE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """`recipe` is None when the generation has no vectors; passages of equal text share one, so `vectors` may be less
    than `passages`. `golden` pairs words of a passage with its id; `probes` are the ids whose vectors lie in
    probes.npy, in order; `files` maps relative paths to fingerprints. `dense` names the folder of the vectors: one of
    its own each time it is made, because Chroma shares what it has open by path, and what replaces a damaged index
    must not be taken for it. `drift` counts the vectors put in and taken out since all of them were last written anew.
    `base` is the generation whose collection on a Chroma server holds them, but for what the folder `dense` says (None:
    its own). `awaits_server`: words alone are here, because the Chroma server did not answer when this was made.
    `finders` pairs lines of finders with the passages they find.
    """

    generation: str
    recipe: str | None
    passages: int
    vectors: int
    dense: str
    golden: tuple[tuple[str, str], ...] = ()
    probes: tuple[str, ...] = ()
    files: dict[str, str] | None = None
    drift: int = 0
    base: str | None = None
    awaits_server: bool = False
    finders: tuple[tuple[str, str], ...] = ()
    format: int = FORMAT


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, complete or not at all."""
    aside = folder / f".{NAME}"
    aside.write_text(json.dumps(asdict(manifest), indent=1))
    aside.replace(folder / NAME)


def read(folder: Path) -> Manifest:
    """The manifest in `folder`. Raises IndexGone, IndexDamaged."""
    try:
        data = json.loads((folder / NAME).read_text())
        data["golden"] = tuple((words, passage) for words, passage in data["golden"])
        data["finders"] = tuple((line, passage) for line, passage in data.get("finders", ()))
        data["probes"] = tuple(data["probes"])
        manifest = Manifest(**data)
    except FileNotFoundError as error:
        raise IndexGone from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"The manifest of an index cannot be read ({type(error).__name__}).") from error
    if manifest.format != FORMAT:
        raise IndexDamaged(f"The index is of form {manifest.format}; this version reads form {FORMAT}.")
    return manifest


def fingerprints(folder: Path) -> dict[str, str]:
    """Every file that never changes once the folder is sealed, with its fingerprint."""
    found: dict[str, str] = {}
    for path, _folders, names in os.walk(folder):
        place = Path(path)
        # A vector segment without this file is scratch: Chroma makes it anew from its SQLite file.
        if "data_level0.bin" in names and "index_metadata.pickle" not in names:
            continue
        for name in names:
            if name not in _TOUCHED:
                found[(place / name).relative_to(folder).as_posix()] = fingerprint(place / name)
    return dict(sorted(found.items()))


def fingerprint(path: Path) -> str:
    """Size and SHA-256 of the first and the last 16 MB: a start must not read a gigabyte."""
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        digest.update(file.read(_EDGE))
        file.seek(max(file.tell(), size - _EDGE))
        digest.update(file.read(_EDGE))
    return digest.hexdigest()[:32]


# The local model of earlier versions and of this one: the same weights, rounded in two ways.
_SAME_MODEL = {"all-MiniLM-L6-v2@53aa51172d14": "all-MiniLM-L6-v2@8199be6f699a"}


def same_space(one: str | None, other: str | None) -> bool:
    """Whether vectors of two recipes may be compared: those of the same weights may, however they are rounded.

    An index of an earlier version goes on answering by meaning until its passages have new vectors.
    """
    return one is not None and other is not None and _model(one) == _model(other)


def _model(recipe: str) -> str:
    weights = recipe.removesuffix("+int8").removesuffix("+fp32")
    return _SAME_MODEL.get(weights, weights)
