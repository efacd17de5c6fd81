"""Every view looks as it did when somebody last looked: UPDATE_GOLDEN=1 writes the files anew."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bot.sandbox.blocks import check_message, check_view
from bot.views.blocks import render_blocks, render_modal
from bot.views.markdown import render_markdown
from tests.unit.views.samples import MESSAGES, MODALS

FOLDER = Path(__file__).parent / "views"


def held(name: str, text: str) -> None:
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{name} changed: if it is meant, run with UPDATE_GOLDEN=1"


def as_json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_looks_as_it_did_and_slack_would_take_it(name: str) -> None:
    message = render_blocks(MESSAGES[name])
    check_message(list(message.blocks))
    held(f"{name}.json", as_json({"text": message.text, "blocks": message.blocks}))


@pytest.mark.parametrize("name", MODALS)
def test_a_modal_looks_as_it_did_and_slack_would_take_it(name: str) -> None:
    modal = render_modal(MODALS[name])
    check_view(modal, "modal")
    held(f"{name}.json", as_json(modal))


@pytest.mark.parametrize("name", [*MESSAGES, "passage"])
def test_the_terminal_shows_what_it_did(name: str) -> None:
    held(f"{name}.md", render_markdown((MESSAGES | MODALS)[name]))


def test_no_golden_file_is_left_over() -> None:
    known = {f"{name}.json" for name in MESSAGES | MODALS} | {f"{name}.md" for name in [*MESSAGES, "passage"]}
    assert {path.name for path in FOLDER.iterdir()} == known
