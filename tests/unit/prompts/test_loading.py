"""Prompts are data, and are refused when they are not what they declare."""

from __future__ import annotations

from typing import Any

import pytest

from prompts.loading import Template, TemplateFault, load, parse

GOOD: dict[str, Any] = {
    "name": "greet",
    "version": 3,
    "placeholders": ["who"],
    "system": 'Reply with {{"ok": true}}.',
    "user": "Greet {who}.",
}


def test_a_template_is_filled() -> None:
    template = parse(GOOD)
    assert template == Template("greet", 3, frozenset({"who"}), (("system", GOOD["system"]), ("user", GOOD["user"])))
    assert template.filled(who="Amal") == [("system", 'Reply with {"ok": true}.'), ("user", "Greet Amal.")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"user": "Greet {whom}."}, r"prompt greet: uses \['whom'\], declares \['who'\]"),
        ({"user": "Greet them."}, r"prompt greet: uses \[\], declares \['who'\]"),
        ({"user": "Greet {who!r}."}, "prompt greet: placeholders take no format"),
        ({"user": "Greet {who:>9}."}, "prompt greet: placeholders take no format"),
        ({"user": "Greet {who."}, "prompt greet: expected '}' before end of string"),
        ({"version": "3"}, "prompt greet: needs an integer version"),
        ({"assistant": "Hello."}, "prompt greet: needs an integer version and knows only"),
    ],
)
def test_a_template_that_is_not_what_it_declares_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(TemplateFault, match=message):
        parse({**GOOD, **change})


@pytest.mark.parametrize("values", [{}, {"who": "Amal", "why": "so"}])
def test_only_the_declared_placeholders_are_filled(values: dict[str, str]) -> None:
    with pytest.raises(TemplateFault, match="prompt greet: given"):
        parse(GOOD).filled(**values)


@pytest.mark.parametrize("name", ["nothing", "../secrets", "select.yaml", ""])
def test_there_is_no_other_prompt(name: str) -> None:
    with pytest.raises(TemplateFault):
        load(name)


@pytest.mark.parametrize(
    ("name", "version", "placeholders"),
    [("select", 1, {"question", "passages"}), ("summarise", 1, {"question", "quotes"})],
)
def test_the_shipped_prompts_load(name: str, version: int, placeholders: set[str]) -> None:
    template = load(name)
    assert (template.name, template.version, template.placeholders) == (name, version, placeholders)
