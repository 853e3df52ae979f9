# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a bundle's confidence is worth and which images are its own, measured and written down."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.deployment.bundle_folder import write_sections
from attendseg_ros.deployment.calibration_card import card_with
from attendseg_ros.errors import BundleError, DataError
from attendseg_ros.inference import Bundle, Engine, create_engine
from attendseg_ros.inference.confidence_calibration import TEMPERATURES, ConfidenceCalibration
from attendseg_ros.inference.decode import Decoder
from attendseg_ros.inference.familiarity import Familiarity, FamiliarRange, mean_largest
from attendseg_ros.inference.resize import Resizer
from attendseg_ros.labels import UNLABELLED
from attendseg_ros.percentiles import percentile
from attendseg_ros.pictures import evenly_spaced
from attendseg_ros.progress import progress_of
from attendseg_ros.training.confidence import (
    BINS,
    PixelSample,
    Reliability,
    fitted_temperature,
)
from attendseg_ros.training.dataset import LabelledSet

FALSE_ALARMS = 0.01
"""Share of the model's own images that may lie beyond the limit, by default."""

MOST_TRAINING_IMAGES = 200
"""Of the training split, evenly spaced: more of them move the range no further."""

_PIXELS = 1000
"""Drawn from each image to fit the temperature: neighbours say the same."""

_SEED = 0
_FEWEST = 2


@dataclass(frozen=True)
class CalibrationPlan:
    """What to calibrate on.

    Attributes:
        held_out: images that the training did not see, with the model's class table.
        held_out_name: of that split.
        seen_in_training: whether the training saw them after all, so that the figures flatter.
        training: images that it did see, which are the model's own as well; None for none.
        engine: runs the network.
        threads: of the engine; 0 for all physical cores but one, from two to four.
        false_alarms: share of the own images that may lie beyond the limit of their range.
        sister: a calibrated model trained in the same way, but without the images held out. Where
            this model saw them it is right too often there, so the sister's calibration is taken.
    """

    held_out: LabelledSet
    held_out_name: str
    seen_in_training: bool
    training: LabelledSet | None
    engine: str = "onnxruntime"
    threads: int = 0
    false_alarms: float = FALSE_ALARMS
    sister: Bundle | None = None


@dataclass(frozen=True)
class Calibrated:
    """What was found.

    Attributes:
        calibration: of the confidence.
        familiarity: None where all images look alike to the model.
    """

    calibration: ConfidenceCalibration
    familiarity: Familiarity | None

    def sections(self) -> dict[str, dict[str, Any] | None]:
        """Of model.yaml, by name; None for one that must not be there."""
        known = self.familiarity
        return {
            "calibration": self.calibration.to_mapping(),
            "familiarity": None if known is None else known.to_mapping(),
        }


def calibrate(bundle: Bundle, plan: CalibrationPlan) -> Calibrated:
    """Fits the temperature and measures the range of the model's own images.

    The calibration error after is measured crosswise: the images of each half, in the order of
    their names, with the temperature that was fitted on the other half.

    Raises:
        BundleError: the model gives class ids, which say nothing of how sure it is, or the sister
            is not calibrated or knows other classes.
        DataError: a file of a set is unfit, there are too few images or none is labelled.
        EngineError: the engine cannot run the model.
    """
    if not bundle.gives_confidence:
        raise BundleError(
            f"model {bundle.name!r} gives class ids without confidence: nothing to calibrate"
        )
    known = None if plan.sister is None else _of_sister(plan.sister, bundle)
    if len(plan.held_out) < _FEWEST:
        raise DataError(
            f"split '{plan.held_out_name}' holds one image: calibration takes {_FEWEST} or more"
        )
    with ExitStack() as stack:
        engines = {
            size: stack.enter_context(
                closing(create_engine(plan.engine, bundle, size, plan.threads))
            )
            for size in bundle.input_sizes
        }
        own = engines[bundle.input_size]
        if known is None:
            known = _calibration(bundle, own, plan, _samples(bundle, own, plan.held_out))
        return Calibrated(known, _familiarity(bundle, engines, plan))


def write_down(bundle: Bundle, found: Calibrated) -> None:
    """Puts what was found into a bundle's model.yaml and model card.

    Both or neither: what one says the other says.

    Raises:
        BundleError: the card is no text; then model.yaml stays as it is.
        OSError: one cannot be written, as on a full disk; then both stay as they are.
    """
    card = card_with(bundle.path, found.calibration, found.familiarity)
    write_sections(bundle, found.sections(), card)


def _of_sister(sister: Bundle, bundle: Bundle) -> ConfidenceCalibration:
    if sister.classes.names != bundle.classes.names:
        raise BundleError(
            f"{sister.path} knows other classes ({', '.join(sister.classes.names)}) than "
            f"{bundle.path} ({', '.join(bundle.classes.names)}): how sure it may be says nothing "
            "of the other"
        )
    if sister.calibration is None:
        raise BundleError(f"{sister.path} is not calibrated: calibrate it first")
    return replace(sister.calibration, temperature_of=sister.name)


def _samples(bundle: Bundle, engine: Engine, labelled: LabelledSet) -> tuple[PixelSample, ...]:
    """Pixels of the first half of the images, and of the second."""
    random = np.random.default_rng(_SEED)
    channel_of = np.full(256, UNLABELLED, np.uint8)
    channel_of[list(bundle.channel_ids)] = np.arange(len(bundle.channel_ids))
    channel_of[UNLABELLED] = UNLABELLED
    resizer = Resizer(bundle.input_size)
    decoder = Decoder.of(bundle, bundle.input_size, 1.0)
    halves: tuple[list[PixelSample], list[PixelSample]] = ([], [])
    for index in progress_of(range(len(labelled)), desc="fitting", unit="image", leave=False):
        rgb, truth = labelled[index]
        logits = engine.infer(resizer.resize(rgb))
        fine = decoder.fine_size((rgb.shape[1], rgb.shape[0]))
        sample = PixelSample.of(logits, channel_of[truth], fine, _PIXELS, random)
        halves[_half(index, labelled)].append(sample)
    found = tuple(PixelSample.together(half) for half in halves)
    if not all(len(sample.right) for sample in found):
        raise DataError(f"a half of the {len(labelled)} images has no labelled pixel")
    return found


def _calibration(
    bundle: Bundle, engine: Engine, plan: CalibrationPlan, halves: tuple[PixelSample, ...]
) -> ConfidenceCalibration:
    crosswise = [_fitted(bundle, half) for half in reversed(halves)]
    plain = Decoder.of(bundle, bundle.input_size, 1.0)
    scaled = [Decoder.of(bundle, bundle.input_size, found) for found in crosswise]
    before, after = Reliability(), Reliability()
    resizer = Resizer(bundle.input_size)
    labelled = plan.held_out
    for index in progress_of(range(len(labelled)), desc="calibrating", unit="image", leave=False):
        rgb, truth = labelled[index]
        logits = engine.infer(resizer.resize(rgb))
        for decoder, counts in (
            (plain, before),
            (scaled[_half(index, labelled)], after),
        ):
            labels, confidence = decoder.decode(
                logits, (rgb.shape[1], rgb.shape[0]), confidence=True
            )
            assert confidence is not None
            counts.update(labels, confidence, truth)
    return ConfidenceCalibration(
        temperature=round(_fitted(bundle, PixelSample.together(list(halves))), 4),
        ece_before=round(before.expected_error, 5),
        ece_after=round(after.expected_error, 5),
        bins=BINS,
        images=len(labelled),
        held_out=plan.held_out_name,
        seen_in_training=plan.seen_in_training,
    )


def _fitted(bundle: Bundle, sample: PixelSample) -> float:
    # Probabilities of a graph that ends in a softmax are taken as they are.
    return fitted_temperature(sample, TEMPERATURES) if bundle.output == "logits" else 1.0


def _half(index: int, labelled: LabelledSet) -> int:
    return int(2 * index >= len(labelled))


def _familiarity(
    bundle: Bundle, engines: dict[tuple[int, int], Engine], plan: CalibrationPlan
) -> Familiarity | None:
    held_out = _largest(engines, plan.held_out)
    training = None
    if plan.training is not None:
        positions = evenly_spaced(len(plan.training), MOST_TRAINING_IMAGES)
        training = _largest(engines, plan.training.subset(positions))
    ranges, beyond = [], 0.0
    for size, values in held_out.items():
        all_values = values if training is None else np.concatenate([values, training[size]])
        # Either alone keeps to the share: images seen in training are many, and too familiar.
        least = min(percentile(part.tolist(), plan.false_alarms) for part in (values, all_values))
        found = FamiliarRange(size, round(float(np.median(all_values)), 4), round(least, 4))
        if found.least >= found.typical:
            return None
        ranges.append(found)
        if size == bundle.input_size:
            beyond = float((values < found.least).mean())
    return Familiarity(
        ranges=tuple(ranges),
        held_out=plan.held_out_name,
        seen_in_training=plan.seen_in_training,
        images=len(plan.held_out),
        training_images=0 if training is None else len(training[bundle.input_size]),
        false_alarms=round(beyond, 4),
    )


def _largest(
    engines: dict[tuple[int, int], Engine], labelled: LabelledSet
) -> dict[tuple[int, int], NDArray[np.float64]]:
    """`mean_largest` of every image, by input size."""
    resizers = {size: Resizer(size) for size in engines}
    found: dict[tuple[int, int], list[float]] = {size: [] for size in engines}
    for index in progress_of(range(len(labelled)), desc="own images", unit="image", leave=False):
        rgb = labelled[index][0]
        for size, engine in engines.items():
            found[size].append(mean_largest(engine.infer(resizers[size].resize(rgb))))
    return {size: np.array(values) for size, values in found.items()}
