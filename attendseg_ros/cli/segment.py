# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg segment INPUT -o OUT`: labels an image, a folder, a video or a bag."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from attendseg_ros.cli.verb import Result, add_engine, need_packages, table
from attendseg_ros.errors import DataError
from attendseg_ros.inference import Segmenter, StageTimes, load_bundle
from attendseg_ros.playback import (
    ColorSink,
    MaskSink,
    OverlaySink,
    OverlayVideoSink,
    Sink,
    Source,
    open_source,
)
from attendseg_ros.playback.open import is_bag

NAME = "segment"
HELP = "label an image, a folder of images, a video or a bag"

_Palette = NDArray[np.uint8]
_PICTURES: dict[str, Callable[[Path, _Palette], Sink]] = {
    "masks": lambda folder, _: MaskSink(folder),
    "colors": ColorSink,
    "overlays": OverlaySink,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `Verb`."""
    parser.add_argument(
        "input", type=Path, metavar="INPUT", help="image, folder of images, video or ROS bag"
    )
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        required=True,
        metavar="OUT",
        help="a new bag for a bag; NAME.mp4 for a video of overlays; else a folder for pictures",
    )
    parser.add_argument("--model", default="street", help="(default: %(default)s)")
    parser.add_argument(
        "--as",
        dest="pictures",
        nargs="+",
        choices=tuple(_PICTURES),
        metavar="KIND",
        help=f"write pictures, each kind to its folder in OUT, of {', '.join(_PICTURES)} "
        "(default: masks overlays, unless OUT is a bag or a video)",
    )
    parser.add_argument("--topic", default="", help="image topic of a bag (default: the first)")
    add_engine(parser)


def run(arguments: argparse.Namespace) -> Result:
    """See `Verb`."""
    if is_bag(arguments.input):
        need_packages("segment BAG", "rosbags")
    bundle = load_bundle(arguments.model)
    source = open_source(arguments.input, arguments.topic)
    times: list[StageTimes] = []
    with ExitStack() as stack:
        segmenter = stack.enter_context(
            closing(Segmenter(bundle, arguments.engine, arguments.threads))
        )
        sinks = [
            stack.enter_context(sink)
            for sink in _sinks(source, arguments.out, arguments.pictures, bundle.classes.palette())
        ]
        started = time.monotonic()
        for frame in tqdm(source, total=source.frame_count, desc="segmenting", unit="frame"):
            segmentation = segmenter.segment(frame.rgb)
            times.append(segmentation.times)
            for sink in sinks:
                sink.write(frame, segmentation.labels)
        elapsed_s = time.monotonic() - started
    return {
        "input": source.description,
        "output": str(arguments.out),
        "model": bundle.name,
        "engine": segmenter.engine_name,
        "frames": len(times),
        "skipped": list(source.skipped),
        "frames_per_second": len(times) / elapsed_s,
        "stage_times_ms": _stage_times(times),
    }


def _sinks(
    source: Source, out: Path, pictures: Sequence[str] | None, palette: _Palette
) -> list[Sink]:
    """What writes the output that was asked for.

    Raises:
        DataError: the output cannot be what was asked for.
    """
    if out.suffix.lower() == ".mp4":
        if pictures:
            raise DataError(f"{out} is a video: give a folder for {' and '.join(pictures)}")
        return [OverlayVideoSink(out, palette, source.rate_hz)]
    if pictures or not is_bag(source.path):
        if out.is_file():
            raise DataError(f"{out} is a file: give a folder, or NAME.mp4 for a video")
        return [_PICTURES[kind](out / kind, palette) for kind in pictures or ("masks", "overlays")]
    from attendseg_ros.playback.bag import BagSource
    from attendseg_ros.playback.bag_sink import LabelledBagSink

    assert isinstance(source, BagSource)
    return [LabelledBagSink(source, out)]


def _stage_times(times: Sequence[StageTimes]) -> dict[str, dict[str, float]]:
    """Median and 95th percentile of each stage in milliseconds."""
    stages = [asdict(entry) for entry in times]
    return {
        name.removesuffix("_ms"): {
            "median": statistics.median(entry[name] for entry in stages),
            "p95": float(np.percentile([entry[name] for entry in stages], 95)),
        }
        for name in stages[0]
    }


def describe(result: Result) -> str:
    """See `Verb`."""
    stages = ", ".join(f"{k} {v['median']:.1f} ms" for k, v in result["stage_times_ms"].items())
    rows = {
        "input": result["input"],
        "output": result["output"],
        "model": f"{result['model']} on {result['engine']}",
        "frames": f"{result['frames']}, {result['frames_per_second']:.1f} a second with reading "
        "and writing",
        "stages (median)": stages,
    }
    for line in result["skipped"]:
        rows[f"skipped {len(rows) - 4}"] = line
    return table(rows)
