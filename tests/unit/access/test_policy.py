"""Whoever has not been allowed to see it does not."""

from __future__ import annotations

import importlib
import pkgutil
from inspect import isabstract
from itertools import product

import pytest

import bot.views
from bot.access.policy import Content, Person, Place, may_show
from bot.views.stored import STORED
from bot.views.view import StoredView, View

PLACES = [Place(inside) for inside in (True, False, None)]
PEOPLE = [None, *(Person(member) for member in (True, False, None))]


def views() -> list[type[View]]:
    for module in pkgutil.walk_packages(bot.views.__path__, "bot.views."):
        importlib.import_module(module.name)
    found, waiting = [], [View]
    while waiting:
        children = waiting.pop().__subclasses__()
        waiting += children
        found += [child for child in children if not isabstract(child)]
    return found


@pytest.mark.parametrize(("place", "person"), list(product(PLACES, PEOPLE)))
def test_the_register_is_shown_to_full_members_in_places_of_one_organisation(
    place: Place, person: Person | None
) -> None:
    allowed = place.inside is True and (person is None or person.member is True)
    assert may_show(Content.REGISTER, place, person) is allowed


@pytest.mark.parametrize(("place", "person"), list(product(PLACES, PEOPLE)))
def test_what_is_not_named_is_shown_to_nobody_and_our_own_words_to_everybody(
    place: Place, person: Person | None
) -> None:
    assert not may_show(None, place, person)
    assert may_show(Content.OURS, place, person)


@pytest.mark.parametrize(("place", "person"), list(product(PLACES, PEOPLE)))
def test_guidance_with_an_audience_is_shown_nowhere(place: Place, person: Person | None) -> None:
    assert may_show(Content.GUIDANCE, place, person)
    assert not may_show(Content.GUIDANCE, place, person, audience={"legal"})


def test_every_view_states_its_name_and_what_it_shows() -> None:
    things = [view.thing for view in views()]
    assert len(set(things)) == len(things) > 10
    assert [view.thing for view in views() if view.shows is None] == []


def test_every_stored_view_states_how_it_is_posted_and_comes_back_by_its_name() -> None:
    stored = {view.thing: view for view in views() if issubclass(view, StoredView)}
    assert stored == STORED
    assert {thing: view.posted_as.name for thing, view in stored.items()} == {
        "answer": "answer",
        "help": "answer",
        "notice": "notice",
        "nudge": "nudge",
        "summary": "answer",
    }
