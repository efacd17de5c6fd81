from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.text.sentences import is_unfinished, sentence_ranges, split_sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["The U.S. Navy left.", "It did not return."],
        ["They left the U.S.", "The others stayed."],
        ["It changed after Sept. 11, 2001, for good.", "Nobody had planned it."],
        ["General Dan K. McNeill, commander, signed it.", "J. K. Reed, Wicks, agreed."],
        ["Follow simple rules (i.e., the law of the sea).", "See para. 7.", "Then read art. 51 and paras. IV to VI."],
        ["He called it “courageous restraint.”", "Others did not."],
        ["“Who goes there?” asked the guard.", "Nobody answered!", "Why?"],
        ["The towers are safe.⁷", "The reduction was hard-won.⁸"],
        ["(He said so in 2009.)", "The guild denied it."],
        ["1. Assess the partner.", "2. Write the plan."],
        ["Reed et al., vol. 15 (Port Town: T.M.C. Asser, 2012), 4–6.", "Ibid."],
        ["Take e.g. Kosovo.", "Use oil, wicks, etc. for the towers.", "Oil, wicks, etc.", "The rest is paid for."],
        ["the wing was tested .", "however small , the drag rose .", "see below"],
        ["Oil and lamps .", ". . . . . 24 Wicks follow.", "They burn."],
        ["He waited… and left.", "Wait...", "She came."],
        ["Prices rose 8.5 percent to 3.2 million.", "Then no. 5 closed.", "He said no.", "Others agreed."],
        ["سألوا الحارس؟", "لم يجب أحد."],
        ["守卫问谁在那里。", "没有人回答。"],
    ],
)
def test_sentences_end_where_a_reader_would_end_them(sentences: list[str]) -> None:
    assert split_sentences(" ".join(sentences)) == sentences


@given(st.text(alphabet='aB1. ?!"”’)(\n¹U.S…—。', max_size=120) | st.text(max_size=80))
def test_the_sentences_partition_the_text(text: str) -> None:
    end = 0
    for start, stop in sentence_ranges(text):
        assert text[end:start].strip() == ""
        assert text[start:stop] == text[start:stop].strip() != ""
        end = stop
    assert text[end:].strip() == ""


@pytest.mark.parametrize("text", ["a." * 200_000, "A. " * 100_000, "x" * 400_000, "(" * 200_000, ". " * 100_000])
def test_no_text_takes_more_than_linear_time(text: str) -> None:
    started = time.process_time()
    sentence_ranges(text)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("text", "unfinished"),
    [
        ("and to turn", True),
        ("criticism levelled against", True),
        ("It ended.", False),
        ("It ended.”⁷", False),
        ("the following:", False),
        ("(2001)", True),
        ("really?)", False),
    ],
)
def test_an_unfinished_text_stops_without_a_stop(text: str, unfinished: bool) -> None:
    assert is_unfinished(text) is unfinished
