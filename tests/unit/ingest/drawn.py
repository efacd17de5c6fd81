"""PDFs drawn string by string, so that the order in the file need not be the order they are read in."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table, TableStyle

Draw = Callable[[Canvas], None]

THINGS = ("tower", "mole", "beacon", "harbour", "lantern", "store of oil", "winter watch")
DEEDS = (
    "is kept by a guild",
    "was inspected twice",
    "needs new wicks",
    "cost the council dearly",
    "stood dark for a week",
)
ENDS = ("before the storms came", "and nobody objected", "as the old rules ask")
# No two are alike in more than a few words.
SENTENCES = [
    f"The {THINGS[n % 7]} at point {n} {DEEDS[n % 5]} in the year {1700 + n}, {ENDS[n % 3]}, and the keeper of the "
    f"{THINGS[(n + 2) % 7]} wrote {n} letters of thanks {ENDS[(n + 1) % 3]}."
    for n in range(1, 200)
]


def drawn(*pages: Draw, size: tuple[float, float] = A4, **information: str) -> bytes:
    """A PDF whose pages the functions draw."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    for key, value in information.items():
        getattr(canvas, f"set{key.title()}")(value)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def wrapped(text: str, width: float, size: float = 10, font: str = "Helvetica") -> list[str]:
    """`text` in lines no wider than `width` points."""
    lines: list[str] = []
    for word in text.split():
        if lines and stringWidth(f"{lines[-1]} {word}", font, size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def column(
    canvas: Canvas, lines: Sequence[str], x: float, y: float, size: float = 10, font: str = "Helvetica"
) -> float:
    """Draw lines below each other; returns where the next would stand."""
    canvas.setFont(font, size)
    for line in lines:
        canvas.drawString(x, y, line)
        y -= 1.2 * size
    return y


def across(canvas: Canvas, columns: Sequence[Sequence[str]], xs: Sequence[float], y: float, size: float = 10) -> float:
    """Draw columns row by row: first the first line of each, then the second of each."""
    canvas.setFont("Helvetica", size)
    for i in range(max(map(len, columns))):
        for lines, x in zip(columns, xs, strict=True):
            if i < len(lines):
                canvas.drawString(x, y, lines[i])
        y -= 1.2 * size
    return y


def two_columns(canvas: Canvas, first: int, y: float = 780, count: int = 8) -> float:
    """Sentences in two columns, drawn row by row; `first` is the number of the first sentence."""
    text = [" ".join(SENTENCES[start : start + count]) for start in (first - 1, first - 1 + count)]
    return across(canvas, [wrapped(part, 235) for part in text], (50, 305), y)


def ruled(rows: Sequence[Sequence[str]], x: float, y: float, *, grid: bool = True, bold: bool = True) -> Draw:
    """A table with its upper left corner at (x, y); the first row is bold."""

    def draw(canvas: Canvas) -> None:
        style = [("FONT", (0, 0), (-1, 0), "Helvetica-Bold")] if bold else []
        table = Table([list(row) for row in rows], colWidths=150)
        table.setStyle(TableStyle([*style, *([("GRID", (0, 0), (-1, -1), 0.5, colors.black)] if grid else [])]))
        _, height = table.wrapOn(canvas, 500, 700)
        table.drawOn(canvas, x, y - height)

    return draw


WIDE = landscape(A4)
