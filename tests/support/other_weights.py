"""The local model with float32 weights in place of the int8 ones, to see that nothing hangs on rounding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

SEED = 20
# What rounding to int8 left of a weight: up to half a step to either side.
STEP = 0.5


def with_float32_weights(model: bytes) -> bytes:
    """The model as it may have been before its weights were rounded: each a random part of half a step away.

    Its vectors differ from those of the shipped model by a cosine of .999, as those of the published float32 weights
    do; processors differ from one another by a thousandth of that.
    """
    loaded = onnx.load_from_string(model)
    graph = loaded.graph
    stored = {tensor.name: tensor for tensor in graph.initializer}
    restored = dict(_restored(graph.node, stored))
    kept = [node for node in graph.node if not set(node.output) & _made(graph.node, restored)]
    del graph.node[:]
    graph.node.extend(kept)
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in restored.items())
    return bytes(loaded.SerializeToString())


def _restored(nodes: Iterable[Any], stored: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """Name and float32 value of each weight that is stored as int8 times a scale."""
    random = np.random.default_rng(SEED)
    cast = {node.output[0]: node.input[0] for node in nodes if node.op_type == "Cast"}
    for node in nodes:
        rounded = stored.get(cast.get(node.input[0], "")) if node.op_type == "Mul" else None
        if rounded is None or rounded.data_type != onnx.TensorProto.INT8:
            continue
        whole = numpy_helper.to_array(rounded).astype(np.float32)
        left = random.uniform(-STEP, STEP, whole.shape).astype(np.float32)
        yield node.output[0], (whole + left) * numpy_helper.to_array(stored[node.input[1]])


def _made(nodes: Iterable[Any], restored: dict[str, Any]) -> set[str]:
    """What nodes put out that the restored weights replace: the products, and the casts before them."""
    products = [node for node in nodes if node.output[0] in restored]
    return {*restored, *(node.input[0] for node in products)}
