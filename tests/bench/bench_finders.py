"""What finders do to the first place of a search, and to documents that have none beside documents that have some.

`EVAL=DIR python -m tests.bench.bench_finders`: questions with evidence in DIR/planner-dev.jsonl (or QUESTIONS), about
the documents of DIR/../corpus (or CORPUS), read with the starter guidance into an index that is thrown away.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.app.core import Core, build
from bot.settings import Settings
from retrieval.corpus.finders import Placed
from retrieval.corpus.passages import EVERYTHING, Source
from retrieval.corpus.standing import same_title
from retrieval.evaluation.intervals import Sample, difference, interval
from retrieval.index import placing, publishing

WITHIN = 10
Keep = Callable[[str], bool]
Ranks = Mapping[str, int | None]


def main() -> None:
    if "EVAL" not in os.environ:
        print("finders: no EVAL=DIR with planner-dev.jsonl, nothing measured")
        return
    folder = Path(os.environ["EVAL"])
    lines = Path(os.environ.get("QUESTIONS", folder / "planner-dev.jsonl")).read_text(encoding="utf-8").splitlines()
    asked = [line for line in map(json.loads, lines) if line.get("evidence") and line.get("expect") == "answered"]
    corpus = Path(os.environ.get("CORPUS", folder.parent / "corpus"))
    without, with_all = (_ranks(corpus, asked, keep) for keep in (_none, _all))
    print(*_rows("originals and starter", without, with_all), sep="\n")
    bare_without: dict[str, int | None] = {}
    bare: dict[str, int | None] = {}
    for file in sorted({place["file"] for line in asked for place in line["evidence"]}):
        about = [line for line in asked if any(place["file"] == file for place in line["evidence"])]
        bare_without |= _ranks(corpus, about, _none, bare=file)
        bare |= _ranks(corpus, about, lambda name, file=file: name != file, bare=file)  # type: ignore[misc]
    print(*_rows("a document without finders", bare_without, bare), sep="\n")


def _ranks(corpus: Path, asked: Sequence[Mapping[str, Any]], keep: Keep, bare: str = "") -> Ranks:
    """Question id to the rank of the first right paragraph. `keep` says of which files the finders are searched;
    the digest of the file `bare` is taken out.
    """
    with tempfile.TemporaryDirectory() as home:
        core = build(Settings(_env_file=None, proviso_home=Path(home)))
        core.keep_checklist_finders()
        placed, names = placing.placed, dict[str, str]()

        def kept(session: Any, present: Any) -> tuple[Placed, ...]:
            names.update({version.version_id: Path(row.path).name for row, version, _ in present})
            return tuple(f for f in placed(session, present) if keep(names[f.passage_id.rpartition("-")[0]]))

        setattr(publishing, "placed", kept)  # noqa: B010 - the planner of generations looks it up there
        try:
            core.ingestor.ingest([corpus, core.starter], yes=True)
            _take_out_the_digest_of(core, bare)
            return {line["id"]: _rank(core, line) for line in asked}
        finally:
            setattr(publishing, "placed", placed)  # noqa: B010
            core.close()


def _take_out_the_digest_of(core: Core, file: str) -> None:
    sources: list[Source] = [summary.source for summary in core.corpus.sources(EVERYTHING)]
    titles = {same_title(source.title) for source in sources if Path(source.path).name == file}
    for source in sources:
        if source.kind == "digest" and same_title(source.digest_of) in titles:
            core.corpus.remove(source.source_id)
    core.generations.build()


def _rank(core: Core, line: Mapping[str, Any]) -> int | None:
    right = {(place["file"], place["para"]) for place in line["evidence"]}
    for rank, hit in enumerate(core.retriever.search(line["question"], WITHIN).hits, 1):
        name = Path(hit.passage.source.path).name
        if right & {(name, span.paragraph) for sentence in hit.passage.sentences for span in sentence.spans}:
            return rank
    return None


def _rows(name: str, without: Ranks, with_lines: Ranks) -> list[str]:
    table = []
    for label, value in (("MRR@10", _reciprocal), ("right place first", _first)):
        samples: list[Sample] = [[(value(ranks[id_]), 1.0) for id_ in without] for ranks in (without, with_lines)]
        figures = [sum(one for one, _ in sample) / len(sample) for sample in samples]
        shown = [f"{figure:.3f} {_span(interval(sample))}" for figure, sample in zip(figures, samples, strict=True)]
        paired = difference(samples[1], samples[0])
        assert paired is not None
        signs = [new[0] - old[0] for old, new in zip(*samples, strict=True)]
        counts = f"{sum(sign > 0 for sign in signs)} / {sum(sign < 0 for sign in signs)}"
        cells = (f"{name} (n={len(without)}): {label}", *shown, f"{paired[0]:+.3f} {_span(paired[1])}", counts)
        table.append(f"| {' | '.join(cells)} |")
    return table


def _span(between: Sequence[float] | None) -> str:
    return f"({between[0]:.3f} to {between[1]:.3f})" if between else ""


def _reciprocal(rank: int | None) -> float:
    return 1 / rank if rank else 0.0


def _first(rank: int | None) -> float:
    return float(rank == 1)


def _none(_name: str) -> bool:
    return False


def _all(_name: str) -> bool:
    return True


if __name__ == "__main__":
    main()
