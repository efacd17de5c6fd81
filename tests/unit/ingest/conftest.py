"""A look-alike of a journal article whose footnotes cut sentences, and PDFs made on the spot."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

from retrieval.corpus.passages import Source
from retrieval.database import Database
from tests.unit.ingest.library import Library

# Paragraph numbers: 1 title, 2 byline, 3 abstract, 4 first half, 5 biography, 6 and 7 notes, 8 second half,
# 9 heading, 10 first half, 11 note, 12 second half in a capital, 13 heading, 14 body, 15 caption.
ARTICLE = """\
Harbour Patrols and the Law of Lanterns

Ada Quill

ABSTRACT: This essay asks what harbour patrols owe to the lantern keepers whom they support along the coast.

The patrols learned early that lanterns matter.¹ Since then the harbour council has paid for oil, for wicks and for
the long winter watches,² and it appears content to leave the rest to keepers who look

Ada Quill teaches navigation at the School of Tides. Her books include *Oil and Water* (Tide Press, 2011).

1 "Rules for Lanterns," Harbour Council, May 4, 2009.

2 J. K. Reed, *Wicks* (Port Town: Tide Press, 2001), 12.

after the towers alone. The U.S. Coast Board, by contrast, inspects each tower twice a year (i.e., in spring and
autumn).

Oil in the Northern Towers

By 2010 the council's own office found that "the towers are safer than they were."³ Critics saw in this nothing but
a validation of the charge they had long levelled against

3 See Reed, *Wicks*, paras. 4–6.

Northern keepers and their guild. The guild denied it.

What Remains

Keepers should be asked what they need. Nobody asked them in 2010; few have asked since.

IMAGE: A lantern tower at dusk, seen from the mole. (H. Vane/Harbour Office)
"""


@pytest.fixture
def library(sqlite_database: Database, tmp_path: Path) -> Library:
    return Library(sqlite_database, tmp_path / "home")


@pytest.fixture
def source() -> Source:
    return Source("s1", "article.txt")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file below a folder of its own and return its path."""

    def put(name: str, content: str | bytes) -> Path:
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put


STYLES = getSampleStyleSheet()


def make_pdf(story: list[tuple[str, str]], *, header: str = "", columns: int = 1, **document: Any) -> bytes:
    """A PDF of (style, text) pairs; `header` stands with a page number at the top of every page."""
    out = io.BytesIO()

    def decorate(canvas: Any, _template: Any) -> None:
        if header:
            canvas.setFont("Helvetica", 8)
            canvas.drawString(50, 820, f"{header} page {canvas.getPageNumber()}")

    width = 500 / columns
    frames = [Frame(40 + column * width, 60, width - 10, 740) for column in range(columns)]
    template = BaseDocTemplate(out, pagesize=A4, **document)
    template.addPageTemplates(PageTemplate(frames=frames, onPage=decorate))
    template.build([Paragraph(text, STYLES[style]) for style, text in story])
    return out.getvalue()
