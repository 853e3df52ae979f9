# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What one reading of a video has met: times of frames, damage, joints, an end too early."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from attendseg_ros.playback.video_container import Container
from attendseg_ros.shortening import shortened_text

# What converts a decoded frame's colours; a frame of which it says anything is none.
_CONVERTER = "swscaler:"

_GOES_BACK_NS = 1_000_000_000
"""By so much times go back at a joint; by a few frames they do where frames are out of order."""


class VideoReading:
    """Keeps what was met, frame by frame, until it is told.

    Attributes:
        frames: how many have been read.
        unconverted: how many of them are none, since their colours could not be converted.
        why_unconverted: why the last of these is none, in words.
    """

    def __init__(self, usual_ns: int) -> None:
        """Begins.

        Args:
            usual_ns: from frame to frame.
        """
        self.frames = 0
        self.unconverted = 0
        self.why_unconverted = ""
        self._usual_ns = self._longest_ns = usual_ns
        self._first_ms = 0.0
        self._before_ns = 0
        self._stamp_ns = -usual_ns
        self._joints: list[int] = []
        self._complaints: list[str] = []

    def hear(self, said: Sequence[str]) -> bool:
        """Takes in what the libraries say while they read a frame.

        Returns:
            Whether the frame is one: else it is memory that nobody wrote, or the frame before.
        """
        self._complaints += [line for line in said if not line.startswith(_CONVERTER)]
        return not any(line.startswith(_CONVERTER) for line in said)

    def take(self, time_ms: float) -> int:
        """Takes in a frame's time in the file, which may be NaN.

        Returns:
            Its time from the first frame on, nanoseconds; a frame without one, or with one that
            goes back, comes at the usual rate.
        """
        self._first_ms = self._first_ms if self.frames else time_ms
        time_ns = round((time_ms - self._first_ms) * 1e6) if math.isfinite(time_ms) else 0
        if time_ns < self._before_ns - _GOES_BACK_NS:
            self._joints.append(self.frames)
        self._before_ns = time_ns
        goes_on = self.frames == 0 or time_ns > self._stamp_ns
        now_ns = time_ns if goes_on else self._stamp_ns + self._usual_ns
        self._longest_ns = max(self._longest_ns, now_ns - self._stamp_ns)
        self._stamp_ns = now_ns
        self.frames += 1
        return now_ns

    def leave_out(self, said: Sequence[str]) -> None:
        """Counts a frame that is none, with what the libraries said of it."""
        self.unconverted += 1
        self.why_unconverted = _why_not_converted(said)

    def notes(self, container: Container) -> Iterator[str]:
        """What is odd about what was read, a line each."""
        if self._complaints:
            others = len(self._complaints) - 1
            more = f", and {others} more" if others else ""
            yield (
                "the decoder found damage, so that pictures may be missing or wrong: "
                f"{shortened_text(self._complaints[0])}{more}"
            )
        if container.hdr:
            yield (
                f"is HDR ({container.hdr}), whose colours OpenCV does not turn into those of "
                "ordinary video, on which models were trained: convert it first, as with ffmpeg "
                "-i IN -vf zscale=t=linear:npl=100,tonemap=hable,"
                "zscale=t=bt709:m=bt709:p=bt709,format=yuv420p OUT"
            )
        if self._joints:
            others = len(self._joints) - 1
            more = f" and at {others} more" if others else ""
            yield (
                f"its times go back at frame {self._joints[0]}{more}, as where recordings were "
                "joined into one file: pictures may be missing there; join videos with ffmpeg -f "
                "concat"
            )

    def lacking(self, container: Container, length_s: float) -> Iterator[str]:
        """What of the file was not read, a line each.

        Args:
            container: of the file.
            length_s: as the header says; 0 where it says none.
        """
        if self.unconverted:
            yield (
                f"{self.unconverted} of {self.frames} frames are left out: {self.why_unconverted}"
            )
        if container.is_joined:
            yield (
                "holds several files joined into one; the first was read, the others are left out: "
                "join videos with ffmpeg -f concat"
            )
        last = (
            f"the last of {self.frames} frames that can be read is at {self._stamp_ns / 1e9:.1f} s"
        )
        tells = container.length_is_of_pictures or container.is_cut_off
        # The last frame is shown for an interval, or for a pause as long as any before.
        if tells and length_s * 1e9 - self._stamp_ns > 1.5 * self._longest_ns:
            yield (f"its header says {length_s:.1f} s, and {last}: the rest is cut off or damaged")
        if container.ends_amid_packet:
            yield f"the file is cut off: {last}, and nothing tells how many are missing"


def _why_not_converted(said: Sequence[str]) -> str:
    if any("interlaced" in line for line in said):
        return (
            "its frames are interlaced, which this OpenCV cannot convert: deinterlace it first, as "
            "with ffmpeg -i IN -vf yadif OUT"
        )
    return f"its colours cannot be converted ({shortened_text(said[0])})"
