# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Masks, coloured masks and overlays as image files, one for each frame."""

from __future__ import annotations

import os
from pathlib import Path

import cv2

from attendseg_ros.errors import DataError
from attendseg_ros.files import write_atomically
from attendseg_ros.images.channels import swap_red_and_blue
from attendseg_ros.labels import blend, colorize
from attendseg_ros.placing import Placing, keep_everything, real_place
from attendseg_ros.playback.frames import Frame, Image, Source
from attendseg_ros.playback.sink import Sink

SUFFIX = ".png"
"""Of every picture that is written."""


class PictureSink(Sink):
    """A PNG for each frame, `<folder>/<frame name>.png`; all are in the folder once it is closed.

    What else the folder holds stays in it.
    """

    def __init__(self, folder: Path, *, replace: bool = True) -> None:
        """Checks that the folder can be; nothing is written before the first frame.

        Args:
            folder: of the pictures.
            replace: whether pictures of the same names may be replaced.

        Raises:
            DataError: the folder cannot be made.
        """
        try:
            real_place(folder).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(f"{folder}: cannot be made: {error.strerror}") from error
        if folder.exists() and not folder.is_dir():
            raise DataError(f"{folder}: is a file: name a folder for pictures")
        self._folder = folder
        self._replace = replace
        self._placing: Placing | None = None

    def write(self, frame: Frame, labels: Image) -> None:
        """Writes the frame's picture."""
        if not self._replace:
            _check_new(self._folder / picture_name(frame))
        if self._placing is None:
            self._placing = Placing(self._folder, keep_everything, replace=self._replace)
            self._placing.unfinished.mkdir()
        write_png(self._placing.unfinished / picture_name(frame), self._picture(frame, labels))

    def close(self) -> None:
        """Puts the pictures in their place."""
        if self._placing is not None:
            try:
                self._placing.finish()
            except OSError as error:
                raise DataError(f"{self._folder}: cannot be written: {error.strerror}") from error

    def discard(self) -> None:
        """Removes the pictures, whose run did not reach its end."""
        if self._placing is not None:
            self._placing.discard()

    def _picture(self, frame: Frame, labels: Image) -> Image:
        """Uint8 (H, W) or (H, W, 3) RGB of the frame's size."""
        raise NotImplementedError


class MaskSink(PictureSink):
    """Class ids as 8-bit grey PNGs."""

    def _picture(self, frame: Frame, labels: Image) -> Image:
        del frame
        return labels


class ColorSink(PictureSink):
    """Masks in the palette's colours as PNGs."""

    def __init__(self, folder: Path, palette: Image, *, replace: bool = True) -> None:
        super().__init__(folder, replace=replace)
        self._palette = palette

    def _picture(self, frame: Frame, labels: Image) -> Image:
        del frame
        return colorize(labels, self._palette)


class OverlaySink(PictureSink):
    """Images with the class colours laid over them as PNGs."""

    def __init__(
        self, folder: Path, palette: Image, alpha: float = 0.5, *, replace: bool = True
    ) -> None:
        super().__init__(folder, replace=replace)
        self._palette = palette
        self._alpha = alpha

    def _picture(self, frame: Frame, labels: Image) -> Image:
        return blend(frame.rgb, colorize(labels, self._palette), self._alpha)


def picture_name(frame: Frame) -> str:
    """The name of a frame's picture."""
    return f"{frame.name}{SUFFIX}"


def check_new(folder: Path, source: Source) -> None:
    """Checks that a folder has no picture of a source's frames, before they are read.

    Raises:
        DataError: it has, or it cannot be looked through.
    """
    try:
        entries = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        raise DataError(f"{folder}: cannot be read: {error.strerror}") from error
    for path in entries:
        if path.suffix == SUFFIX and source.may_name(path.name.removesuffix(SUFFIX)):
            _check_new(path)


def _check_new(path: Path) -> None:
    if os.path.lexists(path):
        raise DataError(
            f"{path}: exists already; name another folder, or --force to replace pictures"
        )


def make_folder(folder: Path) -> Path:
    """Makes an output folder.

    Raises:
        DataError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder}: cannot be made: {error.strerror}") from error
    return folder


def write_png(path: Path, pixels: Image) -> None:
    """Writes a PNG whole or not at all.

    Args:
        path: the file.
        pixels: uint8 (H, W) grey or (H, W, 3) RGB.

    Raises:
        DataError: the file cannot be written.
    """
    ordered = pixels if pixels.ndim == 2 else swap_red_and_blue(pixels)
    encoded, content = cv2.imencode(".png", ordered)
    if not encoded:
        raise DataError(f"{path}: OpenCV cannot encode a PNG of {pixels.shape}")
    try:
        write_atomically(path, content.tobytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror}") from error
