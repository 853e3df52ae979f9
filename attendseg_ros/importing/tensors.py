# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every tensor that a model holds, wherever in it, and whether it is what it says it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import onnx
from onnx import TensorProto

from attendseg_ros.errors import DataError
from attendseg_ros.inference.bundle import MOST_MODEL_BYTES
from attendseg_ros.shortening import shortened_text

MOST_NODES = 100_000
"""Far above any segmentation network; a graph of millions would take hours to load."""

_BITS: dict[int, int] = {
    TensorProto.BOOL: 8,
    TensorProto.UINT8: 8,
    TensorProto.INT8: 8,
    TensorProto.UINT16: 16,
    TensorProto.INT16: 16,
    TensorProto.FLOAT16: 16,
    TensorProto.BFLOAT16: 16,
    TensorProto.UINT32: 32,
    TensorProto.INT32: 32,
    TensorProto.FLOAT: 32,
    TensorProto.UINT64: 64,
    TensorProto.INT64: 64,
    TensorProto.DOUBLE: 64,
    TensorProto.FLOAT8E4M3FN: 8,
    TensorProto.FLOAT8E4M3FNUZ: 8,
    TensorProto.FLOAT8E5M2: 8,
    TensorProto.FLOAT8E5M2FNUZ: 8,
    TensorProto.UINT4: 4,
    TensorProto.INT4: 4,
    TensorProto.FLOAT4E2M1: 4,
}

_TYPED = ("float_data", "int32_data", "int64_data", "double_data", "uint64_data")


def all_nodes(model: onnx.ModelProto) -> Iterator[onnx.NodeProto]:
    """Every node, those within loops, branches and functions included."""
    yield from nested(model.graph.node)
    for function in model.functions:
        yield from nested(function.node)


def nested(nodes: Iterable[onnx.NodeProto]) -> Iterator[onnx.NodeProto]:
    """Nodes, and those within their loops and branches."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        for attribute in node.attribute:
            for graph in (attribute.g, *attribute.graphs):
                waiting += graph.node


def all_tensors(model: onnx.ModelProto) -> Iterator[TensorProto]:
    """Every stored tensor, constants within nodes included."""
    graphs = [model.graph]
    for node in all_nodes(model):
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
            sparse = [*attribute.sparse_tensors]
            if attribute.HasField("sparse_tensor"):
                sparse.append(attribute.sparse_tensor)
            for tensor in sparse:
                yield from (tensor.values, tensor.indices)
            if attribute.HasField("g"):
                graphs.append(attribute.g)
            graphs += attribute.graphs
    for graph in graphs:
        yield from graph.initializer
        for tensor in graph.sparse_initializer:
            yield from (tensor.values, tensor.indices)


def bytes_of(tensor: TensorProto, path: Path) -> int:
    """How many bytes a tensor's values take.

    Raises:
        DataError: it has sides below zero or values of a kind that no engine computes with.
    """
    name = shortened_text(tensor.name)
    if tensor.data_type not in _BITS:
        if tensor.data_type == TensorProto.STRING:
            return 0
        raise DataError(f"{path}: tensor '{name}' has values of a kind that is not known")
    if any(side < 0 for side in tensor.dims):
        raise DataError(f"{path}: tensor '{name}' has a side below 0: the file is damaged")
    bits: int = math.prod(tensor.dims) * _BITS[tensor.data_type]
    return (bits + 7) // 8


def check_tensors(model: onnx.ModelProto, path: Path) -> None:
    """Checks that tensors hold as many values as they say, and not more than a bundle can.

    What lies outside of the file has been read by then.

    Raises:
        DataError: one does not; the message names it.
    """
    total = 0
    for tensor in all_tensors(model):
        wanted = bytes_of(tensor, path)
        if tensor.HasField("raw_data") and len(tensor.raw_data) != wanted:
            raise DataError(
                f"{path}: tensor '{shortened_text(tensor.name)}' of {list(tensor.dims)} takes "
                f"{wanted} bytes and has {len(tensor.raw_data)}: the file is damaged or truncated"
            )
        stored = sum(len(getattr(tensor, field)) for field in _TYPED)
        if not tensor.HasField("raw_data") and wanted > 8 * max(stored, 1):
            raise DataError(
                f"{path}: tensor '{shortened_text(tensor.name)}' of {list(tensor.dims)} has "
                f"{stored} values: the file is damaged or truncated"
            )
        total += wanted
        if total > MOST_MODEL_BYTES:
            raise DataError(f"{path}: its weights take more than {MOST_MODEL_BYTES} bytes")
