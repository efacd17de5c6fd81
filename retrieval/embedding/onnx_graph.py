"""From the official weights of all-MiniLM-L6-v2 to an ONNX model. Runs in a child process: it needs 600 MB for 4 s.

The graph is BERT as Devlin et al. 2019 (arXiv:1810.04805) define it: 6 layers, 12 heads, width 384, exact GELU; then
the mean over the tokens and unit length (Reimers and Gurevych 2019, arXiv:1908.10084).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LAYERS, HEADS, WIDTH = 6, 12, 384
HEAD_WIDTH = WIDTH // HEADS
LAYER_NORM_EPSILON = 1e-12
OPSET, IR_VERSION = 17, 8

Weights = dict[str, NDArray[Any]]


class GraphBuilder:
    """Collects nodes and constants, each under a name of its own; every method returns the name of its result."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self.nodes: list[Any] = []
        self.constants: dict[str, NDArray[Any]] = {}

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Apply one operator to `inputs`."""
        from onnx import helper

        output = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, value: Any, dtype: Any = np.float32) -> str:
        """A constant written out here."""
        return self._keep(f"constant_{len(self.constants)}", np.asarray(value, dtype=dtype))

    def weight(self, name: str, *, transposed: bool = False) -> str:
        """A tensor of the trained model."""
        value = self._weights[name]
        return self._keep(name, np.ascontiguousarray(value.T) if transposed else value)

    def linear(self, x: str, name: str) -> str:
        """x W^T + b."""
        product = self.op("MatMul", x, self.weight(f"{name}.weight", transposed=True))
        return self.op("Add", product, self.weight(f"{name}.bias"))

    def norm(self, x: str, name: str) -> str:
        """Layer normalisation over the last axis."""
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=LAYER_NORM_EPSILON)

    def gelu(self, x: str) -> str:
        """x (1 + erf(x / sqrt 2)) / 2."""
        erf = self.op("Erf", self.op("Div", x, self.constant(np.sqrt(2.0))))
        doubled = self.op("Mul", x, self.op("Add", erf, self.constant(1.0)))
        return self.op("Mul", doubled, self.constant(0.5))

    def _keep(self, name: str, value: NDArray[Any]) -> str:
        self.constants[name] = value
        return name


def embedding_graph(weights: Weights) -> Any:
    """The ONNX model: `input_ids`, `attention_mask` (int64, batch x tokens) to `embedding` (float32, batch x 384)
    and `tokens` (float32, batch x tokens x 384), all of unit length."""
    graph = GraphBuilder(weights)
    mask = graph.op("Cast", "attention_mask", to=1)
    bias = _attention_bias(graph, mask)
    x = _embed_tokens(graph)
    for layer in range(LAYERS):
        x = _layer(graph, x, bias, f"encoder.layer.{layer}")
    _pool(graph, x, mask)
    return _model(graph)


def _attention_bias(graph: GraphBuilder, mask: str) -> str:
    padding = graph.op("Sub", graph.constant(1.0), mask)
    bias = graph.op("Mul", padding, graph.constant(np.finfo(np.float32).min / 2))
    return graph.op("Unsqueeze", bias, graph.constant([1, 2], np.int64))


def _embed_tokens(graph: GraphBuilder) -> str:
    words = graph.op("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    length = graph.op("Shape", "input_ids", start=1, end=2)
    start, axis = graph.constant([0], np.int64), graph.constant([0], np.int64)
    positions = graph.op("Slice", graph.weight("embeddings.position_embeddings.weight"), start, length, axis)
    kind = graph.op(
        "Slice",
        graph.weight("embeddings.token_type_embeddings.weight"),
        start,
        graph.constant([1], np.int64),
        axis,
    )
    total = graph.op("Add", graph.op("Add", words, positions), kind)
    return graph.norm(total, "embeddings.LayerNorm")


def _layer(graph: GraphBuilder, x: str, bias: str, name: str) -> str:
    attended = graph.linear(_attention(graph, x, bias, f"{name}.attention.self"), f"{name}.attention.output.dense")
    x = graph.norm(graph.op("Add", attended, x), f"{name}.attention.output.LayerNorm")
    inner = graph.gelu(graph.linear(x, f"{name}.intermediate.dense"))
    return graph.norm(graph.op("Add", graph.linear(inner, f"{name}.output.dense"), x), f"{name}.output.LayerNorm")


def _attention(graph: GraphBuilder, x: str, bias: str, name: str) -> str:
    query = _heads(graph, graph.linear(x, f"{name}.query"), [0, 2, 1, 3])
    key = _heads(graph, graph.linear(x, f"{name}.key"), [0, 2, 3, 1])
    value = _heads(graph, graph.linear(x, f"{name}.value"), [0, 2, 1, 3])
    scores = graph.op("Div", graph.op("MatMul", query, key), graph.constant(np.sqrt(HEAD_WIDTH)))
    shares = graph.op("Softmax", graph.op("Add", scores, bias), axis=-1)
    joined = graph.op("Transpose", graph.op("MatMul", shares, value), perm=[0, 2, 1, 3])
    return graph.op("Reshape", joined, graph.constant([0, 0, WIDTH], np.int64))


def _heads(graph: GraphBuilder, x: str, order: Sequence[int]) -> str:
    split = graph.op("Reshape", x, graph.constant([0, 0, HEADS, HEAD_WIDTH], np.int64))
    return graph.op("Transpose", split, perm=list(order))


def _pool(graph: GraphBuilder, x: str, mask: str) -> None:
    from onnx import helper

    weights = graph.op("Unsqueeze", mask, graph.constant([2], np.int64))
    total = graph.op("ReduceSum", graph.op("Mul", x, weights), graph.constant([1], np.int64), keepdims=0)
    # Unit length follows, so the sum over the tokens serves as well as their mean.
    graph.nodes.append(helper.make_node("LpNormalization", [total], ["embedding"], axis=-1, p=2))
    graph.nodes.append(helper.make_node("LpNormalization", [x], ["tokens"], axis=-1, p=2))


def _model(graph: GraphBuilder) -> Any:
    from onnx import TensorProto, checker, helper, numpy_helper

    shape = ["batch", "tokens"]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "all-MiniLM-L6-v2",
            [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("input_ids", "attention_mask")],
            [
                helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", WIDTH]),
                helper.make_tensor_value_info("tokens", TensorProto.FLOAT, [*shape, WIDTH]),
            ],
            [numpy_helper.from_array(value, name) for name, value in graph.constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    model.ir_version = IR_VERSION
    checker.check_model(model)
    return model


def convert(weights: Path, exact: Path, quantised: Path) -> None:
    """Write the float32 model to `exact` and the int8 one (per channel, MatMul and Gather) to `quantised`."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from safetensors.numpy import load_file

    onnx.save(embedding_graph(load_file(weights)), exact)
    quantize_dynamic(
        exact, quantised, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather"], per_channel=True
    )
