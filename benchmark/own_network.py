# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An imported network beside its library's own pipeline, by turns in one run.

    python -m benchmark.own_network NETWORK.onnx BUNDLE --like imagenet

Both run on ONNX Runtime with as many threads. The library's way: resize the image, subtract and
divide in NumPy, run the network as it was exported, enlarge the scores to the image's size, and
take the largest. It gets OpenCV's resizing, which is faster than what libraries ship.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from attendseg_ros import stopping
from attendseg_ros.cli.verb import size
from attendseg_ros.errors import AttendSegError, DataError
from attendseg_ros.importing.pixels import LIKES, Pixels
from attendseg_ros.inference import Segmenter, load_bundle
from attendseg_ros.inference.engine import default_threads
from attendseg_ros.scene import StreetScene

Mask = NDArray[np.integer]


class LibraryPipeline:
    """What the usual example code around an exported network does: one input, NCHW logits."""

    def __init__(
        self, network: Path, pixels: Pixels, input_size: tuple[int, int], threads: int
    ) -> None:
        """Loads the network as it was exported.

        Raises:
            DataError: it is not of the kind that the example code knows.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # As the bundle's engine: a robot's cores have other work.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(network), options, providers=["CPUExecutionProvider"]
        )
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type != "tensor(float)" or len(inputs[0].shape) != 4:
            raise DataError(f"{network}: only networks of one float32 NCHW input are compared")
        self._input = inputs[0].name
        self._size = input_size
        self._pixels = pixels
        self._mean = np.array(pixels.mean, np.float32)
        self._std = np.array(pixels.std, np.float32)

    def __call__(self, rgb: NDArray[np.uint8]) -> Mask:
        """The class of every pixel, int (H, W)."""
        image = cv2.resize(rgb, self._size)
        if self._pixels.is_bgr:
            image = image[..., ::-1]
        numbers = (
            image.astype(np.float32) * np.float32(self._pixels.scale) - self._mean
        ) / self._std
        planes = np.ascontiguousarray(numbers.transpose(2, 0, 1)[None])
        scores = self._session.run(None, {self._input: planes})[0][0]
        whole = np.stack([cv2.resize(plane, rgb.shape[1::-1]) for plane in scores])
        labels: Mask = whole.argmax(axis=0)
        return labels


def by_turns(
    ways: dict[str, Callable[[NDArray[np.uint8]], object]], rgb: NDArray[np.uint8], rounds: int
) -> dict[str, float]:
    """Median milliseconds of each way, one after the other in every round."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 2):
        for name, way in ways.items():
            started = time.perf_counter()
            way(rgb)
            if turn >= 2:
                times[name].append((time.perf_counter() - started) * 1e3)
    return {name: statistics.median(found) for name, found in times.items()}


def main() -> int:
    """Prints both medians and their ratio; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.own_network", description=__doc__)
    parser.add_argument("network", type=Path, metavar="NETWORK.onnx", help="as it was exported")
    parser.add_argument("bundle", metavar="BUNDLE", help="what attendseg import made of it")
    parser.add_argument("--like", choices=LIKES, required=True, help="as for attendseg import")
    parser.add_argument("--bgr", action="store_true", help="as for attendseg import")
    parser.add_argument(
        "--image-size", type=size, default=(640, 480), metavar="WxH", help="(default: 640x480)"
    )
    parser.add_argument("--threads", type=int, default=default_threads(), metavar="N")
    parser.add_argument("--rounds", type=int, default=15, metavar="N")
    arguments = parser.parse_args()
    try:
        bundle = load_bundle(arguments.bundle)
        pixels = Pixels.of_options(arguments.like, None, None, None, arguments.bgr)
        assert pixels is not None
        library = LibraryPipeline(arguments.network, pixels, bundle.input_size, arguments.threads)
        rgb = StreetScene(3, *arguments.image_size).render(7.25).rgb
        with closing(Segmenter(bundle, "onnxruntime", arguments.threads)) as segmenter:
            same = float((segmenter.segment(rgb).labels == library(rgb)).mean())
            medians = by_turns(
                {"library": library, "bundle": segmenter.segment}, rgb, arguments.rounds
            )
    except AttendSegError as error:
        print(f"benchmark.own_network: {error}", file=sys.stderr)
        return 2
    print(f"library's pipeline  {medians['library']:.1f} ms")
    print(f"bundle              {medians['bundle']:.1f} ms")
    print(f"ratio               {medians['bundle'] / medians['library']:.3f}")
    print(f"pixels alike        {same:.2%}")
    return 0


if __name__ == "__main__":
    sys.exit(stopping.run("benchmark.own_network", main))
