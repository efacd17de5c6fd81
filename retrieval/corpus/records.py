"""Sources and passages as JSON for storage, and the ids and hashes that are derived from them."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from retrieval.corpus.passages import Passage, Sentence, Source, Span

# Letters and digits: about sixty words, which nobody says twice by chance, and about eight.
MIN_SAID, LEAST_SAID = 300, 40

_SOURCE_FIELDS = tuple(field.name for field in fields(Source))


def source_id(root: str, path: str) -> str:
    """The id of the source at `path` (relative, with "/") below `root`: 16 hexadecimal digits."""
    return hashlib.sha256(f"{root}\0{path}".encode(errors="surrogatepass")).hexdigest()[:16]


def passage_id(version: str, ordinal: int) -> str:
    """The id of the passage at `ordinal` of a version; the same again whenever the same text is read again."""
    return f"{version}-{ordinal}"


def passage_place(passage: str) -> tuple[str, int]:
    """The version and the ordinal that an id names."""
    version, _, ordinal = passage.rpartition("-")
    return version, int(ordinal)


def version_id(source: Source, content_hash: str, passages: Sequence[Passage]) -> str:
    """The id of one reading: source id and content hash, and what the reader made of them (20 hexadecimal digits).

    The reading counts too, because a better splitter gives the same file other passages, and a version never changes.
    """
    digest = hashlib.sha256(f"{source.source_id}\0{content_hash}\0".encode())
    digest.update(json.dumps(source_to_json(source), sort_keys=True).encode())
    for passage in passages:
        record = [passage.section, passage.note, sentences_to_json(passage.sentences)]
        digest.update(json.dumps(record).encode())
    return digest.hexdigest()[:20]


def words_hash(source: Source, passages: Sequence[Passage]) -> str | None:
    """SHA-256 of what a document says, letters and digits alone: the same for its copy in another format or layout.

    Two documents may share a sentence or two and be of different origin: of a short text, what is known of its source
    counts as well. None for a text too short to tell: "see annex" is alike by chance.
    """
    said = unicodedata.normalize("NFKC", "".join(passage.text for passage in passages)).casefold()
    bare = "".join(filter(str.isalnum, said))
    if len(bare) < LEAST_SAID:
        return None
    if len(bare) < MIN_SAID:
        known = source_to_json(source)
        bare += json.dumps({name: known[name] for name in sorted(known.keys() - {"source_id", "path"})})
    return hashlib.sha256(bare.encode(errors="surrogatepass")).hexdigest()


def text_hash(indexed_text: str) -> str:
    """SHA-256 of an indexed text: the key its vectors are cached under."""
    return hashlib.sha256(indexed_text.encode(errors="surrogatepass")).hexdigest()


def source_to_json(source: Source) -> dict[str, Any]:
    """Every field that is known."""
    known = {name: getattr(source, name) for name in _SOURCE_FIELDS}
    return {name: value for name, value in known.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a source stands: `state` is active, superseded (by the source `successor`, whose title is
    `superseded_by`, where these are known), withdrawn, retired (a digest whose original is there), or duplicate (its
    text is that of the source `successor`).
    """

    state: str = "active"
    successor: str | None = None
    superseded_by: str | None = None

    @property
    def indexed(self) -> bool:
        """Whether its passages are found."""
        return self.state in ("active", "superseded")


STANDING = Standing()


def source_from_json(data: Mapping[str, Any], standing: Standing = STANDING) -> Source:
    """The inverse of `source_to_json`; a source that is superseded or withdrawn says so in its status."""
    known = {name: value for name, value in data.items() if name in _SOURCE_FIELDS}
    if standing.state in ("superseded", "withdrawn"):
        known["status"] = standing.state
    if standing.state == "superseded" and standing.successor:
        known |= {"successor": standing.successor, "superseded_by": standing.superseded_by}
    return Source(**known)


def file_hash(content_hash: str) -> str:
    """The hash of a file's bytes, without the mark of the reader that comes before its last colon."""
    return content_hash.rpartition(":")[2]


def sentences_to_json(sentences: Sequence[Sentence]) -> list[Any]:
    """[[locator, [[text, paragraph, page], …], place, stem, row], …]: short, for it is most of what the database holds.

    `row` is left out of a sentence that is none; `place` and `stem` (spans again) where it has none of the three.
    """
    return [
        [
            s.locator,
            _spans_to_json(s.spans),
            *([s.place, _spans_to_json(s.stem)] if s.place or s.stem or s.row else ()),
            *([True] if s.row else ()),
        ]
        for s in sentences
    ]


def sentences_from_json(data: Sequence[Any]) -> tuple[Sentence, ...]:
    """The inverse of `sentences_to_json`."""
    return tuple(_sentence(*item) for item in data)


def _sentence(
    locator: str | None, spans: Sequence[Any], place: str | None = None, stem: Sequence[Any] = (), row: bool = False
) -> Sentence:
    return Sentence(_spans_from_json(spans), locator, place, _spans_from_json(stem), row)


def _spans_from_json(data: Sequence[Any]) -> tuple[Span, ...]:
    return tuple(Span(*span) for span in data)


def _spans_to_json(spans: Sequence[Span]) -> list[list[Any]]:
    """[[text, paragraph, page], …], with the role behind where it is not "quote"."""
    return [[span.text, span.paragraph, span.page, *([] if span.role == "quote" else [span.role])] for span in spans]
