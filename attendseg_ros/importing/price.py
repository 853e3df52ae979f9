# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What 8 bits cost a network, and which of its layers are better left in float."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from attendseg_ros.deployment.scoring import Scores, score
from attendseg_ros.errors import BundleError, DataError, ImageError
from attendseg_ros.images.encoded import decode_rgb
from attendseg_ros.importing.quantizing import Quantizer
from attendseg_ros.inference import Bundle, Segmenter
from attendseg_ros.inference.resize import Resizer
from attendseg_ros.pictures import list_pictures, shown_entries
from attendseg_ros.progress import progress_of, progress_to
from attendseg_ros.temporary import temporary_folder
from attendseg_ros.training.dataset import LabelledSet

AUTO = "auto"

_ENGINE = "onnxruntime"
_IMAGES = 64
_JUDGED_EVERY = 4
_LEAST_TO_SPLIT = 8
_MOST_JUDGED = 16
_PARTS = 4
_SHORTEST = 2
_MOST_OF = 0.8
_MOST_IN_FLOAT = 0.5
"""Share of the layers; beyond it 8 bits bring nothing."""


@dataclass(frozen=True)
class Quantization:
    """What is asked for.

    Attributes:
        calibrate: folder of pictures such as the camera will give.
        evaluate: labelled set to measure the loss on; None: the pixels that change are counted.
        split: of that set.
        max_loss: largest loss, as a share: of mean IoU, or of the pixels.
        keep_float: names of steps that stay in float, or (`AUTO`,) to find them.
    """

    calibrate: Path
    evaluate: Path | None = None
    split: str = "val"
    max_loss: float = 0.05
    keep_float: tuple[str, ...] = ()


@dataclass(frozen=True)
class Price:
    """What 8 bits cost.

    Attributes:
        loss: of mean IoU where `scores` are there, else share of the pixels that change.
        images: on which that was measured.
        calibrated_on: how many images decided the ranges.
        in_float: layers that stay in float.
        layers: how many there are in all.
        scores: before and after, where there are labels.
        seen_in_calibration: whether the images are those that decided the ranges.
    """

    loss: float
    images: int
    calibrated_on: int
    in_float: tuple[str, ...]
    layers: int
    scores: tuple[Scores, Scores] | None = None
    seen_in_calibration: bool = False

    def to_mapping(self) -> dict[str, Any]:
        """Plain values for JSON and YAML."""
        mapping = {**asdict(self), "in_float": list(self.in_float), "loss": round(self.loss, 4)}
        del mapping["scores"]
        mapping["loss_of"] = "mean_iou" if self.scores is not None else "pixels"
        if self.scores is not None:
            mapping["fp32"], mapping["int8"] = (s.to_mapping() for s in self.scores)
        return mapping


def quantize(
    bundle: Bundle, model: onnx.ModelProto, asked: Quantization
) -> tuple[onnx.ModelProto, Price]:
    """Quantizes a float bundle's graph and measures what that costs.

    Args:
        bundle: of the float graph.
        model: its graph.
        asked: how, and what it may cost.

    Raises:
        DataError: the pictures or the labelled set are unfit, or no step has a name that is to be
            kept.
        BundleError: it costs more than it may.
    """
    pictures = _read_pictures(asked.calibrate)
    split = len(pictures) >= _LEAST_TO_SPLIT
    judged = (pictures[::_JUDGED_EVERY] if split else pictures)[:_MOST_JUDGED]
    fit = [p for i, p in enumerate(pictures) if not split or i % _JUDGED_EVERY]
    resizer = Resizer(bundle.input_size)
    images = [resizer.resize(picture).copy() for picture in fit]
    labelled = None
    if asked.evaluate is not None:
        labelled = LabelledSet(asked.evaluate, asked.split, bundle.classes)
    with temporary_folder("attendseg_import_") as folder:
        quantizer = Quantizer(model, images, folder)
        before = _labels(bundle, judged)

        def changed(in_float: Sequence[str]) -> float:
            return _changed(_eight_bit(bundle, quantizer.quantized(in_float)), judged, before)

        in_float = _in_float(quantizer, asked, changed)
        made = quantizer.quantized(in_float)
        kept = [name for name in quantizer.layers if name in set(in_float)]
        eight_bit = _eight_bit(bundle, made)
        price = Price(
            loss=0.0 if labelled is not None else _changed(eight_bit, judged, before),
            images=len(judged),
            calibrated_on=len(images),
            in_float=tuple(kept),
            layers=len(quantizer.layers),
            seen_in_calibration=not split and labelled is None,
        )
        if labelled is not None:
            price = _with_scores(price, bundle, eight_bit, labelled)
    if price.loss > asked.max_loss:
        raise BundleError(_too_much(price, asked))
    return made, price


def _in_float(
    quantizer: Quantizer, asked: Quantization, changed: Callable[[Sequence[str]], float]
) -> list[str]:
    if asked.keep_float != (AUTO,):
        unknown = [name for name in asked.keep_float if name not in quantizer.steps]
        if unknown:
            raise DataError(
                f"--keep-float {unknown[0]}: there is no such step; those with weights are "
                f"{', '.join(quantizer.layers[:5])}, ... ({len(quantizer.layers)} in all), or auto"
            )
        return list(asked.keep_float)
    return find_hurt(quantizer.steps, set(quantizer.layers), asked.max_loss, changed)


def find_hurt(
    steps: Sequence[str],
    layers: set[str],
    max_loss: float,
    changed: Callable[[Sequence[str]], float],
) -> list[str]:
    """Finds runs of steps that lose most in 8 bits, until what remains loses little enough.

    Runs of a quarter of the steps are tried, each begun in the middle of the one before: what lies
    between two steps is in 8 bits unless both are in float. The run without which the fewest pixels
    change is halved for as long as a half is nearly as good; then it stays in float, and the search
    goes on.

    Args:
        steps: names in their order.
        layers: those among them that have weights.
        max_loss: share of the pixels that may change.
        changed: share that changes with some steps in float.

    Returns:
        Names to leave in float; empty where nothing has to be.
    """
    kept: list[str] = []
    loss = changed(kept)
    with progress_to(desc="finding layers that hurt", unit="try", leave=False) as bar:

        def attempt(more: Sequence[str]) -> float:
            bar.update()
            return changed([*kept, *more])

        while loss > max_loss:
            left = [name for name in steps if name not in set(kept)]
            in_float = sum(name in layers for name in kept)
            if not left or in_float >= _MOST_IN_FLOAT * len(layers):
                break
            found, best = _best(left, max(2, len(left) // _PARTS), attempt)
            while len(best) > _SHORTEST:
                half, narrower = _best(best, max(2, len(best) // 2), attempt)
                # A half is worth it where it brings most of what the whole brings.
                if loss - half < _MOST_OF * (loss - found):
                    break
                found, best = half, narrower
            if found >= loss:
                break
            kept += best
            loss = found
    return kept


def _best(
    steps: list[str], length: int, attempt: Callable[[Sequence[str]], float]
) -> tuple[float, list[str]]:
    """The run of a length without which the least is lost, and what is lost then."""
    last = max(0, len(steps) - length)
    starts = sorted({*range(0, last, max(1, length // 2)), last})
    runs = [steps[start : start + length] for start in starts]
    return min(((attempt(run), run) for run in runs), key=lambda tried: tried[0])


def _read_pictures(folder: Path) -> list[NDArray[np.uint8]]:
    """Up to `_IMAGES` pictures of a folder, evenly spread over it, RGB."""
    if not folder.is_dir():
        raise DataError(f"--calibrate {folder}: is no folder of pictures")
    listed = list_pictures(folder)
    if not listed.pictures:
        raise DataError(
            f"--calibrate {folder}: holds no picture (found {shown_entries(listed.left_out)})"
        )
    files = listed.pictures
    chosen = [files[i * len(files) // _IMAGES] for i in range(_IMAGES)]
    pictures = []
    for file in progress_of(dict.fromkeys(chosen), desc="reading pictures", leave=False):
        try:
            # As `segment` reads them: the ranges must fit what the network will see.
            pictures.append(decode_rgb(file.read_bytes()))
        except OSError as error:
            raise DataError(f"{file}: cannot be read: {error.strerror}") from error
        except ImageError as error:
            raise DataError(f"{file}: cannot be decoded as an image: {error}") from error
    return pictures


def _eight_bit(bundle: Bundle, model: onnx.ModelProto) -> Bundle:
    return replace(bundle, precision="int8", model=model.SerializeToString())


def _labels(bundle: Bundle, pictures: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
    with closing(Segmenter(bundle, _ENGINE)) as segmenter:
        return [segmenter.segment(picture).labels for picture in pictures]


def _changed(
    bundle: Bundle, pictures: Sequence[NDArray[np.uint8]], before: Sequence[NDArray[np.uint8]]
) -> float:
    """Share of the pixels that another class is given than before."""
    after = _labels(bundle, pictures)
    shares = [(a != b).mean() for a, b in zip(after, before, strict=True)]
    return float(np.mean(shares))


def _with_scores(price: Price, bundle: Bundle, eight_bit: Bundle, labelled: LabelledSet) -> Price:
    scores = []
    for made in (bundle, eight_bit):
        with closing(Segmenter(made, _ENGINE)) as segmenter:
            scores.append(score(segmenter, labelled))
    before, after = scores
    if before.mean_iou is None or after.mean_iou is None:
        raise DataError("--evaluate: the labelled set has no labelled pixel to measure a loss on")
    return replace(
        price,
        loss=before.mean_iou - after.mean_iou,
        scores=(before, after),
        images=len(labelled),
    )


def _too_much(price: Price, asked: Quantization) -> str:
    what = "of mean IoU" if price.scores is not None else "of the pixels change"
    kept = (
        f" with {len(price.in_float)} of {price.layers} layers in float" if price.in_float else ""
    )
    ways = [] if asked.keep_float == (AUTO,) else ["--keep-float auto"]
    ways += ["more pictures to calibrate on", "a larger --max-loss", "or no --quantize"]
    return (
        f"8 bits cost {100 * price.loss:.2f} % {what}{kept}, and --max-loss is "
        f"{100 * asked.max_loss:g} %: try {', '.join(ways)}"
    )


def described_price(price: Mapping[str, Any]) -> str:
    """What 8 bits cost, in words, from `Price.to_mapping`."""
    images = f"{price['images']} image{'s' * (price['images'] != 1)}"
    seen = ", which also decided the ranges" if price["seen_in_calibration"] else ""
    if price["loss_of"] == "mean_iou":
        before, after = (100 * price[key]["mean_iou"] for key in ("fp32", "int8"))
        text = f"mean IoU {before:.2f} % -> {after:.2f} % on {images}"
    else:
        text = f"{100 * price['loss']:.2f} % of the pixels change, on {images}{seen}"
    kept = price["in_float"]
    if kept:
        text += f"; {len(kept)} of {price['layers']} layers in float: {', '.join(kept)}"
    return text
