"""Which remembered root a file belongs to. Pure: paths in, names out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.starter import starter_guidance

# The starter guidance moves with the installation; its root must not.
STARTER_ROOT = "starter-guidance"


@dataclass(frozen=True, slots=True)
class Place:
    """A file's root by name and its path below it, with "/"."""

    root: str
    path: str


class Roots:
    """The remembered roots and those a call adds. Every file belongs to the innermost root that contains it."""

    def __init__(self, remembered: Iterable[str], scopes: Iterable[Path]) -> None:
        self._paths: dict[str, Path] = {name: root_path(name) for name in remembered}
        for scope in sorted(scopes, key=lambda path: len(path.parts)):
            if not any(_contains(path, scope) for path in self._paths.values()):
                self._paths[root_name(scope)] = scope
        self._names = {path: name for name, path in self._paths.items()}

    @property
    def paths(self) -> Mapping[str, Path]:
        """Root name to where it lies."""
        return self._paths

    def place(self, file: Path) -> Place:
        """Where `file` belongs. It must lie below a root."""
        root = next(path for path in (file, *file.parents) if path in self._names)
        return Place(self._names[root], file.name if root == file else file.relative_to(root).as_posix())

    def file(self, place: Place) -> Path:
        """The inverse of `place`."""
        root = self._paths[place.root]
        # A root that is a file has one document, named as itself.
        is_file = place.path == root.name and not root.is_dir()
        return root if is_file else root / place.path

    def touched(self, scope: Path) -> list[str]:
        """The roots that lie in `scope`, or that `scope` lies in."""
        return [name for name, path in self._paths.items() if _contains(path, scope) or _contains(scope, path)]


def root_name(path: Path) -> str:
    """What a root is remembered as."""
    return STARTER_ROOT if path == starter_guidance().resolve() else str(path)


def root_path(name: str) -> Path:
    """The inverse of `root_name`."""
    return starter_guidance().resolve() if name == STARTER_ROOT else Path(name)


def within(path: Path, scope: Path) -> bool:
    """Whether `path` is `scope` or lies below it."""
    return _contains(scope, path)


def _contains(outer: Path, inner: Path) -> bool:
    return outer == inner or outer in inner.parents
