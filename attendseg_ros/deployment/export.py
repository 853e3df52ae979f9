# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From a training run to a checked bundle."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import onnx
from tqdm import tqdm

from attendseg_ros.deployment import calibration
from attendseg_ros.deployment.bundle_folder import (
    check_target,
    name_of_bundle,
    write_card,
    write_model,
    write_sections,
    written_whole,
)
from attendseg_ros.deployment.bundle_graph import bundle_graph
from attendseg_ros.deployment.calibrating import CalibrationPlan, calibrate, write_down
from attendseg_ros.deployment.calibration import CalibrationSet
from attendseg_ros.deployment.check import Agreement, check_bundle, reference_logits
from attendseg_ros.deployment.graph import float_graph
from attendseg_ros.deployment.inspection import eight_bit_convolutions, weight_bytes
from attendseg_ros.deployment.model_card import model_card
from attendseg_ros.deployment.scoring import Scores, score, scores_section
from attendseg_ros.deployment.stages import stages_of
from attendseg_ros.deployment.terms import terms_of
from attendseg_ros.errors import DataError
from attendseg_ros.inference import Bundle, Segmenter, available_engines, load_bundle
from attendseg_ros.inference.engines import LARGEST_SIDE
from attendseg_ros.network.attendseg import SIZE_MULTIPLE, AttendSeg
from attendseg_ros.network.counting import count
from attendseg_ros.placing import check_apart
from attendseg_ros.terms import NOT_STATED, Source, Terms
from attendseg_ros.terms.claim import Claim
from attendseg_ros.training.checkpoint import load_trained
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.dataset import LabelledSet
from attendseg_ros.training.evaluation import evaluate_network
from attendseg_ros.training.origins import CONFIG_FILE
from attendseg_ros.training.scenes import training_scenes
from attendseg_ros.training.splits import Splits, splits_of

_CHECKED_IMAGES = 16
_SCORED_ON = "onnxruntime"


@dataclass(frozen=True)
class ExportConfig:
    """What to export and what to say about it.

    Attributes:
        run: folder of the training run.
        bundle: folder to write.
        name: of the model; the folder's if empty.
        description: one or two sentences about it.
        precision: "int8" or "fp32".
        target: "cpu", or "tensorrt" for a graph that keeps TensorRT's rules.
        data: folder of the labelled set; None for where the run found it.
        calibration_images: how many decide the 8-bit ranges.
        weights_license: of the weights; one that allows commercial use claims it.
        commercial_use: claims that the weights may be used commercially.
        terms: of the run's own set, where the run does not know them.
        data_license: the same as a text, where nothing else tells them.
        input_sizes: widths and heights that the node may choose among, besides the one the
            network was trained at.
        replace: whether a bundle that is there already may be replaced.
    """

    run: Path
    bundle: Path
    name: str = ""
    description: str = "Semantic segmentation with attention condensers."
    precision: str = "int8"
    target: str = "cpu"
    data: Path | None = None
    calibration_images: int = calibration.IMAGES
    weights_license: str = NOT_STATED
    commercial_use: bool = False
    terms: tuple[Source, ...] | None = None
    data_license: str = NOT_STATED
    input_sizes: tuple[tuple[int, int], ...] = ()
    replace: bool = False


@dataclass(frozen=True)
class ExportReport:
    """What came out.

    Attributes:
        bundle: folder.
        before: scores of the float network in torch, and the bytes of its weights.
        after: the same of the bundle.
        file_bytes: of model.onnx.
        agreement: with the float network, by engine.
        eight_bit_convolutions: by engine, how many run in 8 bits here, and how many there are;
            empty for another target than the processor.
    """

    bundle: Path
    before: tuple[Scores, int]
    after: tuple[Scores, int]
    file_bytes: int
    agreement: dict[str, Agreement]
    eight_bit_convolutions: dict[str, tuple[int, int]]


def export(config: ExportConfig) -> ExportReport:
    """Exports the best network of a training run as a bundle.

    The bundle appears at its place when it is complete, loads, says what the network said on every
    engine installed here, and has been scored.

    Raises:
        DataError: the run or its labelled set is unfit, the network cannot take an input size, or
            commercial use is claimed of weights that come from what does not allow it.
        BundleError: the target is taken, or the bundle does not say what the network said.
    """
    training = _checked(config)
    terms = terms_of(
        training,
        Claim(config.weights_license, config.commercial_use),
        told=config.terms,
        data_license=config.data_license,
        calibrated_on=config.data,
    )
    network = load_trained(config.run, len(training.classes), training.shape)
    splits = splits_of(training)
    val = splits.val
    for line in dict.fromkeys([*splits.train.left_out, *val.left_out]):
        tqdm.write(f"note: left out {line}", file=sys.stderr)

    plain_graph = float_graph(network)
    calibrated_on = None
    if config.precision == "int8":
        calibrated_on = _calibration(training, splits.train, config.calibration_images)
    float_bytes = weight_bytes(plain_graph)
    model = bundle_graph(plain_graph, config.target, calibrated_on)

    with written_whole(config.bundle, replace=config.replace) as folder:
        fields = _fields(config, training, network, model, terms)
        write_model(folder, model.SerializeToString(), fields, training.classes)
        bundle = load_bundle(folder)
        report = replace(
            _measured(bundle, training, network, val, float_bytes), bundle=config.bundle
        )
        before, after = report.before[0], report.after[0]
        trained_on = val.shares_images_with(splits.train)
        scores = scores_section(splits.val_name, trained_on, before, after, config.precision)
        write_sections(bundle, {"scores": scores})
        write_card(
            folder,
            model_card(
                bundle,
                stages_of(training),
                splits.val_name,
                trained_on,
                before,
                after,
                calibrated_on,
                report.agreement,
            ),
        )
        _calibrate(bundle, splits, trained_on)
    return report


def _checked(config: ExportConfig) -> TrainingConfig:
    """How the run was trained, with the labelled set that is there now; see `export` for errors."""
    check_target(config.bundle, config.replace)
    name_of_bundle(config.name, config.bundle)
    # A bundle may lie in its run's folder, but not in place of it.
    check_apart(config.bundle, [config.run / CONFIG_FILE], "run")
    _check_sizes(config.input_sizes)
    if config.calibration_images < 1:
        raise DataError(f"calibration images must be 1 or more, got {config.calibration_images}")
    training = TrainingConfig.load(config.run)
    training.check_is_attendseg()
    if config.data is not None:
        training = replace(training, data=config.data)
    elif not training.data.is_dir():
        raise DataError(
            f"{config.run}: was trained on {training.data}, which is not there any more, or lies "
            "elsewhere as seen from the current folder: say where the set is with --data DIR"
        )
    return training


def _calibrate(bundle: Bundle, splits: Splits, seen_in_training: bool) -> None:
    """Adds what `attendseg calibrate` finds, where the splits are fit for it."""
    plan = CalibrationPlan(
        held_out=splits.val,
        held_out_name=splits.val_name,
        seen_in_training=seen_in_training,
        training=splits.train,
        engine=_SCORED_ON,
    )
    try:
        found = calibrate(bundle, plan)
    except DataError as error:
        tqdm.write(f"note: not calibrated: {error}", file=sys.stderr)
        return
    write_down(bundle, found)


def _measured(
    bundle: Bundle,
    training: TrainingConfig,
    network: AttendSeg,
    val: LabelledSet,
    float_bytes: int,
) -> ExportReport:
    """Holds a bundle against the network it was made of, and scores both.

    Raises:
        BundleError: it does not say what the network says.
    """
    images = calibration.choose(
        val, None, training.input_size, training.seed, _CHECKED_IMAGES
    ).images
    agreement = check_bundle(bundle, images, reference_logits(network, images))
    confusion = evaluate_network(network, val, len(training.classes), training.input_size)
    # A named engine: the fastest may be another one next time, and with it the last digit.
    with closing(Segmenter(bundle, _SCORED_ON)) as segmenter:
        scores = score(segmenter, val)
    return ExportReport(
        bundle=bundle.path,
        before=(Scores.of(confusion, training.classes, len(val)), float_bytes),
        after=(scores, bundle.counts.weight_bytes),
        file_bytes=len(bundle.model),
        agreement=agreement,
        eight_bit_convolutions={
            engine: eight_bit_convolutions(bundle, engine)
            for engine in ("onnxruntime", "openvino")
            if available_engines()[engine] is None and bundle.target == "cpu"
        },
    )


def _calibration(training: TrainingConfig, train: LabelledSet, images: int) -> CalibrationSet:
    return calibration.choose(
        train,
        training_scenes(training.classes) if training.scene_share > 0 else None,
        training.input_size,
        training.seed,
        images,
    )


def _fields(
    config: ExportConfig,
    training: TrainingConfig,
    network: AttendSeg,
    model: onnx.ModelProto,
    terms: Terms,
) -> dict[str, Any]:
    counts = asdict(count(network, training.input_size))
    return {
        "name": name_of_bundle(config.name, config.bundle),
        "description": config.description,
        "precision": config.precision,
        # What is left out means the processor, as in bundles of before there were targets.
        **({} if config.target == "cpu" else {"target": config.target}),
        "input_size": list(training.input_size),
        "input_sizes": _ordered({training.input_size, *config.input_sizes}),
        "size_multiple": SIZE_MULTIPLE,
        "output_stride": training.shape.output_stride,
        "counts": {**counts, "weight_bytes": weight_bytes(model)},
        "scores": {},
        "license": terms.to_mapping(),
    }


def _check_sizes(sizes: tuple[tuple[int, int], ...]) -> None:
    for size in sizes:
        if any(side < 1 or side > LARGEST_SIDE or side % SIZE_MULTIPLE for side in size):
            raise DataError(
                f"input size {size[0]}x{size[1]}: the network takes multiples of {SIZE_MULTIPLE} "
                f"up to {LARGEST_SIDE} only"
            )


def _ordered(sizes: set[tuple[int, int]]) -> list[list[int]]:
    return [list(size) for size in sorted(sizes, key=lambda size: size[0] * size[1], reverse=True)]
