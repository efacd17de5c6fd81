"""NOTICE names each distribution that comes with the product under its licence: UPDATE_NOTICE=1 writes it anew."""

from __future__ import annotations

import os
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import metadata
from itertools import product
from pathlib import Path
from textwrap import fill
from typing import Any

from packaging.markers import Marker

ROOT = Path(__file__).parents[2]
BEGIN = "Distributions by licence\n------------------------\n"

# Where and on what the product is said to run.
PLATFORMS = [
    {"sys_platform": system, "platform_system": name, "os_name": "posix", "platform_machine": machine}
    | {"python_version": version, "python_full_version": f"{version}.7"}
    | {"platform_python_implementation": "CPython", "implementation_name": "cpython", "extra": ""}
    for (system, name), machine, version in product(
        (("linux", "Linux"), ("darwin", "Darwin")), ("x86_64", "aarch64", "arm64"), ("3.11", "3.12", "3.13", "3.14")
    )
]
# How metadata spells a licence when it gives no SPDX expression.
SPELLED = {
    r"BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
    r"Apache.*": "Apache-2.0",
    r"(3-Clause BSD|BSD-3-Clause).*": "BSD-3-Clause",
    r"BSD License": "BSD-3-Clause",
    r"MIT\b.*": "MIT",
    r"ISC .*": "ISC",
    r"Mozilla Public License 2\.0.*": "MPL-2.0",
    r"Python Software Foundation License": "PSF-2.0",
}
# LGPL is no GPL: psycopg is used as it comes, and whoever has the product can replace it.
STRONG_COPYLEFT = re.compile(r"(?<!L)A?GPL|GNU (Affero )?General Public|SSPL|BUSL", re.IGNORECASE)


def lock() -> dict[str, list[dict[str, Any]]]:
    packages = defaultdict(list)
    for package in tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]:
        packages[package["name"]].append(package)
    return packages


def installed_somewhere(dependency: dict[str, Any]) -> bool:
    marker = dependency.get("marker")
    return marker is None or any(Marker(marker).evaluate(platform) for platform in PLATFORMS)


def needs(packages: dict[str, list[dict[str, Any]]], name: str, extras: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for package in packages[name]:
        for part in (
            package.get("dependencies", []),
            *(package.get("optional-dependencies", {}).get(e, []) for e in extras),
        ):
            yield from filter(installed_somewhere, part)


def distributions() -> list[str]:
    """The names of what is installed with the product, its own not among them."""
    packages, seen, ahead = lock(), set(), [("proviso", ())]
    while ahead:
        name, extras = ahead.pop()
        if (name, extras) not in seen:
            seen.add((name, extras))
            ahead += [(d["name"], tuple(d.get("extra", ()))) for d in needs(packages, name, extras)]
    return sorted({name for name, _ in seen} - {"proviso"})


def said_of(name: str) -> list[str]:
    """What a distribution's metadata says of its licence in words: its classifiers, else the text."""
    about = metadata(name)
    classifiers = [c.split(" :: ")[-1] for c in about.get_all("Classifier") or () if c.startswith("License ::")]
    return [c for c in classifiers if c != "OSI Approved"] or [(about["License"] or "").strip().splitlines()[0]]


def licence(name: str) -> str:
    """The SPDX expression of its metadata, else what its words come to."""
    if expression := metadata(name)["License-Expression"]:
        return str(expression)
    found = [next((spdx for form, spdx in SPELLED.items() if re.fullmatch(form, said)), said) for said in said_of(name)]
    return " OR ".join(dict.fromkeys(found))


def table() -> str:
    by_licence = defaultdict(list)
    for name in distributions():
        by_licence[licence(name)].append(name)
    indented = {
        spdx: fill(", ".join(names), 116, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
        for spdx, names in by_licence.items()
    }
    return "".join(f"{spdx}\n{names}\n" for spdx, names in sorted(indented.items()))


def test_every_distribution_that_is_installed_stands_under_its_licence() -> None:
    path = ROOT / "NOTICE"
    text = path.read_text(encoding="utf-8")
    written = text.partition(BEGIN)[0] + BEGIN + table()
    if os.environ.get("UPDATE_NOTICE"):
        path.write_text(written, encoding="utf-8")
        text = written
    assert text == written, "the dependencies changed: run with UPDATE_NOTICE=1 and look at what is new"


def test_no_licence_asks_for_the_source_of_what_uses_it() -> None:
    assert {name: licence(name) for name in distributions() if STRONG_COPYLEFT.search(licence(name))} == {}


def test_every_digest_and_what_ships_beside_code_is_named() -> None:
    text = (ROOT / "NOTICE").read_text(encoding="utf-8")
    guidance = (ROOT / "ingest" / "guidance").glob("*.md")
    originals = [re.search(r'^digest_of: "(.*)"$', path.read_text("utf-8"), re.MULTILINE)[1] for path in guidance]
    assert len(originals) == 3
    assert [title for title in originals if title not in text] == []
    assert "all-MiniLM-L6-v2" in text
    assert "tokenizer.json" in text
