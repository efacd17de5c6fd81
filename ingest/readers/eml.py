"""A saved mail: what its author wrote. Headers, quoted replies, signature and attachments are named and left out."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr, parsedate_to_datetime
from typing import TypeVar

from ingest.blocks import Block, Dropped, Reading
from ingest.errors import Rejected
from ingest.readers.encodings import decode
from ingest.readers.html import page_reading
from ingest.readers.metadata import as_author, as_name, known_fields, resembles_audience
from ingest.readers.text import check_length, kind_of, no_text, paragraphs
from ingest.readers.web.tree import decode_html

HEADER = re.compile(rb"(?:From .*\r?\n)?[!-9;-~]{1,100}:")
LOCKED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"})
ATTRIBUTION = re.compile(r"(?:On|Am|Le|El)\b.{5,200}\b(?:wrote|schrieb|a écrit|escribió)\s?:\s*$", re.DOTALL)
ORIGINAL = re.compile(r"-{2,}\s*Original Message\s*-{2,}|_{20,}\s*\nFrom:", re.IGNORECASE)
REPLY = re.compile(r"\s*(?:re|aw|sv|antw|rép)\s*(?:\[\d+\])?:", re.IGNORECASE)
SIGNATURE = "--"
MAX_PARTS = 1000
# Characters of one part's headers. The parser of the standard library takes minutes over megabytes of addresses.
MAX_HEADERS = 64 << 10
T = TypeVar("T")
# Plain text far shorter than the HTML beside it only says that there is HTML.
STUB_SHARE = 0.2


def read_eml(data: bytes) -> Reading:
    """The text of a mail, paragraphs counted in the part that is read. Raises Rejected with the reason."""
    if not HEADER.match(data.lstrip()):
        raise Rejected("corrupt", "It does not begin with the headers of a mail; save it anew as .eml.")
    parts = _Parts()
    try:
        mail = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
        parts.take(mail)
    except RecursionError as error:
        raise Rejected("nested too deeply", "It has mails within mails without end; save its text.") from error
    dropped = [Dropped(f"{name}: {value}", "mail header") for name, value in mail.raw_items()] + parts.dropped
    subject = _header(mail, "subject") or ""
    readings = list(parts.readings(is_reply=bool(REPLY.match(subject))))
    blocks = tuple(block for reading in readings for block in reading.blocks)
    if not blocks:
        raise Rejected("encrypted", "It is an encrypted mail; save its text.") if parts.locked else no_text()
    check_length(block.text for block in blocks)
    dropped += [item for reading in readings for item in reading.dropped]
    # Marked: the short lines at the top of a mail greet, they are no headings.
    return Reading(blocks, _metadata(mail, subject), tuple(dropped), marked=True, warnings=tuple(parts.warnings))


class _Parts:
    """The parts of a mail that hold its text, in order, each (text, whether it is HTML)."""

    def __init__(self) -> None:
        self.dropped: list[Dropped] = []
        self.warnings: list[str] = []
        self.locked = False
        self._texts: list[tuple[str, bool]] = []
        self._seen = 0

    def take(self, part: MIMEPart) -> None:
        """Sort a part, and the parts below it. Raises Rejected when there are too many, or too much above them."""
        self._seen += 1
        if self._seen > MAX_PARTS:
            raise Rejected("nested too deeply", "It has more parts than a mail has; save its text.")
        if sum(len(value) for _, value in part.raw_items()) > MAX_HEADERS:
            raise Rejected("headers too long", f"Its headers have over {MAX_HEADERS >> 10} KB; save its text.")
        kind = part.get_content_type()
        self.locked |= kind in LOCKED
        if kind == "multipart/alternative":
            self._take_one(list(part.iter_parts()))
        elif part.is_multipart() and kind.startswith("multipart/"):
            for below in part.iter_parts():
                self.take(below)
        elif kind.startswith("multipart/"):  # its parts cannot be told apart
            self._texts.append((_text(part), False))
        elif kind in ("text/plain", "text/html") and not _is_attachment(part):
            self._texts.append((_text(part), kind == "text/html"))
        else:
            self._leave_out(part)

    def readings(self, *, is_reply: bool) -> Iterator[Reading]:
        """The reading of each part that holds text, paragraphs counted on from one to the next."""
        paragraph = 0
        for text, is_html in self._texts:
            if not is_html:
                reading = _plain(text, paragraph, is_reply=is_reply)
            else:
                try:
                    reading = page_reading(text, paragraph=paragraph, mail=is_reply)
                except Rejected as rejected:
                    if rejected.reason != "empty":
                        raise
                    continue
            numbers = (block.paragraph or 0 for block in reading.blocks)
            paragraph = max(numbers, default=paragraph)
            yield reading

    def _leave_out(self, part: MIMEPart) -> None:
        """An attachment. Pictures are not told of: they stand in every other signature."""
        name = _filename(part) or part.get_content_type()
        self.dropped.append(Dropped(name, "attachment"))
        if part.get_content_maintype() != "image":
            self.warnings.append(f"its attachment {name!r} is not read; save it as a file of its own")

    def _take_one(self, choices: list[MIMEPart]) -> None:
        """Of several forms of one text the plain one, unless that is a stub; the others are dropped."""
        before = len(self._texts)
        for choice in choices:
            self.take(choice)
        forms = self._texts[before:]
        if len(forms) < 2:
            return
        plain = next((form for form in forms if not form[1]), forms[0])
        rich = next((form for form in forms if form[1]), None)
        is_stub = rich is not None and _size(plain[0]) < STUB_SHARE * _size(_shown(rich[0]))
        chosen = rich if is_stub and rich is not None else plain
        self._texts[before:] = [chosen]
        self.dropped += [Dropped(text, "other form of the same text") for text, html in forms if (text, html) != chosen]


def _plain(text: str, paragraph: int, *, is_reply: bool) -> Reading:
    """The paragraphs of plain text; in a reply what is quoted is left out, and so is a signature."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    numbered = [(paragraph + number, block) for number, block in paragraphs(lines)]
    blocks: list[Block] = []
    dropped: list[Dropped] = []
    reason: str | None = None
    for number, block in numbered:
        if reason is None and is_reply and ORIGINAL.match(block):
            reason = "quoted reply"
        kept: list[str] = []
        for line in block.split("\n"):
            if line.rstrip(" ") == SIGNATURE and reason is None:
                reason = "signature"
            quoted = line.startswith(">") and is_reply
            if reason or quoted:
                dropped.append(Dropped(line, reason or "quoted reply"))
            else:
                kept.append(line)
        own = "\n".join(kept)
        if is_reply and ATTRIBUTION.match(own):
            dropped.append(Dropped(own, "quoted reply"))
        elif own.strip():
            blocks.append(Block(own, number, None, kind_of(own)))
    if not blocks and numbered and reason != "signature":
        return Reading(tuple(Block(block, number, None, kind_of(block)) for number, block in numbered))
    return Reading(tuple(blocks), {}, tuple(dropped))


def _metadata(mail: EmailMessage, subject: str) -> dict[str, str]:
    name, address = parseaddr(_header(mail, "from") or "")
    sent = _header(mail, "date")
    try:
        published = parsedate_to_datetime(sent).date().isoformat() if sent else None
    except (ValueError, TypeError, IndexError, OverflowError):
        published = None
    stated = {"title": subject, "author": as_author(name or address), "published": published}
    return known_fields({**stated, **_audience(mail)})


def _audience(mail: EmailMessage) -> dict[str, object]:
    """What the headers say under `Audience` and near spellings; X- headers belong to mail programs. Not a plain value
    when they say two things.
    """
    names = {as_name(name) for name in mail.keys()}  # noqa: SIM118 - a mail is no mapping
    named = [name for name in names if resembles_audience(name) and not name.startswith("x-")]
    found = {name: _headers(mail, name) for name in named}
    return {name: values[0] if values and len(set(values)) == 1 else values for name, values in found.items()}


def _header(mail: EmailMessage, name: str) -> str | None:
    """A header as people read it; None without one, or with one that cannot be understood."""
    return _tolerant(lambda: " ".join(str(mail[name]).split()) if name in mail else None)


def _headers(mail: EmailMessage, name: str) -> list[str] | None:
    """All headers of that name; None when one cannot be understood."""
    return _tolerant(lambda: [str(value).strip() for value in mail.get_all(name, [])])


def _is_attachment(part: MIMEPart) -> bool:
    return _tolerant(part.get_content_disposition) == "attachment"


def _filename(part: MIMEPart) -> str | None:
    return _tolerant(part.get_filename)


def _text(part: MIMEPart) -> str:
    """The text of a part in the encoding it names, or in the one it shows."""
    found = _tolerant(lambda: (part.get_payload(decode=True), part.get_content_charset()))
    if found is None:
        raise Rejected("corrupt", "A part of it cannot be decoded; save it anew from the mail program.")
    payload, charset = found
    data = payload if isinstance(payload, bytes) else b""
    return decode(data, charset) if charset or part.get_content_type() != "text/html" else decode_html(data)


def _tolerant(look: Callable[[], T]) -> T | None:
    """What the parser of the standard library makes of a mail; None where it trips.

    It parses a header when that is looked at, promises to raise nothing of its own, and lets through whatever its
    own mistakes raise (AttributeError, IndexError, KeyError, TypeError, ValueError and UnicodeError are reported).
    """
    try:
        return look()
    except Exception:
        return None


def _size(text: str) -> int:
    return len("".join(text.split()))


def _shown(text: str) -> str:
    return re.sub(r"<[^>]*>", "", re.sub(r"(?is)<(script|style)\b.*?</\1\s*>", "", text))
