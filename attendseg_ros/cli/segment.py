# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg segment INPUT -o OUT`: labels an image, a folder, a video or a bag."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.cli.verb import (
    Result,
    add_engine,
    given_path,
    model_given,
    need_packages,
    table,
)
from attendseg_ros.errors import DataError, LogitsError
from attendseg_ros.inference import Bundle, Segmenter, StageTimes
from attendseg_ros.percentiles import percentile
from attendseg_ros.pictures import PICTURE_SUFFIXES
from attendseg_ros.placing import check_apart
from attendseg_ros.playback import (
    ColorSink,
    MaskSink,
    OverlaySink,
    OverlayVideoSink,
    Sink,
    Source,
    open_source,
)
from attendseg_ros.playback.bags.outputs import LABEL_INFO, OUTPUTS
from attendseg_ros.playback.image_sinks import check_new
from attendseg_ros.playback.labeller import Labeller
from attendseg_ros.playback.open import is_bag
from attendseg_ros.progress import progress_of

NAME = "segment"
HELP = "label an image, a folder of images, a video or a bag"

_VIDEO_SUFFIXES = frozenset(
    {".avi", ".flv", ".m4v", ".mkv", ".mov", ".mpeg", ".mpg", ".ts", ".webm", ".wmv"}
)
_BAG_SUFFIXES = frozenset({".bag", ".db3", ".mcap"})

_OF_A_BAG = {"outputs": ["mask", LABEL_INFO], "prefix": "/segmentation"}
"""Options that only a bag made of a bag has, with their defaults."""

_Palette = NDArray[np.uint8]
_PICTURES: dict[str, Callable[[Path, _Palette, bool], Sink]] = {
    "masks": lambda folder, _, replace: MaskSink(folder, replace=replace),
    "colors": lambda folder, palette, replace: ColorSink(folder, palette, replace=replace),
    "overlays": lambda folder, palette, replace: OverlaySink(folder, palette, replace=replace),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `Verb`."""
    parser.add_argument(
        "input", type=given_path, metavar="INPUT", help="image, folder of images, video or ROS bag"
    )
    parser.add_argument(
        "-o",
        "--out",
        type=given_path,
        required=True,
        metavar="OUT",
        help="a new bag for a bag (NAME.mcap or a folder; NAME.bag for ROS 1); NAME.mp4 for a "
        "video of overlays; else a folder for pictures",
    )
    parser.add_argument(
        "--model",
        default="street",
        help="its name, pkg://package/name or a bundle's folder (default: %(default)s)",
    )
    parser.add_argument(
        "--as",
        dest="pictures",
        nargs="+",
        choices=tuple(_PICTURES),
        metavar="KIND",
        help=f"write pictures, each kind to its folder in OUT, of {', '.join(_PICTURES)} "
        "(default: masks overlays, unless OUT is a bag or a video)",
    )
    parser.add_argument("--topic", default="", help="image topic of a bag with several")
    parser.add_argument(
        "--classes",
        nargs="+",
        default=[],
        metavar="NAME",
        help="classes to keep, all others become unlabelled (default: all)",
    )
    parser.add_argument(
        "--min-confidence",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="pixels the network is less sure of become unlabelled (default: %(default)s)",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="replace an existing bag, video or pictures when the new ones are complete",
    )
    add_engine(parser)
    bag = parser.add_argument_group("a bag from a bag")
    bag.add_argument(
        "--outputs",
        nargs="+",
        choices=OUTPUTS,
        metavar="NAME",
        help=f"outputs to write: {', '.join(OUTPUTS)} (default: mask label_info)",
    )
    bag.add_argument(
        "--prefix",
        metavar="NAME",
        help=f"prefix of the outputs' topics (default: {_OF_A_BAG['prefix']})",
    )


def run(arguments: argparse.Namespace) -> Result:
    """See `Verb`."""
    if is_bag(arguments.input):
        # Neither comes with rosdep: named in one go.
        mcap = ["mcap"] if arguments.out.suffix.lower() == ".mcap" else []
        need_packages("segment BAG", "rosbags", *mcap)
    bundle = model_given(arguments.model)
    source = open_source(arguments.input, arguments.topic)
    makes_bag = (
        is_bag(arguments.input)
        and not arguments.pictures
        and arguments.out.suffix.lower() != ".mp4"
    )
    _check_name(arguments.out, makes_bag)
    _settle_bag_options(arguments, makes_bag)
    result = (_make_bag if makes_bag else _make_pictures)(arguments, source, bundle)
    times = result.pop("times")
    return {
        "input": source.description,
        "output": str(arguments.out),
        "model": bundle.name,
        **result,
        "stage_times_ms": _stage_times(times),
    }


def _check_name(out: Path, makes_bag: bool) -> None:
    """Checks that an output whose name is a file's can be that file.

    Raises:
        DataError: it would become a folder of that name.
    """
    suffix = out.suffix.lower()
    if suffix == ".mp4" or out.exists():
        return
    if suffix in _VIDEO_SUFFIXES:
        raise DataError(f"{out}: a video is written as NAME.mp4")
    if suffix in PICTURE_SUFFIXES:
        raise DataError(
            f"{out}: give a folder: masks/ and overlays/ are made in it, with a picture for each "
            "frame"
        )
    if suffix in _BAG_SUFFIXES and not makes_bag:
        raise DataError(f"{out}: a bag is made of a bag alone, and without --as: give a folder")


def _settle_bag_options(arguments: argparse.Namespace, makes_bag: bool) -> None:
    """Gives the options of bags their defaults.

    Raises:
        DataError: one is given where no bag is made, and would do nothing.
    """
    for name, default in _OF_A_BAG.items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, default)
        elif not makes_bag:
            raise DataError(
                f"--{name} is for a bag made of a bag: name OUT as one and leave --as out, or "
                f"leave --{name} out"
            )


def _make_bag(arguments: argparse.Namespace, source: Source, bundle: Bundle) -> dict[str, Any]:
    # What reads no bags needs no rosbags.
    from attendseg_ros.cli import segment_bag
    from attendseg_ros.playback.bags.bag_source import BagSource

    assert isinstance(source, BagSource)
    return segment_bag.run(arguments, source, bundle)


def _make_pictures(arguments: argparse.Namespace, source: Source, bundle: Bundle) -> dict[str, Any]:
    frames = 0
    sinks = _sinks(source, arguments, bundle.classes.palette())
    refused: list[str] = []
    with ExitStack() as stack:
        for sink in sinks:
            stack.enter_context(sink)
        segmenter = stack.enter_context(
            closing(Segmenter(bundle, arguments.engine, arguments.threads))
        )
        labeller = Labeller(
            segmenter, min_confidence=arguments.min_confidence, kept_classes=arguments.classes
        )
        started = time.monotonic()
        for frame in progress_of(source, total=source.frame_count, desc="segmenting", unit="frame"):
            try:
                labels = labeller(frame.rgb).mask
            except LogitsError as error:
                refused.append(f"{frame.name}: {error}")
                continue
            frames += 1
            for sink in sinks:
                sink.write(frame, labels)
        elapsed_s = time.monotonic() - started
    if refused and not frames:
        raise LogitsError(f"{source.path}: no mask of any image; first: {refused[0]}")
    return {
        "engine": segmenter.engine_name,
        "frames": frames,
        "notes": source.notes,
        "skipped": [*source.left_out, *source.skipped, *refused],
        "frames_per_second": frames / elapsed_s,
        "times": labeller.times,
    }


def _sinks(source: Source, arguments: argparse.Namespace, palette: _Palette) -> list[Sink]:
    """What writes the output that was asked for.

    Raises:
        DataError: the output cannot be what was asked for, or is there already.
    """
    out: Path = arguments.out
    pictures: Sequence[str] | None = arguments.pictures
    force: bool = arguments.force
    if out.suffix.lower() == ".mp4":
        if pictures:
            raise DataError(f"{out} is a video: give a folder for {' and '.join(pictures)}")
        check_apart(out, [arguments.input])
        if out.is_dir():
            raise DataError(f"{out}: is a folder, so a video cannot replace it")
        if out.exists() and not force:
            raise DataError(f"{out}: exists already; name another video, or --force to replace it")
        keeps_time = source.has_own_times
        return [
            OverlayVideoSink(out, palette, source.rate_hz, keeps_time=keeps_time, replace=force)
        ]
    if out.exists() and not out.is_dir():
        raise DataError(f"{out} is a file, a pipe or a device: give a folder, or NAME.mp4")
    folders = {kind: out / kind for kind in pictures or ("masks", "overlays")}
    for folder in folders.values():
        check_apart(folder, [arguments.input])
        if not force:
            # Now, and not after hours of frames before the one that is there.
            check_new(folder, source)
    return [_PICTURES[kind](folder, palette, force) for kind, folder in folders.items()]


def _stage_times(times: Sequence[StageTimes]) -> dict[str, dict[str, float]]:
    """Median and 95th percentile of each stage in milliseconds; empty where nothing was to do."""
    stages = [asdict(entry) for entry in times]
    return {
        field.name.removesuffix("_ms"): {
            "median": statistics.median(entry[field.name] for entry in stages),
            "p95": percentile([entry[field.name] for entry in stages], 0.95),
        }
        for field in (fields(StageTimes) if stages else ())
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
        "stages (median)": stages or "nothing was left to do",
    }
    if result.get("from_earlier_run"):
        rows["from earlier run"] = f"{result['from_earlier_run']} frames"
    if "times_real_time" in result:
        rows["speed"] = f"{result['times_real_time']:.1f} times as fast as recorded"
        rows["messages"] = f"{result['messages']} copied"
    for number, line in enumerate(result.get("notes", ()), 1):
        rows[f"note {number}"] = line
    for number, line in enumerate(result.get("damage", ()), 1):
        rows[f"damage {number}"] = line
    for number, line in enumerate(result["skipped"], 1):
        rows[f"skipped {number}"] = line
    return table(rows)
