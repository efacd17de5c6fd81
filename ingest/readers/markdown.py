"""Markdown: the same paragraphs as plain text, with headings, lists, tables, code and comments told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.blocks import Block, Dropped, Kind, Reading
from ingest.errors import MAX_PIECES, too_many_parts
from ingest.marks import begin_items
from ingest.readers.metadata import as_title, known_fields
from ingest.readers.text import doubts, dropped_matter, no_text, opened, paragraphs
from ingest.tables import CELL, LABEL_WORDS, PART

# A table has a bar or two a cell.
MAX_BARS = 2 * MAX_PIECES
ATX = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
FENCE = re.compile(r" {0,3}(```|~~~)")
TABLE_RULE = re.compile(r"\s*\|?[ \t]*:?-{2,}:?[ \t]*(\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$")
PIPE = re.compile(r"[ \t]*(?<!\\)\|[ \t]*")
DEFINITION = re.compile(r" {0,3}:[ \t]+(?=\S)")
# What begins so is no term.
MARKED = re.compile(r"\s*(?:[#>|`~=]|---|[-*+][ \t]|\d+[.)][ \t]|\[\^)")
# What opens or closes code, what strikes through, or a tag that does.
STRIKE = re.compile(r"`+|~{2,}|</?(del|s|strike)\b[^<>]{0,200}>", re.IGNORECASE)
# Where a number would be made of two.
DIGITS = re.compile(r"\d[.,]?\Z"), re.compile(r"[.,]?\d")
NOTE = re.compile(r" {0,3}\[\^([^\]\s]{1,40})\]:[ \t]*")


def read_markdown(data: bytes) -> Reading:
    """The blocks of a Markdown file; inline markup stays as written, so that quotes are verbatim."""
    metadata, matter, rest = opened(data)
    if rest.count("|") > MAX_BARS:
        raise too_many_parts()
    parser = _Parser()
    for number, text in paragraphs(rest):
        parser.paragraph(number, text)
    if not parser.blocks:
        raise no_text()
    headings = [block for block in parser.blocks if block.kind == "heading"]
    if (
        parser.blocks[:1] == headings[:1]
        and headings[0].level == 1
        and [block.level for block in headings].count(1) == 1
    ):
        metadata = {**known_fields({"title": as_title(headings[0].text)}), **metadata}
    dropped = (*dropped_matter(matter), *parser.dropped)
    return Reading(tuple(parser.blocks), metadata, dropped, marked=bool(headings), warnings=doubts(metadata, rest))


class _Parser:
    """Collects blocks; remembers whether a code fence or a comment is open, and the line at hand a table's row."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.dropped: list[Dropped] = []
        self._fence: str | None = None
        self._comment = False
        self._is_row = self._is_item = False

    def paragraph(self, number: int, text: str) -> None:
        if self._fence is None:
            text = self._without_comments(text)
            text, struck = without_struck(text)
            self.dropped += [Dropped(part, "deleted") for part in struck]
        lines = [line for line in text.split("\n") if line.strip()]
        if self._fence is None and (groups := definitions(lines)):
            for terms, meanings in groups:
                rows = [*terms, *(PART.join(meaning) for meaning in meanings)]
                self.blocks.append(Block("\n".join(rows), number, None, "table", len(terms)))
            self.dropped += (Dropped(":", "markup") for _, meanings in groups for _ in meanings)
            return
        for kind, level, group in self._groups(lines):
            if kind is None:
                self.dropped.append(Dropped("\n".join(group), "markup"))
            else:
                self.blocks.append(Block("\n".join(group), number, None, kind, level))

    def _without_comments(self, text: str) -> str:
        """`text` without comments; one that is not closed goes on in the next paragraph."""
        kept: list[str] = []
        at = 0
        while at < len(text):
            start = at if self._comment else text.find("<!--", at)
            kept.append(text[at : start if start >= 0 else len(text)])
            if start < 0:
                break
            end = text.find("-->", start)
            self._comment = end < 0
            at = len(text) if end < 0 else end + 3
            self.dropped.append(Dropped(text[start:at], "comment"))
        return "".join(kept)

    def _groups(self, lines: list[str]) -> Iterator[tuple[Kind | None, int | None, list[str]]]:
        """Runs of lines of one kind; a kind of None is markup that carries no text."""
        run: list[str] = []
        kind: Kind = "text"
        headers: int | None = None
        rows, items = _rows_without_edges(lines), begin_items(lines)
        for index, line in enumerate(lines):
            self._is_row, self._is_item = index in rows, items[index]
            found, level, content, markup = self._classify(line, run, kind)
            if level is not None and content is None:  # the rule below a setext heading makes the run one
                yield "heading", level, run
                run = []
            elif found is not kind or level is not None:
                if run:
                    yield kind, headers or None, run
                run, headers = [], None
            elif kind == "table" and content is None and headers is None:  # the rule below the head of a table
                headers = int(len(run) == 1)
            if markup:
                yield None, None, [markup]
            if level is not None and content is not None:
                yield "heading", level, [content]
            elif content is not None:
                kind = found
                run.append(content)
        if run:
            yield kind, headers or None, run

    def _classify(self, line: str, run: list[str], kind: Kind) -> tuple[Kind, int | None, str | None, str]:
        """(kind, heading level, text to keep or None, markup to drop) of one line."""
        fence = FENCE.match(line)
        if self._fence is not None or fence:
            return self._code(line, fence)
        heading = ATX.match(line)
        text = _heading_text(line[heading.end() :]) if heading else ""
        if heading and text:
            start = line.index(text, heading.end())
            return "heading", len(heading[1]), text, line[:start] + line[start + len(text) :]
        if run and kind == "text" and SETEXT.match(line):
            return "heading", 1 if "=" in line else 2, None, line
        rows = kind == "table" or line.lstrip().startswith("|")
        if heading or RULE.match(line) or SETEXT.match(line) or (rows and TABLE_RULE.match(line)):
            return kind, None, None, line
        return self._running(line, run, kind)

    def _code(self, line: str, fence: re.Match[str] | None) -> tuple[Kind, int | None, str | None, str]:
        if self._fence is None:
            assert fence is not None
            self._fence = fence[1]
            return "code", None, None, line
        if fence and fence[1] == self._fence:
            self._fence = None
            return "code", None, None, line
        return "code", None, line, ""

    def _running(self, line: str, run: list[str], kind: Kind) -> tuple[Kind, int | None, str | None, str]:
        if NOTE.match(line):
            return "note", None, line, ""
        if self._is_row or line.lstrip().startswith("|"):
            cells = PIPE.split(line.strip().removeprefix("|").removesuffix("|"))
            pipes = "|" * (line.count("|") - sum(cell.count("|") for cell in cells))
            return "table", None, CELL.join(" ".join(cell.split()) for cell in cells), pipes
        if self._is_item:
            return "list", None, line, ""
        quote = re.match(r"\s*(?:>[ \t]?)+", line)
        if quote:
            return "text", None, line[quote.end() :] or None, quote[0]
        # A line below an item or a note goes on with it.
        return (kind if run and kind in ("list", "note") else "text"), None, line, ""


def definitions(lines: Sequence[str]) -> list[tuple[list[str], list[list[str]]]]:
    """(terms, the lines of each of their definitions) of a paragraph of such alone; nothing of any other."""
    found: list[tuple[list[str], list[list[str]]]] = []
    for line in lines:
        mark = DEFINITION.match(line)
        text = " ".join(line[mark.end() if mark else 0 :].split())
        if mark and found:
            found[-1][1].append([text])
        elif found and found[-1][1] and line.startswith((" ", "\t")):
            found[-1][1][-1].append(text)
        elif mark or len(text.split()) > LABEL_WORDS or MARKED.match(line):
            return []
        elif not found or found[-1][1]:
            found.append(([text], []))
        else:
            found[-1][0].append(text)
    return found if found and all(meanings for _, meanings in found) else []


def without_struck(text: str) -> tuple[str, list[str]]:
    """(`text` without what is struck through, what was); code says what it says, and "5~~10 and 7~~12" two ranges."""
    marks = list(STRIKE.finditer(text))
    ends = _ends(marks)
    kept: list[str] = []
    struck: list[str] = []
    at = index = 0
    while index < len(marks):
        end = ends[index]
        if end is None:
            index += 1
            continue
        start, stop = marks[index].start(), marks[end].end()
        ranges = marks[index][0] == "~~" and _makes_a_number(text[max(0, start - 2) : start], text[stop : stop + 2])
        if not ranges and not marks[index][0].startswith(("`", "~~~")):
            kept.append(text[at:start])
            at = stop
            struck.append(text[start:stop])
        index = end + 1
    return _joined((*kept, text[at:])), struck


def _makes_a_number(before: str, after: str) -> bool:
    return DIGITS[0].search(before) is not None and DIGITS[1].match(after) is not None


def _joined(pieces: Sequence[str]) -> str:
    """The pieces as one text, a space between those that would make a number together."""
    apart: list[str] = []
    before = ""
    for piece in pieces:
        space = " " if _makes_a_number(before, piece) else ""
        apart.append(space + piece)
        before = (before + space + piece[-2:])[-2:]
    return "".join(apart)


def _ends(marks: Sequence[re.Match[str]]) -> list[int | None]:
    """For each mark the next one that closes what it opens."""
    following: dict[str, int] = {}
    found: list[int | None] = []
    for index in range(len(marks) - 1, -1, -1):
        mark, name = marks[index][0], (marks[index][1] or "").lower()
        opens = bool(name) and not mark.startswith("</")
        found.append(following.get(f"/{name}" if opens else mark))
        if not opens:
            following[f"/{name}" if name else mark] = index
    return found[::-1]


def _heading_text(rest: str) -> str:
    """What follows the marks of a heading, without those that may close it."""
    text = rest.strip(" \t")
    opened = text.rstrip("#")
    closed = opened != text and opened.endswith((" ", "\t"))
    return opened.rstrip(" \t") if closed else text


def _rows_without_edges(lines: list[str]) -> frozenset[int]:
    """The lines of tables whose rows have pipes between cells alone: above and below a rule that has pipes too."""
    rows: set[int] = set()
    for index, line in enumerate(lines[1:], 1):
        if index - 1 in rows and "|" in line:
            rows.add(index)
        elif "|" in line and "|" in lines[index - 1] and TABLE_RULE.match(line):
            rows |= {index - 1, index}
    return frozenset(rows)
