# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What Hugging Face's tools write beside an exported network: how it wants its pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attendseg_ros.documents import parse_json, read_small_file
from attendseg_ros.errors import DataError
from attendseg_ros.importing.pixels import Pixels

CONFIG_FILE = "preprocessor_config.json"


@dataclass(frozen=True)
class ProcessorConfig:
    """What the file says.

    Attributes:
        pixels: how bytes become numbers; None where it does not say.
        input_size: width and height; None where it does not say.
    """

    pixels: Pixels | None = None
    input_size: tuple[int, int] | None = None


def read_processor_config(model: Path) -> ProcessorConfig:
    """Reads the file beside a network, if there is one.

    Raises:
        DataError: it is there and cannot be read, or holds no numbers where numbers must be.
    """
    file = model.parent / CONFIG_FILE
    if not file.is_file():
        return ProcessorConfig()
    config = parse_json(read_small_file(file), str(file))
    if not isinstance(config, Mapping):
        raise DataError(f"{file}: is no configuration of an image processor")
    return ProcessorConfig(_pixels(config, file), _size(config))


def _pixels(config: Mapping[str, Any], file: Path) -> Pixels | None:
    if not {"do_normalize", "do_rescale", "image_mean"}.intersection(config):
        return None
    scale = _numbers(config, "rescale_factor", file) or (1 / 255,)
    if not config.get("do_rescale", True):
        scale = (1.0,)
    mean: tuple[float, ...] = (0.0,) * 3
    std: tuple[float, ...] = (1.0,) * 3
    if config.get("do_normalize", "image_mean" in config):
        mean = _numbers(config, "image_mean", file) or mean
        std = _numbers(config, "image_std", file) or std
    is_bgr = bool(config.get("do_flip_channel_order", False))
    if is_bgr:
        # Channels are turned round after all else.
        mean, std = mean[::-1], std[::-1]
    return Pixels.of_options(None, mean, std, scale[0], is_bgr)


def _numbers(config: Mapping[str, Any], key: str, file: Path) -> tuple[float, ...] | None:
    value = config.get(key)
    if value is None:
        return None
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        raise DataError(f"{file}: {key} must be numbers: give --mean, --std and --scale instead")
    return tuple(float(v) for v in values)


def _size(config: Mapping[str, Any]) -> tuple[int, int] | None:
    for key in ("crop_size", "size") if config.get("do_center_crop") else ("size",):
        size = config.get(key)
        if isinstance(size, Mapping):
            sides = size.get("width"), size.get("height")
            if all(isinstance(side, int) and side > 0 for side in sides):
                return sides[0], sides[1]  # type: ignore[return-value]
    return None
