# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading an ONNX file of others, so that no file can end, stall or fill this process."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import helper, inliner

from attendseg_ros.documents import read_small_file
from attendseg_ros.errors import DataError
from attendseg_ros.importing.external_data import read_external_data
from attendseg_ros.importing.file_kinds import foreign_kind
from attendseg_ros.importing.tensors import MOST_NODES, all_nodes, check_tensors, nested
from attendseg_ros.inference.bundle import MOST_MODEL_BYTES
from attendseg_ros.shortening import shortened_text

OPSETS = range(9, 23)
"""Versions of the ONNX operators that are taken."""

_OLDEST_IR = 3
_STANDARD = ("", "ai.onnx")
_ONNX_STARTS_WITH = b"\x08"
"""The tag of the version of the format, which every exporter writes first."""

_IR_VERSION = 8
"""What every ONNX Runtime since 1.12 reads; newer operators need newer ones."""


def read_graph(path: Path) -> onnx.ModelProto:
    """Reads a model with all its weights and checks that engines can be expected to know it.

    Args:
        path: of an ONNX file, whose external data lie in its folder or below.

    Returns:
        A model of standard operators, without its own functions.

    Raises:
        DataError: it is another kind of file, damaged, too large, reaches out of its folder, or
            has operators or versions that are not taken; one line that says what would be right.
    """
    model = _parsed(path)
    if model.ir_version < _OLDEST_IR:
        raise DataError(f"{path}: is of version {model.ir_version} of the format: export it again")
    if model.ir_version > onnx.IR_VERSION:
        raise DataError(
            f"{path}: is of version {model.ir_version} of the format, newer than the installed "
            f"onnx {onnx.__version__} reads ({onnx.IR_VERSION}): pip install --upgrade onnx"
        )
    _check_extent(model, path)
    read_external_data(model, path)
    check_tensors(model, path)
    if model.functions:
        model = inliner.inline_local_functions(model)
    return standard_only(model, path)


def standard_only(model: onnx.ModelProto, path: Path) -> onnx.ModelProto:
    """Checks that a model uses standard operators, and leaves nothing in it but what it uses.

    Raises:
        DataError: it has others, or is of an opset that is not taken.
    """
    _check_operators(model, path)
    _tidy(model, path)
    return model


def _parsed(path: Path) -> onnx.ModelProto:
    if path.is_dir():
        inside = sorted(file.name for file in path.glob("*.onnx"))
        which = f", such as {path / inside[0]}" if inside else ""
        raise DataError(f"{path} is a folder: give the ONNX file{which}")
    if path.exists() and not path.is_file():
        # A pipe has no end, and nobody may be at its other one.
        raise DataError(f"{path} is not a file: a pipe or device holds no network")
    kind = None
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    if not start.startswith(_ONNX_STARTS_WITH):
        kind = foreign_kind(path, start)
    if kind is not None:
        raise DataError(f"{path}: is {kind}")
    content = read_small_file(path, DataError, MOST_MODEL_BYTES)
    try:
        model: onnx.ModelProto = onnx.ModelProto.FromString(content)
    except Exception:
        # Each version of protobuf has its own errors for what it cannot read.
        model = onnx.ModelProto()
    if not model.graph.node:
        kind = foreign_kind(path, start)
        raise DataError(
            f"{path}: is {kind}"
            if kind is not None
            else f"{path} ({len(content)} bytes) is truncated, or no ONNX file"
        )
    return model


def _check_extent(model: onnx.ModelProto, path: Path) -> None:
    """Counts nodes as they will be once functions stand in place of their calls.

    Raises:
        DataError: there are too many, or a function calls itself.
    """
    bodies = {
        (f.domain, f.name): [(n.domain, n.op_type) for n in nested(f.node)] for f in model.functions
    }
    sizes: dict[tuple[str, str], int] = {}

    def size(name: tuple[str, str], above: frozenset[tuple[str, str]]) -> int:
        if name not in bodies:
            return 1
        if name in above or len(above) > 100:
            raise DataError(f"{path}: function '{shortened_text(name[1])}' calls itself")
        if name not in sizes:
            sizes[name] = sum(size(called, above | {name}) for called in bodies[name])
        return min(sizes[name], MOST_NODES + 1)

    total = 0
    functions = {(f.domain, f.name) for f in model.functions}
    for node in all_nodes(model):
        total += size((node.domain, node.op_type), frozenset()) if functions else 1
        if total > MOST_NODES:
            raise DataError(f"{path}: has more than {MOST_NODES} steps, which is no segmenter")


def _check_operators(model: onnx.ModelProto, path: Path) -> None:
    strange = sorted(
        {f"{n.domain}.{n.op_type}" for n in all_nodes(model) if n.domain not in _STANDARD}
    )
    if strange:
        more = f" and {len(strange) - 3} more" if len(strange) > 3 else ""
        hint = (
            ": they come from ONNX Runtime's optimisation, so give the file from before it"
            if all(name.startswith("com.microsoft") for name in strange)
            else ": export the network with standard operators only"
        )
        raise DataError(
            f"{path}: uses custom operators ({shortened_text(', '.join(strange[:3]))}{more}), "
            f"which not every engine knows{hint}"
        )
    opset = opset_of(model)
    if opset not in OPSETS:
        raise DataError(
            f"{path}: is of opset {opset}: opsets {OPSETS[0]} to {OPSETS[-1]} are taken; export it "
            "again with opset_version=17"
        )


def opset_of(model: onnx.ModelProto) -> int:
    """Version of the standard operators that a model uses; 0 where it says none."""
    return max((o.version for o in model.opset_import if o.domain in _STANDARD), default=0)


def _tidy(model: onnx.ModelProto, path: Path) -> None:
    """Leaves what engines need: no unused domains, notes or shapes that will not hold any more."""
    opset = opset_of(model)
    del model.opset_import[:]
    model.opset_import.append(helper.make_opsetid("", opset))
    needed = helper.find_min_ir_version_for(model.opset_import)
    model.ir_version = max(_IR_VERSION, needed)
    del model.metadata_props[:]
    graph = model.graph
    del graph.value_info[:]
    for node in all_nodes(model):
        node.ClearField("doc_string")
        del node.metadata_props[:]
    stored = {value.name for value in graph.initializer}
    stored |= {value.values.name for value in graph.sparse_initializer}
    inputs = [value for value in graph.input if value.name not in stored]
    if not inputs:
        raise DataError(f"{path}: has no input: a segmenter takes an image")
    del graph.input[:]
    graph.input.extend(inputs)
