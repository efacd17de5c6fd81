"""A partner is added, its focal point is nudged, and somebody acts on the nudge."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.sandbox.driver import Workspace
from bot.sandbox.model import BOT_USER, Channel, Message, User
from bot.work.tables import OutboxRow
from tests.flows.conftest import Bot
from tests.flows.test_checklists import typed

FORM = {"focal": "U0BO", "channel": "C0LIAISON", "every": "6", "unit": "months", "first_due": "2026-03-30"}


def add(workspace: Workspace, name: str, **changed: str) -> None:
    amal = workspace.user("amal")
    assert amal.command(f'/partner add "{name}"').acked
    amal.wait_for_modal("Add a partner")
    before = len(amal.ephemerals("C-ops"))
    assert amal.submit({**FORM, **changed}).acked
    workspace.wait_for(lambda: len(amal.ephemerals("C-ops")) > before, what="the confirmation")


def nudge(bot: Bot, workspace: Workspace, partner: str) -> Message:
    bot.scan()
    return workspace.wait_for(
        lambda: next((m for m in workspace.bot_messages("C-liaison") if partner in m.text), None), what="a nudge"
    )


def test_a_partner_is_added_by_the_form_and_stays_proposed(bot: Bot, workspace: Workspace) -> None:
    add(workspace, "4th Brigade")
    said = workspace.text(workspace.user("amal").ephemerals("C-ops")[-1])
    assert said == (
        "Added as proposed: support should not begin before the outset assessment is recorded.\n"
        "*4th Brigade* · proposed\n"
        "Next: outset assessment due Monday 30 March 2026\n"
        "Focal point: @bo · Channel: #liaison\n"
        "Cadence: every 6 months, your organisation’s own interval · Europe/Brussels time\n"
        "A partner stays _proposed_ until its outset assessment is recorded."
    )
    assert workspace.user("amal").modal is None
    assert "*4th Brigade* · proposed · outset assessment due" in typed(workspace, "amal", "/partner list")
    assert "Focal point: @bo" in typed(workspace, "amal", "/partner show 4th brigade")


def test_whoever_names_a_channel_that_the_bot_is_not_in_is_told_to_invite_it(bot: Bot, workspace: Workspace) -> None:
    workspace.world.add_channel(Channel("C0NORTH", "north", ["U0AMAL", "U0BO"]))
    add(workspace, "North Patrol", channel="C0NORTH")
    said = workspace.text(workspace.user("amal").ephemerals("C-ops")[-1])
    assert said.startswith(
        "Added as proposed: support should not begin before the outset assessment is recorded. I am not in that "
        "channel yet, so no nudge can be posted there: type `/invite @Proviso` in it, and what is due is posted within "
        "an hour.\n"
    )


def test_what_is_wrong_in_the_form_is_said_at_its_field(bot: Bot, workspace: Workspace) -> None:
    amal = workspace.user("amal")
    amal.command("/partner add Guards")
    amal.wait_for_modal("Add a partner")
    amal.submit({**FORM, "every": "six"})
    assert amal.modal is not None
    assert amal.modal.errors == {"every": "Give a whole number from 1 on, such as 6. Nothing was changed."}
    amal.submit({**FORM, "first_due": "2025-01-01"})
    assert "has passed" in amal.modal.errors["first_due"]
    amal.close_modal()


def test_only_people_who_can_be_nudged_and_channels_that_can_be_posted_in_are_taken(
    bot: Bot, workspace: Workspace
) -> None:
    amal = workspace.user("amal")
    amal.command("/partner add Lancers")
    amal.wait_for_modal("Add a partner")
    no_nudges = (
        "I can only nudge a full member of your workspace: no app, no guest, nobody who has left. "
        "Choose another person."
    )
    for user in (BOT_USER, "USLACKBOT", "U0NOBODY"):
        amal.submit({**FORM, "focal": user})
        assert amal.modal is not None
        assert amal.modal.errors == {"focal": no_nudges}
    bo = workspace.user("bo").user
    for name in ("is_guest", "deleted"):
        setattr(bo, name, True)
        amal.submit(FORM)
        setattr(bo, name, False)
        assert amal.modal.errors == {"focal": no_nudges}
    with_bot = next(c.id for c in workspace.world.channels.values() if c.im_with == "U0AMAL")
    amal.submit({**FORM, "channel": with_bot})
    assert amal.modal.errors == {
        "channel": "Nudges are not posted there. Choose a channel that is open; a direct message is none."
    }
    amal.close_modal()


def test_the_form_begins_with_the_zone_of_who_opens_it_and_offers_every_city(bot: Bot, workspace: Workspace) -> None:
    bo = workspace.user("bo")
    bo.command("/partner add Dragoons")
    bo.wait_for_modal("Add a partner")
    [zone] = [block["element"] for block in bo.modal.body["blocks"] if block.get("block_id") == "zone"]
    assert zone["initial_option"]["value"] == "Europe/Stockholm"
    offered = {
        option["text"]["text"]: option["value"] for group in zone["option_groups"] for option in group["options"]
    }
    assert offered["Kabul (Asia)"] == "Asia/Kabul"
    assert offered["Buenos Aires (America/Argentina)"] == "America/Argentina/Buenos_Aires"
    assert offered["UTC"] == "UTC"
    assert "GMT+3 (Etc)" not in offered
    assert bo.submit({**FORM, "zone": "Kabul (Asia)"}).acked
    workspace.wait_for(lambda: "Asia/Kabul time" in typed(workspace, "amal", "/partner show Dragoons"))


def test_a_nudge_is_acknowledged_by_the_first_and_the_second_is_told(bot: Bot, workspace: Workspace) -> None:
    add(workspace, "Harbour Police")
    workspace.advance(timedelta(days=15))
    card = nudge(bot, workspace, "Harbour Police")
    assert workspace.text(card).startswith(
        "*Outset assessment coming up: Harbour Police*\n"
        "Due: Monday 30 March 2026, Europe/Brussels time\n"
        "Focal point: @bo\n"
        "Why: risks of working with a partner are assessed at the outset"
    )
    stale = list(card.blocks)
    assert workspace.user("bo").click("Acknowledge", card).acked
    workspace.wait_for(lambda: "Acknowledged by @bo." in workspace.text(card))
    assert "[Acknowledge]" not in workspace.text(card)
    card.blocks[:] = stale
    amal = workspace.user("amal")
    amal.click("Acknowledge", card)
    told = workspace.wait_for(lambda: amal.ephemerals("C-liaison"), what="word that it was done")
    assert "Already acknowledged by @bo" in workspace.text(told[-1])
    workspace.wait_for(lambda: "Acknowledged by @bo." in workspace.text(card))


def test_everything_delivered_twice_is_done_once(bot: Bot, workspace: Workspace) -> None:
    amal = workspace.user("amal")
    workspace.faults.arm("duplicate_delivery")
    try:
        add(workspace, "River Patrol", first_due="2026-03-19")
        time.sleep(0.3)
        assert typed(workspace, "amal", "/partner list").count("River Patrol") == 1
        workspace.sandbox.clock.set(datetime(2026, 3, 19, 9, tzinfo=UTC))
        card = nudge(bot, workspace, "River Patrol")
        before = len(amal.ephemerals("C-liaison"))
        amal.click("Acknowledge", card)
        workspace.wait_for(lambda: "Acknowledged by @amal." in workspace.text(card))
        amal.click("Snooze…", card)
        amal.wait_for_modal("Snooze")
        amal.close_modal()
        time.sleep(0.3)
        assert len(amal.ephemerals("C-liaison")) == before
    finally:
        workspace.faults.clear()
    assert [m.text for m in workspace.bot_messages("C-liaison")].count(card.text) == 1


def test_a_nudge_is_put_off_and_then_recorded(bot: Bot, workspace: Workspace) -> None:
    add(workspace, "Border Guard", first_due="2026-03-25")
    workspace.sandbox.clock.set(datetime(2026, 3, 25, 9, tzinfo=UTC))
    card = nudge(bot, workspace, "Border Guard")
    bo = workspace.user("bo")
    assert bo.click("Snooze…", card).acked
    bo.wait_for_modal("Snooze")
    bo.submit({"until": "2026-04-08"})
    assert bo.modal is None
    workspace.wait_for(lambda: "Nudges put off until Wednesday 8 April 2026" in workspace.text(card))
    assert "Wednesday 8 April 2026 (scheduled for Wednesday 25 March 2026)" in workspace.text(card)
    bo.click("Record…", card)
    bo.wait_for_modal("Record an assessment")
    assert "Not for classified information." in bo.modal_text
    bo.submit({"conclusion": "continue with measures", "note": "Mentors stay with the unit."})
    workspace.wait_for(lambda: "*Recorded: Continue with measures*, by @bo" in workspace.text(card))
    assert "[Record…]" not in workspace.text(card)
    said = typed(workspace, "amal", "/partner show Border Guard")
    assert "*Border Guard* · active" in said
    assert "Note: Mentors stay with the unit." in said
    assert "Next: reassessment due Friday 25 September 2026" in said


def test_a_form_that_is_out_of_date_says_so_in_its_place(bot: Bot, workspace: Workspace) -> None:
    add(workspace, "Coast Watch", first_due="2026-03-27")
    workspace.sandbox.clock.set(datetime(2026, 3, 27, 9, tzinfo=UTC))
    card = nudge(bot, workspace, "Coast Watch")
    amal, bo = workspace.user("amal"), workspace.user("bo")
    for person in (amal, bo):
        person.click("Record…", card)
        person.wait_for_modal("Record an assessment")
    bo.submit({"conclusion": "continue"})
    amal.submit({"conclusion": "end"})
    amal.wait_for_modal("Not done")
    assert "Already recorded by @bo" in amal.modal_text


def test_the_register_is_closed_to_guests_and_shared_channels(bot: Bot, workspace: Workspace) -> None:
    guest = workspace.add_user(User("U0GUEST", "gil", "Gil Guest", is_guest=True), "ops")
    guest.command("/partner list")
    told = workspace.wait_for(lambda: guest.ephemerals("C-ops"), what="a refusal")
    assert workspace.text(told[-1]).startswith("The register is not shown to guests")
    workspace.channel("C-ops").is_shared = True
    try:
        assert typed(workspace, "amal", "/partner list").startswith("The register is not shown to guests")
    finally:
        workspace.channel("C-ops").is_shared = False


@pytest.mark.parametrize("command", ["/partner show Atlantis", "/partner show"])
def test_an_unknown_partner_is_said_to_be_unknown_in_private(bot: Bot, workspace: Workspace, command: str) -> None:
    assert "Nothing was changed" in typed(workspace, "bo", command)
    assert workspace.bot_messages("C-ops") == []


def test_two_people_who_act_at_the_same_time_leave_the_newest_state_on_the_card(bot: Bot, workspace: Workspace) -> None:
    add(workspace, "Hill Rangers", first_due="2026-04-20")
    workspace.sandbox.clock.set(datetime(2026, 4, 20, 9, tzinfo=UTC))
    card = nudge(bot, workspace, "Hill Rangers")
    armed = workspace.faults.arm("slow", method="chat.update", times=1, seconds=0.5)
    amal, bo = workspace.user("amal"), workspace.user("bo")
    assert bo.click("Acknowledge", card).acked
    workspace.wait_for(lambda: not armed.left, what="the first update to be under way")
    amal.click("Record…", card)
    amal.wait_for_modal("Record an assessment")
    amal.submit({"conclusion": "continue"})
    workspace.wait_for(lambda: "*Recorded: Continue*, by @amal" in workspace.text(card))
    workspace.wait_for(lambda: update_states(bot)[-2:] == ["SENT", "SENT"])


def update_states(bot: Bot) -> list[str]:
    with bot.responder.services.database.read() as session:
        updates = select(OutboxRow.state).where(OutboxRow.operation == "update").order_by(OutboxRow.id)
        return list(session.scalars(updates))


def test_a_click_shows_on_its_card_although_slack_fails_to_update_it_at_first(bot: Bot, workspace: Workspace) -> None:
    add(workspace, "Lake Wardens", first_due="2026-04-21")
    workspace.sandbox.clock.set(datetime(2026, 4, 21, 9, tzinfo=UTC))
    card = nudge(bot, workspace, "Lake Wardens")
    armed = workspace.faults.arm("server_error", method="chat.update", times=1)
    assert workspace.user("bo").click("Acknowledge", card).acked
    workspace.wait_for(lambda: not armed.left, what="the failure")
    assert "[Acknowledge]" in workspace.text(card)
    workspace.advance(timedelta(seconds=10))
    bot.posting.wake()
    workspace.wait_for(lambda: "Acknowledged by @bo." in workspace.text(card))


def test_the_focal_point_of_a_nudge_that_cannot_be_posted_is_asked_once_to_invite_the_bot(
    bot: Bot, workspace: Workspace
) -> None:
    workspace.world.add_channel(Channel("C0EAST", "east", ["U0AMAL", "U0BO"]))
    today = bot.responder.clock.now().date()
    add(workspace, "East Patrol", channel="C0EAST", first_due=(today + timedelta(days=3)).isoformat())
    before = len(workspace.bot_messages("@bo"))
    workspace.advance(timedelta(days=3))
    bot.scan()
    [asked] = workspace.wait_for(lambda: workspace.bot_messages("@bo")[before:], what="the request")
    assert workspace.text(asked) == (
        "A nudge for you is due in #east, and I am not in that channel. Nothing was lost: type `/invite @Proviso` "
        "there, and what waits is posted within an hour."
    )
    workspace.advance(timedelta(hours=2))
    bot.sender.send_due()
    assert len(workspace.bot_messages("@bo")) == before + 1
    workspace.channel("C0EAST").members.append(BOT_USER)
    workspace.advance(timedelta(hours=2))
    bot.posting.wake()
    posted = workspace.wait_for(lambda: workspace.bot_messages("C0EAST"), what="the nudge")
    assert "East Patrol" in workspace.text(posted[0])
