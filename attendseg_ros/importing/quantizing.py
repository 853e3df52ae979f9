# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A float graph to 8 bits, by ONNX Runtime's static quantization: QDQ, one scale a channel."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import version_converter
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from attendseg_ros.deployment.ties import without_ties
from attendseg_ros.errors import DataError, one_line
from attendseg_ros.importing.reading import opset_of, standard_only
from attendseg_ros.inference.engine import INPUT_NAME

LEAST_OPSET = 13
"""From which on a scale may be of one channel."""

_NEW_OPSET = 17

_WITH_WEIGHTS = ("Conv", "ConvTranspose", "Gemm", "MatMul")

_QUANTIZED = (
    *_WITH_WEIGHTS,
    *("Add", "AveragePool", "Clip", "Concat", "GlobalAveragePool", "LeakyRelu", "MaxPool", "Mul"),
    *("Pad", "Relu", "Reshape", "Resize", "Slice", "Split", "Squeeze", "Transpose", "Unsqueeze"),
)
"""Without softmax, sigmoid and normalisations: they cost little and lose much."""

_OURS = ("camera_", "decoder_")
"""Beginnings of the names of steps that an import adds."""


class Quantizer:
    """Quantizes one graph, as often as it takes to find what must stay in float.

    Attributes:
        layers: names of the steps with weights, in their order.
        steps: names of all steps that may be quantized, in their order.
    """

    def __init__(
        self, model: onnx.ModelProto, images: Sequence[NDArray[np.uint8]], folder: Path
    ) -> None:
        """Prepares: folds constants and normalisations.

        Args:
            model: a float graph that takes camera bytes; left as it was.
            images: uint8 (height, width, 3) RGB at the graph's input size, to calibrate on.
            folder: for files in between.

        Raises:
            DataError: the graph is of an old opset and cannot be brought to a newer one.
        """
        self._images = images
        self._source = folder / "float.onnx"
        self._ranges = folder / "ranges.json"
        self._folder = folder
        onnx.save(_prepared(model, folder), str(self._source))
        graph = onnx.load(str(self._source)).graph
        steps = [n for n in graph.node if not n.name.startswith(_OURS)]
        self._excluded = [n.name for n in graph.node if n.name.startswith(_OURS)]
        self.steps = [n.name for n in steps if n.op_type in _QUANTIZED]
        self.layers = [n.name for n in steps if n.op_type in _WITH_WEIGHTS]

    def quantized(self, in_float: Sequence[str] = ()) -> onnx.ModelProto:
        """Quantizes weights and activations to 8 bits.

        Weights are int8 and use 7 of the 8 bits: processors without VNNI add two products in 16
        bits, which full-range weights overflow. Activations are uint8, their ranges without ties
        (see `without_ties`).

        Args:
            in_float: names of steps that stay in float.
        """
        target = self._folder / "quantized.onnx"
        options: dict[str, Any] = {}
        if "calibration_cache_path" in inspect.signature(quantize_static).parameters:
            # The ranges are of the float graph: they stay the same, whatever is left out.
            options["calibration_cache_path"] = self._ranges
        with _quiet():
            quantize_static(
                str(self._source),
                str(target),
                _Reader(self._images),
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=list(_QUANTIZED),
                per_channel=True,
                reduce_range=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                nodes_to_exclude=[*self._excluded, *in_float],
                calibrate_method=CalibrationMethod.MinMax,
                **options,
            )
        return without_ties(standard_only(onnx.load(str(target)), target))


def _prepared(model: onnx.ModelProto, folder: Path) -> onnx.ModelProto:
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    if opset_of(copy) < LEAST_OPSET:
        try:
            copy = version_converter.convert_version(copy, _NEW_OPSET)
        except Exception as error:
            # The converter is native code with its own errors.
            raise DataError(
                f"the graph is of opset {opset_of(model)} and cannot be brought to "
                f"{_NEW_OPSET}, which 8 bits take ({one_line(error)[:200]}): export "
                f"it with opset_version={_NEW_OPSET}"
            ) from error
    _name_steps(copy)
    given, prepared = folder / "given.onnx", folder / "prepared.onnx"
    onnx.save(copy, str(given))
    with _quiet():
        quant_pre_process(str(given), str(prepared), skip_symbolic_shape=True)
    result = onnx.load(str(prepared))
    _name_steps(result)
    return result


def _name_steps(model: onnx.ModelProto) -> None:
    """Gives every step its own name, by which it can be left out."""
    seen: set[str] = set()
    for position, node in enumerate(model.graph.node):
        if not node.name or node.name in seen:
            node.name = f"{node.op_type.lower()}_step_{position}"
        seen.add(node.name)


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    """Hands images to ONNX Runtime's calibration, one at a time."""

    def __init__(self, images: Sequence[NDArray[np.uint8]]) -> None:
        self._images = iter(images)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        """The next input; None after the last."""
        image = next(self._images, None)
        return None if image is None else {INPUT_NAME: image[None]}


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the library's advice, already followed, off the user's terminal."""
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.ERROR)
    try:
        yield
    finally:
        logging.getLogger().setLevel(level)
