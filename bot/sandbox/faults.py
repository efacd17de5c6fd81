"""What goes wrong between an app and Slack, by name: armed for the next N calls, or by chance with a seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

CALL_FAULTS = frozenset(
    {"rate_limited", "server_error", "server_error_after", "accepted_without_reply", "slow", "refused"}
)
OTHER_FAULTS = frozenset({"late_history", "duplicate_delivery", "dead_socket", "socket_reset"})


@dataclass
class Armed:
    """One fault that waits for its turn.

    `seconds` is Retry-After, delay, lateness or a connection's life; `method` None means any; `code` is what a refused
    call is answered.
    """

    name: str
    method: str | None
    left: int | None
    probability: float
    seconds: float
    struck: int = 0
    code: str = "internal_error"


class Faults:
    """The faults of one sandbox.

    On calls: `rate_limited` (429 with Retry-After), `server_error` (500, nothing done), `server_error_after` (500
    although it was done), `accepted_without_reply` (done, then the connection is cut), `slow` (answered after
    `seconds`), `refused` (answered with the error `code`, nothing done).
    Elsewhere: `late_history` (messages younger than `seconds` are missing from history and replies),
    `duplicate_delivery` (each event, command and click comes twice), `dead_socket` (what is sent to the app is lost),
    `socket_reset` (a new Socket Mode connection is reset after `seconds`).
    """

    def __init__(self, random: Random | None = None) -> None:
        self._random = random or Random(0)  # noqa: S311
        self._armed: list[Armed] = []

    def arm(
        self,
        name: str,
        *,
        method: str | None = None,
        times: int | None = None,
        probability: float = 1.0,
        seconds: float = 1.0,
        code: str = "internal_error",
    ) -> Armed:
        """Arm a fault for the next `times` chances (None: until cleared), each taken with `probability`."""
        if name not in CALL_FAULTS | OTHER_FAULTS:
            raise ValueError(f"no fault is called {name}; there are {', '.join(sorted(CALL_FAULTS | OTHER_FAULTS))}")
        armed = Armed(name, method, times, probability, seconds, code=code)
        self._armed.append(armed)
        return armed

    def clear(self) -> None:
        """Disarm everything."""
        self._armed.clear()

    def strike_call(self, method: str) -> Armed | None:
        """The fault that this call of `method` meets, if any; counts it."""
        return self._strike(CALL_FAULTS, method)

    def strike(self, name: str) -> Armed | None:
        """Whether the named fault strikes now; counts it."""
        return self._strike({name}, None)

    def _strike(self, names: frozenset[str] | set[str], method: str | None) -> Armed | None:
        for armed in self._armed:
            fits = armed.name in names and armed.method in (None, method) and armed.left != 0
            if fits and self._random.random() < armed.probability:
                armed.left = None if armed.left is None else armed.left - 1
                armed.struck += 1
                return armed
        return None
