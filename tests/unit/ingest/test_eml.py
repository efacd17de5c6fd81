from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.blocks import Block, Dropped, Reading
from ingest.errors import Rejected
from ingest.readers.eml import read_eml


def mail(text: str = "", subject: str = "Oil", html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"] = subject, "Ada Quill <ada@example.org>"
    message["Date"] = "Sat, 09 Jul 2016 23:30:00 +0200"
    if text:
        message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def texts(reading: Reading) -> list[str]:
    return [block.text for block in reading.blocks]


def reasons(reading: Reading) -> list[tuple[str, str]]:
    return [(item.text, item.reason) for item in reading.dropped if item.reason != "mail header"]


def test_a_mail_says_who_wrote_it_when_and_of_what() -> None:
    reading = read_eml(mail("First.\n\nSecond.\n", subject="Größe der Lampen").as_bytes())

    assert reading.metadata == {"title": "Größe der Lampen", "author": "Ada Quill", "published": "2016-07-09"}
    assert reading.blocks == (Block("First.", 1), Block("Second.", 2))
    assert {item.reason for item in reading.dropped} == {"mail header"}


@pytest.mark.parametrize(
    ("headers", "metadata"),
    [
        (b"From: ada@example.org\n", {"author": "ada@example.org"}),
        (b"Subject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\nDate: once upon a time\n", {"title": "Größe"}),
        (
            b"Subject: =?nonsense?q?x?=\nFrom: @@@ <<>>\nDate: Sat, 99 Foo 99999 99:99:99 +9999\n",
            {"title": "x"},
        ),
        (b"X-Other: y\n", {}),
    ],
)
def test_what_a_mail_does_not_say_stays_unknown(headers: bytes, metadata: dict[str, str]) -> None:
    reading = read_eml(headers + b"\nText.")

    assert reading.metadata == metadata
    assert texts(reading) == ["Text."]


def test_plain_text_is_preferred_to_the_same_as_html_unless_it_is_a_stub() -> None:
    full = read_eml(mail("Light the lamps.", html="<p>Light the <b>lamps</b>.</p>").as_bytes())
    stub = read_eml(mail("See HTML.", html=f"<h1>Oil</h1><p>{'Light the lamps. ' * 20}</p>").as_bytes())

    assert texts(full) == ["Light the lamps."]
    assert [reason for _, reason in reasons(full)] == ["other form of the same text"]
    assert texts(stub)[0] == "Oil"
    assert [reason for _, reason in reasons(stub)] == ["other form of the same text"]


def test_replies_are_read_without_what_they_quote_and_forwards_with_it() -> None:
    quoted = "On Sat, 9 Jul 2016, Bo Reed wrote:\n> Light the lamps.\n> Every night."
    text = f"I agree.\n\n{quoted}\n\n-- \nAda Quill\nCouncil\n"
    reply = read_eml(mail(text, subject="Re: Oil").as_bytes())
    forward = read_eml(mail(text, subject="Fwd: Oil").as_bytes())

    assert reply.blocks == (Block("I agree.", 1),)
    assert reasons(reply) == [
        ("> Light the lamps.", "quoted reply"),
        ("> Every night.", "quoted reply"),
        ("On Sat, 9 Jul 2016, Bo Reed wrote:", "quoted reply"),
        ("-- ", "signature"),
        ("Ada Quill", "signature"),
        ("Council", "signature"),
    ]
    assert "> Light the lamps." in "\n".join(texts(forward))


def test_a_reply_that_only_quotes_is_kept_whole() -> None:
    assert texts(read_eml(mail("> Light the lamps.\n", subject="RE: Oil").as_bytes())) == ["> Light the lamps."]


def test_a_reply_in_html_is_read_without_the_quoted_mail() -> None:
    html = "<p>I agree.</p><div class='gmail_quote'>On Saturday<blockquote>Old text</blockquote></div>"
    message = mail(subject="Re: Oil")
    message.set_content(html, subtype="html")

    reading = read_eml(message.as_bytes())
    assert texts(reading) == ["I agree."]
    assert reasons(reading) == [("On SaturdayOld text", "quoted reply")]


def test_attachments_are_named_with_the_way_to_have_them_read() -> None:
    message = mail("Text.")
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="Regeln für Lampen.pdf")
    message.add_attachment(mail("Inner."))
    message.add_attachment("notes", filename="notes.txt")
    message.add_attachment(b"png", maintype="image", subtype="png", filename="logo.png")

    reading = read_eml(message.as_bytes())
    assert texts(reading) == ["Text."]
    names = ["Regeln für Lampen.pdf", "message/rfc822", "notes.txt"]
    assert reasons(reading) == [(name, "attachment") for name in [*names, "logo.png"]]
    assert reading.warnings == tuple(
        f"its attachment {name!r} is not read; save it as a file of its own" for name in names
    )


def test_nested_parts_are_read_in_order_and_paragraphs_count_on() -> None:
    outer = mail("One.\n\nTwo.")
    outer.make_mixed()
    second = EmailMessage()
    second.set_content("<h1>Three</h1><p>Four.</p>", subtype="html")
    outer.attach(second)

    assert [(block.paragraph, block.text) for block in read_eml(outer.as_bytes()).blocks] == [
        (1, "One."),
        (2, "Two."),
        (3, "Three"),
        (4, "Four."),
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"Content-Type: text/plain; charset=iso-8859-2\n\nGr\xf6\xdfe", "Größe"),
        (b"Content-Type: text/plain; charset=wrong\n\nGr\xc3\xb6\xc3\x9fe", "Größe"),
        (b"Content-Transfer-Encoding: base64\n\nTGFtcHM=!!\n", "Lamps"),
        (b"Content-Type: multipart/mixed\n\nNo boundary at all.", "No boundary at all."),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nNot closed.", "Not closed."),
        (b"From me Sat Jul  9\nSubject: mbox\n\nText.", "Text."),
        (b"\n\nSubject: x\r\n\r\nText.\r\n", "Text."),
    ],
)
def test_malformed_mails_are_read_as_far_as_they_go(data: bytes, expected: str) -> None:
    assert texts(read_eml(data)) == [expected]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"just words", "corrupt"),
        (b"Subject: x\n\n", "empty"),
        (b"Content-Type: application/pkcs7-mime\n\nMIAGCSqGSIb3", "encrypted"),
        (b"A: b\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nt\n" * 2000, "nested too deeply"),
    ],
)
def test_what_is_no_readable_mail_is_rejected(data: bytes, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_eml(data)
    assert caught.value.reason == reason


def test_mails_within_mails_do_not_exhaust_the_reader() -> None:
    data = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(1200))
    with pytest.raises(Rejected):
        read_eml(data + b"\ntext")


HEADERS = st.sampled_from(
    [
        b"Subject: Re: x\n", b"From: =?utf-8?b?//8=?= <a@b>\n", b"Date: x\n",
        b"Content-Type: multipart/alternative; boundary=b\n", b"Content-Type: text/html\n",
        b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: quoted-printable\n", b"\n", b"--b\n",
        b"--b--\n", b"Text =E9 here\n", b"> quoted\n", b"-- \n", b"\xff\xfe\n",
        b"Content-Disposition: attachment; filename*=x''%zz\n", b"Content-Type: text/plain; charset=\"utf-16\"\n",
        b"<p>html</p>\n", b"Content-Type: ;;;\n", b"On x wrote:\n",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(HEADERS, max_size=14).map(b"".join))
def test_any_mail_is_read_or_rejected(data: bytes) -> None:
    try:
        assert read_eml(data).blocks
    except Rejected as rejected:
        assert rejected.reason in ("corrupt", "empty", "control characters")


def test_every_header_is_accounted_for() -> None:
    assert Dropped("Subject: Oil", "mail header") in read_eml(mail("Text.").as_bytes()).dropped
