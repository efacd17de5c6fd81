from __future__ import annotations

import pytest

from bot.cli.progress import Pace, progress


class Seconds:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.value = 100.0

    def __call__(self) -> float:
        return self.value


def test_progress_is_told_with_rate_and_time_left() -> None:
    clock = Seconds()
    pace = Pace(clock)
    lines = [pace.line(0, 1000, "read")]
    for seconds, done, total, phase in (
        (2.0, 120, 1000, "read"),
        (8.0, 1000, 1000, "read"),
        (0.0, 0, 12_000, "index"),
        (10.0, 4000, 12_000, "index"),
        (100.0, 4010, 120_000, "index"),
    ):
        clock.value += seconds
        lines.append(pace.line(done, total, phase))  # type: ignore[arg-type]

    assert lines == [
        "reading 0 of 1,000 files",
        "reading 120 of 1,000 files · 60/s · about 15 s left",
        "reading 1,000 of 1,000 files · 100/s",
        "indexing 0 of 12,000 passages",
        "indexing 4,000 of 12,000 passages · 400/s · about 20 s left",
        "indexing 4,010 of 120,000 passages · 36/s · about 53 min left",
    ]


def test_what_was_done_before_does_not_count_as_speed() -> None:
    clock = Seconds()
    pace = Pace(clock)
    pace.line(9000, 10_000, "index")
    clock.value += 10

    assert pace.line(9005, 10_000, "index") == "indexing 9,005 of 10,000 passages · 30 a minute · about 33 min left"


def test_elsewhere_than_on_a_terminal_a_line_comes_now_and_then(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Seconds()
    with progress(clock) as show:
        for done in range(101):
            show(done, 100, "read")
            clock.value += 0.3

    assert capsys.readouterr() == (
        "",
        "reading 34 of 100 files · 3/s · about 20 s left\nreading 68 of 100 files · 3/s · about 10 s left\n",
    )
