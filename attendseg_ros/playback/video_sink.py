# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Overlays, or any pictures, as an MP4 video."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, closing
from pathlib import Path

import cv2
import numpy as np

from attendseg_ros.errors import DataError
from attendseg_ros.images.channels import swap_red_and_blue
from attendseg_ros.labels import blend, colorize
from attendseg_ros.overhearing import Overhearing
from attendseg_ros.placing import Placing, real_place
from attendseg_ros.playback.frames import LONGEST_PAUSE_S, Frame, Image
from attendseg_ros.playback.image_sinks import make_folder
from attendseg_ros.playback.sink import Sink
from attendseg_ros.playback.utf8_names import utf8_name
from attendseg_ros.playback.video import count_frames
from attendseg_ros.shortening import shortened_text

# MPEG-4 part 2: of what OpenCV's wheels can encode the only one that is fast (600 frames of
# 640x480 a second on one core; VP9 manages 5, and H.264 is not in them).
_CODEC = "mp4v"
_SMALLEST_SIDE = 16
_SLOWEST_HZ, _FASTEST_HZ, _MOST_PARTS = 0.1, 1000.0, 65535
_NO_ROOM_BYTES = 1 << 20


class VideoWriter:
    """Writes RGB pictures to an .mp4 file, which appears under its name when it is complete."""

    def __init__(self, path: Path, rate_hz: float, *, replace: bool = True) -> None:
        """Takes the file's name; the first picture decides the video's size.

        Args:
            path: the .mp4 file.
            rate_hz: the video's rate.
            replace: whether a file of that name may be replaced.

        Raises:
            DataError: the name does not end in .mp4, or its folder cannot be made.
        """
        if path.suffix.lower() != ".mp4":
            raise DataError(f"{path}: a video is written as .mp4")
        make_folder(real_place(path).parent)
        self._path = path
        self._replace = replace
        self._placing: Placing | None = None
        self._rate_hz = writable_rate(rate_hz)
        self._size = (0, 0)
        self._written = 0
        self._writer: cv2.VideoWriter | None = None
        self._name = ExitStack()

    def write(self, rgb: Image) -> None:
        """Adds a picture, uint8 (H, W, 3); one of another size than the first is fitted into it.

        Raises:
            DataError: the file cannot be written.
        """
        if self._writer is None:
            height, width = rgb.shape[:2]
            # Chroma is stored for every second pixel.
            self._size = (
                max(_SMALLEST_SIDE, width + width % 2),
                max(_SMALLEST_SIDE, height + height % 2),
            )
            self._placing = Placing(self._path, replace=self._replace)
            codec = cv2.VideoWriter.fourcc(*_CODEC)
            # A relative name with a colon is an address to FFmpeg.
            name = self._name.enter_context(utf8_name(self._placing.unfinished))
            ear = self._name.enter_context(closing(Overhearing()))
            with ear:
                self._writer = cv2.VideoWriter(name, codec, self._rate_hz, self._size)
            if not self._writer.isOpened():
                reason = shortened_text("; ".join(ear.heard()) or "it does not say why")
                raise DataError(
                    f"{self._path}: OpenCV cannot write a video of {width}x{height} at "
                    f"{self._rate_hz:g} Hz: {reason}"
                )
        self._writer.write(swap_red_and_blue(fit(rgb, self._size)))
        self._written += 1

    def close(self) -> None:
        """Completes the file; without any picture there is none.

        Raises:
            DataError: it cannot be written; what was in its place stays there.
        """
        self._release()
        if self._placing is None:
            return
        try:
            self._check(self._placing.unfinished)
            self._placing.finish()
        except OSError as error:
            raise DataError(f"{self._path}: cannot be written: {error.strerror}") from error
        finally:
            self._placing.discard()

    def discard(self) -> None:
        """Removes the incomplete file."""
        self._release()
        if self._placing is not None:
            self._placing.discard()

    def _check(self, path: Path) -> None:
        """Counts the pictures in the file: OpenCV tells nobody that a disk is full."""
        found = count_frames(path)
        if found == self._written:
            return
        free = shutil.disk_usage(path.parent).free
        reason = ": the disk is full" if free < _NO_ROOM_BYTES else ""
        raise DataError(
            f"{self._path}: cannot be written{reason}: {found} of {self._written} pictures can be "
            "read back"
        )

    def _release(self) -> None:
        if self._writer is not None:
            self._writer.release()
            self._writer = None
        self._name.close()


class OverlayVideoSink(Sink):
    """Images with the class colours laid over them as a video."""

    def __init__(
        self,
        path: Path,
        palette: Image,
        rate_hz: float,
        alpha: float = 0.5,
        *,
        keeps_time: bool = False,
        replace: bool = True,
    ) -> None:
        """Takes the file's name.

        Args:
            path: the .mp4 file.
            palette: uint8 (256, 3), the classes' colours.
            rate_hz: the video's rate.
            alpha: weight of the colours, 0 to 1.
            keeps_time: shows a frame until the next one's stamp, for frames at a rate that varies.
            replace: whether a file of that name may be replaced.
        """
        self._video = VideoWriter(path, rate_hz, replace=replace)
        self._palette = palette
        self._alpha = alpha
        self._rate_hz = writable_rate(rate_hz) if keeps_time else 0.0
        self._shown: tuple[int, Image] | None = None
        self._written = 0

    def write(self, frame: Frame, labels: Image) -> None:
        """Adds the frame's overlay."""
        overlay = blend(frame.rgb, colorize(labels, self._palette), self._alpha)
        if self._shown is not None:
            start_ns, before = self._shown
            due = round((frame.stamp_ns - start_ns) * self._rate_hz / 1e9)
            # A damaged time must not fill the disk.
            for _ in range(min(due - self._written, round(LONGEST_PAUSE_S * self._rate_hz))):
                self._add(before)
        self._add(overlay)
        start_ns = self._shown[0] if self._shown is not None else frame.stamp_ns
        self._shown = (start_ns, overlay) if self._rate_hz else None

    def _add(self, overlay: Image) -> None:
        self._video.write(overlay)
        self._written += 1

    def close(self) -> None:
        """Completes the file."""
        self._video.close()

    def discard(self) -> None:
        """Removes the incomplete file."""
        self._video.discard()


def writable_rate(rate_hz: float) -> float:
    """The nearest rate at which a video can be written, 0.1 to 1000 Hz.

    MPEG-4 counts time in at most 65,535 parts of a second, and OpenCV gives it thousandths of the
    rate: 99.977 Hz, as a camera's median interval gives, could not be written.
    """
    rate = min(max(rate_hz, _SLOWEST_HZ), _FASTEST_HZ)
    for digits in (3, 2, 1, 0):
        if round(rate * 10**digits) <= _MOST_PARTS:
            break
    return round(rate, digits)


def fit(rgb: Image, size: tuple[int, int]) -> Image:
    """Scales a picture to fit into a size and centres it on black; keeps its aspect.

    Args:
        rgb: uint8 (H, W, 3).
        size: width and height in pixels.

    Returns:
        uint8 (height, width, 3); `rgb` itself if it has that size.
    """
    width, height = size
    if rgb.shape[:2] == (height, width):
        return rgb
    if rgb.shape[:2] == (1, 1):
        # OpenCV 4.5.4 cannot resize a single pixel.
        rgb = rgb.repeat(2, axis=0).repeat(2, axis=1)
    scale = min(width / rgb.shape[1], height / rgb.shape[0])
    inner = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    canvas = np.zeros((height, width, 3), np.uint8)
    canvas[top : top + inner[1], left : left + inner[0]] = cv2.resize(
        rgb, inner, interpolation=method
    )
    return canvas
