"""A model's claims reach the user only when their quotes carry them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answers.composing import Drafted, Quote
from retrieval.documents import Passage, Span
from retrieval.model.agreement import disagreement
from retrieval.model.grounding import Checked, CitedQuote, Dropped, Stated, check, quoted_instead
from retrieval.model.quoting import locate
from tests.support.guidance import PASSAGES, passage

BY_ID = {p.passage_id: p for p in PASSAGES}
OFFERED = {f"S{n}": p for n, p in enumerate(PASSAGES, 1)}
REVIEW = "Before support begins, planners should review the discipline record of every unit that will receive it."
FINISHED = "It must be finished before any weapon is handed over."
TOGETHER = "Where possible, the review should be carried out together with the partner's own inspectors."
COUNTED = "Ammunition stores must be counted every 90 days by a joint team."
PAUSED = "Deliveries should be paused if two successive counts do not match the ledger."
LIFTED = "A pause may be lifted once the missing rounds have been explained in writing."
VISIT = "Advisers should visit every holding site in the first week of a joint operation."
DISTRUST = "Visits without notice are not a sign of distrust."
CARE = "Medical care for people in custody cannot wait for a transfer decision."
FAMILIES = "Families must be told within 48 hours where a relative is held, unless a judge has ordered otherwise."
ORIGIN = "Information is passed on only after its origin has been checked."
CAVEATS = "Caveats on its use should be agreed in writing with the receiving headquarters."
LIAISON = "Liaison officers may stop an exchange at any time."
RUIZ = "In early 2017 General Ruiz forbade the shelling of river villages except in self-defense."
OKOYE = "His predecessor, General Okoye, had relied on artillery, and more than 400 homes were lost in 2016."
LATE = "In my view, the order came a year too late."
FELL = "Complaints fell from 120 in 2016 to fewer than 30 by 2018."
CRITICS = "Critics argue that the coalition trained battalions faster than it could supervise them."
TIED = "The coalition should have tied training to supervision from the outset."
HALF = "Roughly half of the trained battalions were disbanded within three years."
WILL = "It does not, but training cannot replace the will to obey the law."

TRUE = [
    (REVIEW, "Planners should review the discipline record of every unit before support begins."),
    (REVIEW, "Before support begins, the discipline record of every unit that will receive it should be reviewed."),
    (FINISHED, "The review must be finished before any weapon is handed over."),
    (TOGETHER, "Where possible, the review should be carried out with the partner's own inspectors."),
    (COUNTED, "Ammunition stores must be counted by a joint team every 90 days."),
    (COUNTED, "A joint team must count ammunition stores every 90 days."),
    (PAUSED, "Deliveries should be paused if two counts in a row do not match the ledger."),
    (PAUSED, "If two successive counts do not match the ledger, deliveries should be paused."),
    (LIFTED, "A pause may be lifted once the missing rounds have been explained in writing."),
    (VISIT, "Advisers should visit every holding site in the first week."),
    (DISTRUST, "Visits without notice are not a sign of distrust."),
    (CARE, "Medical care for people in custody cannot wait for a transfer decision."),
    (FAMILIES, "Families must be told within 48 hours where a relative is held unless a judge orders otherwise."),
    (ORIGIN, "Information is passed on only after its origin has been checked."),
    (CAVEATS, "Caveats on the use of information should be agreed in writing."),
    (LIAISON, "Liaison officers may stop an exchange at any time."),
    (RUIZ, "General Ruiz forbade the shelling of river villages except in self-defense in early 2017."),
    (OKOYE, "More than 400 homes were lost in 2016."),
    (OKOYE, "General Okoye had relied on artillery."),
    (LATE, "In the author's view, the order came a year too late."),
    (FELL, "Complaints fell from 120 in 2016 to fewer than 30 by 2018."),
    (CRITICS, "Critics argue that the coalition trained battalions faster than it could supervise them."),
    (CRITICS, "According to critics, battalions were trained faster than the coalition could supervise them."),
    (TIED, "The coalition should have tied training to supervision from the outset."),
    (HALF, "Roughly half of the trained battalions were disbanded within three years."),
    (WILL, "Training cannot replace the will to obey the law."),
]

HOSTILE = [
    # strength
    (REVIEW, "Planners must review the discipline record of every unit before support begins."),
    (REVIEW, "Planners may review the discipline record of every unit before support begins."),
    (REVIEW, "Planners review the discipline record of every unit before support begins."),
    (FINISHED, "The review should be finished before any weapon is handed over."),
    (FINISHED, "The review can be finished before any weapon is handed over."),
    (COUNTED, "Ammunition stores should be counted every 90 days by a joint team."),
    (COUNTED, "Ammunition stores are counted every 90 days by a joint team."),
    (LIFTED, "A pause must be lifted once the missing rounds have been explained in writing."),
    (VISIT, "Advisers are required to visit every holding site in the first week of a joint operation."),
    (LIAISON, "Liaison officers must stop an exchange at any time."),
    (CAVEATS, "Caveats on its use must be agreed in writing with the receiving headquarters."),
    (TIED, "The coalition tied training to supervision from the outset."),
    # conditions
    (TOGETHER, "The review should be carried out together with the partner's own inspectors."),
    (TOGETHER, "The review must be carried out together with the partner's own inspectors."),
    (PAUSED, "Deliveries should be paused."),
    (FAMILIES, "Families must be told within 48 hours where a relative is held."),
    (RUIZ, "In early 2017 General Ruiz forbade the shelling of river villages."),
    # figures and dates
    (COUNTED, "Ammunition stores must be counted every 30 days by a joint team."),
    (COUNTED, "Ammunition stores must be counted every 90 weeks by a joint team."),
    (FAMILIES, "Families must be told within 72 hours where a relative is held, unless a judge has ordered otherwise."),
    (RUIZ, "In early 2018 General Ruiz forbade the shelling of river villages except in self-defense."),
    (RUIZ, "In late 2017 General Ruiz forbade the shelling of river villages except in self-defense."),
    (OKOYE, "More than 900 homes were lost in 2016."),
    (OKOYE, "Fewer than 400 homes were lost in 2016."),
    (OKOYE, "400 homes were lost in 2016."),
    (FELL, "Complaints fell from 210 in 2016 to fewer than 30 by 2018."),
    (FELL, "Complaints fell to fewer than 30 by 2019."),
    (HALF, "Roughly a third of the trained battalions were disbanded within three years."),
    (HALF, "Roughly half of the trained battalions were disbanded within five years."),
    (VISIT, "Advisers should visit every holding site in the second week of a joint operation."),
    (PAUSED, "Deliveries should be paused if three successive counts do not match the ledger."),
    # negation and opposites
    (REVIEW, "Planners should not review the discipline record of every unit before support begins."),
    (REVIEW, "After support begins, planners should review the discipline record of every unit that will receive it."),
    (PAUSED, "Deliveries should be paused if two successive counts match the ledger."),
    (PAUSED, "Deliveries should be continued if two successive counts do not match the ledger."),
    (DISTRUST, "Visits without notice are a sign of distrust."),
    (DISTRUST, "Visits with notice are not a sign of distrust."),
    (CARE, "Medical care for people in custody can wait for a transfer decision."),
    (ORIGIN, "Information is passed on before its origin has been checked."),
    (LIAISON, "Liaison officers may not stop an exchange at any time."),
    (RUIZ, "In early 2017 General Ruiz permitted the shelling of river villages except in self-defense."),
    (FELL, "Complaints rose from 120 in 2016 to 30 by 2018."),
    (WILL, "Training can replace the will to obey the law."),
    (TIED, "The coalition should not have tied training to supervision from the outset."),
    # names
    (RUIZ, "In early 2017 General Okoye forbade the shelling of river villages except in self-defense."),
    (RUIZ, "In early 2017 NATO forbade the shelling of river villages except in self-defense."),
    (OKOYE, "General Haddad had relied on artillery."),
    (VISIT, "UN monitors should visit every holding site in the first week of a joint operation."),
    # whose view
    (LATE, "The order came a year too late."),
    (CRITICS, "The coalition trained battalions faster than it could supervise them."),
    # more than the quote says
    (HALF, "All of the trained battalions were disbanded within three years."),
    (OKOYE, "General Okoye always relied on artillery."),
    (LIAISON, "Only liaison officers may stop an exchange at any time."),
    (CAVEATS, "Caveats guarantee that information is not misused by the receiving headquarters."),
    (COUNTED, "Losses of ammunition are a firing offence for the officer in charge of the depot."),
    (VISIT, "Advisers should interrogate detainees at every holding site."),
    (CARE, "Doctors in custody sites answer to the supporting state."),
    (REVIEW, "Support to militias has always been unlawful."),
    (HALF, "Partner forces desert because their pay is late."),
    (WILL, "Sanctions are the best way to make a partner obey."),
]


@pytest.mark.parametrize(("quote", "claim"), TRUE)
def test_a_claim_its_quote_carries_stands(quote: str, claim: str) -> None:
    assert disagreement(claim, [quote]) is None


@pytest.mark.parametrize(("quote", "claim"), HOSTILE)
def test_a_claim_that_says_something_else_than_its_quote_falls(quote: str, claim: str) -> None:
    assert disagreement(claim, [quote]) is not None


SWAPPED = "Today the Ruritanian Board knows something the Coalition needs to know."
DEPUTY = "Ada Brandt's successor, Colonel Moreau, replaced the ledger."
WORK = "The inspectorate is rewriting its manual and building a register of stores."
BEGAN = "In 2007 the mission began counting losses."
OFTEN = "The wish to keep costs low often means that stores are not counted."
ROSE = "Complaints rose as more battalions joined the river campaign."
GIVEN = "Deliveries can be resumed if brigades count early to show good faith and give an account where necessary."
SHOULD = "Should the council ask for more, the price would rise."
JUSTIFIED = "The coalition justified the raid on the grounds of self-defense."


@pytest.mark.parametrize(
    ("quote", "claim", "fault"),
    [
        (
            SWAPPED,
            "The Coalition knows something the Ruritanian Board needs to know.",
            '"coalition" and "ruritanian" stand otherwise in its quote',
        ),
        (
            "At the request of the Ruritanian Board, in May the United Nations sent a mission.",
            "At the request of the United Nations, the Ruritanian Board sent a mission.",
            '"un" and "ruritanian" change places',
        ),
        (DEPUTY, "Ada Brandt, who succeeded Colonel Moreau, replaced the ledger.", "its quote does not speak of"),
        (WORK, "The inspectorate has rewritten its manual.", 'it gives "rewritten" as done'),
        (BEGAN, "The mission will begin counting losses.", 'it gives "begin" as to come'),
        (OFTEN, "Because stores are not counted, costs are kept low.", None),
        (
            ROSE,
            "Because complaints rose, more battalions joined the river campaign.",
            'it says "because" of what is no cause in its quote',
        ),
        (JUSTIFIED, "The raid was a matter of self-defense.", None),
    ],
)
def test_roles_times_causes_and_views_that_change_are_told(quote: str, claim: str, fault: str | None) -> None:
    told = disagreement(claim, [quote])
    assert told is not None
    assert fault is None or fault in told


@pytest.mark.parametrize(
    ("quote", "claim"),
    [
        (WORK, "The inspectorate is also building a register of stores."),
        (GIVEN, "Deliveries can be resumed if brigades count early to show good faith."),
        (SHOULD, "If the council asks for more, the price would rise."),
        ("This isn't easy; it requires advisers to ask hard questions.", "It requires advisers to ask hard questions."),
        ("For their part, many brigades should count more often.", "Many brigades should count more often."),
        ("Complaints rose because the ledger was lost.", "Because the ledger was lost, complaints rose."),
    ],
)
def test_what_a_claim_may_leave_out_or_turn_is_left_alone(quote: str, claim: str) -> None:
    assert disagreement(claim, [quote]) is None


@pytest.mark.parametrize(
    ("quote", "claim", "fault"),
    [
        (
            "Fewer than a third of the 140 stores were counted.",
            "The 140 stores were counted.",
            "its quote speaks of third of 140",
        ),
        (
            "Local crews held two thirds of the posts.",
            "Local crews held a third of the posts.",
            "its quote speaks of 2 third",
        ),
        (
            "New guards train for ten days, old ones for six weeks.",
            "New guards train for ten weeks.",
            "10 week do not stand together in its quote",
        ),
        ("One in five of the posts has a nurse.", "Five of the posts have a nurse.", "its quote speaks of one of 5"),
    ],
)
def test_figures_stay_together(quote: str, claim: str, fault: str) -> None:
    assert disagreement(claim, [quote]) == fault


def test_every_sentence_carries_itself() -> None:
    sentences = [sentence.text for p in PASSAGES for sentence in p.sentences]
    assert [text for text in sentences if disagreement(text, [text])] == []


def test_an_acronym_its_quote_spells_out_is_the_same_name() -> None:
    quote = "The Board of Partner Inspectors meets in spring."
    assert disagreement("The BPI meets in spring.", [quote]) is None
    assert disagreement("The BPX meets in spring.", [quote]) == "BPX is not in its quote"


def test_a_name_of_the_source_may_speak_and_do_nothing_else() -> None:
    said = "Ruritanian Board"
    assert disagreement("The Ruritanian Board says training cannot replace the will to obey.", [WILL], said) is None
    assert disagreement("Advisers should visit every holding site with the Board.", [VISIT], said) is not None


def test_a_name_and_its_adjective_are_the_same_and_names_that_merely_begin_alike_are_not() -> None:
    assert disagreement("Border posts in Ruritania were shut.", ["Ruritanian border posts were shut."]) is None
    assert disagreement("In spring Austria shut its posts.", ["In spring Australia shut its posts."]) is not None


def stated(text: str, *cited: tuple[str, str]) -> Stated:
    return Stated(text=text, citations=[CitedQuote(passage=p, quote=q) for p, q in cited])


def test_a_grounded_claim_becomes_a_draft_with_spans_of_the_passage_itself() -> None:
    claim = stated(
        "Ammunition stores must be counted every 90 days.", ("S2", "ammunition stores must be counted every 90 days")
    )
    quote = Quote(BY_ID["h2"], (Span("Ammunition stores must be counted every 90 days", 5),))
    assert check([claim], OFFERED) == Checked((Drafted(claim.text, (quote,)),), ())


def test_an_invented_quote_an_unknown_passage_and_the_wrong_passage_are_named() -> None:
    text = "Ammunition stores must be counted every 90 days."
    checked = check(
        [
            stated(text, ("S2", "Ammunition stores must be counted every single morning")),
            stated(text, ("S99", COUNTED)),
            stated(text, ("S1", COUNTED)),
            stated(text),
        ],
        OFFERED,
    )
    assert checked == Checked(
        (),
        (
            Dropped(text, "the quote does not stand in S2"),
            Dropped(text, "there is no passage 'S99'"),
            Dropped(text, "the quote does not stand in S1"),
            Dropped(text, "it cites nothing"),
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "Ammunition stores must be counted every 90 days, see https://evil.example/x.",
        "Ammunition stores must be counted every 90 days (evil.com).",
        "Ammunition stores must be counted every 90 days [more](//x).",
        "<!channel> Ammunition stores must be counted every 90 days by a joint team.",
        "Ammunition stores must be counted every 90 days by a joint team. {x}",
        "",
        "Ammunition " * 100,
    ],
)
def test_links_markup_and_endless_claims_fall(text: str) -> None:
    assert check([stated(text, ("S2", COUNTED))], OFFERED).kept == ()


def test_one_sound_quote_is_enough_but_the_claim_is_held_to_that_one_alone() -> None:
    text = "Families must be told within 48 hours where a relative is held, unless a judge has ordered otherwise."
    sound, unsound = ("S3", FAMILIES), ("S3", "Families will never be told")
    assert [d.text for d in check([stated(text, unsound, sound)], OFFERED).kept] == [text]
    assert check([stated(text, unsound, ("S3", VISIT))], OFFERED).kept == ()


def test_a_commentary_speaks_in_its_authors_name() -> None:
    named = check([stated(TIED, ("S6", TIED))], OFFERED)
    assert [d.text for d in named.kept] == [f"According to Ada Brandt: {TIED}"]
    itself = "Brandt argues that the coalition should have tied training to supervision from the outset."
    assert [d.text for d in check([stated(itself, ("S6", TIED))], OFFERED).kept] == [itself]


def test_a_digest_gives_the_place_in_its_original() -> None:
    text = "Convoys halt when the escort loses contact."
    (draft,) = check([stated(text, ("S9", text))], OFFERED).kept
    assert draft.quotes[0].locator == "par. 12"


def test_a_quote_is_found_across_typography_and_given_back_in_the_passages_own_characters() -> None:
    source = PASSAGES[0].source
    printed = passage(
        "x", source, None, (1, "The  “clear-risk”\u00a0test³ is met[4] — or not — before co-\noperation starts.")
    )
    assert locate(printed, 'the "clear-risk" test is met - or not - before cooperation starts') == (
        Span("The  “clear-risk”\u00a0test³ is met[4] — or not — before co-\noperation starts", 1),
    )


def test_emphasis_in_a_claim_or_a_source_is_no_obstacle() -> None:
    printed = passage("x", PASSAGES[0].source, None, (1, "The key is the term *feasible*, which the council defines."))
    quote = "The key is the term feasible, which the council defines."
    claim = stated("The key is the term **feasible**, which the council defines.", ("S1", quote))
    (draft,) = check([claim], {"S1": printed}).kept
    assert draft.text == "The key is the term feasible, which the council defines."
    assert draft.quotes[0].spans == (Span("The key is the term *feasible*, which the council defines", 1),)


def test_a_quote_over_a_footnote_names_both_paragraphs() -> None:
    quote = "withdrawn in the spring, which left no one"
    assert locate(BY_ID["e4"], quote) == (
        Span("withdrawn in the spring, which", 10),
        Span("left no one", 14),
    )


@given(st.sampled_from(sorted(OFFERED)), st.data())
def test_what_is_quoted_instead_stands_up_itself(name: str, data: st.DataObject) -> None:
    quote = data.draw(st.sampled_from([sentence.text for sentence in OFFERED[name].sentences]))
    checked = check([stated("Elephants never forget a favor.", (name, quote))], OFFERED)
    (instead,) = quoted_instead(checked.dropped, checked.kept)
    assert quote in instead.quotes[0].text
    assert instead.text.endswith(f"“{instead.quotes[0].text}”")
    again = stated(instead.text, (name, instead.quotes[0].text))
    assert [draft.text for draft in check([again], OFFERED).kept] == [instead.text]


@given(st.sampled_from(PASSAGES), st.data())
def test_any_run_of_words_of_a_passage_is_found_verbatim(source: Passage, data: st.DataObject) -> None:
    found = source.text.split()
    start = data.draw(st.integers(0, max(0, len(found) - 4)))
    length = data.draw(st.integers(4, 30))
    spans = locate(source, "  ".join(found[start : start + length]).upper())
    assert spans is not None
    whole = [span for sentence in source.sentences for span in sentence.spans]
    assert all(any(span.text in other.text and span.paragraph == other.paragraph for other in whole) for span in spans)


@pytest.mark.parametrize(
    "quote", ["", "the", "a joint", "joint teams count", "mmunition stores must be", "stores counted must be every"]
)
def test_too_little_or_almost_the_words_is_no_quote(quote: str) -> None:
    assert locate(BY_ID["h2"], quote) is None
