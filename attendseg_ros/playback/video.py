# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Video files as a source, through OpenCV."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import cv2
import numpy as np

from attendseg_ros.errors import DataError
from attendseg_ros.images.bad_image import BadImageError, check_size
from attendseg_ros.images.channels import swap_red_and_blue
from attendseg_ros.overhearing import Overhearing
from attendseg_ros.pictures import MAX_PIXELS
from attendseg_ros.playback.file_kinds import what_it_is
from attendseg_ros.playback.frames import Frame, Image, Source, is_numbered_name, numbered_name
from attendseg_ros.playback.utf8_names import utf8_name
from attendseg_ros.playback.video_container import read_container
from attendseg_ros.playback.video_rate import rate_of
from attendseg_ros.playback.video_reading import VideoReading

_FRAMES_FOR_RATE = 30


class VideoSource(Source):
    """A video file, each frame with the time that the file gives it."""

    def __init__(self, path: Path) -> None:
        """Opens the file once to learn its length and rate.

        Raises:
            DataError: OpenCV cannot read a single frame of it.
        """
        super().__init__(path)
        with _opened(path) as (capture, ear):
            _check_size(path, capture)
            stated = capture.get(cv2.CAP_PROP_FPS)
            count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
            times_ms: list[float] = []
            with ear:
                while len(times_ms) < _FRAMES_FOR_RATE and capture.grab():
                    times_ms.append(capture.get(cv2.CAP_PROP_POS_MSEC))
        if not times_ms:
            what = what_it_is(path) or _sound_only(path) or _incomplete(path)
            raise DataError(
                f"{path}: not a readable video (nor an image, a .bag, .mcap or .db3 file)"
                + (f": it is {what}" if what else "")
            )
        self._notes: list[str] = []
        stated = stated if math.isfinite(stated) else 0.0
        count = count if math.isfinite(count) and 0 < count < 1e9 else 0.0
        self._length_s = count / stated if count and stated > 0 else 0.0
        self._rate_hz, self._is_even = rate_of(times_ms, stated)
        # Most containers do not count their frames. What OpenCV gives for them is their length
        # times the stated rate, which is wrong where frames come at another, or sound goes on.
        self._container = read_container(path)
        counts = self._container.counts_frames or (
            self._container.length_is_of_pictures and self._is_even and self._rate_hz == stated
        )
        shown_s = self._container.shown_s
        if 0 < shown_s < self._length_s - 0.5 / self._rate_hz:
            # Trimmed: what the list of edits leaves out is counted, and not read.
            self._length_s, counts = shown_s, False
        self._frame_count = int(count) if count and counts else None

    @property
    def description(self) -> str:
        """For example "video road.mp4 (221 frames at 25 Hz)"."""
        frames = f"{self._frame_count} frames " if self._frame_count else ""
        rate = f"at {self._rate_hz:.4g} Hz" if self._is_even else "at a rate that varies"
        return f"video {self._path.name} ({frames}{rate})"

    @property
    def frame_count(self) -> int | None:
        """Number of frames that the file announces, or None."""
        return self._frame_count

    @property
    def rate_hz(self) -> float:
        """The file's frame rate; the usual one of the first frames where it varies."""
        return self._rate_hz

    @property
    def length_s(self) -> float | None:
        """What the file announces: frames may come unevenly after the first ones, too."""
        return self._length_s or super().length_s

    @property
    def has_own_times(self) -> bool:
        """Always: each frame has its time in the file."""
        return True

    def may_name(self, name: str) -> bool:
        """Whether it is one that a frame of the file has."""
        return is_numbered_name(name, self._path.stem, self._frame_count)

    @property
    def notes(self) -> list[str]:
        """What the latest iteration met: damage that the decoder concealed, colours of HDR."""
        return self._notes

    def __iter__(self) -> Iterator[Frame]:
        """Reads the frames in order.

        Raises:
            DataError: there is none that can be read: the file is gone, or another by now, or its
                frames are of a kind that cannot be converted.
        """
        self._skipped, self._notes = [], []
        met = VideoReading(round(1e9 / self._rate_hz))
        with _opened(self._path) as (capture, ear):
            while True:
                with ear:
                    read, bgr = capture.read()
                said = ear.heard()
                is_frame = met.hear(said)
                if not read:
                    break
                index, stamp_ns = met.frames, met.take(capture.get(cv2.CAP_PROP_POS_MSEC))
                if not is_frame:
                    met.leave_out(said)
                    continue
                rgb = swap_red_and_blue(np.asarray(bgr, np.uint8))
                if self._container.is_mirrored:
                    rgb = _mirrored(rgb, capture)
                yield Frame(rgb, stamp_ns, numbered_name(self._path.stem, index), index)
        if not met.frames:
            gone = "the file is gone" if not self._path.exists() else "it is not a video any more"
            raise DataError(f"{self._path}: no frame can be read: {gone}")
        if met.unconverted == met.frames:
            raise DataError(
                f"{self._path}: none of {met.frames} frames can be read: {met.why_unconverted}"
            )
        name = self._path.name
        self._notes = [f"{name}: {line}" for line in met.notes(self._container)]
        lacking = met.lacking(self._container, self._length_s)
        self._skipped = [f"{name}: {line}" for line in lacking]


def count_frames(path: Path) -> int:
    """The number of frames that can be decoded; 0 for what is no video."""
    count = 0
    with _opened(path) as (capture, ear), ear:
        while capture.grab():
            count += 1
    return count


def _mirrored(rgb: Image, capture: cv2.VideoCapture) -> Image:
    """A frame as its mirror shows it, which OpenCV has turned and not mirrored.

    It turns the rows to where they belong; what is left is their order.
    """
    is_sideways = round(capture.get(cv2.CAP_PROP_ORIENTATION_META)) % 180 != 0
    return np.ascontiguousarray(rgb[:, ::-1] if is_sideways else rgb[::-1])


@contextmanager
def _opened(path: Path) -> Iterator[tuple[cv2.VideoCapture, Overhearing]]:
    """A video opened for reading, and what hears what the libraries say of it."""
    # FFmpeg reads it when it opens a file, and takes no memory for larger frames.
    os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", f"max_pixels;{MAX_PIXELS}")
    # A relative name with a colon is an address to FFmpeg, and "%03d" in a name is the pattern
    # for a series of pictures to OpenCV's other reader.
    with utf8_name(path) as name, closing(Overhearing()) as ear:
        with ear:
            capture = cv2.VideoCapture(name, cv2.CAP_FFMPEG)
            if not capture.isOpened() and "%" not in name:
                capture.release()
                capture = cv2.VideoCapture(name)
            # Phones turn their videos by a note in the header.
            capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
        try:
            # Of damage that reading meets it speaks again.
            ear.heard()
            yield capture, ear
        finally:
            with ear:
                capture.release()


def _sound_only(path: Path) -> str:
    """Says so of an MP4 file that describes sound and no pictures."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        description = stream.read(1 << 20)
        stream.seek(max(0, size - (1 << 20)))
        description += stream.read()
    # The kinds of its tracks, as the format names them.
    if b"hdlr" in description and b"soun" in description and b"vide" not in description:
        return "sound without pictures"
    return ""


def _incomplete(path: Path) -> str:
    """What a video is of which a part is missing; "" for any other."""
    container = read_container(path)
    if container.has_no_pictures:
        return "sound without pictures"
    if container.lacks_description:
        return (
            "an MP4 or MOV file without the part (moov) that tells where its pictures lie, which "
            "is written at the end: its recorder was cut off, or its copy is not whole"
        )
    return "cut off" if container.is_cut_off else ""


def _check_size(path: Path, capture: cv2.VideoCapture) -> None:
    width = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
    height = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
    if not width or not height:
        return
    try:
        check_size(width, height)
    except BadImageError as error:
        raise DataError(f"{path}: {error}") from error
