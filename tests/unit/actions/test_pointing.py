"""A request leads to what can be done about it; a question to the guidance is left to be searched."""

from __future__ import annotations

import pytest

from bot.actions.pointing import ActionPointer, Request
from bot.actions.table import REGISTRY
from bot.checklists.catalogue import Catalogue
from bot.cli import COMMANDS
from retrieval.answering import ABOUT, Answerer
from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.types import Offer
from tests.support.guidance import PASSAGES
from tests.support.memory_searcher import MemorySearcher

CATALOGUE = Catalogue.load()
# What Slack takes on a button.
BUTTON_TEXT = 75
POINTER = ActionPointer(REGISTRY, lambda: CATALOGUE)

REQUESTS = {
    "checklist": [
        "pull up the intelligence sheet with the questions",
        "detention checklist for the handover on Friday?",
        "do you have a tick list for sharing imagery",
        "need the list we go through before a transfer",
        "where's the sheet for detainee handovers",
        "give us the questions for the coast guard visit in list form",
        "I need a printout of the checklist for vetting",
        "any checklist before we hand over drones",
        "Bring me to the checklist for assessing partners",
        "I'd like to work through the detention checklist",
        "Is there any list of things to check before a transfer of detainees?",
        "Do we have a checklist?",
        "assessment checklist?",
        "Prepare me for my talk with the brigade commander: which questions?",
        "What is on the intelligence checklist?",
        "Have you got a checklist for intel?",
        "Need checklist assessment asap",
        "Let's go through the assessment checklist for 4th Brigade",
        "Where's the vetting checklist?",
        "which checklist covers prisoners?",
        "Can you print the checklist on caveats?",
        "I see the minister on Friday. Which questions should I ask?",
        "List the checklists",
        "What do I have to ask their general at our meeting?",
        "Open the assessment checklist please",
        "Is there a checklist on sharing intelligence?",
        "detention checklist",
        "which checklists do you have?",
        "I need the checklist for captives before Friday",
        "Can I see a checklist for prisoner transfers?",
        "start the assessment checklist for the new militia",
        "Give me a list of questions for my interview with the police chief",
        "What should I ask the colonel when I meet him tomorrow?",
        "Which questions do I bring to the partner meeting next week?",
        "What questions should I put to the partner's commander tomorrow?",
    ],
    "action": [
        "How do I ask you privately?",
        "Can I ask you something in private?",
        "How can we ask a question without the others seeing?",
        "May I ask a question privately?",
        "Could I put a question to you in private please?",
        "Please answer to me only",
        "Can you reply privately?",
        "Answer my question in private",
    ],
    "partner": [
        "which units am I supposed to be looking at before June",
        "who do I call about 7 Brigade, who holds it on our side",
        "put Alpha Company in, first review 1 March, every half year",
        "we no longer work with the Coast Guard, close them out",
        "anything for me today?",
        "is there something I forgot to assess",
        "hand the River Guard over to Lt Sousa",
        "when did somebody last look at the Border Police",
        "what did we decide on the Marines in spring",
        "I want to register a new unit",
        "change the interval for the coast guard to 3 months",
        "next on my list?",
        "am I on the hook for any partner right now",
        "is the Lorvan gendarmerie still active with us",
        "are there any partners without a deputy",
        "is my name still against 3 Bn",
        "what stage is the assessment of Delta Regiment at",
        "how often is the 12th Division looked at",
        "overdue stuff",
        "show partners sorted by due date",
        "I am the new focal point of the Border Force, change that please",
        "when do we next see the Harbour Guard for review",
        "drop the Kasra company from our list",
        "which brigades have we got registered",
        "did anyone note the assessment of 4 Brigade",
        "what was the conclusion for the Coast Guard",
        "Next due date for Harbour Guard?",
        "Are any of my partners overdue?",
        "Tell me who the focal point for 3rd Division is",
        "Has anyone assessed 3rd Division?",
        "When do I have to assess 3rd Division again?",
        "List all partners that are due",
        "I want to add 9th Battalion",
        "What did we conclude about the Coast Guard last time?",
        "Who's the focal point of Harbour Guard?",
        "When's the next assessment of the Harbour Guard?",
        "Is the Coast Guard overdue?",
        "Do I have any assessments due?",
        "Which reassessments are overdue?",
        "Show the register",
        "How many partners are in the register?",
        "Register 5th Battalion as a partner",
        "What's the status of 2nd Brigade?",
        "When did we last assess the River Police?",
        "Who is deputy for 2nd Brigade?",
        "Which partners am I responsible for?",
        "Change the focal point of 4th Brigade to Jan",
        "End support to the River Police in the register",
        "When is my next assessment due?",
        "Which partners are overdue?",
        "When was 2nd Commando Battalion last assessed?",
        "When is the reassessment of Harbour Guard due?",
        "who looks after 7th Division?",
        "Has the 3rd Brigade been assessed yet?",
        "Show me our partners",
        "What is due this month?",
        "Which assessments are due in March?",
        "Who is our point of contact for the Coast Guard?",
        "Add the River Police to the register",
        "How do I add a new partner?",
        "Am I the focal point for 4th Brigade?",
    ],
    "nudges": [
        "push my reminder on the harbour police back to the 14th",
        "nothing came this week from you, is that right?",
        "the review of 3 Bn is finished, conclusion continue with measures",
        "how do I make you stop pinging everyone",
        "how often do you remind people",
        "can I see who gets the alerts for 4 Brigade",
        "please note that we reassessed the gendarmerie on Monday",
        "remind whoever owns the Kesh battalion",
        "postpone the assessment of Tarsen by a month",
        "can somebody else get the pings for the Navy",
        "I'm off until the 20th, hold everything for Tarsen",
        "put it down that we saw the River Guard on 3 May and carry on",
        "what happened to the reminder for Kesh, it never came",
        "remind me on Friday about the River Police",
        "Please remind the team about the assessment of the Coast Guard",
        "Can I get a reminder two weeks before?",
        "How do I postpone an assessment?",
        "Where can I log an assessment result?",
        "Record assessment for 3rd Division: continue",
        "Remind the focal point a week before",
        "Nudge me in two weeks",
        "I don't want reminders at night",
        "Put a reminder in for 1 May",
        "Snooze 4th Brigade until Monday",
        "How can I mark the assessment as done?",
        "We assessed 2nd Brigade yesterday, how do I record that?",
        "Remind me to reassess 4th Brigade in March",
        "Set a reminder for the reassessment of 4th Brigade",
        "can you remind us to check the arms depot in May?",
        "How do I snooze a nudge?",
        "Stop the reminders for 4th Brigade",
        "Where do I record the outcome of an assessment?",
        "I finished the assessment of 4th Brigade, where do I enter it?",
        "How do I log that we assessed the brigade?",
    ],
    "sources": [
        "our legal shop wrote a directive, where can I drop it so that you use it",
        "which of your papers talk about drones",
        "give me the full ICRC paper",
        "where do your answers come from",
        "which pdfs are in there",
        "could you swallow our national caveats document as well",
        "how do you know all this",
        "Which guidance documents are loaded?",
        "Give me the sources you use",
        "Could I get a copy of the NATO policy?",
        "Link to the original please",
        "How can our lawyers' handbook be added?",
        "Is the ICRC article in your index?",
        "Which texts are you trained on?",
        "On which documents do you base your answers?",
        "Where can I read the original article?",
        "Please attach the policy as a PDF",
        "How do I get our doctrine into the index?",
        "Upload this document",
        "How up to date are your sources?",
        "Who wrote the documents you use?",
        "Do you know the Tallinn Manual?",
        "Which sources are indexed?",
        "What documents are you based on?",
        "Which documents do you search?",
        "What are your sources?",
        "Where does your information come from?",
        "Send me the NATO policy",
        "Could you share the full text of the Just Security article?",
        "How can I add our own documents?",
        "How do I upload our own policy?",
        "Can we add our national guidance to the bot?",
        "Do you have the Geneva Conventions?",
        "Give me a link to the document",
        "Where can I download the ICRC report?",
    ],
    "help": [
        "what's this bot good for",
        "what all can you do",
        "show the commands",
        "good morning, quick intro please, who are you",
        "who set you up",
        "commands?",
        "What do you know?",
        "hey, what is this?",
        "help!",
        "Who made you?",
        "What can I type here?",
        "What is Proviso?",
        "Good morning!",
        "cheers",
        "How does this bot work?",
        "Can you help me?",
        "What are you?",
        "what can I ask you",
        "Thank you, that helped",
        "hi proviso",
        "how do I use this?",
        "thank you so much",
        "what commands are there?",
        "Hello, what can you help me with?",
    ],
}
QUESTIONS = [
    "what should we check before a handover",
    "who should own the relationship with a partner brigade",
    "when should a partner be looked at again after an incident",
    "how do we get the police to keep registers of detainees",
    "what makes a good checklist",
    "how often is a review of conditions needed",
    "should a partner's own reports be read critically",
    "what did the coast guard case teach",
    "is it wise to end a programme when the commander changes",
    "may we share imagery with the river police",
    "how do we record civilian harm",
    "which questions should an assessment of leadership ask",
    "what happens if a review is late",
    "who decides that a partner is suspended",
    "how do we remind soldiers of the rules",
    "should the deputy sign off on conditions",
    "what documents does a partner have to show before it gets arms",
    "how do we add a caveat to imagery",
    "when must support to a brigade be stopped",
    "do we have to tell the partner why it was marked down",
    "how long should reports be kept",
    "what sources of information should an assessment use",
    "what can an adviser do when he sees abuse",
    "how is an alert about civilian harm passed on",
    "can we have a partner without a written agreement",
    "what is due process in detention",
    "who is responsible for the marines when they act under our command",
    "is there guidance on naming a focal point",
    "what do I have to know about the unit before I train it",
    "what list of weapons is banned",
    "what stage of an assessment comes first",
    "is it ok to hold back support until a review is done",
    "who sets the conditions",
    "what conditions are due for renewal each year",
    "how do we hand over a detainee to the police",
    "what was the conclusion of the article",
    "how often should a division's conduct be looked at",
    "should brigades be registered with the ministry",
    "which documents prove the chain of custody",
    "do reminders of the law before a mission help",
    "what is the role of the border force in detention",
    "does the new focal point need training",
    "who note down incidents in a joint raid",
    "can commands refuse partners",
    "how do we know that a partner complies",
    "what should be on the form for handing over detainees",
    "when do we next review the policy",
    "is a printout of the transfer papers needed",
    "does national law oblige us to remove caveats",
    "did anyone investigate the wedding strike",
    "Who should approve the assessment?",
    "When should a partner be reassessed?",
    "Who in a ministry is responsible for end-use monitoring?",
    "Which partners should be assessed first?",
    "How many partners can one adviser look after?",
    "Is a checklist enough to assess a partner?",
    "What are the questions that an assessment must answer?",
    "Which questions matter most when we assess leadership?",
    "Should partners see the questions we ask?",
    "What does the NATO policy say about partners?",
    "Where does the article say that training is enough?",
    "Which article of the treaty is about prisoners?",
    "What is the status of the ten-point plan?",
    "When was the action plan reviewed?",
    "Who wrote the directive on homes?",
    "Has ISAF been assessed by scholars?",
    "When did NATO assess the Libya campaign?",
    "Who was responsible for civilian casualties in Kosovo?",
    "Is the coalition overdue for reform?",
    "Do we need a register of deliveries?",
    "How do we register weapons?",
    "How do partners record detainees?",
    "How should we record strikes?",
    "Which documents do we need before a transfer?",
    "What documents should a partner produce?",
    "How do we share documents with a partner?",
    "Can partners read our assessment?",
    "Does the policy cover prisoners?",
    "Do you think training helps?",
    "Do you need consent from the partner for an assessment?",
    "Are there reminders of IHL in the field manual?",
    "What reminds soldiers of their duties?",
    "Help me understand the human environment",
    "Help with detainees",
    "What can you say about drones?",
    "How does a partnership end?",
    "Add training or weapons first?",
    "Show of force: when is it right?",
    "Open questions on human security?",
    "What support is due to a partner that complies?",
    "Get partners to investigate: how?",
    "Send detainees where?",
    "Report of abuse came in: what now?",
    "Should we read the partner's reports?",
    "Give examples of caveats",
    "List conditions for arms transfers",
    "See something wrong: whom do I tell?",
    "What should an assessment cover?",
    "What should be on a checklist for partner assessments?",
    "Do checklists reduce risk?",
    "What questions should an assessment answer?",
    "Which questions did the ICRC ask supporting states?",
    "What should we ask a partner about its detention practice?",
    "When is an assessment due in a new partnership?",
    "How often is a reassessment needed?",
    "Who should be the focal point for a partner?",
    "What does a focal point do?",
    "How should assessments be recorded?",
    "What should be recorded after an assessment?",
    "Which partners did NATO work with in Afghanistan?",
    "Who is responsible for vetting partners?",
    "How do we remind the partner of its obligations?",
    "Should partners be reminded of IHL before each operation?",
    "When was NATO's policy on civilians adopted?",
    "What do the sources say about training?",
    "Which documents must a partner sign?",
    "What guidance is there on arms transfers?",
    "What condition is due for Echo company?",
    "Which reports are due to the ministry?",
    "What payments to detainees are due under the agreement?",
    "What article of the Geneva Conventions covers transfers?",
    "Should we share our assessment with the partner?",
    "How do we add conditions to support?",
    "How do we add a partner to an existing operation?",
    "Which reports should we send to headquarters?",
    "Can we give the partner our intelligence reports?",
    "Where do states find guidance on partnered operations?",
    "How can we help partners to investigate?",
    "What can you do about mines?",
    "How do I use leverage on a partner?",
    "Has Washington suspended support before?",
    "What does the ICRC article say about detention?",
    "How do we open a dialogue on detention?",
    "Show how NATO's approach changed over time",
    "Give me three reasons to suspend support",
    "How should we document an assessment with the partner?",
    "Are there guidance documents on human security?",
    "Who decides what is due to victims?",
    "What did the UN policy document change?",
    "Notify the partner or not when a violation is suspected?",
    "What reading would help a new adviser?",
    "How should we ask a partner about abuses in private?",
    "Can we put a question to the minister privately?",
    "How do I answer the commander in private?",
    "Should concerns be raised privately or in public?",
    "May I ask a detainee questions without the guards seeing?",
    "Send troops or trainers: what does the guidance prefer?",
]


def kinds(question: str) -> set[str]:
    return {offer.kind for offer in POINTER.point(question)}


@pytest.mark.parametrize(("kind", "request_"), [(kind, each) for kind, found in REQUESTS.items() for each in found])
def test_a_request_leads_to_its_kind(kind: str, request_: str) -> None:
    assert kind in kinds(request_)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_to_the_guidance_is_not_pointed(question: str) -> None:
    assert POINTER.point(question) == []


def test_a_checklist_that_does_not_exist_leads_to_those_that_do() -> None:
    offers = POINTER.point("Show me the checklist for anchoring")
    assert offers == [Offer("checklist", "See the checklists", "proviso checklist", "checklist.show")]


@pytest.mark.parametrize("request_", POINTER.requests, ids=lambda request: request.offer.label)
def test_what_an_offer_runs_exists_and_needs_no_more_than_it_carries(request_: Request) -> None:
    offer = request_.offer
    action = REGISTRY.get(offer.action or "")
    assert "button" in action.surfaces
    assert action.form is not None or not any(argument.required for argument in action.arguments)
    assert (offer.kind in ("partner", "nudges")) == (action.who == "insiders")
    assert len(offer.label) <= BUTTON_TEXT
    program, command = offer.command.split()[:2]
    assert program == "proviso"
    assert command in (*COMMANDS, "--help")


def test_every_checklist_can_be_offered_by_name() -> None:
    for id_, title in CATALOGUE.titles().items():
        offers = POINTER.point(f"Show me the {id_} checklist")
        label, command = f"Checklist: {title}", f"proviso checklist {id_}"
        assert offers == [Offer("checklist", label, command, "checklist.show", {"topic": id_})]
        assert len(offers[0].label) <= BUTTON_TEXT


def test_a_request_for_an_action_that_is_not_there_is_refused_at_load() -> None:
    entry = {"action": "boat.sail", "kind": "action", "label": "Sail", "command": "proviso sail", "forms": ["sail"]}
    with pytest.raises(KeyError, match=r"boat\.sail"):
        ActionPointer(REGISTRY, lambda: CATALOGUE, {"parts": {}, "requests": [entry]}).point("sail")


def test_no_offer_names_a_partner() -> None:
    asked = [each for found in REQUESTS.values() for each in found]
    said = " ".join(f"{o.label} {o.command} {dict(o.values)}" for each in asked for o in POINTER.point(each))
    assert not [name for name in ("Brigade", "Harbour", "Coast", "Division", "River") if name in said]


def test_a_pointed_answer_has_its_offers_and_searches_nothing() -> None:
    searcher = MemorySearcher(PASSAGES)
    answer = Answerer(searcher, pointer=POINTER).answer("When is my next assessment due?")
    assert (answer.status, answer.reason, answer.claims, answer.nearest) == ("pointed", "partner", (), ())
    assert answer.offers == (Offer("partner", "Open the register", "proviso partner list", "partner.list"),)
    assert searcher.queries == []


def test_a_greeting_is_told_what_can_be_asked_with_the_help_beside_it() -> None:
    answer = Answerer(MemorySearcher(PASSAGES), pointer=POINTER).answer("hello")
    assert (answer.status, answer.text, answer.reason) == ("pointed", ABOUT, "help")
    assert [offer.action for offer in answer.offers] == ["proviso.help", "checklist.show"]


FRIENDS = Source(
    "s1", "friends.md", title="Don't Forget Your Friends: Risks and Opportunities in Security Partnerships"
)


def passage(paragraph: int, source: Source = FRIENDS, locator: str | None = None) -> Passage:
    return Passage(f"p{paragraph}", source, (Sentence((Span("Text.", paragraph),), locator),))


def test_the_checklist_that_rests_on_the_quotes_and_is_named_is_offered() -> None:
    offer = POINTER.offer("What should we agree with a partner about detainees?", [passage(10), passage(40)])
    assert offer is not None
    assert offer.values == {"topic": "detention"}


def test_the_place_in_the_original_counts_for_a_digest() -> None:
    digest = Source("s2", "digest.md", title="Digest", kind="digest", digest_of=FRIENDS.title)
    offer = POINTER.offer("What goes with the intel we share?", [passage(3, digest, "par. 7")])
    assert offer is not None
    assert offer.values == {"topic": "intelligence"}


def test_the_checklist_that_a_question_names_is_offered_where_nothing_is_quoted() -> None:
    offer = POINTER.offer("What should stand in the annex about prisoners?", [])
    assert offer is not None
    assert offer.values == {"topic": "detention"}
    assert POINTER.offer("What should stand in the annex about prisoners and intel?", []) is None
    assert POINTER.offer("What should stand in the annex?", []) is None


def test_the_paragraphs_of_a_digest_are_none_of_its_original() -> None:
    digest = Source("s2", "digest.md", title="Digest", kind="digest", digest_of=FRIENDS.title)
    for own in (passage(7, digest), passage(7, digest, "par. 99")):
        assert POINTER.offer("What goes with the intel we share?", [own]) is None


def test_nothing_is_offered_under_quotes_that_no_checklist_rests_on() -> None:
    elsewhere = Source("s3", "other.md", title="Another Text")
    assert POINTER.offer("What should we agree about detainees?", [passage(10, elsewhere)]) is None
    assert POINTER.offer("What is the history of the alliance?", [passage(40)]) is None
