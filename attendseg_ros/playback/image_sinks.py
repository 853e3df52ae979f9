# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Masks, coloured masks and overlays as image files, one for each frame."""

from __future__ import annotations

from pathlib import Path

import cv2

from attendseg_ros.errors import DataError
from attendseg_ros.files import write_atomically
from attendseg_ros.labels import blend, colorize
from attendseg_ros.playback.channels import swap_red_and_blue
from attendseg_ros.playback.frames import Frame, Image
from attendseg_ros.playback.sink import Sink


class MaskSink(Sink):
    """Class ids as 8-bit grey PNGs: `<folder>/<frame name>.png`."""

    def __init__(self, folder: Path) -> None:
        self._folder = make_folder(folder)

    def write(self, frame: Frame, labels: Image) -> None:
        """Writes the frame's mask."""
        write_png(self._folder / f"{frame.name}.png", labels)


class ColorSink(Sink):
    """Masks in the palette's colours as PNGs: `<folder>/<frame name>.png`."""

    def __init__(self, folder: Path, palette: Image) -> None:
        self._folder = make_folder(folder)
        self._palette = palette

    def write(self, frame: Frame, labels: Image) -> None:
        """Writes the frame's coloured mask."""
        write_png(self._folder / f"{frame.name}.png", colorize(labels, self._palette))


class OverlaySink(Sink):
    """Images with the class colours laid over them as PNGs: `<folder>/<frame name>.png`."""

    def __init__(self, folder: Path, palette: Image, alpha: float = 0.5) -> None:
        self._folder = make_folder(folder)
        self._palette = palette
        self._alpha = alpha

    def write(self, frame: Frame, labels: Image) -> None:
        """Writes the frame's overlay."""
        overlay = blend(frame.rgb, colorize(labels, self._palette), self._alpha)
        write_png(self._folder / f"{frame.name}.png", overlay)


def make_folder(folder: Path) -> Path:
    """Makes an output folder.

    Raises:
        DataError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder}: cannot be made: {error.strerror}") from error
    return folder


def write_png(path: Path, pixels: Image) -> None:
    """Writes a PNG whole or not at all.

    Args:
        path: The file.
        pixels: uint8 (H, W) grey or (H, W, 3) RGB.

    Raises:
        DataError: The file cannot be written.
    """
    ordered = pixels if pixels.ndim == 2 else swap_red_and_blue(pixels)
    encoded, content = cv2.imencode(".png", ordered)
    if not encoded:
        raise DataError(f"{path}: OpenCV cannot encode a PNG of {pixels.shape}")
    try:
        write_atomically(path, content.tobytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror}") from error
