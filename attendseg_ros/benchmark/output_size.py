# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What an image costs by `output_size` and `roi`, in medians."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.benchmark.machine import machine
from attendseg_ros.inference import Framing, Segmenter, load_bundle
from attendseg_ros.inference.resize import Resizer
from attendseg_ros.labels import blend, colorize
from attendseg_ros.progress import progress_of
from attendseg_ros.scene import StreetScene

WIDTH, HEIGHT = 1920, 1080

FRAMINGS = {
    "1920x1080, the image's": Framing(),
    "960x540": Framing(size=(960, 540)),
    "640x360": Framing(size=(640, 360)),
    "320x180": Framing(size=(320, 180)),
    "160x90": Framing(size=(160, 90)),
    "1920x1080, roi of the lower half": Framing(roi=(0, 540, 1920, 540)),
    "640x360, roi of the lower half": Framing(roi=(0, 540, 1920, 540), size=(640, 360)),
}


@dataclass(frozen=True)
class OutputSizePlan:
    """What to measure.

    Attributes:
        model: name of a shipped model or folder of a bundle.
        engine: that runs it.
        threads: of the engine; 0 for all physical cores but one, from two to four.
        images: of each size.
    """

    model: str
    engine: str
    threads: int
    images: int


def costs(
    segmenter: Segmenter,
    rgb: NDArray[np.uint8],
    framing: Framing,
    resizers: Mapping[tuple[int, int], Resizer],
) -> tuple[float, float, float]:
    """Milliseconds of one image: in the network, on its labels, and on colours and overlay."""
    result = segmenter.segment(rgb, confidence=True, framing=framing)
    start = perf_counter()
    height, width = result.labels.shape
    if (width, height) != (rgb.shape[1], rgb.shape[0]):
        rgb = resizers[width, height].resize(rgb)
    blend(rgb, colorize(result.labels, segmenter.bundle.classes.palette()), 0.5)
    painted_ms = (perf_counter() - start) * 1e3
    times = result.times
    return times.resize_ms + times.network_ms, times.decode_ms, painted_ms


def measure_output_sizes(plan: OutputSizePlan) -> dict[str, Any]:
    """Segments an image again and again with each size and region.

    Raises:
        BundleError: the model is unfit.
        EngineError: the engine is not installed or cannot run the model.
    """
    facts = machine()
    cv2.setNumThreads(1)
    rgb = StreetScene(11, WIDTH, HEIGHT).render(5.0).rgb
    resizers = {
        framing.size: Resizer(framing.size) for framing in FRAMINGS.values() if framing.size
    }
    spent: defaultdict[str, list[tuple[float, float, float]]] = defaultdict(list)
    bundle = load_bundle(plan.model)
    with closing(Segmenter(bundle, plan.engine, num_threads=plan.threads)) as segmenter:
        engine = segmenter.engine_name
        # Turn by turn: what else the machine does meets all of them alike.
        for _ in progress_of(range(plan.images + 1), desc="images", leave=False):
            for name, framing in FRAMINGS.items():
                spent[name].append(costs(segmenter, rgb, framing, resizers))
    cases = []
    for name, rows in spent.items():
        # The first of each takes memory.
        network, labels, painted = (median(column) for column in zip(*rows[1:], strict=True))
        cases.append(
            {
                "output_size": name,
                "network_ms": round(network, 3),
                "labels_ms": round(labels, 3),
                "painted_ms": round(painted, 3),
                "after_network_ms": round(labels + painted, 3),
            }
        )
    return {
        "benchmark": "output-size",
        "machine": facts,
        "plan": asdict(plan),
        "engine": engine,
        "image": [WIDTH, HEIGHT],
        "cases": cases,
    }
