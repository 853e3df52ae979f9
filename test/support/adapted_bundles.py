# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bundles of small foreign networks, as an import makes them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from support.foreign_graphs import Foreign, class_table
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.importing.adapting import Adapted, Said, adapt
from attendseg_ros.importing.pixels import Pixels
from attendseg_ros.inference import Bundle, Segmentation, Segmenter, load_bundle

SIZE = (96, 64)


def adapted(folder: Path, foreign: Foreign, classes: int = 4, **said: object) -> Adapted:
    """What an import makes of a network, given what its builder knows."""
    file = foreign.write(folder / "network.onnx")
    known: dict[str, object] = {"is_bgr": foreign.bgr}
    if foreign.dtype != "uint8":
        known["pixels"] = Pixels(foreign.scale, foreign.mean, foreign.std, foreign.bgr)
    if foreign.size is None:
        known["input_size"] = SIZE
    return adapt(file, Said(**{**known, **said}), classes, "classes.yaml")  # type: ignore[arg-type]


def bundle_of(folder: Path, made: Adapted, classes: int = 4) -> Bundle:
    """The bundle of it, written as a whole import would, without asking all engines."""
    fields: dict[str, object] = {
        "precision": "fp32",
        "size_multiple": made.sizes.multiple,
        "output_stride": made.sizes.stride,
        "output": made.meaning.output,
        "background_channel": made.meaning.background_channel,
        "output_size": made.sizes.output_size and list(made.sizes.output_size),
    }
    written = write_tiny_bundle(
        folder / "bundle",
        classes=class_table(classes),
        input_size=made.input_size,
        model=made.model.SerializeToString(),
        overrides=fields,
    )
    return load_bundle(written)


def segmented(bundle: Bundle, image: NDArray[np.uint8]) -> Segmentation:
    with closing(Segmenter(bundle, "onnxruntime", num_threads=1)) as segmenter:
        return segmenter.segment(image, confidence=True)
