"""Who may be shown what, and where. A content that is not named, and a fact that is not known, mean no."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Content(StrEnum):
    """What a view shows: sentences of the guidance, facts of the register, or words of our own (help, errors)."""

    GUIDANCE = "guidance"
    REGISTER = "register"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is shown. `inside`: known to belong to this organisation alone (None: not known)."""

    inside: bool | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who reads it. `member`: known to be a full member of this workspace, no guest (None: not known)."""

    member: bool | None = None


def may_show(
    content: Content | None,
    place: Place,
    person: Person | None = None,
    *,
    audience: Collection[str] = (),
) -> bool:
    """Whether content may be shown in a place.

    `person` is the only reader; None means everybody in the place. `audience` are the labels of the document that a
    guidance content quotes: no place has been given a label yet, so a labelled document is shown nowhere.
    """
    match content:
        case Content.OURS:
            return True
        case Content.GUIDANCE:
            return not audience
        case Content.REGISTER:
            return place.inside is True and (person is None or person.member is True)
        case _:
            return False


def may_follow_up(place: Place, person: Person) -> bool:
    """Whether a reply may be made to somebody who did not ask for it by a mention."""
    return place.inside is True and person.member is True
