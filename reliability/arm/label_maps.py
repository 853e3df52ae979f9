# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Labels images with models on ONNX Runtime; run on this machine and on the emulated ones alike.

`python label_maps.py IMAGES.npz OUT.npz MODEL ...`
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from attendseg_ros.inference import Segmenter

WAYS = ("network", "whole")
"""Of an image that has the network's size already, and of one as a camera gives it."""


def save(file: Path, images: Mapping[str, NDArray[np.uint8]]) -> None:
    """Writes images or label maps by their names."""
    arrays: dict[str, Any] = dict(images)
    np.savez_compressed(file, **arrays)


def write_label_maps(images_file: Path, out: Path, models: Sequence[str]) -> None:
    """Writes a label map, uint8 (H, W), for each model, way and image: `model/way/image`.

    Args:
        images_file: uint8 (H, W, 3) by `whole/image`, and by `WIDTHxHEIGHT/image` the same images
            at the size of each network.
        out: the file to write.
        models: names or folders.
    """
    maps = {}
    with np.load(images_file) as images:
        for model in models:
            with Segmenter.load(model, "onnxruntime", 1) as segment:
                width, height = segment.input_size
                ways = dict(zip((f"{width}x{height}", "whole"), WAYS, strict=True))
                for key in images.files:
                    way, _, name = key.partition("/")
                    if way in ways:
                        maps[f"{model}/{ways[way]}/{name}"] = segment(images[key]).labels
    save(out, maps)


def main(arguments: list[str]) -> None:
    """Writes the label maps and says on what."""
    images_file, out, *models = arguments
    write_label_maps(Path(images_file), Path(out), models)
    print(json.dumps({"machine": platform.machine(), "onnxruntime": onnxruntime.__version__}))


if __name__ == "__main__":
    main(sys.argv[1:])
