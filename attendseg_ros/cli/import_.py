# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg import MODEL.onnx -o BUNDLE --classes FILE`: makes a bundle of a foreign network."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from attendseg_ros.cli.benchmark_options import positive
from attendseg_ros.cli.terms_options import add_terms, stated_terms
from attendseg_ros.cli.verb import Result, given_path, need_packages, percent, size, table
from attendseg_ros.errors import DataError
from attendseg_ros.labels.classes import BUILT_IN

if TYPE_CHECKING:
    from attendseg_ros.importing.price import Quantization

NAME = "import"
HELP = "make a bundle of another segmentation network, an ONNX file"

LIKES = ("imagenet", "minus1to1", "0to1", "0to255")
LAYOUTS = ("nchw", "nhwc")
BACKGROUNDS = ("none", "first", "last", "half")

_SPLIT = "val"
_MAX_LOSS = 0.05


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `Verb`."""
    parser.add_argument("network", type=given_path, metavar="MODEL.onnx", help="the network")
    parser.add_argument(
        "-o", "--bundle", type=given_path, required=True, metavar="BUNDLE", help="folder to write"
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
    _add_eight_bits(parser.add_argument_group("8 bits"))
    about = parser.add_argument_group("what model.yaml and the model card say")
    about.add_argument("--name", default="", help="name of the model (default: the folder's)")
    about.add_argument("--description", default="", help="one or two sentences about the model")
    add_terms(
        parser,
        "refused where the terms told do not allow it",
        "in place of --data-license",
        "terms of the data",
    )
    parser.add_argument("--force", action="store_true", help="replace an existing bundle")


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
        type=positive,
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


def _add_eight_bits(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--quantize", action="store_true", help="weights and activations in 8 bits; see --calibrate"
    )
    group.add_argument(
        "--calibrate",
        type=given_path,
        metavar="FOLDER",
        help="pictures such as the camera will give, a hundred or so: they decide the ranges",
    )
    group.add_argument(
        "--evaluate",
        type=given_path,
        metavar="DIR",
        help="labelled set in SegNet's layout to measure the loss of mean IoU on (default: the "
        "pixels that change are counted)",
    )
    group.add_argument(
        "--split",
        metavar="NAME",
        help=f"of the labelled set of --evaluate (default: {_SPLIT})",
    )
    group.add_argument(
        "--max-loss",
        type=float,
        metavar="SHARE",
        help=f"above it there is no bundle (default: {_MAX_LOSS})",
    )
    group.add_argument(
        "--keep-float",
        nargs="+",
        default=[],
        metavar="STEP",
        help="steps of the graph that stay in float; auto: finds those that hurt",
    )


def _quantization(arguments: argparse.Namespace) -> Quantization | None:
    from attendseg_ros.importing.price import Quantization

    if not arguments.quantize:
        for option in ("calibrate", "evaluate", "split", "max_loss", "keep_float"):
            if getattr(arguments, option) not in (None, []):
                name = option.replace("_", "-")
                raise DataError(f"--{name} is for 8 bits: add --quantize, or leave it out")
        return None
    if arguments.calibrate is None:
        raise DataError(
            "--quantize needs --calibrate FOLDER: a hundred pictures such as the camera will give"
        )
    max_loss = _MAX_LOSS if arguments.max_loss is None else arguments.max_loss
    if not 0.0 <= max_loss <= 1.0:
        raise DataError(f"--max-loss is a share from 0 to 1, got {max_loss}")
    if arguments.split is not None and arguments.evaluate is None:
        raise DataError("--split is of the labelled set of --evaluate: add that, or leave it out")
    return Quantization(
        calibrate=arguments.calibrate,
        evaluate=arguments.evaluate,
        split=_SPLIT if arguments.split is None else arguments.split,
        max_loss=max_loss,
        keep_float=tuple(arguments.keep_float),
    )


def run(arguments: argparse.Namespace) -> Result:
    """See `Verb`."""
    need_packages(NAME, "onnx", "onnxruntime")
    from attendseg_ros.importing.adapting import Said
    from attendseg_ros.importing.bundle_import import ImportConfig, import_model
    from attendseg_ros.importing.card import described_pixels
    from attendseg_ros.importing.pixels import Pixels
    from attendseg_ros.importing.price import described_price

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
            terms=stated_terms(arguments, arguments.network.stem),
            quantization=_quantization(arguments),
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
        "quantization": None if report.price is None else report.price.to_mapping(),
        "price": None if report.price is None else described_price(report.price.to_mapping()),
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
    if result["price"] is not None:
        rows["8 bits"] = result["price"]
    for name, check in result["engines"].items():
        rows[name] = check["problem"] or f"runs it ({percent(check['agreement'])} of the pixels)"
    rows["next"] = f"attendseg segment IMAGES -o OUT --model {result['bundle']}"
    return table(rows)
