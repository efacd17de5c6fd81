"""Guidance that reads like the real thing and was written for these tests."""

from __future__ import annotations

from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.corpus.records import source_id

_PARTNERS = [
    "A supporting state should assess a partner before support begins.",
    "The assessment covers the partner's willingness, capability and leadership.",
    "Training without mentoring rarely changes how a unit behaves.",
]
_DETENTION = [
    "Supporters must agree the treatment of detainees with a partner before anyone is captured.",
    "A transfer must not take place where torture is likely.",
    "Where possible, visits should follow every transfer.",
]


def _source(path: str, title: str, publisher: str, published: str) -> Source:
    return Source(
        source_id("guidance", path),
        path,
        title=title,
        publisher=publisher,
        published=published,
        authority="policy",
        url=f"https://example.org/{path}",
    )


def _passage(source: Source, name: str, section: str, sentences: list[str]) -> Passage:
    said = tuple(Sentence((Span(text, number, 3),)) for number, text in enumerate(sentences, 4))
    return Passage(name, source, said, section=section)


PARTNERS = _source("partners.md", "Handbook on Partners", "Institute of Partnership", "2021")
DETENTION = _source("detention.md", "Notes on Detention", "Institute of Partnership", "2019-05-02")
PASSAGES = {
    PARTNERS: (_passage(PARTNERS, "p-partners", "Assessment", _PARTNERS),),
    DETENTION: (
        _passage(DETENTION, "p-detention", "Transfers", _DETENTION),
        _passage(DETENTION, "p-visits", "Visits", ["Visitors speak with detainees alone, as often as they ask to."]),
    ),
}
