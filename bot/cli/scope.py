"""Options that bound a search: sources, kinds of text, dates, readers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from bot.cli.completing import source_ids
from retrieval.corpus.authority import KINDS, is_date
from retrieval.corpus.passages import Scope

# What a line of a batch may not ask for by itself: an audience that went unheard would show what is not theirs.
KEYS = frozenset({"source", "sources", "authority", "authorities", "since", "until", "audience", "audiences"})


def scoped(command: Callable[..., int]) -> Callable[..., int]:
    """Give `command` the options and, in their place, the argument `scope`."""

    @functools.wraps(command)
    def bounded(
        *,
        sources: tuple[str, ...],
        authorities: tuple[str, ...],
        since: str | None,
        until: str | None,
        audiences: tuple[str, ...],
        **others: Any,
    ) -> int:
        readers = frozenset(audiences) if audiences else None
        return command(scope=Scope(frozenset(sources), frozenset(authorities), since, until, readers), **others)

    for option in reversed(_OPTIONS):
        bounded = option(bounded)
    return bounded


def _date(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not is_date(value):
        raise click.BadParameter(f"{value} is no date; write 2020, 2020-05 or 2020-05-31")
    return value


def _kinds(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(" ".join(value.casefold().split()) for value in values)
    for name in names:
        if name not in KINDS:
            raise click.BadParameter(f"{name} is no kind of text; there are {', '.join(KINDS)}")
    return names


_OPTIONS = (
    click.option(
        "--source",
        "sources",
        multiple=True,
        metavar="ID",
        shell_complete=source_ids,
        help="Only this source; repeatable.",
    ),
    click.option(
        "--authority",
        "authorities",
        multiple=True,
        callback=_kinds,
        metavar="KIND",
        help=f"Only texts of this kind: {', '.join(KINDS)}.",
    ),
    click.option("--since", callback=_date, metavar="DATE", help="Published then or later: a year or a date."),
    click.option("--until", callback=_date, metavar="DATE", help="Published then or earlier: a year or a date."),
    click.option(
        "--audience",
        "audiences",
        multiple=True,
        metavar="NAME",
        help="As readers of this label see it; repeatable. Without it every document is searched, labelled ones too.",
    ),
)
