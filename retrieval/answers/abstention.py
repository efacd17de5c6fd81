"""When to say that the guidance does not cover a question, and how that is said."""

from __future__ import annotations

from retrieval.answers.evidence import Evidence
from retrieval.answers.languages import language_of

# Logistic weights over `Evidence`, fitted (ridge, then rounded) on 67 answerable and 40 near-topic uncovered English
# questions about two documents; five-fold area under the curve .86. `evaluate answers` prints what they give on a set.
SIMILARITY_WEIGHT = 5.1
SENTENCE_WEIGHT = 2.5
PASSAGE_WEIGHT = 2.1
NAMES_WEIGHT = 1.5
FIGURE_WEIGHT = 3.7
BIAS = -8.5
# Without an embedder the shared terms carry it alone; fitted the same way, five-fold area under the curve .84.
LEXICAL_SENTENCE_WEIGHT = 3.4
LEXICAL_PASSAGE_WEIGHT = 3.2
LEXICAL_FIGURE_WEIGHT = 3.8
LEXICAL_NAMES_WEIGHT = 1.5
LEXICAL_BIAS = -6.6
# At these log-odds 94 in 100 answerable questions of the fitting set are answered, 50 in 100 uncovered ones are not.
ANSWER_FROM = -0.8
# Below this best passage cosine, and with next to no shared terms, a question is about something else altogether.
FOREIGN_DENSE = 0.2
FOREIGN_COVERAGE = 0.25

SCOPE = (
    "I cover good practice in partnered military operations: assessing and supporting partners, conditions, training, "
    "intelligence sharing, arms, detention, monitoring, civilian harm, and ending support."
)
NOTHING_INDEXED = (
    "Nothing is indexed yet: there is nothing to answer from. Next step: have your administrator run `proviso ingest`."
)
NEXT_STEP = (
    "Next step: name the term the guidance would use, ask your legal adviser or focal point, or have the document that "
    "covers it added to the index."
)


def log_odds(evidence: Evidence) -> float:
    """How strongly the evidence speaks for an answer: the log-odds that the question is covered."""
    if evidence.similarity is None:
        return (
            LEXICAL_BIAS
            + LEXICAL_SENTENCE_WEIGHT * evidence.sentence
            + LEXICAL_PASSAGE_WEIGHT * evidence.passage
            + LEXICAL_NAMES_WEIGHT * evidence.names
            + LEXICAL_FIGURE_WEIGHT * evidence.figure
        )
    return (
        BIAS
        + SIMILARITY_WEIGHT * evidence.similarity
        + SENTENCE_WEIGHT * evidence.sentence
        + PASSAGE_WEIGHT * evidence.passage
        + NAMES_WEIGHT * evidence.names
        + FIGURE_WEIGHT * evidence.figure
    )


def covered(evidence: Evidence) -> bool:
    """Whether the evidence is enough to answer from."""
    return log_odds(evidence) >= ANSWER_FROM


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
    if foreign(evidence):
        return f"That is outside what I can help with, and nothing in the indexed guidance bears on it. {SCOPE}"
    wanted = " No passage gives the figure asked for." if evidence.figure == 0 else ""
    return (
        "The indexed guidance does not cover this: every indexed document was searched by meaning and by wording, and "
        f"nothing found answers it.{wanted} {NEXT_STEP}"
    )
