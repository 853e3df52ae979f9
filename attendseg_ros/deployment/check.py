# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a bundle says what the network said, on every engine of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from attendseg_ros.errors import BundleError, LogitsError
from attendseg_ros.inference import Bundle, available_engines, create_engine
from attendseg_ros.inference.engine import Logits, check_finite
from attendseg_ros.inference.engines import PROCESSOR_ENGINES
from attendseg_ros.progress import progress_of
from attendseg_ros.training.samples import normalised


@dataclass(frozen=True)
class Agreement:
    """How close an engine's logits are to the network's, over all images.

    Attributes:
        pixels: share of the logits' pixels at which the same class wins.
        logits_error: root mean square of the difference of the logits, relative to their standard
            deviation.
    """

    pixels: float
    logits_error: float


CHECKED_ON = {"cpu": PROCESSOR_ENGINES, "tensorrt": ("onnxruntime", "torch")}
"""The engines that a bundle is checked on, by target.

Weights for TensorRT use all 8 bits, which OpenVINO adds up wrongly on processors without VNNI.
"""

BOUNDS = {"int8": Agreement(0.95, 0.1), "fp32": Agreement(0.999, 0.001)}
"""The least agreement of pixels and the largest error of logits that a bundle may have."""


def reference_logits(
    network: nn.Module, images: Sequence[NDArray[np.uint8]]
) -> list[NDArray[np.float32]]:
    """What the torch network says: float32 (C, h, w) for each uint8 (H, W, 3) image."""
    network.eval()
    with torch.inference_mode():
        return [
            network(normalised(torch.from_numpy(image)[None]))[0].numpy()
            for image in progress_of(images, desc="asking the network", leave=False)
        ]


def agreement(
    bundle: Bundle,
    engine: str,
    images: Sequence[NDArray[np.uint8]],
    reference: Sequence[NDArray[np.float32]],
) -> Agreement:
    """Compares an engine's logits with the network's.

    Args:
        bundle: what the engine runs.
        engine: its name.
        images: uint8 (H, W, 3) RGB, all of one size that the network takes.
        reference: the network's logits for each.

    Raises:
        LogitsError: NaN or infinity is among either's logits, which no bound would hold back.
    """
    height, width = images[0].shape[:2]
    # The torch engine sets the threads of the whole process: as many as there were.
    runner = create_engine(engine, bundle, (width, height), torch.get_num_threads())
    same = error = power = 0.0
    try:
        progress = progress_of(images, desc=f"checking {engine}", leave=False)
        for image, wanted in zip(progress, reference, strict=True):
            found: Logits = runner.infer(np.ascontiguousarray(image))
            _check_finite(wanted, f"the network of model '{bundle.name}'")
            _check_finite(found, f"engine '{engine}' with model '{bundle.name}'")
            same += float((found.argmax(axis=0) == wanted.argmax(axis=0)).mean())
            error += float(np.square(found - wanted, dtype=np.float64).mean())
            power += float(wanted.var(dtype=np.float64))
    finally:
        runner.close()
    return Agreement(pixels=same / len(images), logits_error=float(np.sqrt(error / power)))


def _check_finite(logits: Logits, whose: str) -> None:
    try:
        check_finite(logits)
    except LogitsError as error:
        raise LogitsError(f"{whose}: {error}") from None


def check_bundle(
    bundle: Bundle,
    images: Sequence[NDArray[np.uint8]],
    reference: Sequence[NDArray[np.float32]],
) -> dict[str, Agreement]:
    """Compares the engines of `CHECKED_ON` that are installed with the network.

    Returns:
        The agreement by engine.

    Raises:
        BundleError: an engine is outside `BOUNDS`; the message names it, with what was measured.
    """
    bound = BOUNDS[bundle.precision]
    results: dict[str, Agreement] = {}
    available = available_engines()
    for engine in CHECKED_ON[bundle.target]:
        if available[engine] is not None:
            continue
        results[engine] = found = agreement(bundle, engine, images, reference)
        if found.pixels < bound.pixels or found.logits_error > bound.logits_error:
            raise BundleError(
                f"the {bundle.precision} bundle does not say what the network says: on {engine} "
                f"{100 * found.pixels:.2f} % of the pixels agree (at least "
                f"{100 * bound.pixels:.1f} % are wanted) and the logits are off by "
                f"{100 * found.logits_error:.2f} % (at most {100 * bound.logits_error:.1f} %); "
                "train longer, calibrate on more images or export with --precision fp32"
            )
    return results
