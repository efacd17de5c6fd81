"""Whatever many threads and replicas ask at once, no more is spent than the caps allow, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from retrieval.database import Database
from retrieval.model.budgets import EVERYBODY, Budgets, Caps, Price, estimate
from retrieval.model.outcomes import ModelFailure, Usage
from tests.support.clock import ManualClock

CALL = Usage(700, 300)


def spend(budgets: Budgets, person: str | None, real: Usage | None = None) -> str:
    """One question's call: "served", or why not."""
    try:
        budgets.check(person, CALL)
        with budgets.turn(person, 60):
            reserved = budgets.reserve(person, CALL)
            budgets.settle(reserved, real or CALL)
    except ModelFailure as failure:
        return failure.outcome
    return "served"


def test_five_hundred_questions_of_one_person_stay_below_the_cap_and_others_are_served(
    database: Database, clock: ManualClock
) -> None:
    caps = Caps(person_tokens=20_500, tokens=1_000_000, person_per_hour=1000, person_at_once=1000)
    replicas = [Budgets(database, clock, caps) for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(lambda n: spend(replicas[n % 2], "greedy"), range(500)))
        others = list(pool.map(lambda n: spend(replicas[n % 2], f"person {n}"), range(10)))
    assert (ends.count("served"), ends.count("person_budget")) == (20, 480)
    assert others == ["served"] * 10
    assert replicas[0].spent("greedy") == (20_000, 0)
    assert replicas[1].spent() == (30_000, 0)


def test_threads_that_reserve_at_once_never_pass_the_cap_of_the_installation(
    database: Database, clock: ManualClock
) -> None:
    budgets = Budgets(database, clock, Caps(tokens=7_999))

    def reserved(n: int) -> bool:
        try:
            budgets.reserve(f"person {n}", CALL)
        except ModelFailure as failure:
            assert failure.outcome == "daily_budget"
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(reserved, range(40))) == 7
    assert budgets.spent() == (7_000, 0)
    # Who came too late has spent nothing of their own either.
    assert sum(budgets.spent(f"person {n}")[0] for n in range(40)) == 7_000


def test_a_reservation_counts_at_its_estimate_until_it_is_settled(database: Database, clock: ManualClock) -> None:
    budgets = Budgets(database, clock, Caps(tokens=2_000))
    first = budgets.reserve(None, CALL)
    budgets.reserve(None, CALL)  # of a process that dies here
    with pytest.raises(ModelFailure, match="daily_budget"):
        budgets.reserve(None, CALL)
    budgets.settle(first, Usage(100, 50))
    assert budgets.spent() == (1_150, 0)


def test_money_is_counted_in_millionths_at_the_price_that_is_set(database: Database, clock: ManualClock) -> None:
    price = Price.parse("2.50 / 10")
    budgets = Budgets(database, clock, Caps(person_money=10_000, money=1_000_000), price=price)
    assert [spend(budgets, "p") for _ in range(3)] == ["served", "served", "person_budget"]
    assert budgets.spent("p") == (2_000, 2 * (700 * 2.5 + 300 * 10))
    assert budgets.spent() == budgets.spent("p")


@pytest.mark.parametrize("text", ["", "5", "a/b", "1/2/3", "-1/2", "1,5/2"])
def test_a_price_is_two_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="IN/OUT"):
        Price.parse(text)


def test_the_day_is_that_of_the_installations_zone(database: Database, clock: ManualClock) -> None:
    clock.set(datetime(2026, 3, 1, 22, 30, tzinfo=UTC))
    budgets = Budgets(database, clock, Caps(tokens=1_000), zone="Europe/Brussels")
    assert spend(budgets, None) == "served"
    assert spend(budgets, None) == "daily_budget"
    clock.advance(timedelta(hours=1))  # half past midnight in Brussels, still the first of March in UTC
    assert spend(budgets, None) == "served"


def test_a_settlement_after_midnight_belongs_to_the_day_of_its_reservation(
    database: Database, clock: ManualClock
) -> None:
    budgets = Budgets(database, clock, Caps())
    reserved = budgets.reserve("p", CALL)
    clock.advance(timedelta(days=1))
    budgets.settle(reserved, Usage(1, 1))
    assert budgets.spent("p") == (0, 0)
    clock.advance(timedelta(days=-1))
    assert budgets.spent("p") == (2, 0)


def test_one_person_has_two_questions_under_way_and_twenty_an_hour(database: Database, clock: ManualClock) -> None:
    budgets = Budgets(database, clock, Caps())
    with budgets.turn("p", 60), budgets.turn("p", 60):
        assert spend(budgets, "p") == "too_often"
        assert spend(budgets, "q") == "served"
    assert [spend(budgets, "p") for _ in range(19)] == ["served"] * 18 + ["too_often"]
    clock.advance(timedelta(hours=1, seconds=1))
    assert spend(budgets, "p") == "served"


def test_the_turn_of_a_process_that_died_ends_when_its_time_is_over(database: Database, clock: ManualClock) -> None:
    budgets = Budgets(database, clock, Caps())
    never_left = [budgets.turn("p", 60) for _ in range(2)]
    for turn in never_left:
        turn.__enter__()
    assert spend(budgets, "p") == "too_often"
    clock.advance(timedelta(seconds=61))
    assert spend(budgets, "p") == "served"


def test_what_is_swept_is_what_no_limit_looks_at_any_more(database: Database, clock: ManualClock) -> None:
    budgets = Budgets(database, clock, Caps())
    spend(budgets, "p")
    budgets.sweep(clock.now())
    assert budgets.spent("p") == (1_000, 0)
    start = clock.now()
    clock.advance(timedelta(days=40))
    budgets.sweep(clock.now())
    clock.set(start)
    assert budgets.spent(EVERYBODY) == (0, 0)


def test_an_estimate_is_rather_too_high() -> None:
    assert estimate(["x" * 3000, "ü" * 300], 500) == Usage(1000 + 200 + 32, 500)
