# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""8-bit quantization of a float graph, after training."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static

from attendseg_ros.deployment.calibration import Reader
from attendseg_ros.deployment.graph import (
    IMAGE_SCALE,
    IMAGE_ZERO_POINT,
    NORMALISED_NAME,
    plain,
)
from attendseg_ros.deployment.ties import without_ties
from attendseg_ros.temporary import temporary_folder


def quantized(model: onnx.ModelProto, images: Sequence[NDArray[np.uint8]]) -> onnx.ModelProto:
    """Quantizes weights and activations to 8 bits, in QDQ form.

    Weights are int8, one scale a channel, and use 7 of the 8 bits: processors without VNNI add two
    uint8 x int8 products in 16 bits, which full-range weights overflow, so the same bundle would
    label images differently there. Activations are uint8 over the range seen in calibration, but
    the input's quantization is that of camera bytes (see `with_image_input`), and a range is wider
    where processors would round a value to different sides (see `without_ties`).

    Args:
        model: what `float_graph` returns; left as it was.
        images: uint8 (height, width, 3) RGB at the network's input size.

    Returns:
        The quantized graph, still with the float input.
    """
    with temporary_folder() as folder:
        source, target = folder / "float.onnx", folder / "quantized.onnx"
        onnx.save(model, str(source))
        with _QuietRootLogger():
            quantize_static(
                str(source),
                str(target),
                Reader(images, NORMALISED_NAME),
                quant_format=QuantFormat.QDQ,
                per_channel=True,
                reduce_range=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                calibrate_method=CalibrationMethod.MinMax,
                extra_options={
                    "TensorQuantOverrides": {
                        NORMALISED_NAME: [
                            {
                                "scale": np.asarray(IMAGE_SCALE),
                                "zero_point": np.asarray(IMAGE_ZERO_POINT),
                            }
                        ]
                    }
                },
            )
        return without_ties(plain(onnx.load(str(target))))


class _QuietRootLogger:
    """Keeps the library's advice to preprocess, already followed, off the user's terminal."""

    def __enter__(self) -> None:
        self._level = logging.getLogger().level
        logging.getLogger().setLevel(logging.ERROR)

    def __exit__(self, *_exception: object) -> None:
        logging.getLogger().setLevel(self._level)
