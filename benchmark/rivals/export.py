# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From a rival in torch to counts and a graph that the engines run as they run AttendSeg's."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import onnx
import torch

from attendseg_ros.deployment.graph import NORMALISED_NAME, with_image_input
from attendseg_ros.errors import BenchmarkError
from attendseg_ros.inference.engine import OUTPUT_NAME
from attendseg_ros.network.counting import Counts, count
from benchmark.rivals.networks import Rival

_OPSET = 17


def export(rival: Rival, size: tuple[int, int]) -> tuple[bytes, Counts]:
    """Builds, counts and exports a network.

    Args:
        rival: which.
        size: width and height of its input.

    Returns:
        An ONNX graph from uint8 (1, H, W, 3) to logits, and the counts.

    Raises:
        BenchmarkError: it needs a package that is not installed.
    """
    torch.manual_seed(0)
    try:
        network = rival.build()
    except ModuleNotFoundError as error:
        raise BenchmarkError(
            f"{rival.name} needs the Python package {error.name}: "
            "pip install -r requirements/benchmark.txt, or choose others with --rivals"
        ) from error
    counts = count(network, size)
    width, height = size
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        file = Path(folder, "network.onnx")
        # torch announces that another exporter is its default now, and that the sizes of this one
        # are fixed, which is what is wanted here.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.zeros(1, 3, height, width),),
            str(file),
            dynamo=False,
            opset_version=_OPSET,
            input_names=[NORMALISED_NAME],
            output_names=[OUTPUT_NAME],
        )
        model = with_image_input(onnx.load(str(file)))
    shape = model.graph.input[0].type.tensor_type.shape
    shape.dim[1].dim_value, shape.dim[2].dim_value = height, width
    return model.SerializeToString(), counts
