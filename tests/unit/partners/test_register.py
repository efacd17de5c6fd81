"""The register: what a partner is, what is refused and how it is said, what an assessment changes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.errors import NotFound, UserError
from bot.partners.register import get, history, list_
from bot.reminders.tables import SeriesRow
from bot.work.people import slack_user
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.watch import Watch


@pytest.fixture
def watch(sqlite_database: Database, clock: ManualClock) -> Watch:
    return Watch(sqlite_database, clock)


def refused(watch: Watch, **values: Any) -> str:
    with pytest.raises(UserError) as raised:
        watch.add(**values)
    with watch.database.read() as session:
        assert not session.scalars(select(SeriesRow)).all() or "already" in raised.value.message
    return raised.value.message


def test_a_new_partner_is_proposed_until_its_outset_assessment_is_recorded(watch: Watch) -> None:
    partner = watch.add(name="  Border   Guard ", zone="europe/berlin", cadence="6 months")
    assert (partner.name, partner.status, partner.zone, partner.cadence) == (
        "Border Guard",
        "proposed",
        "Europe/Berlin",
        "every 6 months",
    )
    assert (partner.purpose, partner.due_on) == ("outset assessment", date(2026, 3, 22))
    assert (partner.focal, partner.focal_slack, partner.last_conclusion) == (watch.amal, "U-amal", None)
    assert watch.record().status == "active"


@pytest.mark.parametrize(
    ("conclusion", "status", "goes_on"),
    [
        ("continue", "active", True),
        ("continue with measures", "active", True),
        ("suspend", "suspended", True),
        ("end", "ended", False),
    ],
)
def test_a_conclusion_decides_the_status_and_only_an_end_ends_the_reassessments(
    watch: Watch, conclusion: str, status: str, goes_on: bool
) -> None:
    watch.add()
    partner = watch.record(conclusion)
    assert (partner.status, partner.last_conclusion) == (status, conclusion)
    assert (partner.due_on, partner.occurrence_id is not None) == (date(2026, 8, 29) if goes_on else None, goes_on)


def test_an_ended_partner_cannot_be_assessed_again(watch: Watch) -> None:
    watch.add()
    watch.record("end")
    with pytest.raises(UserError) as raised:
        watch.record()
    assert raised.value.message == (
        "Support to Border Guard has ended. Nothing was changed; register it anew to assess it again."
    )


def test_the_history_names_who_concluded_what_and_when(watch: Watch) -> None:
    partner = watch.add()
    first = watch.clock.now()
    watch.record("continue with measures", note="  Two measures agreed. ")
    watch.clock.advance(timedelta(days=180))
    watch.record("suspend", by=watch.bo)
    with watch.database.read() as session:
        entries = history(session, partner.partner_id)
    assert [(e.conclusion, e.note, e.by, e.at, e.purpose, e.scheduled_on) for e in entries] == [
        ("suspend", None, watch.bo, watch.clock.now(), "reassessment", date(2026, 8, 29)),
        ("continue with measures", "Two measures agreed.", watch.amal, first, "outset assessment", date(2026, 3, 22)),
    ]


def test_a_conclusion_that_is_none_is_refused(watch: Watch) -> None:
    watch.add()
    with pytest.raises(UserError) as raised:
        watch.record("maybe")
    assert raised.value.message == (
        "“maybe” is no conclusion. Nothing was changed; choose one of: continue, continue with measures, suspend, end."
    )


def test_partners_are_listed_by_name_and_found_by_name_whatever_its_case_or_by_id(watch: Watch) -> None:
    for name in ("river police", "Border Guard", "Army Aviation"):
        watch.add(name=name)
    with watch.database.read() as session:
        names = [partner.name for partner in list_(session, watch.team)]
        assert list_(session, watch.team, status="active") == []
        found = get(session, watch.team, "RIVER  POLICE")
        assert get(session, watch.team, found.partner_id) == found
    assert names == ["Army Aviation", "Border Guard", "river police"]


def test_a_partner_of_another_workspace_does_not_exist_here(watch: Watch) -> None:
    partner = watch.add()
    with watch.database.read() as session:
        for wanted in ("Border Guard", partner.partner_id):
            with pytest.raises(NotFound):
                get(session, "another-team", wanted)
        assert list_(session, "another-team") == []


def test_a_name_that_is_not_there_leads_to_the_names_near_it(watch: Watch) -> None:
    watch.add()
    with watch.database.read() as session:
        with pytest.raises(NotFound) as near:
            get(session, watch.team, "Bordr Gard")
        with pytest.raises(NotFound) as far:
            get(session, watch.team, "Coast Watch")
    assert near.value.message == ("There is no partner “Bordr Gard”. Nothing was changed; did you mean Border Guard?")
    assert far.value.message == (
        "There is no partner “Coast Watch”. Nothing was changed; list the partners and use a name from the list."
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"name": "   "},
            "A partner needs a name. Nothing was changed; give one, such as “Northern Border Guard”.",
        ),
        (
            {"name": "x" * 81},
            "That name has 81 characters, and 80 are the most. Nothing was changed; use a shorter one.",
        ),
        (
            {"name": "Border\u202eGuard"},
            "That name holds characters that cannot be seen. Nothing was changed; type it anew.",
        ),
        (
            {"zone": "Berlin"},
            "There is no time zone “Berlin”. Nothing was changed; did you mean Europe/Berlin?",
        ),
        (
            {"zone": "Asia/Kabull"},
            "There is no time zone “Asia/Kabull”. Nothing was changed; did you mean Asia/Kabul?",
        ),
        (
            {"zone": "the moon"},
            "There is no time zone “the moon”. Nothing was changed; use a name such as Europe/Berlin or UTC.",
        ),
        (
            {"cadence": "0 days"},
            "A cadence of 0 days is less than a day. Nothing was changed; the shortest is “1 day”.",
        ),
        (
            {"cadence": "now and then"},
            "“now and then” is not a cadence. Nothing was changed; write it like “180 days” or “6 months”.",
        ),
        (
            {"cadence": "20 years"},
            "A cadence of 240 months is too long. Nothing was changed; the longest is “120 months”.",
        ),
        (
            {"assess_by": date(2026, 3, 1)},
            "2026-03-01 has passed. Nothing was changed; choose 2026-03-02 or later.",
        ),
        (
            {"channel": ""},
            "A partner needs a channel for its nudges. Nothing was changed; name one.",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_changed(watch: Watch, values: dict[str, Any], message: str) -> None:
    assert refused(watch, **values) == message


def test_two_names_that_differ_only_in_case_are_one(watch: Watch) -> None:
    watch.add()
    assert refused(watch, name="BORDER guard") == (
        "There is a partner named “BORDER guard” already. Nothing was changed; choose another name."
    )


def test_a_note_may_be_long_but_not_endless(watch: Watch) -> None:
    watch.add()
    with pytest.raises(UserError, match="That note has 2001 characters, and 2000 are the most"):
        watch.record(note="x" * 2001)


def test_a_short_cadence_warns_no_sooner_than_halfway(watch: Watch) -> None:
    watch.add(cadence="10 days")
    with watch.database.read() as session:
        assert session.scalar(select(SeriesRow.warn_days)) == 5


def test_a_focal_person_who_was_erased_is_shown_as_unknown(watch: Watch) -> None:
    partner = watch.add(focal=None)
    assert (partner.focal, partner.focal_slack) == (None, None)
    with watch.database.read() as session:
        assert slack_user(session, "gone") is None
