from __future__ import annotations

import pytest

from ingest.blocks import Block, Dropped, Reading
from ingest.errors import Rejected
from ingest.readers.html import read_html
from ingest.structure import structure


def page(body: str, head: str = "") -> Reading:
    return read_html(f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode())


def texts(reading: Reading) -> list[str]:
    return [block.text for block in reading.blocks]


def reasons(reading: Reading) -> dict[str, str]:
    return {" ".join(item.text.split()): item.reason for item in reading.dropped}


LONG = "Keepers must light the lamps every night, and the patrols must leave them the oil to do so. " * 3


def test_the_main_text_is_kept_and_what_stands_around_it_is_named() -> None:
    reading = page(
        "<header>Harbour Council<nav>Home</nav></header><div class='cookie-banner'>We use cookies</div>"
        "<div>Share this</div>"
        f"<main><article><header><h1>Rules</h1></header><p>{LONG}</p><aside>Buy our book</aside>"
        "<form><label>Subscribe</label></form><footer>Tagged oil</footer></article></main>"
        "<section class='footnotes'><p>A note at the foot.</p></section><footer>All rights reserved</footer>"
    )

    assert texts(reading) == ["Rules", LONG.strip(), "A note at the foot."]
    assert [block.kind for block in reading.blocks] == ["heading", "text", "note"]
    assert reasons(reading) == {
        "Harbour CouncilHome": "page header",
        "We use cookies": "cookie banner",
        "Share this": "outside the main text",
        "Buy our book": "aside",
        "Subscribe": "form",
        "Tagged oil": "page footer",
        "All rights reserved": "page footer",
    }


@pytest.mark.parametrize(
    "body",
    [
        "<div><p>{}</p></div><main></main>",  # a shell that a script would have filled
        "<article><p>Teaser</p></article><article><p>{}</p></article>",
        "<form action='x'><p>{}</p><p>{}</p></form>",  # some servers wrap the whole page in a form
        "<div class='cookie-consent-given'><main><p>{}</p></main></div>",
        "<div id='consent-of-the-host-state'><p>{}</p></div>",
        "<main><div id='cookies-and-lamps'><p>{}</p></div></main>",
        "<div aria-hidden='true'><p>{}</p></div>",  # saved while a dialog was open
        "<table role='presentation'><tr><td>Left</td><td><p>{}</p></td></tr></table>",
        "<table><tr><td>Left</td><td><h2>Right</h2><p>{}</p></td></tr></table>",
    ],
)
def test_no_main_text_is_taken_for_something_else(body: str) -> None:
    assert LONG.strip() in texts(page(body.replace("{}", LONG)))


def test_a_header_that_holds_the_only_title_is_kept() -> None:
    reading = page(f"<header><h1>Rules</h1></header><p>{LONG}</p>")

    assert [block.kind for block in reading.blocks] == ["heading", "text"]


def test_lists_definitions_captions_and_breaks_are_blocks() -> None:
    reading = page(
        "<h3>Duties &amp; more</h3><ul><li>oil<ol><li>of the north</li></ol>and</li></ul>"
        "<dl><dt>Tower</dt><dd>A light.</dd></dl>"
        "<p>One<br>line<br><br>two</p><figure><figcaption>A tower.</figcaption></figure><pre>a  b\n\nc</pre>stray"
    )

    assert reading.blocks == (
        Block("Duties & more", 1, kind="heading", level=3),
        Block("oil", 2, kind="list", numbers=("-1",)),
        Block("of the north", 3, kind="list", numbers=("-1", "1")),
        Block("and", 4, kind="list", numbers=("-1",)),
        Block("Tower\nA light.", 5, kind="table", level=1),
        Block("One\nline", 6),
        Block("two", 7),
        Block("A tower.", 8, kind="note", level=0),
        Block("a  b", 9),
        Block("c", 10),
        Block("stray", 11),
    )


def test_a_table_has_a_row_a_line_whatever_cells_span() -> None:
    reading = page(
        "<table><caption>Table 1</caption><tfoot><tr><td>Sum</td><td>2</td><td></td></tr></tfoot>"
        "<thead><tr><th rowspan=2>Actor</th><th colspan=2>Duty</th></tr><tr><th>What</th><th>When</th></tr></thead>"
        "<tbody><!-- x --><tr><td rowspan=2>Police</td><td><p>Report</p><p>harm</p></td><td>now</td></tr>"
        "<tr><td>Log</td><td>later</td></tr></tbody></table>"
    )

    assert reading.blocks == (
        Block("Table 1", 1, kind="note", level=0),
        Block(
            "Actor\tDuty\tDuty\nActor\tWhat\tWhen\nPolice\tReport\vharm\tnow\nPolice\tLog\tlater\nSum\t2\t",
            2,
            kind="table",
            level=2,
        ),
    )
    assert [sentence.text for sentence in structure(reading).units[1].sentences] == [
        "Actor: Police; Duty – What: Report harm; Duty – When: now",
        "Actor: Police; Duty – What: Log; Duty – When: later",
        "Actor: Sum; Duty – What: 2",
    ]


@pytest.mark.parametrize(
    ("head", "last"),
    [
        (
            "<tr><th>Partner<th colspan=2>Ceiling</tr><tr><td><td>Fuel<td>Rations</tr>",
            "Partner: Echo; Ceiling – Fuel: 2500; Ceiling – Rations: 80",
        ),
        (
            "<tr bgcolor=silver><td rowspan=2>Partner<td colspan=2>Ceiling</tr><tr><td>2025<td>2026</tr>",
            "Partner: Echo; Ceiling – 2025: 2500; Ceiling – 2026: 80",
        ),
        (
            "<thead><tr><td rowspan=3>Partner<td colspan=2>Ceiling<tr><td colspan=2>a week<tr><td>Fuel<td>Rations"
            "</thead>",
            "Partner: Echo; Ceiling – a week – Fuel: 2500; Ceiling – a week – Rations: 80",
        ),
        ("<tr><th>Partner<th colspan=2>Ceiling</tr>", "Partner: Echo; Ceiling: 2500; Ceiling: 80"),
    ],
)
def test_each_row_carries_every_header_above_its_cells(head: str, last: str) -> None:
    body = "<tr><td>Delta<td>4000<td>120</tr><tr><td>Echo<td>2500<td>80</tr>"
    reading = page(f"<table>{head}{body}</table>")

    assert structure(reading).units[0].sentences[-1].text == last


@pytest.mark.parametrize(
    "first",
    [
        "<tr><th>Actor</th><th>Duty</th></tr>",
        "<tr class='header'><td>Actor</td><td>Duty</td></tr>",
        "<tr><td scope=col>Actor</td><td scope=col>Duty</td></tr>",
        "<tr><td><b>Actor</b></td><td><p><strong>Duty</strong></p></td></tr>",
        "<tr bgcolor='#cccccc'><td>Actor</td><td>Duty</td></tr>",
        "<tr><td style='background: #D9D9D9'>Actor</td><td style='color: red; background-color:silver'>Duty</td></tr>",
    ],
)
def test_a_first_row_that_is_marked_or_set_apart_labels_the_others(first: str) -> None:
    reading = page(f"<table>{first}<tr><td>Police</td><td>Report</td></tr><tr><td>Guard</td><td>Log</td></tr></table>")

    assert [sentence.text for sentence in structure(reading).units[0].sentences] == [
        "Actor: Police; Duty: Report",
        "Actor: Guard; Duty: Log",
    ]


@pytest.mark.parametrize(
    "row", ["<tr>", "<tr bgcolor=white>", "<tr style='background:none'>", "<tr style='background-color: transparent'>"]
)
def test_a_first_row_like_any_other_labels_nothing(row: str) -> None:
    reading = page(f"<table>{row}<td>Police</td><td>Report</td></tr><tr><td>Guard</td><td>Log</td></tr></table>")

    assert [block.level for block in reading.blocks] == [0]


def test_entities_are_decoded_once_and_marks_of_notes_are_no_text() -> None:
    reading = page(
        "<p>A &amp;lt;tag&amp;gt; &eacute;&#8212;&nbsp;5&nbsp;km<sup>2</sup>.<sup><a href='#n1'>[1]</a></sup>"
        "<a role='doc-noteref' href='#n2'>2</a></p>"
        "<ol class='references'><li>12 March 2009.<a href='#r1' role='doc-backlink'>↩</a></li></ol>"
    )

    assert texts(reading) == ["A &lt;tag&gt; é—\xa05\xa0km².", "12 March 2009."]
    assert [item.text for item in reading.dropped] == ["[1]", "2", "↩"]
    assert [unit.sentences[0].text for unit in structure(reading).units] == [
        "A &lt;tag&gt; é— 5 km².",
        "12 March 2009.",
    ]


WATCH, NOTE = "Keepers keep the watch.", "Reed, Wicks, 12."


@pytest.mark.parametrize(
    ("notes", "section"),
    [
        (f"<section role=doc-endnotes><ol><li>{NOTE}</ol></section>", "Rules"),
        (f"<hr><p id=fn1><a href=#r1>[1]</a> {NOTE}</p>", "Rules"),
        (f"<div><div id=ftn1><p class=MsoFootnoteText>{NOTE}</p></div></div>", "Rules"),
        (f"<h2>Notes</h2><ol class=references><li>{NOTE}</ol>", "Rules > Notes"),
        (f"<aside role=doc-footnote>{NOTE}</aside>", "Rules > Oil"),
        (f"<ol class=references><li>{NOTE}</ol><h2>Wicks</h2><p>{WATCH}</p>", "Rules > Oil"),
    ],
)
def test_notes_collected_at_the_end_stand_in_none_of_the_sections(notes: str, section: str) -> None:
    reading = page(f"<h1>Rules</h1><h2>Oil</h2><p>{WATCH}</p>{notes}")
    units = {unit.note: unit for unit in structure(reading).units}

    assert (units[True].section, units[True].sentences[0].spans[0].paragraph) == (section, 4 + ("<h2>Notes" in notes))
    assert units[True].sentences[0].text.endswith(NOTE)


def test_a_note_in_the_midst_of_a_sentence_has_its_own_paragraph_behind_it() -> None:
    reading = page(
        f"<p>{WATCH} They pay<span role=doc-footnote> See <i>Oil</i>, 12. </span> for oil.</p><p>{WATCH}</p>"
    )

    assert reading.blocks == (
        Block(f"{WATCH} They pay for oil.", 1),
        Block("See Oil, 12.", 2, kind="note", level=0),
        Block(WATCH, 3),
    )


def test_nothing_hidden_is_shown() -> None:
    reading = page(
        f"<p>{LONG}</p><p hidden>a</p><p style='display: none'>b</p><p class='sr-only'>c</p><template>d</template>"
        "<noscript>e</noscript><span aria-hidden='true'>f</span>"
        "<p>kept<script>g</script> whole <!-- h -->line</p><del>i</del>"
    )

    assert texts(reading) == [LONG.strip(), "kept whole line"]
    assert "".join(sorted(text.strip() for text in reasons(reading))) == "abcdefghi"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<title>Rules for Lanterns | Harbour Council</title>", {"title": "Rules for Lanterns"}),
        ("<title>Other Words | Harbour Council</title>", {"title": "Other Words | Harbour Council"}),
        ("<title>Untitled Document</title>", {}),
        (
            "<meta name='DC.title' content='Rules'><meta name='DC.publisher' content='Council'>"
            "<meta name='DC.creator' content='Ada Quill'><meta name='DC.date.issued' content='2016-07'>",
            {"title": "Rules", "publisher": "Council", "author": "Ada Quill", "published": "2016-07"},
        ),
        (
            "<meta name='citation_author' content='Quill, A.'><meta name='citation_author' content='Reed, J.'>"
            "<meta name='citation_publication_date' content='2016/7/9'><link rel=canonical href='https://example.org/r'>",
            {"author": "Quill, A., Reed, J.", "published": "2016/7/9", "url": "https://example.org/r"},
        ),
        (
            '<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "x"},'
            '{"@type": ["NewsArticle"], "headline": "Rules", "author": [{"name": "Ada"}, "Bo"],'
            '"publisher": {"name": "Press"}, "datePublished": "2016-07-09"}]}</script>',
            {"title": "Rules", "author": "Ada, Bo", "publisher": "Press", "published": "2016-07-09"},
        ),
        ("<script type='application/ld+json'>{broken</script><link rel=canonical href='javascript:x'>", {}),
        ("<meta property='article:author' content='https://example.org/ada'>", {}),
    ],
)
def test_a_page_says_of_itself_what_it_says_and_no_more(head: str, expected: dict[str, str]) -> None:
    assert page("<h1>Rules for Lanterns</h1><p>By Somebody, 2001.</p>", head).metadata == expected


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("<meta charset=iso-8859-2>", "iso-8859-2"),
        ("<meta http-equiv='Content-Type' content='text/html; charset=windows-1251'>", "cp1251"),
        ("<meta charset=iso-8859-1>", "cp1252"),
        ("<meta charset=iso-8859-1>", "utf-8"),
        ("<meta charset=utf-16>", "utf-8"),
        ("<meta charset=nonsense>", "cp1252"),
        ("", "utf-16"),
    ],
)
def test_the_charset_is_what_is_declared_where_that_fits(head: str, encoding: str) -> None:
    text = "Москва" if "1251" in encoding else "Größe"

    assert texts(read_html(f"<html><head>{head}</head><p>{text}</p></html>".encode(encoding))) == [text]


@pytest.mark.parametrize(
    ("declaration", "expected"),
    [
        ("", "one two three &x; é"),
        ('<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "one two three &x; é"),
        ('<!DOCTYPE html [<!ENTITY y "lol"><!ENTITY x "&y;&y;&y;&y;">]>', "one two three &x; é"),
    ],
)
def test_xhtml_is_read_with_its_empty_tags_and_without_its_entities(declaration: str, expected: str) -> None:
    data = (
        f'<?xml version="1.0"?>{declaration}<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>'
        '<p>one <a id="x"/>two <i/>three &x; &eacute;</p></body></html>'
    )

    assert expected in texts(read_html(data.encode()))[-1]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("<html><script>x</script></html>", "empty"),
        ("<html></html>", "empty"),
        ("<html>" + "<div>" * 5000 + "deep", "nested too deeply"),
    ],
)
def test_pages_without_text_or_reason_are_rejected(data: str, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_html(data.encode())
    assert caught.value.reason == reason


def test_dropped_text_says_which_kind_it_was() -> None:
    assert page(f"<p>{LONG}</p><svg><text>Graph</text></svg>").dropped == (Dropped("Graph", "graphic"),)
