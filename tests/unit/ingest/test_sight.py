"""What can be seen of a page is its text: what opens by a click is, what nobody can see or what is struck is not."""

from __future__ import annotations

import pytest

from ingest.readers.html import read_html
from ingest.structure import structure


def said(body: str, head: str = "") -> list[tuple[str | None, str]]:
    """(section, text) of each sentence of a page, below a first sentence that anybody sees."""
    html = f"<html><head><title>Oil</title>{head}</head><body><main><p>Seen.</p>{body}</main></body></html>"
    return [(unit.section, s.text) for unit in structure(read_html(html.encode()), "Oil").units for s in unit.sentences]


def texts(body: str, head: str = "") -> list[str]:
    first, *others = [text for _, text in said(body, head)]
    assert first == "Seen."
    return others


@pytest.mark.parametrize(
    "look",
    [
        'style="display: none"', 'style="DISPLAY:NONE !important"', 'style="visibility:hidden"', "hidden",
        'style="opacity:0"', 'style="opacity: 0.0"', 'style="font-size:0"', 'style="font-size: 0px; color: red"',
        'style="font: 0/0 serif"', 'style="font-size:1px"', 'style="color:white"', 'style="color:#FFF"',
        'style="color:rgb(255, 255, 255)"', 'style="color:#000;background:#000"', 'style="color:transparent"',
        'style="color:rgba(0,0,0,0)"', 'style="background-color:#eeeeee;color:#efefef"',
        "bgcolor=navy style='color:#000080'",
        'style="position:absolute;left:-9999px"', 'style="position:fixed; top:-200vh"', 'style="text-indent:-9999px"',
        'style="position:absolute;clip:rect(0 0 0 0)"', 'style="clip-path: inset(50%)"',
        'style="opacity:0;transition:none"', 'style="opacity:0;animation-name:none;transition-duration:0s"',
        'style="background-image:none;color:#fff"', 'style="background:none;color:white"',
        'style="color:transparent;background-clip:padding-box"', 'style="transition:all 1s;visibility:hidden"',
        'style="height:0;overflow:hidden"', 'aria-hidden="true"', 'class="gone"', 'class="a b thin"', 'id="x1"',
        'style="text-decoration: line-through"', 'style="text-decoration-line:line-through"', 'class="old"',
    ],
)  # fmt: skip
def test_what_nobody_can_see_or_what_is_struck_is_no_text(look: str) -> None:
    rules = ".gone{display:none} p{color:#111} .thin.a{opacity:0} #x1,.y{visibility:hidden}"
    rules += ".old{text-decoration:line-through}"
    head = f"<style>/* .free{{display:none}} */ {rules} @media print {{ .free {{ display: none }} }}</style>"

    assert texts(f"<div {look}><span>Gone <b>for</b> good.</span></div><p class=free>Kept.</p>", head) == ["Kept."]
    assert texts(f"<p>Kept <span {look}>and gone </span>too.</p>", head) == ["Kept too."]


@pytest.mark.parametrize(
    "look",
    [
        'style="color:#fff;background:#003366"', 'style="opacity:.5"', 'style="font-size:0.9em"',
        'style="position:relative;left:-9999em2"', 'style="text-indent:-2em"', 'style="color:inherit"',
        'style="color:#fff;background:url(sea.png)"', 'style="visibility:visible"', 'hidden="until-found"',
        'style="text-decoration:underline"', 'style="height:0"', 'style="display:none2"', 'style="color:var(--ink)"',
        'class="gone shown"', 'style="position:absolute;left:-20px"', 'style="background:white;color:#333"',
    ],
)  # fmt: skip
def test_what_can_be_seen_stays(look: str) -> None:
    head = "<style>.gone{display:none}.gone.shown{display:block}</style>"
    assert texts(f"<p {look}>Kept.</p>", head) == ["Kept."]


def test_white_text_stays_where_a_sheet_that_is_not_here_may_set_its_ground() -> None:
    sheet = '<link rel="stylesheet" href="a.css">'
    assert texts('<div class="hero"><p style="color:#fff">Kept.</p></div>', sheet) == ["Kept."]
    assert texts('<p style="color:#fff;background:#fff">Gone.</p><p>Kept.</p>', sheet) == ["Kept."]
    assert texts('<p class="w">Kept.</p>', "<style>.w{color:#fff} main > p{background:navy}</style>") == ["Kept."]


@pytest.mark.parametrize(
    "look",
    [
        'style="background-image:url(sea.jpg)"', 'style="background-image: linear-gradient(navy, blue)"',
        'style="background-color:#fff;background-image:url(sea.jpg)"', "class=banner", "id=top", 'background="sea.jpg"',
        'style="background-image:URL(sea.jpg) !important"', 'style="background:#fff url(sea.jpg)"',
    ],
)  # fmt: skip
def test_white_text_on_an_image_stays_and_on_a_white_box_in_it_does_not(look: str) -> None:
    head = "<style>.banner,#top{background-image:url(sea.jpg)}</style>"
    inner = '<h2 style="color:#fff">Duties</h2><p style="color:white">Kept.</p>'
    white = '<p style="background:#fff;color:#fff">Gone.</p>'
    assert said(f"<div {look}>{inner}{white}</div>", head)[1:] == [("Duties", "Kept.")]
    assert texts(f'<table><tr><td {look}><span style="color:#fff">Kept.</span></table>', head) == ["Kept."]


def test_white_text_stays_where_a_rule_too_rich_to_follow_sets_an_image() -> None:
    for rule in ("main > div{background-image:url(sea.jpg)}", "@media screen{div{background-image:url(sea.jpg)}}"):
        head = f"<style>.w{{color:#fff}} {rule}</style>"
        assert texts('<div><p class="w">Kept.</p></div>', head) == ["Kept."]


@pytest.mark.parametrize(
    "style",
    [
        "opacity:0;transition:opacity .5s", "opacity:0;animation:rise 1s forwards", "opacity:0;animation-name:rise",
        "opacity:0;transition-duration:300ms", "opacity:0;-webkit-animation:rise 1s",
        "color:transparent;-webkit-background-clip:text;background:linear-gradient(navy,blue)",
    ],
)  # fmt: skip
def test_what_fades_in_or_is_cut_out_of_its_ground_is_text(style: str) -> None:
    assert texts(f'<div style="{style}"><p>Kept.</p></div>') == ["Kept."]
    assert texts('<p class="in">Kept.</p>', f"<style>.in{{{style}}}</style>") == ["Kept."]


def test_what_is_seen_inside_of_what_is_not_stays() -> None:
    body = '<div style="visibility:hidden">Gone. <p style="visibility:visible">Kept.</p> Gone too.</div>'
    assert texts(body) == ["Kept."]
    assert texts('<div style="font-size:0">Gone. <p style="font-size:12px">Kept.</p></div>') == ["Kept."]
    assert texts('<div style="background:#000;color:#fff"><p>Kept.</p><p style="color:#000">Gone.</p></div>') == [
        "Kept."
    ]


def test_hidden_rows_and_cells_of_a_table_are_no_text_and_the_others_keep_their_headers() -> None:
    table = (
        "<table><tr><th>Partner<th hidden>Cost<th>Due</tr><tr style='display:none'><td>Delta<td hidden>1<td>May</tr>"
        "<tr><td>Echo<td style='display:none'>2<td>June</tr><tr><td>Golf<td hidden>3<td style='font-size:0'>July</tr>"
        "</table>"
    )
    assert texts(table) == ["Partner: Echo; Due: June", "Partner: Golf"]


LATER = "<p>Report harm at once.</p>"
PANEL = f'<div id="p" hidden>{LATER}</div>'


@pytest.mark.parametrize(
    ("body", "section"),
    [
        (f'<h2><button aria-expanded="false" aria-controls="p">Harm</button></h2>{PANEL}', "Harm"),
        (f'<h2><button aria-expanded="false">Harm</button></h2><div style="display:none">{LATER}</div>', "Harm"),
        (f'<button aria-controls="p" aria-expanded="false">Harm</button><div id="p" hidden>{LATER}</div>', "Harm"),
        (f"<details><summary>Harm</summary>{LATER}</details>", "Harm"),
        (f"<details><summary><h3>Harm</h3></summary>{LATER}</details>", "Harm"),
        (f'<a data-toggle="collapse" href="#p">Harm</a><div id="p" style="display:none">{LATER}</div>', "Harm"),
        (f'<button data-bs-toggle="tab" data-bs-target="#p">Harm</button>{PANEL}', "Harm"),
        ('<p aria-expanded="false">Harm</p><div aria-hidden="true">Report harm at once.</div>', "Harm"),
        (
            '<ul><li role="tab" aria-controls="q">Fuel</li><li role="tab" aria-controls="p">Harm</li></ul>'
            f'<div id="q">Ask first.</div><div id="p" class="gone">{LATER}</div>',
            "Harm",
        ),
        (f'<button aria-controls="p">Harm</button><div id="p" hidden><h4>Duties</h4>{LATER}</div>', "Duties"),
    ],
)  # fmt: skip
def test_what_opens_by_a_click_is_text_under_the_label_of_what_opens_it(body: str, section: str) -> None:
    found = said(f"{body}<p>Behind it.</p>", "<style>.gone{display:none}</style>")
    assert (section, "Report harm at once.") in found
    assert [text for _, text in found].count("Harm") == 0


def test_a_section_that_opens_ends_with_its_panel() -> None:
    for panel in (
        f"<details><summary>Harm</summary>{LATER}</details>",
        f"<details><summary><h3>Harm</h3></summary>{LATER}</details>",
        f'<h3><a role="button" data-toggle="collapse" href="#p">Harm</a></h3>{PANEL}',
        f'<button aria-controls="p">Harm</button>{PANEL}',
    ):
        body = f"<h2>Duties</h2>{panel}<p>Log each landing.</p>"
        assert said(body)[1:] == [("Duties > Harm", "Report harm at once."), ("Duties", "Log each landing.")]


@pytest.mark.parametrize(
    "body",
    [
        f'<button data-toggle="modal" data-target="#p">See</button><div id="p" style="display:none">{LATER}</div>',
        f'<a href="#p">See</a><div id="p" hidden>{LATER}</div>',
        f'<button aria-haspopup="true" aria-controls="p">See</button><div id="p" hidden>{LATER}</div>',
        f'<button aria-controls="p">See</button><div id="p" hidden><div hidden>{LATER}</div></div>',
    ],
)
def test_what_only_a_dialog_a_menu_or_nothing_shows_is_no_text(body: str) -> None:
    assert "Report harm at once." not in texts(body)


@pytest.mark.parametrize(
    ("definitions", "expected"),
    [
        ("<dt>Caveat</dt><dd>A limit a State sets.</dd>", ["Caveat: A limit a State sets."]),
        (
            "<dt>Caveat<dd>A limit.<dd>A reservation, in older texts.<dt>Post<dd>A place.",
            ["Caveat: A limit.", "Caveat: A reservation, in older texts.", "Post: A place."],
        ),
        ("<dt>Caveat<dt>Reservation<dd><p>A limit.</p><p>Declared.</p>", ["Caveat – Reservation: A limit. Declared."]),
        (
            "<div><dt>Caveat</dt><dd>A limit.</dd></div><div><dt>Post</dt><dd>A place.</dd></div>",
            ["Caveat: A limit.", "Post: A place."],
        ),
        ("<dt>Duties</dt><dd><ul><li>report</li><li>log</li></ul></dd>", ["Duties: report log"]),
        ("<dt hidden>Gone</dt><dd hidden>Gone.</dd><dt>Post</dt><dd>A place.</dd>", ["Post: A place."]),
    ],
)  # fmt: skip
def test_a_definition_is_read_with_its_term(definitions: str, expected: list[str]) -> None:
    assert texts(f"<dl>{definitions}</dl>") == expected


def test_a_list_of_definitions_that_lays_out_a_page_is_read_as_a_page() -> None:
    body = "<dl><dt>First</dt><dd><h3>Harm</h3><p>Report it.</p></dd></dl>"
    assert said(body)[1:] == [(None, "First"), ("Harm", "Report it.")]
