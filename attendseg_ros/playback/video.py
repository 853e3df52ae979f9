# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Video files as a source, through OpenCV."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import cv2
import numpy as np

from attendseg_ros.errors import DataError
from attendseg_ros.images.bad_image import MAX_PIXELS, BadImageError, check_size
from attendseg_ros.images.channels import swap_red_and_blue
from attendseg_ros.overhearing import Overhearing
from attendseg_ros.playback.file_kinds import what_it_is
from attendseg_ros.playback.frames import Frame, Image, Source, is_numbered_name, numbered_name
from attendseg_ros.playback.utf8_names import utf8_name
from attendseg_ros.playback.video_container import read_container
from attendseg_ros.playback.video_rate import rate_of
from attendseg_ros.shortening import shortened_text

# What converts a decoded frame's colours; a frame of which it says anything is none.
_CONVERTER = "swscaler:"

_FRAMES_FOR_RATE = 30

_GOES_BACK_NS = 1_000_000_000
"""By so much times go back at a joint; by a few frames they do where frames are out of order."""


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
        unconverted, reason, complaints = 0, "", list[str]()
        joints, before_ns = list[int](), 0
        usual_ns = round(1e9 / self._rate_hz)
        first_ms, stamp_ns, longest_ns, index = 0.0, -usual_ns, usual_ns, 0
        with _opened(self._path) as (capture, ear):
            while True:
                with ear:
                    read, bgr = capture.read()
                said = ear.heard()
                complaints += [line for line in said if not line.startswith(_CONVERTER)]
                if not read:
                    break
                time_ms = capture.get(cv2.CAP_PROP_POS_MSEC)
                first_ms = first_ms if index else time_ms
                time_ns = round((time_ms - first_ms) * 1e6) if math.isfinite(time_ms) else 0
                if time_ns < before_ns - _GOES_BACK_NS:
                    joints.append(index)
                before_ns = time_ns
                # A frame without a time, or with one that goes back, comes at the usual rate.
                now_ns = time_ns if index == 0 or time_ns > stamp_ns else stamp_ns + usual_ns
                longest_ns = max(longest_ns, now_ns - stamp_ns)
                stamp_ns = now_ns
                if any(line.startswith(_CONVERTER) for line in said):
                    # What came is memory that nobody wrote, or the frame before.
                    unconverted += 1
                    reason = _why_not_converted(said)
                else:
                    rgb = swap_red_and_blue(np.asarray(bgr, np.uint8))
                    if self._container.is_mirrored:
                        rgb = _mirrored(rgb, capture)
                    yield Frame(rgb, stamp_ns, numbered_name(self._path.stem, index), index)
                index += 1
        if unconverted == index > 0:
            raise DataError(f"{self._path}: none of {index} frames can be read: {reason}")
        if unconverted:
            self._skipped.append(
                f"{self._path.name}: {unconverted} of {index} frames are left out: {reason}"
            )
        if complaints:
            more = f", and {len(complaints) - 1} more" if len(complaints) > 1 else ""
            self._notes.append(
                f"{self._path.name}: the decoder found damage, so that pictures may be missing or "
                f"wrong: {shortened_text(complaints[0])}{more}"
            )
        if self._container.hdr:
            self._notes.append(
                f"{self._path.name}: is HDR ({self._container.hdr}), whose colours OpenCV does not "
                "turn into those of ordinary video, on which models were trained: convert it "
                "first, as with ffmpeg -i IN -vf zscale=t=linear:npl=100,tonemap=hable,"
                "zscale=t=bt709:m=bt709:p=bt709,format=yuv420p OUT"
            )
        if joints:
            self._notes.append(
                f"{self._path.name}: its times go back at frame {joints[0]}"
                + (f" and at {len(joints) - 1} more" if len(joints) > 1 else "")
                + ", as where recordings were joined into one file: pictures may be missing "
                "there; join videos with ffmpeg -f concat"
            )
        if not index:
            gone = "the file is gone" if not self._path.exists() else "it is not a video any more"
            raise DataError(f"{self._path}: no frame can be read: {gone}")
        if self._container.is_joined:
            self._skipped.append(
                f"{self._path.name}: holds several files joined into one; the first was read, "
                "the others are left out: join videos with ffmpeg -f concat"
            )
        tells = self._container.length_is_of_pictures or self._container.is_cut_off
        # The last frame is shown for an interval, or for a pause as long as any before.
        if tells and self._length_s * 1e9 - stamp_ns > 1.5 * longest_ns:
            self._skipped.append(
                f"{self._path.name}: its header says {self._length_s:.1f} s, and the last of "
                f"{index} frames that can be read is at {stamp_ns / 1e9:.1f} s: the rest is cut "
                "off or damaged"
            )
        if self._container.ends_amid_packet:
            self._skipped.append(
                f"{self._path.name}: the file is cut off: the last of {index} frames that can be "
                f"read is at {stamp_ns / 1e9:.1f} s, and nothing tells how many are missing"
            )


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


def _why_not_converted(said: Sequence[str]) -> str:
    if any("interlaced" in line for line in said):
        return (
            "its frames are interlaced, which this OpenCV cannot convert: deinterlace it first, as "
            "with ffmpeg -i IN -vf yadif OUT"
        )
    return f"its colours cannot be converted ({shortened_text(said[0])})"


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
