"""Two invented documents for tests: a handbook and a commentary, with the shapes that real guidance has."""

from __future__ import annotations

from retrieval.corpus.passages import Passage, Sentence, Source, Span

HANDBOOK = Source(
    source_id="handbook",
    path="handbook.md",
    title="Handbook on Support to Partner Forces",
    publisher="Institute for Joint Practice",
    published="2023",
    authority="guidance",
)
COMMENTARY = Source(
    source_id="essay",
    path="essays/river.txt",
    title="After the River Campaign",
    author="Ada Brandt",
    published="2021-05",
    authority="commentary",
)
DIGEST = Source(
    source_id="digest", path="digest.md", title="Digest of the Convoy Code", kind="digest", digest_of="Convoy Code"
)


def passage(id: str, source: Source, section: str | None, *sentences: tuple[int, str], note: bool = False) -> Passage:
    """A passage of sentences given as (paragraph, text)."""
    return Passage(id, source, tuple(Sentence((Span(text, n),)) for n, text in sentences), section, note)


PASSAGES = (
    passage(
        "h1",
        HANDBOOK,
        "Before support begins",
        (2, "Before support begins, planners should review the discipline record of every unit that will receive it."),
        (2, "The review covers pay, complaints and the conduct of its officers."),
        (2, "It must be finished before any weapon is handed over."),
        (3, "Where possible, the review should be carried out together with the partner’s own inspectors."),
    ),
    passage(
        "h2",
        HANDBOOK,
        "Stores and ammunition",
        (5, "Ammunition stores must be counted every 90 days by a joint team."),
        (5, "Deliveries should be paused if two successive counts do not match the ledger."),
        (6, "A pause may be lifted once the missing rounds have been explained in writing."),
    ),
    passage(
        "h3",
        HANDBOOK,
        "People in custody",
        (8, "Advisers should visit every holding site in the first week of a joint operation."),
        (8, "Visits without notice are not a sign of distrust."),
        (9, "Medical care for people in custody cannot wait for a transfer decision."),
        (9, "Families must be told within 48 hours where a relative is held, unless a judge has ordered otherwise."),
    ),
    passage(
        "h4",
        HANDBOOK,
        "Passing information",
        (11, "Information is passed on only after its origin has been checked."),
        (11, "Caveats on its use should be agreed in writing with the receiving headquarters."),
        (12, "Liaison officers may stop an exchange at any time."),
    ),
    passage(
        "e1",
        COMMENTARY,
        "What went wrong",
        (4, "In early 2017 General Ruiz forbade the shelling of river villages except in self-defense."),
        (4, "His predecessor, General Okoye, had relied on artillery, and more than 400 homes were lost in 2016."),
        (5, "In my view, the order came a year too late."),
        (5, "Complaints fell from 120 in 2016 to fewer than 30 by 2018."),
    ),
    passage(
        "e2",
        COMMENTARY,
        "What it teaches",
        (7, "Critics argue that the coalition trained battalions faster than it could supervise them."),
        (7, "The coalition should have tied training to supervision from the outset."),
        (8, "Roughly half of the trained battalions were disbanded within three years."),
        (8, "Does that mean training is useless?"),
        (8, "It does not, but training cannot replace the will to obey the law."),
    ),
    passage("e3", COMMENTARY, None, (9, "See Brandt, River Diaries, on complaints in 2016 and 2018."), note=True),
    Passage(
        "e4",
        COMMENTARY,
        (
            Sentence(
                (Span("Supervision teams were withdrawn in the spring, which", 10), Span("left no one to count.", 14))
            ),
        ),
        "What it teaches",
    ),
    Passage(
        "d1",
        DIGEST,
        (Sentence((Span("Convoys halt when the escort loses contact.", 3),), locator="par. 12"),),
        "Movement",
    ),
)
