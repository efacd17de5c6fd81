"""A file taken apart: what a limited child does with it, and hands on. What is left to do takes time by its length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.blocks import Block, Reading
from ingest.errors import MAX_PIECES, too_many_parts
from ingest.finders import Entry, entries_of
from ingest.originals import aligned, recognised
from ingest.readers.reading import prepare, read
from ingest.structure import Unit, structure
from ingest.tables import CELL
from retrieval.corpus.records import sentences_from_json, sentences_to_json

__all__ = ["Parts", "parts_of", "prepare", "read_parts"]


@dataclass(frozen=True, slots=True)
class Parts:
    """The sentences of a document; `metadata`, `content_hash` and `warnings` are those of its Reading. `finders` are
    the entries of the files beside it.
    """

    units: tuple[Unit, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    content_hash: str = ""
    warnings: tuple[str, ...] = ()
    finders: tuple[Entry, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values, for the way out of the child. A section is written once, however many units it has."""
        sections = {section: n for n, section in enumerate(dict.fromkeys(unit.section for unit in self.units))}
        return {
            "sections": list(sections),
            "units": [
                [
                    sections[unit.section],
                    unit.note,
                    sentences_to_json(unit.sentences),
                ]
                for unit in self.units
            ],
            "metadata": dict(self.metadata),
            "content_hash": self.content_hash,
            "warnings": list(self.warnings),
            "finders": [[entry.at, entry.says, list(entry.lines), entry.where] for entry in self.finders],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Parts:
        """The inverse of `to_json`."""
        return cls(
            units=tuple(
                Unit(data["sections"][section], sentences_from_json(sentences), note)
                for section, note, sentences in data["units"]
            ),
            metadata=data["metadata"],
            content_hash=data["content_hash"],
            warnings=tuple(data["warnings"]),
            finders=tuple(Entry(at, says, tuple(lines), where) for at, says, lines, where in data["finders"]),
        )


def read_parts(path: Path) -> Parts:
    """The document at `path`, read and taken apart. Raises Rejected with reason and hint."""
    return parts_of(read(path))


def parts_of(reading: Reading) -> Parts:
    """What is indexed of a reading. Raises Rejected when it falls into more pieces than a document has."""
    if sum(map(_pieces, reading.blocks)) > MAX_PIECES:
        raise too_many_parts()
    reading, original = recognised(reading)
    metadata = reading.metadata
    units = structure(reading, metadata.get("title"), digest=metadata.get("kind") == "digest").units
    if sum(len(sentence.spans) for unit in units for sentence in unit.sentences) > MAX_PIECES:
        raise too_many_parts()
    if original is not None:
        units = aligned(units, original)
    read = [entries_of(name, text) for name, text in reading.finders]
    finders = tuple(entry for entries, _ in read for entry in entries)
    faults = tuple(fault for _, found in read for fault in found)
    return Parts(units, metadata, reading.content_hash, (*reading.warnings, *faults), finders)


def _pieces(block: Block) -> int:
    """How many pieces a block has at least: a table one a cell."""
    return 1 + block.text.count(CELL) + block.text.count("\n") if block.kind == "table" else 1
