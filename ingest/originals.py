"""Originals of our digests, known by hashes of their wording: a bare copy gets its record, and its places align.

A digest's file `NAME.original.json` holds no text: for each paragraph of the original some hashes of runs of words
(a sample after Broder 1997, "On the resemblance and containment of documents"), and what is known of the original.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from ingest.blocks import Block, Reading
from ingest.readers.beside import ORIGINAL
from ingest.readers.reading import read
from ingest.starter import starter_guidance
from ingest.structure import Unit
from retrieval.corpus.passages import Sentence
from retrieval.corpus.standing import same_title

# So many words in a row are seldom the same by chance; one run in eight is kept, and three of the shortest paragraph.
RUN_WORDS, KEPT_OF, LEAST_KEPT = 5, 8, 3
# A copy has nearly all of the original and little else; an extract is made of it; another edition shares about half.
COPY, COPY_OWN, EXTRACT_OWN, EDITION = 0.8, 0.5, 0.8, 0.5
# Fewer runs than this tell nothing: a quotation has as many.
LEAST_RUNS = 40
RECOGNISED = "recognised by its wording as “{title}”: what it does not say of itself comes from our record of that text"
PART = "looks like a part of “{title}” (about {share:.0%} of it): nothing was taken from our record of that text"
RESEMBLES = "resembles “{title}”, perhaps in another edition: nothing was taken from our record of that text"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Original:
    """What a digest knows of its original: the record (fields of a source), and the sampled hashes by paragraph."""

    record: Mapping[str, str]
    paragraphs: Mapping[int, frozenset[int]]

    @property
    def sample(self) -> frozenset[int]:
        """The hashes of the common sample: those that any copy has too, wherever its paragraphs begin."""
        return frozenset(run for runs in self.paragraphs.values() for run in runs if _sampled(run))


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much the two have in common: the share of the original's wording and of the document's, 0 to 1."""

    original: Original
    of_original: float
    of_document: float


def recognised(reading: Reading, originals: Sequence[Original] | None = None) -> tuple[Reading, Original | None]:
    """The reading with the record of the original that it is a copy of, and that original; itself where it is none.

    What the document or the files beside it say goes before the record. A digest, and a document that is only a part
    or another edition of an original, keeps its own record; the latter is told in its warnings.
    """
    known = shipped() if originals is None else originals
    if reading.metadata.get("kind") == "digest" or not known:
        return reading, None
    best = _best(reading.blocks, known)
    if best is None:
        return reading, None
    record = best.original.record
    if best.of_original >= COPY and best.of_document >= COPY_OWN:
        return replace(_noted(reading, RECOGNISED, best), metadata=_merged(record, reading.metadata)), best.original
    note = PART if best.of_document >= EXTRACT_OWN else RESEMBLES if best.of_original >= EDITION else None
    return (_noted(reading, note, best) if note else reading), None


def aligned(units: Iterable[Unit], original: Original) -> tuple[Unit, ...]:
    """The units with the paragraph of the original ("par. 8") at each sentence whose own number is another, or none."""
    times = Counter(run for runs in original.paragraphs.values() for run in runs)
    homes = {run: n for n, runs in original.paragraphs.items() for run in runs if times[run] == 1}
    found = []
    for unit in units:
        each = [_home(sentence.text, homes) for sentence in unit.sentences]
        usual = _home(" ".join(sentence.text for sentence in unit.sentences), homes)
        sentences = tuple(_placed(s, home or usual) for s, home in zip(unit.sentences, each, strict=True))
        found.append(replace(unit, sentences=sentences))
    return tuple(found)


@cache
def shipped() -> tuple[Original, ...]:
    """The originals of the starter digests, read once."""
    return tuple(parsed(path.read_text("utf-8")) for path in sorted(starter_guidance().glob(f"*{ORIGINAL}")))


def parsed(text: str) -> Original:
    """An original from its file."""
    data = json.loads(text)
    paragraphs = {int(n): frozenset(int(run, 16) for run in runs.split()) for n, runs in data["paragraphs"].items()}
    return Original(data["record"], paragraphs)


def fingerprint(blocks: Sequence[Block], record: Mapping[str, str]) -> dict[str, Any]:
    """What the file of an original holds, made from the original itself and its record."""
    paragraphs: dict[int, set[int]] = {}
    for number, block in enumerate(blocks, 1):
        paragraphs.setdefault(block.paragraph or number, set()).update(_runs(block.text))
    kept = {n: _kept(runs) for n, runs in paragraphs.items() if runs}
    return {"record": dict(record), "paragraphs": {str(n): " ".join(f"{run:08x}" for run in kept[n]) for n in kept}}


def _kept(runs: set[int]) -> list[int]:
    sample = sorted(run for run in runs if _sampled(run))
    return sample if len(sample) >= LEAST_KEPT else sorted({*sample, *sorted(runs)[:LEAST_KEPT]})


def _sampled(run: int) -> bool:
    return run % KEPT_OF == 0


def _best(blocks: Sequence[Block], originals: Sequence[Original]) -> Likeness | None:
    runs = {run for block in blocks for run in _runs(block.text)}
    sample = frozenset(filter(_sampled, runs))
    if len(runs) < LEAST_RUNS or not sample:
        return None
    found = [
        Likeness(
            original, len(original.sample & sample) / len(original.sample), len(original.sample & sample) / len(sample)
        )
        for original in originals
        if original.sample
    ]
    return max(found, key=lambda likeness: likeness.of_original * likeness.of_document, default=None)


def _runs(text: str) -> list[int]:
    """The hash of every run of words, 32 bits each: letters and digits in lower case, whatever stood between them."""
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return [_hash(" ".join(words[at : at + RUN_WORDS])) for at in range(len(words) - RUN_WORDS + 1)]


def _hash(run: str) -> int:
    return int.from_bytes(hashlib.blake2b(run.encode(errors="surrogatepass"), digest_size=4).digest())


def _merged(record: Mapping[str, str], stated: Mapping[str, str]) -> dict[str, str]:
    """The record, and before it what the document states; a title that a site or a series adds to is the original's."""
    title = record["title"]
    adorned = f" {same_title(title)} " in f" {same_title(stated.get('title'))} "
    return {**record, **stated, **({"title": title} if adorned else {})}


def _home(text: str, homes: Mapping[int, int]) -> int | None:
    """The paragraph of the original that most runs of `text` are from; None where none is."""
    votes = Counter(homes[run] for run in _runs(text) if run in homes)
    return min(votes, key=lambda paragraph: (-votes[paragraph], paragraph)) if votes else None


def _placed(sentence: Sentence, paragraph: int | None) -> Sentence:
    own = {span.paragraph for span in sentence.spans}
    return sentence if paragraph is None or paragraph in own else replace(sentence, locator=f"par. {paragraph}")


def _noted(reading: Reading, note: str, likeness: Likeness) -> Reading:
    said = note.format(title=likeness.original.record["title"], share=likeness.of_original)
    return replace(reading, warnings=(*reading.warnings, said))


def write(digest: Path, original: Path, record: Mapping[str, str]) -> Path:
    """Write the hashes of the document `original` and its record beside the digest; the path of that file."""
    path = digest.with_name(f"{digest.stem}{ORIGINAL}")
    path.write_text(json.dumps(fingerprint(read(original).blocks, record), indent=1) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]), dict(pair.split("=", 1) for pair in sys.argv[3:]))
