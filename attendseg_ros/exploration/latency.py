# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How long a shape takes on this machine, in 8 bits, as the node would run it."""

from __future__ import annotations

import statistics
import time

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.deployment.bundle_folder import write_model
from attendseg_ros.deployment.graph import float_graph, with_image_input
from attendseg_ros.deployment.inspection import weight_bytes
from attendseg_ros.deployment.quantize import quantized
from attendseg_ros.inference import load_bundle
from attendseg_ros.inference.selection import select_engine
from attendseg_ros.labels import ClassTable
from attendseg_ros.network.attendseg import SIZE_MULTIPLE, build_attendseg
from attendseg_ros.network.counting import Counts
from attendseg_ros.network.shape import Shape
from attendseg_ros.temporary import temporary_folder

_CALIBRATION_IMAGES = 2
_WARM_UP = 5
_RUNS = 40


def latency_ms(
    shape: Shape,
    counts: Counts,
    classes: ClassTable,
    input_size: tuple[int, int],
    engine: str,
    threads: int,
) -> float:
    """Median milliseconds of one frame through a network of that shape.

    What a network computes does not depend on its weights, so random ones are quantized, as a
    trained network's would be, and run.

    Args:
        shape: of the network.
        counts: its parameters and MACs.
        classes: its outputs.
        input_size: width and height in pixels.
        engine: name of an engine, or "auto" for the fastest installed one.
        threads: of the engine; 0 lets it choose.
    """
    random = np.random.default_rng(0)
    width, height = input_size
    images: list[NDArray[np.uint8]] = [
        random.integers(0, 256, (height, width, 3), np.uint8) for _ in range(_CALIBRATION_IMAGES)
    ]
    model = with_image_input(quantized(float_graph(build_attendseg(len(classes), shape)), images))
    fields = {
        "name": "candidate",
        "description": "A shape whose latency is measured.",
        "precision": "int8",
        "input_size": list(input_size),
        "size_multiple": SIZE_MULTIPLE,
        "output_stride": shape.output_stride,
        "counts": {
            "parameters": counts.parameters,
            "macs": counts.macs,
            "weight_bytes": weight_bytes(model),
        },
        "scores": {},
        "license": {"weights": "none", "data": "none"},
    }
    with temporary_folder() as folder:
        write_model(folder, model.SerializeToString(), fields, classes)
        runner, _ = select_engine(engine, load_bundle(folder), input_size, threads)
        try:
            times = []
            for run in range(_WARM_UP + _RUNS):
                start = time.perf_counter()
                runner.infer(images[0])
                if run >= _WARM_UP:
                    times.append((time.perf_counter() - start) * 1e3)
        finally:
            runner.close()
    return statistics.median(times)
