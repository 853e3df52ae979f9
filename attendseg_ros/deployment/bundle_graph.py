# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The graph of a bundle, by what it is made for."""

from __future__ import annotations

import onnx

from attendseg_ros.deployment.calibration import CalibrationSet
from attendseg_ros.deployment.graph import with_image_input
from attendseg_ros.deployment.quantize import quantized
from attendseg_ros.deployment.tensorrt_quantize import quantized_for_tensorrt, with_image_cast
from attendseg_ros.deployment.tensorrt_rules import check_for_tensorrt


def bundle_graph(
    plain: onnx.ModelProto, target: str, calibrated_on: CalibrationSet | None
) -> onnx.ModelProto:
    """Makes a bundle's graph, which takes camera images.

    Args:
        plain: of `float_graph`.
        target: one of `TARGETS`.
        calibrated_on: what the 8-bit ranges come from; None for a graph in float.

    Raises:
        BundleError: the graph breaks the rules of its target.
    """
    images = None if calibrated_on is None else calibrated_on.images
    if target == "cpu":
        return with_image_input(plain if images is None else quantized(plain, images))
    model = with_image_cast(plain if images is None else quantized_for_tensorrt(plain, images))
    check_for_tensorrt(model, "fp32" if images is None else "int8")
    return model
