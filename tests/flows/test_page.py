"""The sandbox's page in a real browser, with the real bot behind it: what a stranger does and sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.driver import Workspace
from bot.sandbox.server import Sandbox
from tests.flows.conftest import Bot
from tests.support.browser import DESKTOP, PHONE, OpenPage, browser, open_page, page, playwright, wait_until_in_view

__all__ = ["browser", "open_page", "page"]  # fixtures

pytestmark = pytest.mark.browser

ALL_POSTED = (
    "No nudge is planned. Every stage of what is open has been posted; record the assessment, or add a partner."
)
NASTY = "<img src=x onerror=\"document.title='owned'\"> </script><b>bold</b> [x](javascript:alert(1))"
QUESTION = "When should a partner be assessed?"
ANSWER = "A supporting state should assess a partner before support begins."


def guide(page: playwright.Page) -> playwright.Locator:
    return page.get_by_role("region", name="Getting started").locator("visible=true")


def message(page: playwright.Page, text: str, inside: str = "#list") -> playwright.Locator:
    return page.locator(f"{inside} > .message", has_text=text).last


def send(page: playwright.Page, text: str) -> None:
    box = page.locator("#composer-text")
    box.fill(text)
    box.press("Enter")


def add_partner(page: playwright.Page, name: str) -> None:
    form = page.get_by_role("dialog", name="Add a partner")
    form.get_by_label("Name of the partner").fill(name)
    form.get_by_label("Reassess every").fill("6")
    form.get_by_role("button", name="Add", exact=True).click()
    form.wait_for(state="detached")


def fill_with_talk(workspace: Workspace, channel: str, lines: int = 30) -> None:
    for number in range(lines):
        workspace.user("bo").say(channel, f"Line {number} of the morning’s talk")


def wait_until_scrolled_up(page: playwright.Page, scroller: str) -> None:
    far = "node => node.scrollTop < node.scrollHeight - node.clientHeight - 100"
    while not page.locator(f"#{scroller}").evaluate(far):
        page.wait_for_timeout(20)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_first_visit_leads_from_a_question_to_a_nudge_with_each_step_in_view(
    open_page: OpenPage, bot: Bot, sandbox: Sandbox, workspace: Workspace, size: tuple[int, int]
) -> None:
    page, name = open_page(size), f"Guard {size[0]}"
    guide(page).get_by_role("button", name="What should an assessment").click()
    wait_until_in_view(page.locator("#thread-list > .message").nth(1))
    guide(page).get_by_role("button", name="/checklist assessment").click()
    wait_until_in_view(message(page, "Assessing a partner"))
    guide(page).get_by_role("button", name="/partner add").click()
    add_partner(page, name)
    wait_until_in_view(message(page, f"{name} · proposed"))
    before = sandbox.clock.offset
    guide(page).get_by_role("button", name="To the next nudge").click()
    workspace.wait_for(lambda: sandbox.clock.offset > before, what="the clock")
    bot.scan()
    wait_until_in_view(message(page, f"Outset assessment coming up: {name}"))
    guide(page).get_by_role("button", name="Close the guide").click()
    assert guide(page).count() == 0


def test_new_messages_are_offered_to_a_reader_who_has_scrolled_up(open_page: OpenPage, workspace: Workspace) -> None:
    fill_with_talk(workspace, "C-ops")
    page = open_page()
    wait_until_in_view(message(page, "Line 29 of"))
    page.locator("#stream").hover()
    page.mouse.wheel(0, -600)
    wait_until_scrolled_up(page, "stream")
    before = page.evaluate("document.getElementById('stream').scrollTop")
    workspace.user("bo").say("C-ops", "The pier is closed.")
    offer = page.get_by_role("button", name="1 new message")
    offer.wait_for()
    assert page.evaluate("document.getElementById('stream').scrollTop") == before
    workspace.user("bo").say("C-ops", "It opens at noon.")
    page.get_by_role("button", name="2 new messages").click()
    wait_until_in_view(message(page, "The pier is closed."))
    wait_until_in_view(message(page, "It opens at noon."))
    assert page.locator(".new-messages:visible").count() == 0


def test_what_the_reader_sends_is_in_view_however_far_up_they_were(open_page: OpenPage, workspace: Workspace) -> None:
    fill_with_talk(workspace, "C-ops")
    page = open_page()
    wait_until_in_view(message(page, "Line 29 of"))
    page.locator("#stream").hover()
    page.mouse.wheel(0, -900)
    send(page, "We meet at nine.")
    wait_until_in_view(message(page, "We meet at nine."))


def test_a_reply_in_the_thread_without_a_mention_is_answered_there(page: playwright.Page, bot: Bot) -> None:
    send(page, "@proviso When must a transfer of detainees not take place?")
    message(page, "When must a transfer of detainees not").get_by_role("button", name="1 reply").click()
    box = page.locator("#thread-text")
    box.fill("And what then?")
    box.press("Enter")
    wait_until_in_view(message(page, "Where possible, visits should follow every transfer.", "#thread-list"))


def test_a_thread_shows_what_arrives_at_its_end(page: playwright.Page, workspace: Workspace) -> None:
    root = workspace.user("bo").say("C-ops", "Shall we review the river crossing?")
    for number in range(30):
        workspace.user("bo").say("C-ops", f"Point {number} of the review", thread=root)
    message(page, "river crossing").get_by_role("button", name="30 replies").click()
    wait_until_in_view(message(page, "Point 29 of", "#thread-list"))
    workspace.user("bo").say("C-ops", "That was the last point.", thread=root)
    wait_until_in_view(message(page, "That was the last point.", "#thread-list"))
    page.locator("#thread-list").hover()
    page.mouse.wheel(0, -600)
    wait_until_scrolled_up(page, "thread-list")
    workspace.user("bo").say("C-ops", "One more thing.", thread=root)
    page.locator("#thread").get_by_role("button", name="1 new message").click()
    wait_until_in_view(message(page, "One more thing.", "#thread-list"))


def test_the_first_click_of_the_clock_brings_a_nudge(
    page: playwright.Page, bot: Bot, sandbox: Sandbox, workspace: Workspace
) -> None:
    send(page, "/partner add")
    add_partner(page, "Harbour Watch")
    before = sandbox.clock.offset
    page.locator("#clock").click()
    page.get_by_role("button", name="+1 week").click()
    workspace.wait_for(lambda: sandbox.clock.offset - before == timedelta(days=7), what="the clock")
    bot.scan()
    wait_until_in_view(message(page, "Outset assessment coming up: Harbour Watch"))


def test_the_clock_names_the_next_nudge_and_goes_to_its_channel(
    page: playwright.Page, bot: Bot, sandbox: Sandbox, workspace: Workspace
) -> None:
    nudged(page, bot, sandbox, workspace, "Shore Watch")
    sandbox.clock.advance(timedelta(days=100))
    bot.scan()
    page.locator("#clock").click()
    page.locator("#next-nudge", has_text=ALL_POSTED).wait_for()
    page.locator("#clock-panel").get_by_role("button", name="To the next nudge").click()
    page.locator(".toast", has_text=ALL_POSTED).wait_for()
    page.keyboard.press("Escape")
    amal, before = workspace.user("amal"), sandbox.clock.offset
    amal.command("/partner add", channel="C-liaison")
    amal.wait_for_modal()
    amal.submit({"Name of the partner": "Coast Guard", "Reassess every": "6"})
    page.locator("#clock").click()
    page.locator("#next-nudge", has_text="in #liaison").wait_for()
    page.locator("#clock-panel").get_by_role("button", name="To the next nudge").click()
    workspace.wait_for(lambda: sandbox.clock.offset > before, what="the clock")
    bot.scan()
    wait_until_in_view(message(page, "Outset assessment coming up: Coast Guard"))
    assert page.title() == "#liaison · Partnership Cell"


def test_a_direct_message_is_answered_in_view(page: playwright.Page) -> None:
    page.locator("#rail").get_by_role("button", name="Proviso").click()
    page.get_by_role("textbox", name="Message Proviso").wait_for()
    send(page, QUESTION)
    wait_until_in_view(message(page, QUESTION))
    wait_until_in_view(page.locator("#list > .message", has_text=ANSWER).last)
    assert page.locator("#thread").is_hidden()


def test_a_new_question_moves_the_thread_panel_to_itself(page: playwright.Page, workspace: Workspace) -> None:
    root = workspace.user("bo").say("C-ops", "An older thread")
    workspace.user("bo").say("C-ops", "with a reply", thread=root)
    message(page, "An older thread").get_by_role("button", name="1 reply").click()
    message(page, "with a reply", "#thread-list").wait_for()
    send(page, f"@proviso {QUESTION}")
    wait_until_in_view(message(page, QUESTION))
    wait_until_in_view(page.locator("#thread-list > .message", has_text=ANSWER).first)


@pytest.mark.parametrize("width", [1280, 1024, 901, 768, 390, 320])
def test_everything_fits_at_every_width(open_page: OpenPage, workspace: Workspace, width: int) -> None:
    page = open_page((width, 800), channel="D0AMAL")
    asked = workspace.user("amal").dm("May I bring a friend to the assessment of the river crossing?")
    workspace.wait_for_reply(asked)
    guide(page).get_by_role("button", name="What should an assessment").scroll_into_view_if_needed()
    assert narrow_texts(page) == []
    message(page, "bring a friend").get_by_role("button", name="Reply in thread").click()
    page.locator("#thread-list > .message").first.wait_for()
    assert narrow_texts(page) == []
    page.get_by_role("button", name="Close thread").click()
    page.locator("#composer-text").fill("What should we do before we share what came from the interviews? " * 3)
    assert narrow_texts(page) == []
    assert page.locator("#composer-text").evaluate("box => box.clientWidth") > 180


def narrow_texts(page: playwright.Page) -> list[str]:
    """Texts cut off at an edge or squeezed to a column of a word a line; and the page itself, if it is too wide."""
    found: list[str] = page.evaluate("""() => {
      const hidden = ".unseen, .skips, #rail";
      const shown = (node) => node.getClientRects().length && !node.closest(hidden) && node.offsetWidth > 1;
      const clips = (node) => getComputedStyle(node).overflow !== "visible";
      const cut = [...document.querySelectorAll("h2, .head-name h2 span, .guide p, .guide-text *, button")]
        .filter((node) => shown(node) && node.scrollWidth > node.clientWidth + 1 && clips(node));
      const squeezed = [...document.querySelectorAll("#main .rich p, .guide p, .guide-text p, .intro p")]
        .filter((node) => shown(node) && node.textContent.length > 30 && node.offsetWidth < 120);
      const wide = document.documentElement.scrollWidth > innerWidth ? ["the page"] : [];
      return [...wide, ...[...cut, ...squeezed].map((node) => `${node.tagName}: ${node.textContent}`)];
    }""")
    return found


def test_commands_complete_and_a_question_needs_only_the_keyboard(page: playwright.Page, workspace: Workspace) -> None:
    box = page.get_by_role("textbox", name="Message #ops")
    box.press_sequentially("/che")
    page.get_by_role("option", name="/checklist").wait_for()
    box.press("Tab")
    assert box.input_value() == "/checklist "
    box.fill("")
    box.press_sequentially("@pro")
    box.press("Enter")
    box.press_sequentially("may we share?")
    box.press("Enter")
    workspace.wait_for(lambda: "amal: @proviso may we share?" in workspace.transcript("C-ops"))


def test_nothing_said_becomes_part_of_the_page(page: playwright.Page, workspace: Workspace) -> None:
    workspace.user("bo").say("C-ops", NASTY)
    said = message(page, "onerror")
    said.wait_for()
    assert NASTY.split(" [", maxsplit=1)[0] in (said.locator(".rich").text_content() or "")
    assert said.locator("img:not(.avatar), b, script, a").count() == 0
    assert page.title() == "#ops · Partnership Cell"


def test_each_person_sees_only_what_is_theirs(page: playwright.Page, workspace: Workspace) -> None:
    workspace.user("amal").command("/proviso help", channel="C-review-cell")
    page.get_by_role("button", name="review-cell").click()
    page.get_by_text("Only visible to you").first.wait_for()
    page.get_by_role("radio", name="Bo Lindqvist").click()
    page.get_by_role("radio", name="Bo Lindqvist", checked=True).wait_for()
    page.get_by_role("heading", name="review-cell").first.wait_for()
    assert page.get_by_text("Only visible to you").count() == 0


def test_what_is_typed_stays_when_the_form_is_sent_back(page: playwright.Page, workspace: Workspace) -> None:
    send(page, "/partner add")
    form = page.get_by_role("dialog", name="Add a partner")
    name = form.get_by_label("Name of the partner")
    form.get_by_role("button", name="Add", exact=True).click()
    form.get_by_text("Please complete this required field.").first.wait_for()
    name.fill("River Guard")
    form.get_by_label("Reassess every").fill("six")
    form.get_by_role("button", name="Add", exact=True).click()
    form.get_by_text("Give a whole number").wait_for()
    assert name.input_value() == "River Guard"
    form.get_by_label("Reassess every").fill("6")
    assert form.get_by_text("Give a whole number").count() == 0
    assert form.locator("[aria-invalid], .wrong").count() == 0
    form.get_by_role("button", name="Add", exact=True).click()
    workspace.wait_for(lambda: any("River Guard" in line for line in workspace.transcript("C-ops")))
    form.wait_for(state="detached")


def test_a_form_offers_people_and_channels_never_the_bot(page: playwright.Page) -> None:
    send(page, "/partner add")
    form = page.get_by_role("dialog", name="Add a partner")
    form.get_by_role("combobox", name="Focal point").click()
    offered = form.get_by_role("listbox").get_by_role("option")
    assert offered.all_text_contents() == ["Amal Haddad", "Bo Lindqvist"]
    page.keyboard.press("Escape")
    form.get_by_role("combobox", name="Channel").click()
    assert offered.all_text_contents() == ["#ops", "#liaison", "#review-cell"]
    page.keyboard.type("lia")
    page.keyboard.press("Enter")
    assert form.get_by_role("combobox", name="Channel").input_value() == "#liaison"
    page.keyboard.press("Escape")
    form.wait_for(state="detached")


def test_a_long_list_is_searched_by_typing(page: playwright.Page, workspace: Workspace) -> None:
    workspace.world.open_view(
        "U0AMAL", zone_form(["Europe/Brussels", "Asia/Kabul", *(f"Etc/Zone {n}" for n in range(70))])
    )
    box = page.get_by_role("dialog", name="Zones").get_by_role("combobox", name="Time zone")
    box.click()
    page.get_by_text("12 more: type to narrow them down").wait_for()
    box.press_sequentially("asia kab")
    page.get_by_role("option", name="Asia/Kabul").wait_for()
    box.press("Enter")
    assert box.input_value() == "Asia/Kabul"


def zone_form(names: list[str]) -> dict[str, Any]:
    def text(words: str) -> dict[str, str]:
        return {"type": "plain_text", "text": words}

    select = {"type": "static_select", "action_id": "zone", "options": [{"text": text(n), "value": n} for n in names]}
    block = {"type": "input", "block_id": "zone", "label": text("Time zone"), "element": select}
    return {"type": "modal", "title": text("Zones"), "submit": text("Save"), "blocks": [block]}


def test_the_clock_goes_to_a_day(page: playwright.Page, sandbox: Sandbox, workspace: Workspace) -> None:
    day = (sandbox.clock.now() + timedelta(days=3)).date()
    page.locator("#clock").click()
    page.get_by_label("Go to date").fill(day.isoformat())
    page.get_by_role("button", name="Go", exact=True).click()
    workspace.wait_for(lambda: sandbox.clock.now().date() == day, what="the day")
    page.locator(".clock-now", has_text=f"{day:%a}, {day.day} {day:%b %Y}, 12:0").wait_for()


def test_the_clock_says_that_it_only_moves_forward(page: playwright.Page, sandbox: Sandbox) -> None:
    before = sandbox.clock.offset
    page.locator("#clock").click()
    page.get_by_label("Go to date").fill((sandbox.clock.now() - timedelta(days=3)).date().isoformat())
    page.get_by_role("button", name="Go", exact=True).click()
    page.locator(".toast", has_text="The clock only moves forward: choose a later date.").wait_for()
    assert sandbox.clock.offset == before


def test_on_a_narrow_screen_everything_is_still_reached(open_page: OpenPage) -> None:
    page = open_page(PHONE)
    page.get_by_role("button", name="Channels").click()
    page.get_by_role("button", name="review-cell").click()
    page.get_by_role("textbox", name="Message #review-cell").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_private_answer_is_seen_and_shared_on_the_page(open_page: OpenPage, bot: Bot, workspace: Workspace) -> None:
    page = open_page(DESKTOP)
    send(page, f"/ask {QUESTION}")
    private = page.locator("#list > .message.ephemeral", has_text=ANSWER).last
    private.get_by_role("button", name="Share in channel").click()
    shared = page.locator("#list > .message:not(.ephemeral)", has_text="Asked and shared by").last
    shared.wait_for()
    assert QUESTION in shared.inner_text()
    assert ANSWER in shared.inner_text()


@pytest.mark.parametrize("width", [640, 390, 320])
@pytest.mark.parametrize("channel", ["C0OPS", "D0AMAL"])
def test_on_a_narrow_screen_the_day_of_the_workspace_is_seen(
    open_page: OpenPage, sandbox: Sandbox, width: int, channel: str
) -> None:
    sandbox.clock.advance(timedelta(days=100))
    page = open_page((width, 800), channel=channel)
    now = sandbox.clock.now()
    day = page.locator("#clock span:visible", has_text=f"{now.day} {now:%b}").last
    day.wait_for()
    assert day.evaluate("node => node.offsetWidth") > 30
    assert page.locator(".ahead").is_visible()
    assert narrow_texts(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("#clock").evaluate("node => node.getBoundingClientRect().right <= window.innerWidth")


def test_on_a_phone_the_list_of_commands_is_not_cut(open_page: OpenPage) -> None:
    page = open_page(PHONE)
    page.locator("#composer-text").fill("/")
    page.get_by_role("option", name="/checklist").wait_for()
    cut = "nodes => nodes.filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.textContent)"
    assert page.locator("#composer-choices, #composer-choices *").evaluate_all(cut) == []


def test_on_a_phone_what_the_page_says_does_not_cover_the_guide(open_page: OpenPage) -> None:
    page = open_page(PHONE)
    send(page, "/checklist assessment")
    guide(page).get_by_role("button", name="What should an assessment").wait_for()
    page.locator("#clock").click()
    page.get_by_label("Go to date").fill("2020-01-01")
    page.get_by_role("button", name="Go", exact=True).click()
    said = page.locator(".toast")
    said.wait_for()
    below = said.bounding_box()
    assert guide(page).bounding_box()["y"] >= below["y"] + below["height"]
    assert page.locator("#head").bounding_box()["y"] >= below["y"] + below["height"]


# -- the keyboard -----------------------------------------------------------------------------------------------------


def nudged(page: playwright.Page, bot: Bot, sandbox: Sandbox, workspace: Workspace, name: str) -> playwright.Locator:
    """The card of a nudge about a new partner, in view."""
    amal = workspace.user("amal")
    amal.command("/partner add")
    amal.wait_for_modal()
    amal.submit({"Name of the partner": name, "Reassess every": "6"})
    sandbox.clock.advance(timedelta(days=7))
    bot.scan()
    card = message(page, f"coming up: {name}")
    wait_until_in_view(card)
    return card


def wait_for_focus(locator: playwright.Locator) -> None:
    locator.wait_for()
    for _ in range(200):
        if locator.evaluate("node => node === document.activeElement"):
            return
        locator.page.wait_for_timeout(25)
    raise AssertionError(f"the focus is on {locator.page.evaluate('document.activeElement.outerHTML.slice(0, 200)')}")


def test_the_focus_returns_to_what_opened_a_form_and_stays_on_a_card_that_changes(
    page: playwright.Page, bot: Bot, sandbox: Sandbox, workspace: Workspace
) -> None:
    card = nudged(page, bot, sandbox, workspace, "Valley Watch")
    snooze = card.get_by_role("button", name="Snooze…")
    snooze.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Snooze").wait_for()
    page.keyboard.press("Escape")
    wait_for_focus(snooze)
    acknowledge = card.get_by_role("button", name="Acknowledge")
    acknowledge.focus()
    page.keyboard.press("Enter")
    acknowledge.wait_for(state="detached")
    assert card.evaluate("node => node.contains(document.activeElement)")


def test_the_focus_returns_when_a_thread_closes(page: playwright.Page) -> None:
    send(page, f"@proviso {QUESTION}")
    page.locator("#thread-list").get_by_role("button", name="Show passage").first.click()
    page.get_by_role("dialog").get_by_text("par.").first.wait_for()
    page.keyboard.press("Escape")
    wait_for_focus(page.locator("#thread-list").get_by_role("button", name="Show passage").first)
    page.keyboard.press("Escape")
    wait_for_focus(page.locator("#composer-text"))
    assert page.locator("#thread").is_hidden()
    message(page, QUESTION).get_by_role("button", name="1 reply").click()
    page.get_by_role("button", name="Close thread").click()
    wait_for_focus(message(page, QUESTION).get_by_role("button", name="1 reply"))


def test_the_message_box_has_the_focus_at_first_on_a_wide_screen_only(open_page: OpenPage) -> None:
    wait_for_focus(open_page().locator("#composer-text"))
    phone = open_page(PHONE)
    assert phone.locator("#composer-text").evaluate("box => box !== document.activeElement")


def test_in_an_empty_channel_the_first_link_leads_to_the_message_box(open_page: OpenPage, workspace: Workspace) -> None:
    workspace.world.channels["C0LIAISON"].messages.clear()
    page = open_page(channel="C0LIAISON")
    page.locator("#skip-newest").focus()
    page.keyboard.press("Enter")
    wait_for_focus(page.locator("#composer-text"))


def test_the_guide_ticks_what_has_come_not_what_was_sent(
    open_page: OpenPage, bot: Bot, sandbox: Sandbox, workspace: Workspace
) -> None:
    page = open_page(channel="D0AMAL")
    send(page, "help")
    page.locator("#list > .message", has_text="/checklist").last.wait_for()
    assert ticked(page) == []
    send(page, QUESTION)
    wait_until_ticked(page, "Ask a question")
    page.locator("#rail .place", has_text="ops").click()
    page.get_by_role("textbox", name="Message #ops").wait_for()
    send(page, "/partner add")
    add_partner(page, "Lake Watch")
    before = sandbox.clock.offset
    page.locator("#clock").click()
    page.get_by_role("button", name="+1 week").click()
    workspace.wait_for(lambda: sandbox.clock.offset - before == timedelta(days=7), what="the clock")
    bot.scan()
    wait_until_in_view(message(page, "coming up: Lake Watch"))
    wait_until_ticked(page, "Ask a question", "Register a partner", "See the nudge")


def wait_until_ticked(page: playwright.Page, *steps: str) -> None:
    for _ in range(600):
        if ticked(page) == list(steps):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"ticked: {ticked(page)}")


def ticked(page: playwright.Page) -> list[str]:
    kept: dict[str, bool] = page.evaluate("JSON.parse(localStorage.getItem('proviso-guide') ?? '{}')")
    titles = {"ask": "Ask a question", "checklist": "Look up a checklist", "partner": "Register a partner"}
    return [title for step, title in (titles | {"nudge": "See the nudge"}).items() if kept.get(step)]


def test_a_passage_reached_from_another_begins_at_its_top(page: playwright.Page, workspace: Workspace) -> None:
    workspace.world.open_view("U0AMAL", long_passage("First"))
    dialog = page.get_by_role("dialog", name="Passage")
    dialog.get_by_role("button", name="Next passage").scroll_into_view_if_needed()
    assert dialog.locator(".modal-body").evaluate("body => body.scrollTop") > 0
    dialog.get_by_role("button", name="Next passage").focus()
    view = workspace.world.stack("U0AMAL")[-1]
    workspace.world.update_view(view, long_passage("Second"))
    dialog.get_by_text("Second paragraph 1 of").wait_for()
    assert dialog.locator(".modal-body").evaluate("body => body.scrollTop") == 0
    wait_for_focus(dialog.locator(".modal-body"))


def long_passage(name: str) -> dict[str, Any]:
    def text(words: str) -> dict[str, str]:
        return {"type": "plain_text", "text": words}

    paragraphs = [{"type": "section", "text": text(f"{name} paragraph {n} " + "of this text " * 20)} for n in range(20)]
    button = {"type": "button", "action_id": "passage.next", "text": text("Next passage"), "value": name}
    ways = {"type": "actions", "block_id": "passage", "elements": [button]}
    return {"type": "modal", "title": text("Passage"), "blocks": [*paragraphs, ways]}


def test_escape_closes_the_clock_and_the_list_of_channels(open_page: OpenPage) -> None:
    page = open_page(PHONE)
    page.locator("#clock").click()
    page.get_by_label("Go to date").focus()
    page.keyboard.press("Escape")
    wait_for_focus(page.locator("#clock"))
    assert page.locator("#clock-panel").is_hidden()
    menu = page.get_by_role("button", name="Channels")
    menu.click()
    wait_for_focus(page.get_by_role("button", name="ops", exact=True))
    page.keyboard.press("Escape")
    wait_for_focus(menu)


def test_the_first_link_of_the_page_leads_to_the_buttons_of_the_newest_message(
    page: playwright.Page, bot: Bot, sandbox: Sandbox, workspace: Workspace
) -> None:
    card = nudged(page, bot, sandbox, workspace, "Mountain Watch")
    first = page.locator("a[href], button, input, textarea, [tabindex='0']").first
    first.focus()
    assert first.text_content() == "Skip to the newest message"
    page.keyboard.press("Enter")
    wait_for_focus(card)
    page.keyboard.press("Tab")
    wait_for_focus(card.get_by_role("button", name="Acknowledge"))
    page.keyboard.press("Enter")
    card.get_by_text("Acknowledged by").wait_for()


def test_people_are_switched_with_the_arrow_keys(page: playwright.Page) -> None:
    page.get_by_role("radio", name="Amal Haddad").focus()
    page.keyboard.press("ArrowDown")
    bo = page.get_by_role("radio", name="Bo Lindqvist", checked=True)
    wait_for_focus(bo)
    page.keyboard.press("ArrowUp")
    wait_for_focus(page.get_by_role("radio", name="Amal Haddad", checked=True))
