# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What painting a lidar's scan costs on one core.

Beside milliseconds stands how many copies of the scan's bytes take as long, measured turn by turn:
that says something on a busy machine, too.
"""

from __future__ import annotations

import itertools
import os
from time import perf_counter
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.benchmark.machine import machine
from attendseg_ros.benchmark.summary import summary
from attendseg_ros.geometry import Intrinsics, Lens
from attendseg_ros.geometry.lidar_painting import LabelledImage, LidarPainter
from attendseg_ros.geometry.point_layout import FLOAT32, CloudLayout, PointField
from attendseg_ros.progress import progress_of

RINGS, COLUMNS, POINT_STEP = 128, 1024, 48
"""A scan of 131,072 points as an Ouster OS1-128 sends it."""

SIZES = ((640, 480), (1280, 720))

LENSES = {
    "pinhole": (),
    "plumb_bob": (-0.28, 0.08, 0.001, -0.0005, 0.0),
    "rational_polynomial": (0.4, -0.1, 0.001, -0.0005, 0.01, 0.7, -0.05, 0.02),
    "equidistant": (-0.01, 0.005, -0.002, 0.0005),
}

SPREADS_DEG = {"all around": 360.0, "all in view": 50.0}

# From a lidar that looks along x with z up to a camera below and in front of it.
CAMERA_FROM_LIDAR = np.array(
    [[0.0, -1.0, 0.0, 0.0], [0.0, 0.0, -1.0, -0.1], [1.0, 0.0, 0.0, -0.2], [0.0, 0.0, 0.0, 1.0]]
)


def scan(spread_deg: float) -> tuple[CloudLayout, bytes]:
    """What a lidar 1.8 m above the ground sees: ground, and boards at 6 m before a wall."""
    azimuths = np.deg2rad(np.linspace(-spread_deg / 2, spread_deg / 2, COLUMNS, endpoint=False))
    elevations = np.deg2rad(np.linspace(-16.0, 16.0, RINGS))[:, None]
    boards = np.where(np.arange(COLUMNS) // 64 % 4 == 0, 6.0, 15.0)
    with np.errstate(divide="ignore"):
        ground = np.where(elevations < 0.0, 1.8 / np.tan(-elevations), np.inf)
    across = np.minimum(boards, ground)
    positions = np.stack(
        [
            across * np.cos(azimuths),
            across * np.sin(azimuths),
            across * np.tan(elevations),
        ],
        axis=-1,
    )
    data = np.zeros((RINGS, COLUMNS, POINT_STEP), np.uint8)
    data.view(np.float32)[..., :3] = positions
    names = ("x", "y", "z")
    fields = tuple(PointField(name, 4 * place, FLOAT32) for place, name in enumerate(names))
    layout = CloudLayout(COLUMNS, RINGS, fields, POINT_STEP, COLUMNS * POINT_STEP)
    return layout, data.tobytes()


def seen(width: int, height: int) -> LabelledImage:
    """An image in which nothing is like its neighbour."""
    rng = np.random.default_rng(1)
    return LabelledImage(
        rng.integers(0, 256, (height, width, 3), np.uint8),
        rng.integers(0, 11, (height, width), np.uint8),
        rng.integers(0, 256, (height, width), np.uint8),
    )


def measure(
    spread_deg: float, size: tuple[int, int], lens: Lens, clouds: int
) -> tuple[NDArray[np.float64], float, float]:
    """Paints a scan again and again.

    Returns:
        Milliseconds of each cloud, how many copies of its bytes take as long, and the share of its
        points that were painted.
    """
    layout, data = scan(spread_deg)
    image, painter = seen(*size), LidarPainter()
    times, copies = [], []
    rows = np.frombuffer(data, np.uint8).reshape(-1, POINT_STEP)
    wider = np.zeros((len(rows), POINT_STEP + 8), np.uint8)
    for _ in range(clouds + 3):
        start = perf_counter()
        painted, out = painter.paint(layout, data, image, lens, CAMERA_FROM_LIDAR)
        times.append((perf_counter() - start) * 1e3)
        start = perf_counter()
        wider[:, :POINT_STEP] = rows
        copies.append((perf_counter() - start) * 1e3)
    labels = np.frombuffer(out, np.uint8).reshape(-1, painted.point_step)
    share = float((labels[:, painted.fields[-2].offset] != 255).mean())
    # The first ones take memory.
    ratio = float(np.median(times[3:]) / np.median(copies[3:]))
    return np.array(times[3:]), ratio, share


def measure_painting(clouds: int) -> dict[str, Any]:
    """Paints every scan with every image and lens, on one core.

    Args:
        clouds: painted in each row.
    """
    facts = machine()
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    cv2.setNumThreads(1)
    cases = []
    try:
        scenes = list(itertools.product(SPREADS_DEG.items(), SIZES, LENSES.items()))
        for (where, spread_deg), size, (model, coefficients) in progress_of(
            scenes, desc="scans", leave=False
        ):
            width, height = size
            camera = Intrinsics(
                0.9 * width, 0.9 * width, width / 2 - 0.5, height / 2 - 0.5, width, height
            )
            lens = Lens(camera, model, coefficients)
            times, ratio, share = measure(spread_deg, size, lens, clouds)
            cases.append(
                {
                    "points": where,
                    "size": list(size),
                    "lens": model,
                    "painted": round(share, 4),
                    "ms": summary(times.tolist()),
                    "copies": round(ratio, 2),
                }
            )
    finally:
        os.sched_setaffinity(0, cores)
    return {
        "benchmark": "painting",
        "machine": facts,
        "points": RINGS * COLUMNS,
        "point_bytes": POINT_STEP,
        "cases": cases,
    }
