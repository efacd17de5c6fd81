from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.blocks import Block
from ingest.tables import Cell, row_sentences, rows_of


def quotes(text: str, headers: int | None = None) -> list[list[str]]:
    def clean(part: str) -> str:
        return " ".join(part.split())

    found = row_sentences(Block(text, 3, 2, "table", headers), clean)
    assert {(span.paragraph, span.page) for sentence in found for span in sentence.spans} <= {(3, 2)}
    return [[span.text for span in sentence.spans] for sentence in found]


def test_a_row_is_quoted_cell_by_cell_after_its_headers() -> None:
    assert quotes("Actor\tDuty\nPolice\tReport\n\tLog", 1) == [["Actor", "Police", "Duty", "Report"], ["Duty", "Log"]]


def test_without_headers_a_row_is_its_cells_and_headers_alone_are_rows() -> None:
    assert quotes("Police\tReport\nGuild\tLog") == [["Police", "Report"], ["Guild", "Log"]]
    assert quotes("Actor\tDuty", 1) == [["Actor", "Duty"]]


def test_headers_above_headers_are_said_in_order_and_once() -> None:
    assert quotes("Duty\tDuty\nWhat\tDuty\nReport\tnow", 2) == [["Duty", "What", "Report", "Duty", "now"]]


def test_a_header_over_an_empty_column_is_not_lost() -> None:
    assert quotes("Actor\tDuty\tWhen\nPolice\nGuild\tLog", 1) == [
        ["When"],
        ["Actor", "Police"],
        ["Actor", "Guild", "Duty", "Log"],
    ]


def test_a_long_row_is_quoted_by_the_sentences_of_its_cells_each_cell_under_its_label() -> None:
    first, second = "Report harm at once" + " and again" * 30 + ".", "Then log it."

    assert quotes(f"Actor\tDuty\nPolice\t{first} {second}\vInform the guild.", 1) == [
        ["Actor", "Police", "Duty", first],
        [second],
        ["Inform the guild."],
    ]


def test_every_sentence_made_of_a_table_says_that_it_is_a_row() -> None:
    long = "Report harm at once" + " and again" * 30 + "."
    tables = [Block(f"Actor\tDuty\tWhen\nPolice\t{long} Then log it.\nGuild\tLog.", kind="table", level=1)]
    tables.append(Block("Actor\tDuty\nPolice\tReport.", kind="table"))

    assert {sentence.row for table in tables for sentence in row_sentences(table, str.strip)} == {True}


def test_headers_as_long_as_a_paragraph_are_not_said_again_with_every_row() -> None:
    header = "word " * 41

    assert quotes(f"{header}\tDuty\nPolice\tReport\nGuild\tLog", 1) == [
        [header.strip(), "Duty"],
        ["Police", "Report"],
        ["Guild", "Log"],
    ]


def test_cells_that_span_rows_or_header_columns_come_again() -> None:
    rows = [
        [Cell(("Actor",), rows=2), Cell(("Duty",), columns=2)],
        [Cell(("What",)), Cell(("When",))],
        [Cell(("Police",), rows=2), Cell(("Report", "harm")), Cell(())],
        [Cell(("Log",), columns=2)],
        [],
    ]

    assert rows_of(rows, 2) == (
        ["Actor\tDuty\tDuty", "Actor\tWhat\tWhen", "Police\tReport\vharm\t", "Police\tLog\t"],
        2,
    )


CELLS = st.builds(
    Cell,
    st.lists(st.sampled_from(["a", "b c", "d.\te", "f", "g", " ", ""]), max_size=2).map(tuple),
    st.sampled_from([1, 1, 2, 200]),
    st.integers(1, 3),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=4), max_size=5), st.integers(0, 5))
def test_no_cell_is_lost_whatever_it_spans(rows: list[list[Cell]], headers: int) -> None:
    lines, count = rows_of(rows, headers)
    found = {text for sentence in quotes("\n".join(lines), count) for text in sentence} if lines else set[str]()

    said = {" ".join(part.split()) for row in rows for cell in row for part in cell.parts if part.strip()}
    assert said == found
