"""A text and the vector that the local model has for it, to prove that this machine computes the model."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np

from retrieval.ports import Vectors

REFERENCE_TEXT = "A ferry leaves the harbour at noon unless the wind stands above seven."
DATA = "reference.json"


def reference_vector() -> Vectors:
    """The unit vector of the text, computed from the original float32 weights and rounded to four decimals."""
    return np.array(json.loads(files("retrieval.embedding").joinpath(DATA).read_text("utf-8")), np.float32)
