"""Makes the fast form of a model out of the shipped one: 4-bit weights to 7-bit integers, by arithmetic alone.

The shipped Rampart keeps its weights in 4 bits (``MatMulNBits``), which a processor must unpack in every
run. Here each weight matrix is unpacked once and written as signed integers with one scale an output
channel; activations are quantised as the model runs (``DynamicQuantizeLinear``, ``MatMulInteger``, both of
the ONNX standard). Weights keep to -63..63: then the sums of two products fit 16 bits, and processors with
and without VNNI give the same integers. Only IEEE arithmetic and ``numpy`` are used, so the bytes depend
on no quantiser's version.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from tokenizers import Tokenizer

_LIMIT: Final = 63
_AGREEMENT: Final = 0.97
_SELF_CHECK: Final = (
    "From: Petra Halvorsen To: Marcus Ojukwu Subject: permit for 418 Alder Creek Road, Billings, MT 59101",
    "My name is Delia Runningwolf, my number is 406-555-0134 and my e-mail is delia@example.org.",
    "Please send the file to Dr. Anselm Pruitt, Apt 7, 90 Cedar Street, Springfield, MA 01103 by Friday.",
    "The hearing was moved to room 12 because the county clerk asked for more time.",
    "Thanks, Joaquin. Routing number 000000000, account 000123456789, driver's license S00000000.",
)


def int8(source: Path, target: Path) -> None:
    """Write to ``target`` the model of ``source`` with its 4-bit matrix products as integer products."""
    model = onnx.load(str(source))
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    kept: list[onnx.NodeProto] = []
    spent: set[str] = set()
    for node in graph.node:
        if node.op_type != "MatMulNBits":
            kept.append(node)
            continue
        nodes, tensors = _integer_product(node, _unpacked(node, weights))
        kept += nodes
        graph.initializer.extend(tensors)
        spent.update(node.input[1:])
    left = [tensor for tensor in graph.initializer if tensor.name not in spent]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(kept)
    graph.initializer.extend(left)
    onnx.checker.check_model(model)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(model.SerializeToString(deterministic=True))


def _unpacked(node: onnx.NodeProto, weights: dict[str, onnx.TensorProto]) -> NDArray[np.float32]:
    """Return the float weights of a ``MatMulNBits`` node, shape (inputs, outputs).

    Layout (ONNX Runtime, contrib operators, MatMulNBits): weights (N, blocks, block_size / 2) bytes, low
    nibble first; scales (N * blocks); no zero points means 8.
    """
    attribute = {a.name: a.i for a in node.attribute}
    rows, columns, size = attribute["K"], attribute["N"], attribute["block_size"]
    if attribute["bits"] != 4 or len([name for name in node.input if name]) != 3:
        raise ValueError(f"{node.name}: not a symmetric 4-bit product")
    packed = numpy_helper.to_array(weights[node.input[1]]).reshape(columns, -1)
    scales = numpy_helper.to_array(weights[node.input[2]]).astype(np.float32).reshape(columns, -1)
    nibbles = np.stack([packed & 0xF, packed >> 4], axis=-1).reshape(columns, -1).astype(np.float32) - 8
    blocks = nibbles.reshape(columns, -1, size) * scales[:, :, None]
    return np.ascontiguousarray(blocks.reshape(columns, -1)[:, :rows].T)


def _integer_product(
    node: onnx.NodeProto, weight: NDArray[np.float32]
) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """Return the nodes and tensors that compute ``node`` with integers: input x weight, then both scales."""
    scale = (np.abs(weight).max(axis=0) / np.float32(_LIMIT)).astype(np.float32)
    scale[scale == 0] = 1
    integers = np.rint(weight / scale).astype(np.int8)
    name, given, result = node.name, node.input[0], node.output[0]
    tensors = [
        numpy_helper.from_array(integers, f"{name}/weight"),
        numpy_helper.from_array(scale, f"{name}/scale"),
        numpy_helper.from_array(np.zeros(scale.shape, np.int8), f"{name}/zero"),
    ]
    at = {part: f"{name}/{part}" for part in ("q", "q_scale", "q_zero", "sum", "sum_float", "both_scales")}
    make = helper.make_node
    nodes = [
        make("DynamicQuantizeLinear", [given], [at["q"], at["q_scale"], at["q_zero"]], f"{name}/quantise"),
        make(
            "MatMulInteger", [at["q"], f"{name}/weight", at["q_zero"], f"{name}/zero"], [at["sum"]], f"{name}/multiply"
        ),
        make("Cast", [at["sum"]], [at["sum_float"]], f"{name}/cast", to=onnx.TensorProto.FLOAT),
        make("Mul", [at["q_scale"], f"{name}/scale"], [at["both_scales"]], f"{name}/scales"),
        make("Mul", [at["sum_float"], at["both_scales"]], [result], f"{name}/rescale"),
    ]
    return nodes, tensors


def agrees(folder: Path, shipped: str, derived: str) -> bool:
    """Return whether both models below ``folder`` label made-up sentences alike (97 tokens of 100 at least)."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    labels = json.loads((folder / "config.json").read_text(encoding="utf-8"))["id2label"]
    sessions = [
        onnxruntime.InferenceSession(str(folder / path), providers=["CPUExecutionProvider"])
        for path in (shipped, derived)
    ]
    equal = total = 0
    for sentence in _SELF_CHECK:
        ids = np.array([tokenizer.encode(sentence).ids], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        first, second = (session.run(None, feed)[0].argmax(-1) for session in sessions)
        if max(first.max(), second.max()) >= len(labels):
            return False
        equal += int((first == second).sum())
        total += int(first.size)
    return equal >= _AGREEMENT * total


METHODS: Final[dict[str, Callable[[Path, Path], None]]] = {"int8": int8}
