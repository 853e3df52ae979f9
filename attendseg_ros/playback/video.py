# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Video files as a source, through OpenCV."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from attendseg_ros.errors import DataError
from attendseg_ros.playback.bad_image import MAX_PIXELS, BadImageError, check_size
from attendseg_ros.playback.channels import swap_red_and_blue
from attendseg_ros.playback.frames import Frame, Source

FALLBACK_RATE_HZ = 25.0
"""For a file that states no usable rate."""


class VideoSource(Source):
    """A video file."""

    def __init__(self, path: Path) -> None:
        """Opens the file once to learn its length and rate.

        Raises:
            DataError: OpenCV cannot read a single frame of it.
        """
        super().__init__(path)
        capture = _opened(path)
        try:
            _check_size(path, capture)
            if not capture.grab():
                raise DataError(
                    f"{path}: not a readable video (nor an image, a .bag, .mcap or .db3 file)"
                )
            rate = capture.get(cv2.CAP_PROP_FPS)
            count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        finally:
            capture.release()
        self._rate_hz = rate if math.isfinite(rate) and 0.1 <= rate <= 1000 else FALLBACK_RATE_HZ
        # Streams without an index report zero, or a negative number.
        self._frame_count = int(count) if count > 0 else None

    @property
    def description(self) -> str:
        """For example "video road.mp4 (221 frames at 25 Hz)"."""
        frames = f"{self._frame_count} frames " if self._frame_count else ""
        return f"video {self._path.name} ({frames}at {self._rate_hz:.4g} Hz)"

    @property
    def frame_count(self) -> int | None:
        """Number of frames that the file announces, or None."""
        return self._frame_count

    @property
    def rate_hz(self) -> float:
        """The file's frame rate."""
        return self._rate_hz

    def __iter__(self) -> Iterator[Frame]:
        """Reads the frames in order.

        Raises:
            DataError: There is none that can be read: the file is gone, or another by now.
        """
        self._skipped = []
        capture = _opened(self._path)
        index = 0
        try:
            while True:
                read, bgr = capture.read()
                if not read:
                    break
                rgb = swap_red_and_blue(np.asarray(bgr, np.uint8))
                stamp_ns = round(index * 1e9 / self._rate_hz)
                yield Frame(rgb, stamp_ns, f"{self._path.stem}_{index:06d}", index)
                index += 1
        finally:
            capture.release()
        if not index:
            gone = "the file is gone" if not self._path.exists() else "it is no video any more"
            raise DataError(f"{self._path}: no frame can be read: {gone}")
        if self._frame_count is not None and index < self._frame_count:
            self._skipped.append(
                f"{self._path.name}: announces {self._frame_count} frames, {index} can be read"
            )


def _opened(path: Path) -> cv2.VideoCapture:
    # FFmpeg reads it when it opens a file, and takes no memory for larger frames.
    os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", f"max_pixels;{MAX_PIXELS}")
    return cv2.VideoCapture(str(path))


def _check_size(path: Path, capture: cv2.VideoCapture) -> None:
    width = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
    height = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
    if not width or not height:
        return
    try:
        check_size(width, height)
    except BadImageError as error:
        raise DataError(f"{path}: {error}") from error
