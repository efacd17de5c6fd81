"""The script `run`: what it fetches, and what it hands on. pip, uv and proviso are stand-ins that note their calls."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[3]

PYTHON = """#!/bin/sh
[ "$1" = -c ] && exit 0
echo "pip $* user=$PIP_USER venv=$PIP_REQUIRE_VIRTUALENV" >>calls
[ -e no-pip ] && exit 1
mkdir -p .tools/bin && cp uv .tools/bin/uv
"""
UV = """#!/bin/sh
echo "uv $1" >>calls
mkdir -p .venv/bin && cp proviso .venv/bin/proviso
echo '#!/bin/sh' >.venv/bin/python && chmod +x .venv/bin/python
"""
PROVISO = """#!/bin/sh
echo "proviso $*" >>calls
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone of what `run` itself needs."""
    folder = tmp_path / "a clone"
    (folder / ".ci").mkdir(parents=True)
    for name in ("run", "uv.lock", "pyproject.toml", ".ci/uv.txt"):
        shutil.copy(ROOT / name, folder / name)
    for name, text in (("python", PYTHON), ("uv", UV), ("proviso", PROVISO)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder


def run(clone: Path, *arguments: str) -> tuple[int, str, list[str]]:
    """The exit code, standard error, and the calls that were made."""
    (clone / "calls").unlink(missing_ok=True)
    environment = os.environ | {"PYTHON": str(clone / "python"), "PIP_USER": "1", "PIP_REQUIRE_VIRTUALENV": "1"}
    done = subprocess.run(
        ["./run", *arguments], check=False, cwd=clone, env=environment, capture_output=True, text=True
    )
    calls = (
        (clone / "calls").read_text().replace(str(clone), "CLONE").splitlines() if (clone / "calls").exists() else []
    )
    return done.returncode, done.stderr, calls


PIP = (
    "pip -m pip install --quiet --disable-pip-version-check --no-warn-script-location --no-deps --require-hashes "
    "--only-binary :all: --target CLONE/.tools -r CLONE/.ci/uv.txt user=0 venv=0"
)


def test_uv_is_fetched_once_by_version_and_hash(clone: Path) -> None:
    assert run(clone, "ask", "Why?") == (
        0,
        "Installing Proviso (once, about a minute) …\n",
        [PIP, "uv sync", "proviso ask Why?"],
    )
    assert run(clone, "ask", "Why?") == (0, "", ["proviso ask Why?"])


def test_another_pinned_version_is_fetched_when_something_has_to_be_installed(clone: Path) -> None:
    run(clone, "doctor")
    (clone / ".ci/uv.txt").write_text("uv==0 --hash=sha256:0\n")
    assert run(clone, "doctor")[2] == ["proviso doctor"]
    with (clone / "uv.lock").open("a") as lock:
        lock.write("# changed\n")
    assert run(clone, "doctor")[2] == [PIP, "uv sync", "proviso doctor"]


def test_without_pip_the_uv_of_the_machine_serves_or_the_message_says_what_to_install(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clone / "no-pip").touch()
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    code, err, calls = run(clone)
    assert (code, calls) == (1, [PIP])
    assert err.splitlines()[-1] == (
        f"error: {clone}/python could not fetch uv; the lines above say why. Nothing was installed; if it has no pip, "
        "give it one (Debian: apt install python3-pip), or install uv yourself, then run this again."
    )
    assert not (clone / ".tools").exists()
    monkeypatch.setenv("PATH", f"{clone}:/usr/bin:/bin")
    code, err, calls = run(clone, "doctor")
    assert (code, calls) == (0, [PIP, "uv sync", "proviso doctor"])
    assert err.splitlines()[-1] == "pip could not fetch the pinned uv: the uv of this machine is used instead."


def test_the_pinned_uv_is_one_exact_version_that_the_project_accepts() -> None:
    [pin] = [line for line in (ROOT / ".ci/uv.txt").read_text().splitlines() if line.startswith("uv")]
    version = re.fullmatch(r"uv==(\d+\.\d+\.\d+) \\", pin)
    assert version
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["required-version"]
    assert SpecifierSet(required).contains(version[1])


@pytest.mark.parametrize(
    ("arguments", "call"),
    [
        ([], "proviso tour --serve --called ./run"),
        (["--port", "0"], "proviso tour --serve --called ./run --port 0"),
        (["--version"], "proviso --version"),
        (["-h"], "proviso --help"),
        (["sandbox", "--port", "1"], "proviso sandbox --port 1"),
    ],
)
def test_what_is_given_to_run_reaches_the_command(clone: Path, arguments: list[str], call: str) -> None:
    code, _, calls = run(clone, *arguments)
    assert (code, calls[-1]) == (0, call)


def test_what_the_suite_writes_goes_where_its_runner_says_and_else_into_memory_or_tmp(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(clone, "doctor")
    stub = clone / ".venv" / "bin" / "pytest"
    stub.write_text('#!/bin/sh\necho "$TMPDIR: $*" >>calls\n')
    stub.chmod(0o755)
    monkeypatch.setenv("TMPDIR", "/elsewhere")
    assert run(clone, "test", "-q") == (0, "", ["/elsewhere: -n 2 --dist loadfile -q"])
    monkeypatch.delenv("TMPDIR")
    code, errors, calls = run(clone, "test", "-q")
    assert (code, errors) == (0, "")
    assert calls in ([f"{folder}: -n 2 --dist loadfile -q"] for folder in ("/dev/shm", "/tmp"))
