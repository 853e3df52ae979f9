# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg info MODEL`: what a bundle is; `attendseg info --list`: which there are."""

from __future__ import annotations

import argparse

from attendseg_ros.cli import model_list
from attendseg_ros.cli.confidence_rows import rows
from attendseg_ros.cli.verb import Result, model_given, table
from attendseg_ros.inference import available_engines, shipped_models
from attendseg_ros.terms import Terms
from attendseg_ros.terms.wording import described_source, described_weights

_TARGETS = {"cpu": "the processor (OpenVINO, ONNX Runtime)", "tensorrt": "TensorRT"}

NAME = "info"
HELP = "show what a model is: classes, size, scores, licence, engines that can run it here"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `Verb`."""
    names = ", ".join(shipped_models())
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "model",
        nargs="?",
        metavar="MODEL",
        help=f"a model's name ({names}), pkg://package/name or a bundle's folder",
    )
    what.add_argument(
        "--list",
        action="store_true",
        help="show every model that is known by name, and where it comes from",
    )


def run(arguments: argparse.Namespace) -> Result:
    """See `Verb`."""
    if arguments.list:
        return model_list.found()
    bundle = model_given(arguments.model)
    return {
        "name": bundle.name,
        "description": bundle.description,
        "path": str(bundle.path),
        "precision": bundle.precision,
        "target": bundle.target,
        "parameters": bundle.counts.parameters,
        "macs": bundle.counts.macs,
        "weight_bytes": bundle.counts.weight_bytes,
        "file_bytes": len(bundle.model),
        "input_size": list(bundle.input_size),
        "input_sizes": [list(size) for size in bundle.input_sizes],
        "size_multiple": bundle.size_multiple,
        "takes_other_sizes": bundle.output_size is None,
        "gives_confidence": bundle.gives_confidence,
        "classes": bundle.classes.to_mapping()["classes"],
        "scores": dict(bundle.scores),
        "calibration": bundle.calibration and bundle.calibration.to_mapping(),
        "familiarity": bundle.familiarity and bundle.familiarity.to_mapping(),
        "license": bundle.license.to_mapping(),
        "engine_available": {name: why is None for name, why in available_engines().items()},
    }


def describe(result: Result) -> str:
    """See `Verb`."""
    if "models" in result:
        return model_list.described(result)
    width, height = result["input_size"]
    engines = [name for name, available in result["engine_available"].items() if available]
    sizes = [f"{width}x{height}" for width, height in result["input_sizes"]]
    others = (
        f"or other multiples of {result['size_multiple']}"
        if result["takes_other_sizes"]
        else "this size only"
    )
    terms = Terms.from_mapping(result["license"])
    classes = [f"{entry['id']} {entry['name']}" for entry in result["classes"]]
    return table(
        {
            "model": f"{result['name']} ({result['precision']})",
            "description": result["description"],
            "made for": _TARGETS[result["target"]],
            "folder": result["path"],
            "input": f"{width}x{height} ({others})",
            "sizes for target_latency_ms": ", ".join(sizes),
            "classes": ", ".join(classes),
            "parameters": f"{result['parameters']:,}",
            "multiply-accumulates": f"{result['macs']:,}",
            "weights": f"{result['weight_bytes']:,} bytes, in a file of {result['file_bytes']:,}",
            **rows(result["calibration"], result["familiarity"]),
            "engines here": ", ".join(engines) or "none",
            "licence of weights": described_weights(terms),
            "trained on": "\n".join(map(described_source, terms.data)) or "unknown",
        }
    )
