from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import PathMissing
from ingest.roots import STARTER_ROOT, Place, Roots, root_name, root_path
from ingest.starter import starter_guidance
from ingest.walk import find, scope_of

Write = Callable[[str, str | bytes], Path]


def test_a_walk_finds_each_readable_file_once_and_says_why_it_leaves_others(write: Write) -> None:
    folder = write("a.txt", "x").parent
    write("sub/b.md", "x")
    write("sub/b.md.meta.yaml", "title: B")
    write("sub/b.finders.yaml", "finders: []")
    write("sub/B.FINDERS.YML", "finders: []")
    write(".hidden/c.txt", "x")
    write(".d.txt", "x")
    write("e.doc", "x")
    write("_meta.yaml", "publisher: x")
    (folder / "loop").symlink_to(folder)
    (folder / "out.txt").symlink_to("/etc/passwd")
    (folder / "dangling.txt").symlink_to(folder / "nothing")
    os.mkfifo(folder / "pipe.txt")
    found = find(folder)

    assert [path.relative_to(folder).as_posix() for path in found.files] == ["a.txt", "sub/b.md"]
    assert [(path.name, why.reason) for path, why in found.rejected] == [
        ("dangling.txt", "symbolic link"),
        ("e.doc", "unsupported type"),
        ("loop", "symbolic link"),
        ("out.txt", "symbolic link"),
        ("pipe.txt", "not a regular file"),
        ("B.FINDERS.YML", "no such document"),
    ]


def test_a_name_that_is_not_text_is_rejected(write: Write) -> None:
    folder = write("a.txt", "x").parent
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_text("x")

    assert [why.reason for _, why in find(folder).rejected] == ["file name"]


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PathMissing) as caught:
        scope_of(tmp_path / "gone")

    assert str(caught.value) == (
        f"There is nothing at {tmp_path / 'gone'}. Nothing was changed; check the spelling and run it again."
    )


def test_a_named_link_to_a_folder_is_followed_and_one_to_a_file_is_not(write: Write, tmp_path: Path) -> None:
    file = write("a.txt", "x")
    (tmp_path / "folder").symlink_to(file.parent)
    (tmp_path / "link.txt").symlink_to(file)

    assert scope_of(tmp_path / "folder") == file.parent
    assert [why.reason for _, why in find(scope_of(tmp_path / "link.txt")).rejected] == ["symbolic link"]


def test_a_named_file_belongs_to_the_remembered_root_that_contains_it() -> None:
    roots = Roots(["/docs"], [Path("/docs/sub/a.txt"), Path("/other/b.txt")])

    assert dict(roots.paths) == {"/docs": Path("/docs"), "/other/b.txt": Path("/other/b.txt")}
    assert roots.place(Path("/docs/sub/a.txt")) == Place("/docs", "sub/a.txt")
    assert roots.place(Path("/other/b.txt")) == Place("/other/b.txt", "b.txt")
    assert roots.file(Place("/other/b.txt", "b.txt")) == Path("/other/b.txt")


def test_a_file_belongs_to_the_innermost_root() -> None:
    roots = Roots(["/docs/sub"], [Path("/docs")])

    assert roots.place(Path("/docs/sub/a.txt")) == Place("/docs/sub", "a.txt")
    assert roots.place(Path("/docs/a.txt")) == Place("/docs", "a.txt")
    assert sorted(roots.touched(Path("/docs"))) == ["/docs", "/docs/sub"]


def test_of_folders_named_together_the_outer_one_is_the_root() -> None:
    assert list(Roots([], [Path("/docs/sub"), Path("/docs")]).paths) == ["/docs"]


def test_the_starter_guidance_is_the_same_root_wherever_it_is_installed() -> None:
    folder = starter_guidance().resolve()

    assert root_name(folder) == STARTER_ROOT
    assert root_path(STARTER_ROOT) == folder
