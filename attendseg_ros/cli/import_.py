# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg import MODEL.onnx -o BUNDLE --classes FILE`: makes a bundle of a foreign network."""

from __future__ import annotations

import argparse
from pathlib import Path

from attendseg_ros.cli.verb import Result, need_packages, percent, size, table
from attendseg_ros.labels.classes import BUILT_IN

NAME = "import"
HELP = "make a bundle of another segmentation network, an ONNX file"

LIKES = ("imagenet", "minus1to1", "0to1", "0to255")
LAYOUTS = ("nchw", "nhwc")
BACKGROUNDS = ("none", "first", "last", "half")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `Verb`."""
    parser.add_argument("network", type=Path, metavar="MODEL.onnx", help="the network")
    parser.add_argument(
        "-o", "--bundle", type=Path, required=True, metavar="BUNDLE", help="folder to write"
    )
    parser.add_argument(
        "--classes",
        required=True,
        metavar="FILE",
        help="YAML file with the classes in the order of the network's channels; or one of "
        + ", ".join(BUILT_IN),
    )
    _add_input(parser.add_argument_group("the network's input, where the graph leaves it open"))
    _add_output(parser.add_argument_group("the network's output, where the graph leaves it open"))
    about = parser.add_argument_group("what model.yaml and the model card say")
    about.add_argument("--name", default="", help="of the model (default: the folder's)")
    about.add_argument("--description", default="", help="one or two sentences about the model")
    for what in ("weights", "data"):
        about.add_argument(
            f"--{what}-license",
            default="not stated",
            metavar="TEXT",
            help=f"terms of the {what} (default: %(default)s)",
        )
    parser.add_argument("--force", action="store_true", help="replace a bundle that is there")


def _add_input(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--like",
        choices=LIKES,
        help="how bytes become the network's numbers: imagenet (0 to 1, less the mean of "
        "ImageNet, by its deviation), minus1to1, 0to1, or 0to255 as they are",
    )
    for name, what in (("mean", "subtracted"), ("std", "divided by")):
        group.add_argument(
            f"--{name}",
            type=float,
            nargs="+",
            metavar="N",
            help=f"{what} after --scale: one number, or one a channel in the network's order",
        )
    group.add_argument(
        "--scale",
        type=float,
        metavar="N",
        help="factor on the bytes, before mean and std (default: 1/255 where all of these are at "
        "most 1, else 1)",
    )
    group.add_argument("--bgr", action="store_true", help="the network's first channel is blue")
    group.add_argument("--layout", choices=LAYOUTS, help="where the channels are")
    group.add_argument(
        "--input-size",
        type=size,
        metavar="WxH",
        help="at which the network sees images, where it takes more than one",
    )
    group.add_argument(
        "--input-sizes",
        type=size,
        nargs="+",
        default=[],
        metavar="WxH",
        help="sizes that target_latency_ms may choose among, besides --input-size",
    )
    group.add_argument(
        "--size-multiple",
        type=int,
        metavar="N",
        help="what width and height must be multiples of (default: found out by trying)",
    )


def _add_output(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--output", metavar="NAME", help="which output is the segmentation")
    group.add_argument(
        "--background",
        choices=BACKGROUNDS,
        help="channel that is none of the classes: the first or last one; half: where none of "
        "several sigmoid maps reaches one half; none: every channel is a class",
    )


def run(arguments: argparse.Namespace) -> Result:
    """See `Verb`."""
    need_packages(NAME, "onnx", "onnxruntime")
    from attendseg_ros.importing.adapting import Said
    from attendseg_ros.importing.bundle_import import ImportConfig, import_model
    from attendseg_ros.importing.card import described_pixels
    from attendseg_ros.importing.pixels import Pixels

    pixels = Pixels.of_options(
        arguments.like, arguments.mean, arguments.std, arguments.scale, arguments.bgr
    )
    report = import_model(
        ImportConfig(
            model=arguments.network,
            bundle=arguments.bundle,
            classes=arguments.classes,
            said=Said(
                pixels=pixels,
                is_bgr=arguments.bgr,
                layout=arguments.layout,
                input_size=arguments.input_size,
                size_multiple=arguments.size_multiple,
                output=arguments.output,
                background=arguments.background,
            ),
            input_sizes=tuple(arguments.input_sizes),
            name=arguments.name,
            description=arguments.description,
            weights_license=arguments.weights_license,
            data_license=arguments.data_license,
            replace=arguments.force,
        )
    )
    bundle, adapted = report.bundle, report.adapted
    return {
        "bundle": str(bundle.path),
        "network_input": str(adapted.taken),
        "pixels": described_pixels(adapted),
        "output": bundle.output,
        "output_stride": bundle.output_stride,
        "input_size": list(bundle.input_size),
        "takes_other_sizes": bundle.output_size is None,
        "size_multiple": bundle.size_multiple,
        "classes": len(bundle.classes),
        "precision": bundle.precision,
        "parameters": bundle.counts.parameters,
        "macs": bundle.counts.macs,
        "file_bytes": len(bundle.model),
        "engines": {
            name: {"agreement": check.agreement, "problem": check.problem}
            for name, check in report.engines.items()
        },
    }


def describe(result: Result) -> str:
    """See `Verb`."""
    width, height = result["input_size"]
    others = (
        f"or other multiples of {result['size_multiple']}"
        if result["takes_other_sizes"]
        else "this size only"
    )
    rows = {
        "bundle": result["bundle"],
        "network takes": result["network_input"],
        "made of": result["pixels"],
        "input": f"{width}x{height} ({others})",
        "output": f"{result['output']} of {result['classes']} classes, "
        f"every {result['output_stride']} pixels",
        "parameters": f"{result['parameters']:,}",
        "multiply-accumulates": f"{result['macs']:,}",
        "file": f"{result['file_bytes']:,} bytes, {result['precision']}",
    }
    for name, check in result["engines"].items():
        rows[name] = check["problem"] or f"runs it ({percent(check['agreement'])} of the pixels)"
    rows["next"] = f"attendseg segment IMAGES -o OUT --model {result['bundle']}"
    return table(rows)
