"""Which nudges should be seen, worked out naively from what people did: shares no code with the product."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Identity = tuple[str, date, date, str, int]

OFFSETS = {"due": 0, "overdue7": 7, "overdue14": 14, "overdue30": 30}
FAR = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Window:
    """A nudge and the time in which to post it. `by_person`: somebody's act ended it, not a later stage."""

    identity: Identity
    opens: datetime
    closes: datetime
    by_person: bool


@dataclass
class PartnerModel:
    """One partner as people left it."""

    name: str
    zone: str
    every: int
    unit: str
    warn: int
    scheduled: date
    since: datetime
    due: date = field(init=False)
    anchor: date = field(init=False)
    outset: bool = True
    snooze_no: int = 0
    quiet_at: datetime | None = None
    ended: bool = False
    windows: list[Window] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.due = self.anchor = self.scheduled

    def nine_o_clock(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 9, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def current(self, until: datetime, *, by_person: bool) -> list[Window]:
        """The windows of the present occurrence, were it to end at `until`."""
        moments = [(stage, self.nine_o_clock(self.due + timedelta(days=days))) for stage, days in OFFSETS.items()]
        ahead = self.nine_o_clock(self.due - timedelta(days=self.warn))
        if self.warn and self.snooze_no == 0 and ahead >= self.since:
            moments.insert(0, ("ahead", ahead))
        windows = []
        for index, (stage, opens) in enumerate(moments):
            later = moments[index + 1][1] if index + 1 < len(moments) else FAR
            quiet = self.quiet_at if self.quiet_at and stage in ("ahead", "due") else FAR
            closes = min(later, quiet, until)
            opens = max(opens, self.since)
            if opens < closes:
                identity = (self.name, self.scheduled, self.due, stage, self.snooze_no)
                windows.append(Window(identity, opens, closes, closes == quiet or (closes == until and by_person)))
        return windows

    def acknowledge(self, now: datetime) -> None:
        self.quiet_at = self.quiet_at or now

    def snooze(self, until: date, now: datetime) -> None:
        self._end_stretch(now)
        self.due, self.since, self.snooze_no = until, now, self.snooze_no + 1

    def complete(self, now: datetime) -> None:
        self._end_stretch(now)
        today = now.astimezone(ZoneInfo(self.zone)).date()
        floor = max(today, self.scheduled)
        if self.outset or today < self.scheduled - timedelta(days=self.warn):
            self.anchor = floor = today
        times = 1
        while self.grid(times) <= floor:
            times += 1
        self.scheduled = self.due = self.grid(times)
        self.since, self.snooze_no, self.outset = now, 0, False

    def grid(self, times: int) -> date:
        if self.unit == "days":
            return self.anchor + timedelta(days=self.every * times)
        month = self.anchor.month - 1 + self.every * times
        year, month, day = self.anchor.year + month // 12, month % 12 + 1, self.anchor.day
        while True:
            try:
                return date(year, month, day)
            except ValueError:
                day -= 1

    def _end_stretch(self, now: datetime) -> None:
        self.windows += self.current(now, by_person=True)
        self.quiet_at = None

    def all_windows(self, now: datetime) -> list[Window]:
        return self.windows + self.current(now, by_person=False)
