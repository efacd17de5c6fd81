from __future__ import annotations

import io
import re

import pytest

from bot.cli.typesetting import typeset, typeset_line

ADDRESS = "https://harbour.example/rules/of-the-crossing-and-the-pier-gate"
BREAK = "  "
TEXT = f"""## Crossings

> “The pier gate is opened when the ferry is fast.” [1]

**[1] Harbour rules**{BREAK}
*commentary*{BREAK}
{ADDRESS}

1. **Check the lifeboats.**{BREAK}
   Why: A check takes a minute, and its lack a life.

- `proviso ask`: see {ADDRESS}
"""


class Terminal(io.StringIO):
    """A stream that somebody reads."""

    def isatty(self) -> bool:
        return True


def drawn(columns: int, monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"TERM": "xterm-256color", "COLUMNS": str(columns)} | environment).items():
        monkeypatch.setenv(name, value)
    stream = Terminal()
    typeset(TEXT, stream)
    return stream.getvalue()


def words(text: str) -> str:
    return "\n".join(line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines())


def test_markdown_is_typeset_in_the_width_there_is_and_an_address_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        words(drawn(40, monkeypatch))
        == f"""\
Crossings

▌ “The pier gate is opened when the
▌ ferry is fast.” [1]

[1] Harbour rules
commentary
{ADDRESS}

 1 Check the lifeboats.
   Why: A check takes a minute, and its
   lack a life.

 • proviso ask: see
   https://harbour.example/rules/of-the-
   crossing-and-the-pier-gate"""
    )


def test_a_wide_terminal_gets_no_longer_lines_than_one_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert max(len(line) for line in words(drawn(240, monkeypatch)).splitlines()) <= 96


def test_no_colour_is_set_so_that_dark_and_light_backgrounds_do_equally_well(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = set(re.findall(r"\x1b\[([0-9;]*)m", drawn(80, monkeypatch)))
    assert codes == {"0", "1", "3", "1;4"}


def test_a_dumb_terminal_gets_words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in drawn(80, monkeypatch, TERM="dumb")


def test_an_error_shows_what_can_be_typed_in_bold_and_no_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    typeset_line("error: There is no source [red]x\x1b[31m. Nothing was changed; `proviso sources` lists all.", stream)
    assert stream.getvalue() == (
        "error: There is no source [red]x[31m. Nothing was changed; \x1b[1mproviso sources\x1b[0m lists all.\n"
    )
