"""When to say that the guidance does not cover a question, and how that is said."""

from __future__ import annotations

from retrieval.answers.calibration import line_for
from retrieval.answers.evidence import Evidence
from retrieval.answers.sentences import AS_ASKED
from retrieval.text.language import language_of

# Below this best passage cosine, and with next to no shared terms, a question is about something else altogether.
FOREIGN_DENSE = 0.2
FOREIGN_COVERAGE = 0.25
# A follow-up's new words are about something else where what was found meets them less than this: over 31 nouns of
# the field and 32 others that the starter guidance lacks, few of the others lie above and only remote ones below.
ADDED_MET = 0.4
# What does not name what is asked about, or lacks the figure that is, is no answer, however much else speaks for it.
NOT_NAMED = 1.0
# Where nothing is at the place that is asked for there is no answer, to a part of a question neither.
NOT_PLACED = 2.0

SCOPE = (
    "I cover good practice in partnered military operations: assessing and supporting partners, conditions, training, "
    "intelligence sharing, arms, detention, monitoring, civilian harm, and ending support."
)
NOTHING_INDEXED = (
    "Nothing is indexed yet: there is nothing to answer from. Next step: have your administrator run `proviso ingest`."
)
REWORD = (
    "name the term the guidance would use, ask your legal adviser or focal point, or have the document that covers it "
    "added to the index."
)
NEXT_STEP = f"Next step: {REWORD}"


def log_odds(evidence: Evidence) -> float:
    """How strongly the evidence speaks for an answer: the log-odds that the question is covered, 0 at the threshold."""
    odds = line_for(evidence).log_odds(evidence)
    # Whoever wrote the finder said that this wording is answered there.
    if evidence.asked >= AS_ASKED or evidence.placed:
        odds = max(odds, 0.0)
    if evidence.unnamed or not evidence.figure:
        odds = min(odds, -NOT_NAMED)
    if evidence.unplaced:
        odds = min(odds, -NOT_PLACED)
    # Whatever the question before it found, a follow-up that turns to something else is not answered by that.
    added = evidence.added
    return odds if added is None or added >= ADDED_MET else min(odds, added - ADDED_MET)


def covered(evidence: Evidence) -> bool:
    """Whether the evidence is enough to answer from."""
    return log_odds(evidence) >= 0


def foreign(evidence: Evidence) -> bool:
    """Whether a question is about something else altogether."""
    return (evidence.dense or 0.0) < FOREIGN_DENSE and evidence.passage < FOREIGN_COVERAGE


def not_covered(question: str, evidence: Evidence) -> str:
    """What a reader is told when there is no answer: that it is not covered, what was searched, and the next step."""
    language = language_of(question)
    if language is not None:
        return (
            f"The question seems to be in {language}. The indexed guidance was searched with it as it stands and "
            "nothing in it answers the question: documents in another language are found poorly. "
            "Next step: ask it in English."
        )
    if evidence.unplaced:
        named = " or ".join(f"“{name}”" for name in evidence.unplaced)
        return (
            f"No indexed document that fits the question has {named}. Nothing is quoted in its place: another number "
            "is another rule. Next step: check the number and the document’s title, see `proviso sources` for what is "
            "indexed, or have the document added to the index."
        )
    if foreign(evidence):
        return f"Nothing in the indexed guidance bears on this. {SCOPE} Next step: if it is one of these, {REWORD}"
    named = " or ".join(f"“{name}”" for name in evidence.unnamed)
    wanted = f" No passage found names {named}." if named else ""
    wanted = wanted or ("" if evidence.figure else " No passage gives the figure asked for.")
    return (
        "The indexed guidance does not cover this: every indexed document was searched by meaning and by wording, and "
        f"nothing found answers it.{wanted} {NEXT_STEP}"
    )


def reason(question: str, evidence: Evidence) -> str:
    """The code of why a question is not covered."""
    if evidence.unnamed or evidence.unplaced:
        return "place_not_found" if evidence.unplaced else "not_named"
    if foreign(evidence):
        return "foreign"
    return "language" if language_of(question) else "not_covered" if evidence.figure else "figure_missing"
