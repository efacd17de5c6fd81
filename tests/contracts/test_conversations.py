"""What is remembered of a thread, for how long, and for whom, on each database."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot.conversations.tables import ThreadRow, TurnRow
from bot.conversations.threads import DIRECT_AGE, MOST_CHARACTERS, MOST_TURNS, Conversations, Place
from bot.work.people import team_id
from bot.work.tables import OutboxRow, PersonRow
from retrieval.database import Database
from retrieval.types import Turn
from tests.support.clock import ManualClock
from tests.support.outbox import PostOffice

DAY = timedelta(hours=24)


class Thread:
    """One thread of one workspace, and what is said in it. A question's key is its timestamp."""

    def __init__(self, database: Database, clock: ManualClock, channel: str = "C1", ts: str = "", age: timedelta = DAY):
        self.database, self.clock = database, clock
        self.store = Conversations(database, clock, age)
        with database.write() as session:
            self.place = Place(team_id(session, "T1"), channel, ts)

    def ask(self, ts: str, question: str, answer: str | None = None, by: str = "U1") -> None:
        with self.database.write() as session:
            self.store.note(session, self.place, key=ts, ts=ts, slack_user=by, question=question)
        if answer is not None:
            self.store.answered(ts, answer)

    def before(self, ts: str) -> list[str]:
        return [turn.text for turn in self.store.before(ts)]

    def erase(self) -> int:
        with self.database.write() as session:
            return self.store.erase(session, self.clock.now())

    def rows(self) -> tuple[int, int]:
        with self.database.read() as session:
            return len(session.scalars(select(ThreadRow)).all()), len(session.scalars(select(TurnRow)).all())


@pytest.fixture
def thread(database: Database, clock: ManualClock) -> Thread:
    return Thread(database, clock, ts="1.000001")


def test_a_follow_up_has_the_turns_before_it_in_their_order(thread: Thread) -> None:
    thread.ask("1.000001", "When is a partner assessed?", "Before support begins.")
    thread.ask("2.000001", "By whom?")
    thread.ask("3.000001", "And how often?")
    assert thread.store.before("2.000001") == (
        Turn("user", "When is a partner assessed?"),
        Turn("assistant", "Before support begins."),
    )
    assert thread.before("3.000001") == ["When is a partner assessed?", "Before support begins.", "By whom?"]
    assert thread.before("1.000001") == thread.before("9.000001") == []


def test_a_question_that_is_kept_twice_is_one_turn_and_its_answer_stays(thread: Thread) -> None:
    thread.ask("1.000001", "When?", "Before.")
    thread.ask("1.000001", "When?")
    thread.ask("2.000001", "By whom?")
    assert thread.before("2.000001") == ["When?", "Before."]


def test_only_the_newest_turns_are_remembered_and_each_in_short(thread: Thread) -> None:
    for number in range(1, MOST_TURNS + 3):
        thread.ask(f"{number}.000001", "w" * 5000, "a" * 5000)
    assert thread.rows() == (1, MOST_TURNS)
    said = thread.before(f"{MOST_TURNS + 2}.000001")
    assert said == ["w" * MOST_CHARACTERS, "a" * MOST_CHARACTERS] * (MOST_TURNS - 1)


def test_who_asked_first_may_go_on_while_the_thread_is_live(thread: Thread, clock: ManualClock) -> None:
    thread.ask("1.000001", "When?", by="U1")
    thread.ask("2.000001", "By whom?", by="U2")
    elsewhere = Place(thread.place.team_id, "C2", "1.000001")
    asked = [(thread.place, "U1"), (thread.place, "U2"), (elsewhere, "U1"), (Place("other", "C1", "1.000001"), "U1")]
    assert [thread.store.asked_first(*each) for each in asked] == [True, False, False, False]
    clock.advance(DAY - timedelta(seconds=1))
    assert thread.store.asked_first(thread.place, "U1")
    thread.ask("3.000001", "How?")
    clock.advance(timedelta(seconds=2))
    assert thread.store.asked_first(thread.place, "U1")
    clock.advance(DAY)
    assert not thread.store.asked_first(thread.place, "U1")


def test_after_its_age_a_thread_is_erased_and_another_may_begin_it(thread: Thread, clock: ManualClock) -> None:
    thread.ask("1.000001", "When?", "Before.")
    clock.advance(DAY - timedelta(seconds=1))
    assert (thread.erase(), thread.rows()) == (0, (1, 1))
    clock.advance(timedelta(seconds=1))
    assert (thread.erase(), thread.rows()) == (1, (0, 0))
    thread.ask("2.000001", "By whom?", by="U2")
    assert thread.before("2.000001") == []
    assert thread.store.asked_first(thread.place, "U2")


def test_a_direct_message_is_one_conversation_for_half_an_hour(database: Database, clock: ManualClock) -> None:
    direct = Thread(database, clock, channel="D1")
    direct.ask("1.000001", "When?", "Before.")
    clock.advance(DIRECT_AGE)
    direct.ask("2.000001", "By whom?")
    assert direct.before("2.000001") == []
    clock.advance(timedelta(minutes=1))
    direct.ask("3.000001", "How?")
    assert direct.before("3.000001") == ["By whom?"]
    reply = Thread(database, clock, channel="D1", ts="3.000001")
    reply.ask("4.000001", "And where?")
    assert (direct.erase(), direct.rows()) == (1, (2, 3))
    clock.advance(DIRECT_AGE)
    assert (direct.erase(), direct.rows()) == (3, (1, 1))
    reply.ask("5.000001", "And then?")
    assert reply.before("5.000001") == ["And where?"]


@pytest.mark.parametrize("below", ["question", "answer"])
def test_a_thread_of_a_direct_message_goes_on_from_what_it_stands_below(
    database: Database, clock: ManualClock, below: str
) -> None:
    direct, office = Thread(database, clock, channel="D1"), PostOffice(database, clock)
    post = office.put("a", channel="D1")
    with database.write() as session:
        session.scalars(select(OutboxRow)).one().team_id = direct.place.team_id
    office.first.send_due()
    posted = office.row(post)
    direct.ask("1.000001", "What is for lunch?", "Nothing.")
    with database.write() as session:
        direct.store.note(session, direct.place, key=post, ts="2.000001", slack_user="U1", question="When?")
    root = {"question": "2.000001", "answer": posted.slack_ts or ""}[below]
    reply = Thread(database, clock, channel="D1", ts=root)
    reply.ask("3.000001", "By whom?")
    assert reply.before("3.000001") == ["When?"]


def test_a_thread_below_a_message_that_was_still_to_be_posted_is_the_one_below_it_once_it_was(
    database: Database, clock: ManualClock
) -> None:
    office = PostOffice(database, clock)
    post = office.put("a", channel="C1")
    shared = Thread(database, clock, ts=post)
    with database.write() as session:
        note = {"key": post, "ts": "1.000001", "slack_user": "U1", "question": "When?", "answer": "Before."}
        shared.store.note(session, shared.place, **note)
    office.first.send_due()
    below = Thread(database, clock, ts=office.row(post).slack_ts or "")
    assert [below.store.asked_first(below.place, user) for user in ("U1", "U2")] == [True, False]
    below.ask("2.000001", "By whom?", by="U2")
    assert below.before("2.000001") == ["When?", "Before."]
    assert [below.store.repeats("2.000001", answer) for answer in ("Before.", "Before")] == [True, False]
    assert below.rows() == (1, 2)
    elsewhere = Thread(database, clock, channel="C2", ts=below.place.thread)
    assert not elsewhere.store.asked_first(elsewhere.place, "U1")


def test_what_was_no_question_is_erased_and_keeps_its_place(thread: Thread) -> None:
    thread.ask("1.000001", "When?", "Before.")
    thread.ask("2.000001", "Lunch?")
    thread.store.forget("2.000001")
    thread.ask("3.000001", "By whom?")
    assert thread.before("2.000001") == thread.before("3.000001") == ["When?", "Before."]


def test_with_a_person_their_turns_and_the_threads_they_began_go(thread: Thread) -> None:
    thread.ask("1.000001", "When?", by="U1")
    thread.ask("2.000001", "By whom?", by="U2")

    def erase(slack_user: str) -> None:
        with thread.database.write() as session:
            session.execute(delete(PersonRow).where(PersonRow.slack_user == slack_user))

    erase("U2")
    assert thread.rows() == (1, 1)
    erase("U1")
    assert thread.rows() == (0, 0)


def test_without_an_age_nothing_is_remembered(database: Database, clock: ManualClock) -> None:
    thread = Thread(database, clock, ts="1.000001", age=timedelta())
    thread.ask("1.000001", "When?", "Before.")
    assert thread.rows() == (0, 0)
    assert not thread.store.asked_first(thread.place, "U1")


def test_two_questions_at_once_are_two_turns_of_one_thread(thread: Thread) -> None:
    failures: list[BaseException] = []

    def ask(number: int) -> None:
        try:
            thread.ask(f"{number}.000001", "When?", "Before.")
        except BaseException as error:
            failures.append(error)

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(1, MOST_TURNS + 1)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert (failures, thread.rows()) == ([], (1, MOST_TURNS))
