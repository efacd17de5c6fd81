"""From evidence to the log-odds that a question is covered: lines fitted between covered questions and others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from retrieval.answers.evidence import Evidence

# A test holds it to the question set, and writes it anew when told to.
DATA = "calibration.json"
# With the words of the local model; and by shared terms alone, for any other embedder (whose cosines have a scale of
# their own) and for none.
MEANING = ("similarity", "dense", "words", "gap", "names", "top", "finder")
WORDING = ("sentence", "passage", "names", "top")


@dataclass(frozen=True, slots=True)
class Line:
    """A weight a feature and a bias; at log-odds 0 an answer is given."""

    weights: Mapping[str, float]
    bias: float

    def log_odds(self, evidence: Evidence) -> float:
        """How far the evidence lies above the threshold."""
        values = asdict(evidence)
        return self.bias + sum(weight * (values.get(name) or 0.0) for name, weight in self.weights.items())

    def to_json(self) -> dict[str, Any]:
        """The line as plain numbers, rounded to four decimals."""
        return {"weights": {name: round(w, 4) for name, w in self.weights.items()}, "bias": round(self.bias, 4)}


def line_for(evidence: Evidence) -> Line:
    """The shipped line for what the evidence holds."""
    return shipped()["wording" if evidence.words is None else "meaning"]


@cache
def shipped() -> Mapping[str, Line]:
    """The product's lines by name, read once."""
    data = json.loads(files("retrieval.answers").joinpath(DATA).read_text("utf-8"))
    return {name: Line(line["weights"], line["bias"]) for name, line in data.items()}
