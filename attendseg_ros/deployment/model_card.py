# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The model card: what a model is, from what it was made and how well it does, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attendseg_ros.deployment.calibration import CalibrationSet
from attendseg_ros.deployment.check import Agreement
from attendseg_ros.deployment.scoring import Scores
from attendseg_ros.inference import Bundle
from attendseg_ros.markdown import table
from attendseg_ros.terms.wording import licence_section


def model_card(
    bundle: Bundle,
    stages: Sequence[Mapping[str, Any]],
    split: str,
    trained_on_split: bool,
    before: Scores,
    after: Scores,
    calibration: CalibrationSet | None,
    agreements: Mapping[str, Agreement],
) -> str:
    """Writes a model card from what was measured, nothing else.

    Args:
        bundle: the model.
        stages: settings of its training runs and of its teachers', each after those it builds on.
        split: that the scores are of.
        trained_on_split: whether the training saw its images, so that the scores tell nothing of
            others.
        before: scores of the float network in torch.
        after: scores of the bundle.
        calibration: what its 8-bit ranges come from; None for a float bundle.
        agreements: with the float network, by engine.
    """
    parts = [
        f"# {bundle.name}",
        bundle.description,
        _model(bundle),
        _training(stages, calibration),
        _scores(bundle, split, trained_on_split, before, after),
        _agreement(agreements),
        licence_section(bundle.license),
    ]
    return "\n\n".join(parts) + "\n"


def _percent(value: float | None) -> str:
    return "not seen" if value is None else f"{100 * value:.1f}"


def _model(bundle: Bundle) -> str:
    width, height = bundle.input_size
    rows = [
        ["Network", "AttendSeg: attention condensers, after Wen et al. (arXiv 2104.14623)"],
        ["Input", f"RGB image, brought to {width}x{height}"],
        ["Output", f"{len(bundle.classes)} classes: {', '.join(bundle.classes.names)}"],
        ["Parameters", f"{bundle.counts.parameters:,}"],
        ["Multiply-accumulates", f"{bundle.counts.macs:,} at {width}x{height}"],
        ["Weights", f"{bundle.counts.weight_bytes:,} bytes"],
        *_target(bundle),
        ["model.onnx", f"sha256 `{bundle.sha256}`"],
    ]
    return "## Model\n\n" + table(["", ""], rows)


_PRECISIONS = {
    ("cpu", "int8"): "8 bits: int8 weights (one scale a channel), uint8 activations",
    ("tensorrt", "int8"): (
        "8 bits: int8 weights (one scale a channel), int8 activations, every zero point 0"
    ),
    ("cpu", "fp32"): "32-bit floating point",
    ("tensorrt", "fp32"): "32-bit floating point",
}


def _target(bundle: Bundle) -> list[list[str]]:
    precision = [["Precision", _PRECISIONS[bundle.target, bundle.precision]]]
    if bundle.target == "cpu":
        return precision
    return [
        [
            "Made for",
            "TensorRT: keeps its published rules, not measured on a GPU; scores and agreement "
            "below are of the same graph on the processor",
        ],
        *precision,
    ]


def _training(stages: Sequence[Mapping[str, Any]], calibration: CalibrationSet | None) -> str:
    text = "## Training\n\n```\n" + "\n".join(_command(stage) for stage in stages) + "\n```"
    if calibration is not None:
        text += (
            f"\n\nThe 8-bit ranges come from {calibration.real} images of the training split"
            + (f" and {calibration.rendered} rendered scenes" if calibration.rendered else "")
            + ", picked with the training's seed. The network was not trained further afterwards."
        )
    return text


def _command(settings: Mapping[str, Any]) -> str:
    """The `attendseg train` that repeats a run: its options are the settings' names."""
    words = ["attendseg train"]
    for key, value in settings.items():
        if value is not None:
            values = value if isinstance(value, list) else [value]
            words += [f"--{key.replace('_', '-')}", *map(str, values)]
    return " ".join(words)


def _scores(
    bundle: Bundle, split: str, trained_on_split: bool, before: Scores, after: Scores
) -> str:
    columns = ["float, torch", f"this bundle ({bundle.precision})"]
    rows = [
        ["mean IoU", _percent(before.mean_iou), _percent(after.mean_iou)],
        ["pixel accuracy", _percent(before.pixel_accuracy), _percent(after.pixel_accuracy)],
    ]
    rows += [
        [f"IoU {name}", _percent(before.per_class_iou[name]), _percent(after.per_class_iou[name])]
        for name in bundle.classes.names
    ]
    if trained_on_split:
        worth = "**The network was trained on these images**: the scores tell nothing of others."
    else:
        worth = (
            "The best epoch was picked on this split too, so expect less on images of another kind."
        )
    return (
        f"## Scores\n\nPer cent, on the split `{split}` ({after.images} images at their own size, "
        f"unlabelled pixels not counted). {worth}\n\n" + table(["", *columns], rows)
    )


def _agreement(agreements: Mapping[str, Agreement]) -> str:
    rows = [
        [engine, f"{100 * found.pixels:.2f} %", f"{100 * found.logits_error:.3g} %"]
        for engine, found in agreements.items()
    ]
    return "## Agreement with the float network\n\n" + table(
        ["Engine", "pixels of the same class", "error of the logits (RMS, of their deviation)"],
        rows,
    )
