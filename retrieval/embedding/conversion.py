"""Converts the local model in a child process: float32 first, then int8 if this processor computes it well."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import numpy as np

from retrieval.embedding.local import REFERENCE_TEXTS, agrees, open_session
from retrieval.embedding.onnx_graph import convert


def main(weights: Path, folder: Path) -> None:
    """Leave `model.onnx`, `precision` and `reference.npy` (the float32 vectors of the reference texts) in `folder`."""
    logging.disable(logging.WARNING)  # the quantiser advises steps that change nothing here
    exact, quantised = folder / "exact.onnx", folder / "int8.onnx"
    convert(weights, exact, quantised)
    tokenizer = folder / "tokenizer.json"
    reference = open_session(exact, tokenizer, threads=1).embed(REFERENCE_TEXTS)
    np.save(folder / "reference.npy", reference)
    fits = agrees(open_session(quantised, tokenizer, threads=1).embed(REFERENCE_TEXTS), reference)
    chosen, other = (quantised, exact) if fits else (exact, quantised)
    chosen.rename(folder / "model.onnx")
    other.unlink()
    (folder / "precision").write_text("int8" if fits else "fp32")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
