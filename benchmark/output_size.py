# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Prints what an image costs by output_size and roi: `python -m benchmark.output_size`."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from statistics import median
from time import perf_counter

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros import stopping
from attendseg_ros.benchmark.machine import in_words, machine
from attendseg_ros.inference import Framing, Segmenter, load_bundle
from attendseg_ros.inference.resize import Resizer
from attendseg_ros.labels import blend, colorize
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


def main() -> int:
    """Prints a row for each size; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.output_size", description=__doc__)
    parser.add_argument("--model", default="street", help="(default: %(default)s)")
    parser.add_argument("--engine", default="onnxruntime", help="(default: %(default)s)")
    parser.add_argument(
        "--images", type=int, default=50, help="of each size (default: %(default)s)"
    )
    arguments = parser.parse_args()
    if arguments.images < 1:
        parser.error("--images must be at least 1")
    for name, words in in_words(machine()).items():
        print(f"{name}: {words}")
    cv2.setNumThreads(1)
    rgb = StreetScene(11, WIDTH, HEIGHT).render(5.0).rgb
    resizers = {
        framing.size: Resizer(framing.size) for framing in FRAMINGS.values() if framing.size
    }
    spent: defaultdict[str, list[tuple[float, float, float]]] = defaultdict(list)
    with closing(Segmenter(load_bundle(arguments.model), arguments.engine)) as segmenter:
        # Turn by turn: what else the machine does meets all of them alike.
        for _ in range(arguments.images + 1):
            for name, framing in FRAMINGS.items():
                spent[name].append(costs(segmenter, rgb, framing, resizers))
    print(f"\nMedians of {arguments.images} images of {WIDTH}x{HEIGHT}, milliseconds:\n")
    print("| output_size | network | labels and confidence | colours and overlay | after network |")
    print("|---|---|---|---|---|")
    for name, rows in spent.items():
        # The first of each takes memory.
        network, labels, painted = (median(column) for column in zip(*rows[1:], strict=True))
        print(f"| {name} | {network:.1f} | {labels:.2f} | {painted:.2f} | {labels + painted:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(stopping.run("benchmark.output_size", main))
