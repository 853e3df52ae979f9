# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Changes to a graph that keep what it computes: other names, and nothing that is not needed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import onnx


def subgraphs(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    """The loops' and branches' own graphs."""
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield attribute.g
        yield from attribute.graphs


def make_room(graph: onnx.GraphProto, names: Collection[str]) -> dict[str, str]:
    """Gives values of a graph other names where somebody else is to have them.

    Returns:
        The new name of each value that has one.
    """
    renamed: dict[str, str] = {}
    taken = _all_names(graph)
    for name in names:
        if name in taken:
            other = f"network_{name}"
            while other in taken:
                other = f"network_{other}"
            taken.add(other)
            _rename(graph, name, other)
            renamed[name] = other
    return renamed


def keep_only(graph: onnx.GraphProto, outputs: Sequence[str]) -> None:
    """Removes the steps and weights that some values do not depend on."""
    needed = set(outputs)
    kept = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(_used(node))
    nodes = list(reversed(kept))
    del graph.node[:]
    graph.node.extend(nodes)
    stored = [value for value in graph.initializer if value.name in needed]
    del graph.initializer[:]
    graph.initializer.extend(stored)
    sparse = [value for value in graph.sparse_initializer if value.values.name in needed]
    del graph.sparse_initializer[:]
    graph.sparse_initializer.extend(sparse)


def _used(node: onnx.NodeProto) -> set[str]:
    names = set(node.input)
    for graph in subgraphs(node):
        names.update(value.name for value in graph.output)
        for inner in graph.node:
            names |= _used(inner)
    return names - {""}


def _all_names(graph: onnx.GraphProto) -> set[str]:
    names = {v.name for v in (*graph.input, *graph.output, *graph.initializer)}
    names |= {value.values.name for value in graph.sparse_initializer}
    for node in graph.node:
        names.update(node.input, node.output)
        for inner in subgraphs(node):
            names |= _all_names(inner)
    return names


def _rename(graph: onnx.GraphProto, name: str, other: str) -> None:
    for value in (*graph.input, *graph.output, *graph.initializer):
        if value.name == name:
            value.name = other
    for sparse in graph.sparse_initializer:
        if sparse.values.name == name:
            sparse.values.name = other
    for node in graph.node:
        for names in (node.input, node.output):
            for position, found in enumerate(names):
                if found == name:
                    names[position] = other
        for inner in subgraphs(node):
            _rename(inner, name, other)
