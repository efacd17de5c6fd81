"""One small document in every format: the same headings, paragraphs, lists, tables and notes, each word only once."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage

import docx
import pptx
from hypothesis import strategies as st
from pptx.util import Inches

CONTENT_TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
RELATIONSHIPS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}'
    "</Relationships>"
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)


@dataclass(frozen=True)
class Part:
    """A piece of a document: heading, text, list, table (first row its header), or junk that no reader shows."""

    kind: str
    words: tuple[tuple[str, ...], ...]

    @property
    def flat(self) -> list[str]:
        return [word for row in self.words for word in row]


def word(number: int) -> str:
    """A word that no other number has: letters alone, so that nothing in it is a mark or a number."""
    letters = ""
    for _ in range(4):
        number, digit = divmod(number, 20)
        letters += "bcdfghjklmnprstvwxyz"[digit] + "aeiou"[digit % 5]
    return letters


@st.composite
def documents(draw: st.DrawFn) -> list[Part]:
    """A heading, then any parts in any order; at least one paragraph of text."""
    used = iter(range(10_000))

    def row(length: int) -> tuple[str, ...]:
        return tuple(word(next(used)) for _ in range(length))

    kinds = draw(st.lists(st.sampled_from(["heading", "text", "list", "table", "junk"]), max_size=7))
    parts = []
    for kind in ["heading", "text", *kinds]:
        columns = draw(st.integers(2, 4)) if kind == "table" else draw(st.integers(1, 6))
        rows = draw(st.integers(2, 4)) if kind in ("table", "list") else 1
        parts.append(Part(kind, tuple(row(columns) for _ in range(rows))))
    return parts


def sentence(words: Sequence[str]) -> str:
    return " ".join(words).capitalize() + "."


def as_text(parts: Sequence[Part]) -> bytes:
    blocks = []
    for part in parts:
        rows = [" ".join(row) for row in part.words]
        blocks.append({
            "heading": rows[0].title(), "text": sentence(part.words[0]), "junk": sentence(part.words[0]),
            "list": "\n".join(f"- {row}" for row in rows), "table": "\n".join("   ".join(row) for row in part.words),
        }[part.kind])  # fmt: skip
    return "\n\n".join(blocks).encode()


def as_markdown(parts: Sequence[Part]) -> bytes:
    blocks = []
    for part in parts:
        rows = ["| " + " | ".join(row) + " |" for row in part.words]
        blocks.append({
            "heading": "# " + " ".join(part.flat), "text": sentence(part.flat),
            "junk": f"<!-- {' '.join(part.flat)} -->",
            "list": "\n".join("* " + " ".join(row) for row in part.words),
            "table": "\n".join([rows[0], "|---" * len(part.words[0]) + "|", *rows[1:]]),
        }[part.kind])  # fmt: skip
    return "\n\n".join(blocks).encode()


def html_body(parts: Sequence[Part]) -> str:
    blocks = []
    for index, part in enumerate(parts):
        joined = html.escape(" ".join(part.flat))
        rows = [
            "".join(f"<{tag}>{cell}</{tag}>" for cell in row)
            for tag, row in zip(["th"] + ["td"] * len(part.words), part.words, strict=False)
        ]
        junk = ("<script>{}</script>", "<nav>{}</nav>", "<!-- {} -->", "<p hidden>{}</p>", "<aside>{}</aside>")
        blocks.append({
            "heading": f"<h2>{joined}</h2>", "text": f"<p>{sentence(part.flat)}</p>",
            "junk": junk[index % 5].format(joined),
            "list": "<ul>" + "".join(f"<li>{' '.join(row)}</li>" for row in part.words) + "</ul>",
            "table": "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>",
        }[part.kind])  # fmt: skip
    return "\n".join(blocks)


def as_html(parts: Sequence[Part]) -> bytes:
    return f"<!DOCTYPE html><html><head><meta charset=utf-8></head><body>{html_body(parts)}</body></html>".encode()


def as_epub(parts: Sequence[Part]) -> bytes:
    half = len(parts) // 2
    return make_epub([html_body(parts[:half]), html_body(parts[half:])])


def as_eml(parts: Sequence[Part]) -> bytes:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "Lamps", "Ada Quill <ada@example.org>"
    mail.set_content(as_text([part for part in parts if part.kind != "junk"]).decode())
    junk = [" ".join(part.flat) for part in parts if part.kind == "junk"]
    if junk:
        mail.set_content(mail.get_content() + "\n-- \n" + "\n".join(junk))
    return mail.as_bytes()


def as_docx(parts: Sequence[Part]) -> bytes:
    document = docx.Document()
    for part in parts:
        joined = " ".join(part.flat)
        if part.kind == "heading":
            document.add_heading(joined, 1)
        elif part.kind == "text":
            document.add_paragraph(sentence(part.flat))
        elif part.kind == "junk":
            document.add_paragraph().add_run(joined).font.hidden = True
        elif part.kind == "list":
            for row in part.words:
                document.add_paragraph(" ".join(row), style="List Bullet")
        else:
            table = document.add_table(0, len(part.words[0]), style="Light Grid Accent 1")
            for row in part.words:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
    return saved(document)


def as_pptx(parts: Sequence[Part]) -> bytes:
    deck = pptx.Presentation()
    slide = None
    for part in parts:
        joined = " ".join(part.flat)
        if part.kind == "heading" or slide is None:
            slide = deck.slides.add_slide(deck.slide_layouts[5])
            slide.shapes.title.text = joined
        elif part.kind == "table":
            size = len(part.words), len(part.words[0])
            table = slide.shapes.add_table(*size, Inches(1), Inches(1), Inches(5), Inches(3)).table
            for row, texts in enumerate(part.words):
                for column, text in enumerate(texts):
                    table.cell(row, column).text = text
        elif part.kind == "junk":
            hidden = deck.slides.add_slide(deck.slide_layouts[6])
            hidden._element.set("show", "0")
            hidden.shapes.add_textbox(0, 0, 100, 100).text_frame.text = joined
        else:
            frame = slide.shapes.add_textbox(0, 0, 100, 100).text_frame
            frame.text = "\n".join(" ".join(row) for row in part.words)
    return saved(deck)


FORMATS = {
    "txt": as_text, "md": as_markdown, "html": as_html, "epub": as_epub, "eml": as_eml, "docx": as_docx,
    "pptx": as_pptx,
}  # fmt: skip


def saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def zipped(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def make_epub(chapters: Sequence[str], metadata: str = "", files: dict[str, str] | None = None) -> bytes:
    """A book of these chapter bodies, in reverse order in the archive."""
    names = [f"text/c {number}.xhtml" for number in range(len(chapters))]
    items = "".join(
        f'<item id="i{n}" href="{name.replace(" ", "%20")}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(names)
    )
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(len(names)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata>{metadata}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
    pages = {
        f"OPS/{name}": '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><body>{body}</body></html>'
        for name, body in reversed(list(zip(names, chapters, strict=True)))
    }
    return zipped({"META-INF/container.xml": container, "OPS/book.opf": package, **pages, **(files or {})})


def make_docx(body: str, *, doctype: str = "", **parts: str) -> bytes:
    """A Word document of raw XML; `parts` (footnotes, endnotes, styles, header1, comments) are raw XML as well."""
    relations = "".join(
        f'<Relationship Id="r{name}" Type="{OFFICE}/{name.rstrip("1")}" Target="{name}.xml"/>' for name in parts
    )
    return zipped({
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONSHIPS.format(
            f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
        ),
        "word/_rels/document.xml.rels": RELATIONSHIPS.format(relations),
        "word/document.xml": f"{doctype}<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>",
        **{f"word/{name}.xml": xml.replace(">", f" {NAMESPACES}>", 1) for name, xml in parts.items()},
    })  # fmt: skip


def p(text: str, properties: str = "") -> str:
    """A Word paragraph."""
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}<w:r><w:t>{text}</w:t></w:r></w:p>"


def words_of(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from (found.lower() for found in text.replace(".", " ").split() if found.isalpha())
