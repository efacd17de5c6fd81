"""From evidence to the log-odds that a question is covered: lines fitted between covered questions and others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

from retrieval.answers.evidence import Evidence

# A test holds it to the question set, and writes it anew when told to.
DATA = "calibration.json"


@dataclass(frozen=True, slots=True)
class Line:
    """A weight a feature and a bias; at log-odds 0 an answer is given."""

    weights: Mapping[str, float]
    bias: float

    def log_odds(self, evidence: Evidence) -> float:
        """How far the evidence lies above the threshold."""
        values = asdict(evidence)
        return self.bias + sum(weight * (values.get(name) or 0.0) for name, weight in self.weights.items())


def line_for(evidence: Evidence) -> Line:
    """The shipped line for what the evidence holds."""
    return shipped()["wording" if evidence.words is None else "meaning"]


@cache
def shipped() -> Mapping[str, Line]:
    """The product's lines by name, read once."""
    data = json.loads(files("retrieval.answers").joinpath(DATA).read_text("utf-8"))
    return {name: Line(line["weights"], line["bias"]) for name, line in data.items()}
