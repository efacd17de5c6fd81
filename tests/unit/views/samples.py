"""One sample of every view, used by the golden files and by whoever needs one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.actions.help import help_view
from bot.actions.table import REGISTRY
from bot.checklists.catalogue import Catalogue
from bot.views.answers.model import AnswerView, Asked
from bot.views.checklists.model import ChecklistView
from bot.views.feedback.model import FeedbackForm
from bot.views.notices.model import ErrorView, NoticeView
from bot.views.nudges.model import CardRef, NudgeView, RecordForm, SnoozeForm
from bot.views.partners.model import AddPartnerForm, PartnerListView, PartnerView
from bot.views.passages.model import Paragraph, PassageView
from bot.views.passages.values import Quoted
from bot.views.sources import Ageing
from bot.views.summaries.model import summary_of
from bot.views.view import View
from retrieval.corpus.passages import Source, Span
from retrieval.types import Answer, Citation, Claim, Offer, Part, Strength, SummarySentence

HANDBOOK = Source(
    "s1",
    "handbook.pdf",
    title="Handbook on Partners & Support",
    author="Ada Quill",
    publisher="Institute of Partnership",
    published="2021-04-14",
    url="https://example.org/handbook.pdf?a=1&b=2",
    authority="policy",
    binds="forces of the member states",
    edition="2nd edition",
    status="in force",
)
DIGEST = Source(
    "s2",
    "digest.md",
    title="Digest: Policy on Partners",
    publisher="Proviso",
    published="2016",
    authority="digest",
    kind="digest",
    digest_of="Policy on Partners",
)
OLD = Source("s3", "old.txt", published="1999", status="superseded", superseded_by="New reporting rules")
AGEING = Ageing(date(2026, 3, 1))


def citation(n: int, source: Source, *spans: Span, section: str | None = None, locator: str | None = None) -> Citation:
    return Citation(n, f"p{n}", source, spans, section=section, source_locator=locator)


ONE = citation(
    1,
    HANDBOOK,
    Span("Assess the partner before support begins,", 7, 12),
    Span("and record what the assessment decides.", 12, 13),
    section="3 Outset",
)
TWO = citation(2, DIGEST, Span("Protection is integrated from the outset.", 4), locator="par. 14")
THREE = citation(3, OLD, Span("Reports were made monthly.", 2))

FOUR = citation(4, HANDBOOK, Span("Reviews are expected to be published soon.", 20, 15))
FOUR = replace(FOUR, holder="Critics", as_of="2021")

STRENGTH = Strength("must", ("policy", "digest"), (2016, 2021), ("forces of the member states", "nobody"), ())
CHECKLIST_OFFER = Offer(
    "checklist", "Assessment checklist", "proviso checklist assessment", "checklist.show", {"topic": "assessment"}
)
EXTRACTIVE = Answer(
    "When?",
    "answered",
    "…",
    claims=(Claim(ONE.quote, (1,)), Claim(TWO.quote, (2,)), Claim(FOUR.quote, (4,), more=True)),
    citations=(ONE, TWO, FOUR),
    parts=(Part(1, "When?", True), Part(2, "Who signs?", False)),
    strength=STRENGTH,
    offers=(CHECKLIST_OFFER,),
)
MODEL = Answer(
    "When?",
    "answered",
    "…",
    claims=(Claim(TWO.quote, (2, 3)),),
    citations=(TWO, THREE),
    mode="model",
    model="small-model",
    parts=(Part(1, "When?", True),),
    strength=Strength("states", ("digest",), (2016,), ("nobody",), ("treaty", "statute", "policy")),
)
EARLIER = Answer(
    "When?",
    "answered",
    "…",
    claims=(Claim("Partners are assessed first, and protection is planned from the start.", (1, 2)),),
    citations=(ONE, TWO),
    mode="model",
    model="small-model",
    earlier=True,
)
POINTED = Answer(
    "Show me the list",
    "pointed",
    "This is not a question to the guidance. Here is where it leads:",
    offers=(CHECKLIST_OFFER,),
    reason="checklist",
)
LAW = Answer("Is it legal?", "abstained", "Next step: ask your legal adviser.", nearest=(ONE, FOUR), reason="law")
ABSTAINED = Answer("When?", "abstained", "The guidance does not cover this. Next step: ask a person.", nearest=(THREE,))
REFUSED = Answer("Whom?", "refused", "I never advise on a target. Next step: ask your legal adviser.", nearest=(ONE,))
FAILED = Answer("When?", "failed", "Something went wrong on my side. Next step: ask again.")

PRIVATE = AnswerView(
    EXTRACTIVE, "abcd1234", AGEING, shares=True, rated=True, asked=Asked("When should a <partner> be *assessed*?")
)
SHARED = PRIVATE.as_shared("U0AMAL", "beef0123")
ELSEWHERE = AnswerView(ABSTAINED, "abcd1234", AGEING, rated=True, asked=Asked("When?", "C0OPS"))

PARTNER = PartnerView(
    partner_id="partner-1",
    name="4th Brigade",
    status="active",
    channel="C0LIAISON",
    zone="Europe/Brussels",
    cadence="every 6 months",
    focal_slack="U0BO",
    next_due=date(2026, 9, 30),
    purpose="reassessment",
    acknowledged_by="U0AMAL",
    last_conclusion="continue with measures",
    last_note="Mentors stay\nwith the unit.",
    last_on=date(2026, 3, 30),
)
PROPOSED = PartnerView(
    partner_id="partner-2",
    name="Harbour <Police>",
    status="proposed",
    channel="C0OPS",
    zone="UTC",
    cadence="every 90 days",
    next_due=date(2026, 4, 8),
    purpose="outset assessment",
    snoozed_until=date(2026, 4, 8),
    lead="Added as proposed.",
)
NUDGE = NudgeView(
    occurrence_id="occurrence-1",
    version=1,
    stage="ahead",
    partner_id="partner-1",
    partner="4th Brigade",
    due_on=date(2026, 3, 30),
    scheduled_on=date(2026, 3, 30),
    zone="Europe/Brussels",
    purpose="outset assessment",
    owner_slack="U0BO",
)
OVERDUE = NudgeView(
    occurrence_id="occurrence-1",
    version=4,
    stage="overdue14",
    partner_id="partner-1",
    partner="4th Brigade",
    due_on=date(2026, 4, 8),
    scheduled_on=date(2026, 3, 30),
    zone="Europe/Brussels",
    purpose="reassessment",
    owner_slack="U0BO",
    overdue_days=14,
    acknowledged_by="U0AMAL",
    acknowledged=True,
    snoozed_until=date(2026, 4, 8),
    repeat=True,
)
RECORDED = NudgeView(
    occurrence_id="occurrence-1",
    version=5,
    stage="due",
    partner_id="partner-1",
    partner="4th Brigade",
    due_on=date(2026, 4, 8),
    scheduled_on=date(2026, 4, 8),
    zone="Europe/Brussels",
    purpose="reassessment",
    state="done",
    conclusion="suspend",
    done_by="U0BO",
)
PASSAGE = PassageView(
    source=HANDBOOK,
    paragraphs=(
        Paragraph("Earlier text. Assess the partner before support begins.", ((14, 55),), 7),
        Paragraph("Later text.", (), 8),
    ),
    n=1,
    section="3 Outset",
    page=12,
    ageing=AGEING,
    before=Quoted("v-4", 1, (("Assess the partner", ""),), "v-3"),
    after=Quoted("v-4", 1, (("Assess the partner", ""),), "v-5"),
)

_CATALOGUE = Catalogue.load()
_OTHERS = (("detention", "Detention and transfers by or to a partner"),)

MESSAGES: dict[str, View] = {
    "answer_extractive": AnswerView(EXTRACTIVE, "abcd1234", AGEING),
    "answer_private": PRIVATE,
    "answer_shared": SHARED,
    "answer_elsewhere": ELSEWHERE,
    "answer_model": AnswerView(MODEL, "abcd1234", AGEING),
    "summary": summary_of(
        EXTRACTIVE, (SummarySentence("Assess partners <!here> before support begins.", (1,)),), "abcd1234"
    ),
    "answer_more": AnswerView(EXTRACTIVE, "abcd1234", AGEING, more=True, summarises=True),
    "answer_earlier": AnswerView(EARLIER, "abcd1234", AGEING),
    "answer_pointed": AnswerView(POINTED, "abcd1234", AGEING),
    "answer_law": AnswerView(LAW, "abcd1234", AGEING),
    "answer_abstained": AnswerView(ABSTAINED, "abcd1234", AGEING),
    "answer_refused": AnswerView(REFUSED, "abcd1234", AGEING),
    "answer_failed": AnswerView(FAILED, "abcd1234"),
    "checklist": ChecklistView("intel", _CATALOGUE.find("intelligence").checklist, _OTHERS),
    "checklist_unknown": ChecklistView("<!here> pizza", None, _OTHERS),
    "partner": PARTNER,
    "partner_added": PROPOSED,
    "partner_list": PartnerListView((PROPOSED, PARTNER)),
    "partner_list_empty": PartnerListView(()),
    "nudge": NUDGE,
    "nudge_overdue": OVERDUE,
    "nudge_recorded": RECORDED,
    "help": help_view(REGISTRY),
    "notice": NoticeView("Two lines\nof notice."),
    "error": ErrorView("Already acknowledged by U0BO. Look again.", "abcd1234", person="U0BO"),
}
MODALS: dict[str, View] = {
    "form_partner": AddPartnerForm(
        "Europe/Brussels", "4th Brigade", "U0BO", "C0OPS", 180, "days", date(2026, 3, 30), "C0OPS"
    ),
    "form_feedback": FeedbackForm("abcd1234", "C0OPS", 90, "1.000001"),
    "form_snooze": SnoozeForm(
        "occurrence-1",
        2,
        "due",
        "4th Brigade",
        date(2026, 3, 30),
        date(2026, 4, 6),
        CardRef("C0OPS", "1.2"),
    ),
    "form_record": RecordForm("occurrence-1", 2, "due", "4th Brigade", date(2026, 3, 30), "reassessment"),
    "passage": PASSAGE,
    "error_modal": ErrorView("Already recorded by U0BO.", person="U0BO"),
}
