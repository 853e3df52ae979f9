# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a bundle is made for the engine that runs it, and which one would be."""

from __future__ import annotations

from dataclasses import dataclass

from attendseg_ros.inference.bundle import Bundle


@dataclass(frozen=True)
class Advice:
    """What to say of a bundle on an engine.

    Attributes:
        text: a sentence for the log.
        is_warning: whether the engine cannot do with the bundle what it was chosen for.
    """

    text: str
    is_warning: bool


def advice(bundle: Bundle, engine: str) -> Advice | None:
    """What another bundle of the same network would be better for; None where this one fits.

    Args:
        bundle: what runs.
        engine: what runs it, such as "openvino", or "tensorrt+cuda" where two share it.
    """
    on_gpu = {"tensorrt", "cuda"}.intersection(engine.split("+"))
    if bundle.target == "cpu":
        # CUDA reads the image of a float graph as the processor does.
        if not on_gpu or (bundle.precision == "fp32" and on_gpu == {"cuda"}):
            return None
        return Advice(
            f"model '{bundle.name}' runs on {engine} but is made for the processor: it quantizes "
            "with unsigned numbers and zero points, and TensorRT takes neither. Make one for "
            "NVIDIA GPUs: attendseg export RUN -o BUNDLE --target tensorrt",
            is_warning=True,
        )
    if on_gpu:
        return None
    return Advice(
        f"model '{bundle.name}' is made for TensorRT and runs on {engine}: its masks are right, "
        "but one for the processor is faster here: attendseg export RUN -o BUNDLE",
        is_warning=False,
    )
