"""Text from outside mentions nobody, links nowhere, hides nothing and breaks no layout."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views.escaping import channel, clean, escape, link, one_line, plain, prose, user
from bot.views.limits import clip, width

HOSTILE = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            [
                "<!channel>",
                "<!here|x>",
                "<@U0AMAL>",
                "<http://evil.example|safe>",
                "https://evil.example",
                "www.evil.example",
                "mailto:a@b.example",
                "javascript:alert(1)",
                "@channel",
                "@here",
                "＠everyone",
                "@\u200bchannel",
                "\u202etxt",
                "\u2066x\u2069",
                "\U000e0041\U000e0042",
                "\ufe01",
                "\U000e0100",
                "&lt;!channel&gt;",
                "&amp;",
                "*bold*",
                "`code`",
                "_it_",
                "~no~",
                "> quote",
                "\x1b[31m",
                "😀",
                "\r\n",
            ]
        ),
    ),
    max_size=12,
).map("".join)
LIVE = re.compile(r"<[!@#h]|https?://|@(?:channel|here|everyone)\b|www\.\S", re.IGNORECASE)


@given(HOSTILE)
def test_nothing_live_survives_in_mrkdwn(text: str) -> None:
    escaped = escape(text)
    assert LIVE.search(escaped) is None
    assert re.search(r"&(?!amp;|lt;|gt;)", escaped) is None
    assert set(escaped) & set("<>*`~") == set()


@given(HOSTILE)
def test_nothing_live_survives_in_plain_text(text: str) -> None:
    made = plain(text)
    assert LIVE.search(made) is None
    assert set(made) & set("<>") == set()


@given(HOSTILE)
def test_nothing_invisible_survives(text: str) -> None:
    for character in clean(text).replace("\n", ""):
        assert unicodedata.category(character) not in ("Cc", "Cf", "Cs")
        assert not 0xE0000 <= ord(character) <= 0xE0FFF
    assert "\n" not in one_line(text)


@given(HOSTILE, st.integers(0, 60))
def test_cutting_keeps_the_limit_and_never_an_entity_in_half(text: str, limit: int) -> None:
    cut = clip(escape(text), limit)
    assert width(cut) <= limit
    assert re.search(r"&(?!amp;|lt;|gt;)", cut) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Tom & <b>", "Tom &amp; &lt;b&gt;"),
        ("ask @channel now", "ask ＠channel now"),
        ("see https://x.example/a", "see https[:]//x.example/a"),
        ("see www.x.example", "see www[.]x.example"),
        ("a_b_c and _c_", "a_b_c and ˍcˍ"),
        ("half\u00adhyphen\u200b", "halfhyphen"),
        ("don't — “so”", "don't — “so”"),
        ("para one\r\n\r\n\r\n\r\npara two", "para one\n\npara two"),
    ],
)
def test_what_a_reader_sees(text: str, shown: str) -> None:
    assert escape(text) == shown


@pytest.mark.parametrize(
    "url",
    [
        None,
        "http://example.org",
        "javascript:alert(1)",
        "https://ex ample.org",
        "https://example.org/a|b",
        "https://example.org/<x>",
        "https://user@example.org",
        "https:///nohost",
    ],
)
def test_only_plain_https_becomes_a_link(url: str | None) -> None:
    assert link(url, "Title") == "Title"


def test_a_sources_own_address_is_a_link() -> None:
    assert link("https://example.org/a?b=1&c=2", "A | B") == "<https://example.org/a?b=1&amp;c=2|A ¦ B>"


def test_ids_that_are_no_ids_stay_text() -> None:
    assert (user("U0AMAL"), user("<!here>"), user(None, "nobody")) == ("<@U0AMAL>", "&lt;!here&gt;", "nobody")
    assert (channel("C0OPS"), channel("general"), channel(None)) == ("<#C0OPS>", "general", "no channel")


def test_code_marks_of_ours_are_code_and_what_others_wrote_is_not() -> None:
    text = "“`rm` *x*” is <no> verb. Type `/partner add NAME_OF_IT`, or `/partner list`."
    assert prose(text) == ("“ˋrmˋ ∗x∗” is &lt;no&gt; verb. Type `/partner add NAME_OF_IT`, or `/partner list`.")


@given(HOSTILE, HOSTILE)
def test_nothing_live_survives_in_a_text_of_ours_whatever_it_repeats(before: str, within: str) -> None:
    told = prose(f"{before} “{within}” Type `{within}`.")
    assert LIVE.search(told) is None
    assert set(told) & set("<>*~") == set()
    assert told.count("`") % 2 == 0
