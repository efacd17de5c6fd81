"""What anybody may send is read in time that grows with its length alone, whatever it repeats."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest

from bot.actions.arguments import LONGEST_COMMAND, UsageError
from bot.actions.pointing import ActionPointer
from bot.actions.table import REGISTRY
from bot.checklists.catalogue import Catalogue
from bot.slack.threads import plain_words
from bot.views.escaping import escape, plain
from ingest.finders import short_forms
from ingest.readers.xlsx import UNCOMPUTED
from retrieval import limits
from retrieval.answers.questions import understand
from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.screening.disguise import unmasked
from retrieval.screening.refusal import screen
from retrieval.text.places import asked_places, keys_of, unnumbered

# What takes the square of the length takes sixteen times as long for four times as much.
MOST, CLOCK_SECONDS, LONGEST_SECONDS = 9, 0.02, 1.0
LONG, QUESTION = 16_000, limits.QUESTION
SIGNS = "-_.,;:!?'\"“”‘’«»()[]{}<>&|/\\@#*~`$^=+ \n\t\u00a0\u200b…·"
OPENINGS = (
    "<@U",
    "<#C",
    "<!date^",
    "<!a|",
    "<tel:",
    "<https://a|",
    "&#1",
    "[end ",
    "<system ",
    "://",
    "www.",
    "mailto:",
)
WORDS = (
    "a",
    "1",
    "a.",
    "A. ",
    "a-",
    "a_",
    "a@",
    "1a",
    "0 ",
    "“a ",
    '"a ',
    "a b ",
    "A a (AA) ",
    "Article 5 ",
    "art. 5(2), ",
    "the §5 a ",
    "section 2 of A ",
    "and what ",
    "the ",
    "not ",
    "é",
    "ﬁ",
)
PIECES = (*SIGNS, *(f"{sign} " for sign in SIGNS), *(f"a{sign}" for sign in SIGNS), *OPENINGS, *WORDS)


POINTER = ActionPointer(REGISTRY, Catalogue.load)


def judge(question: str) -> None:
    understand(question)
    screen().check(question)
    screen().check(unmasked(question))


def numbered(text: str) -> None:
    asked_places(text)
    keys_of(text)
    unnumbered(text)


def defined(text: str) -> None:
    short_forms([Passage("p-0", Source("s", "x.md"), (Sentence((Span(text),)),))])


READERS: dict[str, tuple[Callable[[str], object], int]] = {
    "the words of a message": (lambda text: plain_words(text, "UBOT"), LONG),
    "a text made harmless": (escape, LONG),
    "a label made harmless": (plain, LONG),
    "the formulas of a sheet": (lambda text: UNCOMPUTED.findall(f"<c><f>1</f>{text}".encode()), LONG),
    "a formula of a sheet without a value": (lambda text: UNCOMPUTED.findall(f"<f/><v>{text}".encode()), LONG),
    "a question": (judge, QUESTION),
    "a request": (POINTER.point, QUESTION),
    "the places of a text": (numbered, LONG),
    "the short forms of a document": (defined, LONG),
    "the arguments of a command": (lambda text: REGISTRY.parse("checklist", text), LONGEST_COMMAND),
    "the arguments of a form": (lambda text: REGISTRY.parse("partner", f"add {text[:-4]}"), LONGEST_COMMAND),
}


@pytest.mark.parametrize("reader", READERS)
def test_four_times_as_much_text_takes_about_four_times_as_long(reader: str) -> None:
    read, size = READERS[reader]
    slow = [repr(piece) for piece in PIECES if not _in_proportion(read, piece, size)]
    assert slow == []


def test_a_command_longer_than_any_needs_is_refused_before_it_is_read() -> None:
    for noun in ("checklist", "partner", "proviso"):
        with pytest.raises(UsageError) as refused:
            REGISTRY.parse(noun, "“a " * 12_000)
        assert refused.value.message == (
            "That is 36,000 characters long, and I read up to 1,000. Nothing was changed; shorten it and send it again."
        )


def test_what_slack_did_not_escape_stays_as_it_was_typed() -> None:
    assert (
        plain_words("&#10; &eacute; &amp;lt; &lt;b&gt; &#" + "1" * 5000, None)
        == "&#10; &eacute; &lt; <b> &#" + "1" * 5000
    )


def test_a_mark_that_is_never_closed_is_a_letter() -> None:
    assert REGISTRY.parse("partner", "show “4th Brigade").values == {"name": "“4th Brigade"}
    assert REGISTRY.parse("partner", 'show "4th Brigade').values == {"name": '"4th Brigade'}
    assert REGISTRY.parse("partner", "show “4th Brigade”").values == {"name": "4th Brigade"}


def _in_proportion(read: Callable[[str], object], piece: str, size: int) -> bool:
    for _ in range(3):  # once may meet another process
        short, long = (_seconds(read, (piece * length)[:length]) for length in (size // 4, size))
        if long < max(MOST * short, CLOCK_SECONDS) and long < LONGEST_SECONDS:
            return True
    return False


def _seconds(read: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    with contextlib.suppress(UsageError):
        read(text)
    return time.process_time() - began
