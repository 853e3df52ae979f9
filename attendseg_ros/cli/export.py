# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg export RUN -o BUNDLE`: calibrates, quantizes, exports and checks."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from attendseg_ros.cli.terms_options import add_terms, told
from attendseg_ros.cli.verb import Result, given_path, need_packages, percent, size, table
from attendseg_ros.inference.bundle import PRECISIONS, TARGETS

NAME = "export"
HELP = "make a bundle of a training run: calibrate, quantize to 8 bits, check against the network"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `Verb`."""
    parser.add_argument(
        "training_run", type=given_path, metavar="RUN", help="folder of the training run"
    )
    parser.add_argument(
        "-o", "--bundle", type=given_path, required=True, metavar="BUNDLE", help="folder to write"
    )
    parser.add_argument("--name", default="", help="name of the model (default: the folder's)")
    parser.add_argument("--description", default="", help="one or two sentences about the model")
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default="int8",
        help="precision of weights and activations (default: %(default)s)",
    )
    parser.add_argument(
        "--target",
        choices=TARGETS,
        default=TARGETS[0],
        help="what runs it: cpu (OpenVINO, ONNX Runtime), or tensorrt (NVIDIA GPUs; checked "
        "against TensorRT's rules, scored on the processor) (default: %(default)s)",
    )
    parser.add_argument(
        "--input-sizes",
        type=size,
        nargs="+",
        default=[],
        metavar="WxH",
        help="sizes that target_latency_ms may choose among, besides the one trained at",
    )
    parser.add_argument(
        "--data",
        type=given_path,
        metavar="DIR",
        help="labelled set (default: where the run found it)",
    )
    parser.add_argument(
        "--calibration-images",
        type=int,
        default=64,
        metavar="N",
        help="images that decide the 8-bit ranges (default: %(default)s)",
    )
    add_terms(
        parser,
        "refused, as a licence that allows it is, where the run descends from data that do not, or "
        "of which nobody knows",
        "of the run's own set, where the run does not know them",
        "licence of the run's own set, where nothing else tells it",
    )
    parser.add_argument("--force", action="store_true", help="replace an existing bundle")


def run(arguments: argparse.Namespace) -> Result:
    """See `Verb`."""
    need_packages(NAME, "torch", "onnx", "onnxruntime")
    from attendseg_ros.deployment.export import ExportConfig, export

    report = export(
        ExportConfig(
            run=arguments.training_run,
            bundle=arguments.bundle,
            name=arguments.name,
            description=arguments.description or ExportConfig.description,
            precision=arguments.precision,
            target=arguments.target,
            data=arguments.data,
            calibration_images=arguments.calibration_images,
            weights_license=arguments.weights_license,
            commercial_use=arguments.commercial_use,
            terms=told(arguments, arguments.training_run.resolve().name),
            data_license=arguments.data_license,
            input_sizes=tuple(arguments.input_sizes),
            replace=arguments.force,
        )
    )
    return {
        "bundle": str(report.bundle),
        "precision": arguments.precision,
        "target": arguments.target,
        "file_bytes": report.file_bytes,
        "before": {"weight_bytes": report.before[1], **report.before[0].to_mapping()},
        "after": {"weight_bytes": report.after[1], **report.after[0].to_mapping()},
        "agreement": {name: asdict(found) for name, found in report.agreement.items()},
        "eight_bit_convolutions": {
            name: {"count": count, "of": total}
            for name, (count, total) in report.eight_bit_convolutions.items()
        },
    }


def describe(result: Result) -> str:
    """See `Verb`."""
    before, after = result["before"], result["after"]
    rows = {
        "bundle": result["bundle"],
        "weights": f"{before['weight_bytes']:,} bytes -> {after['weight_bytes']:,} bytes",
        "mean IoU": f"{percent(before['mean_iou'])} -> {percent(after['mean_iou'])}",
        "pixel accuracy": (
            f"{percent(before['pixel_accuracy'])} -> {percent(after['pixel_accuracy'])}"
        ),
    }
    for engine, found in result["agreement"].items():
        rows[f"agreement on {engine}"] = f"{percent(found['pixels'])} of the pixels"
    for engine, found in result["eight_bit_convolutions"].items():
        rows[f"8-bit convolutions in {engine}"] = f"{found['count']} of {found['of']}"
    if result["target"] == "tensorrt":
        rows["TensorRT"] = "its rules for such graphs are kept; not measured on a GPU"
    return table(rows)
