"""What the outbox must know of a kind of message: who goes first, how long a sender holds it, when history is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class PostKind:
    """A kind of message. Lower priorities go first.

    A sender holds a message for `lease` unless it renews that. An unknown outcome is looked up in history
    `first_look` and `second_look` after the try; when history could not be read for `unreadable`, in at least
    `unreadable_looks`, the message is posted again with the remark that it may be a repeat. `kept` messages keep
    their facts and story for good. For an `awaited` message a person is waiting: they are told while it is in doubt,
    and when it is given up.
    """

    name: str
    priority: int
    lease: timedelta
    first_look: timedelta
    second_look: timedelta
    unreadable: timedelta
    unreadable_looks: int
    kept: bool = False
    awaited: bool = False

    @property
    def deadline(self) -> timedelta:
        """How long after its claim a message may still be posted: shorter than the lease, as others take over then."""
        return self.lease * 3 / 4


# The second look comes a minute after the first: what history shows within a minute is never posted twice.
ANSWER = PostKind(
    "answer",
    priority=0,
    lease=timedelta(seconds=20),
    first_look=timedelta(seconds=10),
    second_look=timedelta(seconds=70),
    unreadable=timedelta(minutes=10),
    unreadable_looks=5,
    awaited=True,
)
NOTICE = replace(ANSWER, name="notice", awaited=False)
# Waiting costs a nudge nothing, and history was seen to lag by 90 seconds: one look at 60 s doubled 152 of 3,000.
NUDGE = PostKind(
    "nudge",
    priority=10,
    lease=timedelta(seconds=120),
    first_look=timedelta(seconds=60),
    second_look=timedelta(seconds=300),
    unreadable=timedelta(hours=24),
    unreadable_looks=12,
    kept=True,
)
# An update is never looked up: it is tried again, which changes nothing when it had arrived.
UPDATE = PostKind(
    "update",
    priority=0,
    lease=timedelta(seconds=20),
    first_look=timedelta(0),
    second_look=timedelta(0),
    unreadable=timedelta(0),
    unreadable_looks=1,
)

KINDS = {kind.name: kind for kind in (ANSWER, NOTICE, NUDGE, UPDATE)}
LONGEST_LEASE = max(kind.lease for kind in KINDS.values())


def kind_of(name: str) -> PostKind:
    """The kind with this name; the most patient one for a name that a newer version has written."""
    return KINDS.get(name, NUDGE)
