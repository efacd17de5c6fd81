"""Figures as somebody reads them."""

from __future__ import annotations

from bot.cli.figures import difference_rows, markdown_table, plain_table, rows

FIGURES = {
    "questions": 1200,
    "hit": 0.5,
    "verbatim": None,
    "by_kind": {"direct": {"questions": 2, "handled": 1.0}},
    "by_language": {"en": {"questions": 3, "hit": 0.25, "precision": None}},
    "p50_ms": 12.34,
    "intervals": {
        "hit": [0.25, 0.75],
        "verbatim": None,
        "by_kind": {"direct": [0.3424, 1.0]},
        "by_language": {"en": {"hit": [0.1, 0.4], "precision": None}},
    },
}


def test_every_figure_has_a_row_with_its_interval_and_what_is_unknown_says_so() -> None:
    assert plain_table(rows(FIGURES)).splitlines() == [
        "figure                           value  95 % interval",
        "questions                        1,200",
        "hit                              0.500  0.250 to 0.750",
        "verbatim                             –",
        "by_kind direct: handled (n=2)    1.000  0.342 to 1.000",
        "by_language en: hit (n=3)        0.250  0.100 to 0.400",
        "by_language en: precision (n=3)      –",
        "p50_ms                            12.3",
    ]


def test_differences_carry_their_sign() -> None:
    table = difference_rows({"hit": {"difference": -0.01, "interval": [-0.02, 0.001]}})
    assert markdown_table(table) == (
        "| figure | value | 95 % interval |\n| --- | ---: | --- |\n| hit | -0.010 | -0.020 to 0.001 |"
    )
