# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the images that arrive from one camera say of the camera: to the log and to its status."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isnan
from time import monotonic
from typing import Any

from rclpy.node import Node
from sensor_msgs.msg import CompressedImage

from attendseg_ros.clocks import NANOSECONDS
from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.camera.publisher_lookup import PublisherLookup
from attendseg_ros.ros.health.clock_rivals import rival_clocks
from attendseg_ros.ros.health.frame_counts import FrameCounts
from attendseg_ros.ros.health.observed import CameraReport
from attendseg_ros.ros.messages.conversion import ImageMessage
from attendseg_ros.shortening import shortened, shortened_text
from attendseg_ros.streaming.stamp_checks import StampChecks, StampFault
from attendseg_ros.streaming.stamp_clock import Receipt, StampClock
from attendseg_ros.streaming.throttle import Throttle
from attendseg_ros.streaming.timing import WINDOW_S, stamp_ns

_SHOWN = 4
"""Forms that a message names, the most frequent; a driver may number its frames."""


class ArrivalWatch:
    """Looks at each image's stamp and form, and reports what is wrong with them."""

    def __init__(
        self,
        node: Node,
        camera: CameraName,
        publishers: PublisherLookup,
        counts: FrameCounts,
        forget: Callable[[], None],
    ) -> None:
        """Begins with no image.

        Args:
            node: for its clock and logger.
            camera: whose images these are.
            publishers: knows who sends them.
            counts: keeps the latencies, which a jump of the clock makes worthless.
            forget: called when what was learned from latencies no longer holds.
        """
        self._node = node
        self._camera = camera
        self._publishers = publishers
        self._counts = counts
        self._forget_latencies = forget
        self._stamps = StampChecks()
        self._clock = StampClock()
        self._ran_back_s = -inf
        self._throttle = Throttle()

    def observe(self, message: ImageMessage, now_ns: int) -> Receipt:
        """Takes in an image that has just arrived.

        Args:
            message: the image.
            now_ns: the node's time.

        Returns:
            When it came, and whether its stamp tells its age.
        """
        stamp, steady_s = stamp_ns(message.header.stamp), monotonic()
        fault = self._stamps.observe(stamp, now_ns, steady_s, _form(message))
        if fault is not None:
            self._report_fault(fault, stamp, now_ns)
        self._watch_clock(stamp, now_ns, steady_s)
        return Receipt(steady_s, self._clock.aged)

    def report(self, now_ns: int, lens: str, wiring: tuple[str, ...] = ()) -> CameraReport:
        """Puts together what the camera's status says.

        Args:
            now_ns: the time that frames are counted by.
            lens: what is undone of the lens, in words.
            wiring: which topics can hardly be the right ones, in words.
        """
        age_s = self._counts.arrivals.age_s(now_ns)
        silence_s = self._publishers.silence_s() if isnan(age_s) else age_s
        steady_s = monotonic()
        missing, missing_ratio = self._stamps.missing_lately(steady_s)
        hint, rivals = self._clock.hint(steady_s), self._rival_clocks(steady_s)
        if rivals and not hint:
            wiring = (*wiring, rivals)
        return CameraReport(
            topic=self._publishers.topic,
            silence_s=silence_s,
            publishers=self._publishers.for_report(silence_s),
            faults=self._stamps.faults,
            missing=self._stamps.missing,
            missing_lately=missing,
            missing_ratio=missing_ratio,
            mixture=self._explain_mixture(steady_s),
            foreign=self._clock.foreign,
            doubt=self._clock.doubt(steady_s),
            doubt_hint=(rivals or hint) if hint else "",
            lens=lens,
            still_s=self._counts.passing.still_s,
            repeated_s=self._stamps.repeated_s(steady_s),
            wiring=wiring,
        )

    def _watch_clock(self, stamp: int, now_ns: int, steady_s: float) -> None:
        doubted = bool(self._clock.doubt(steady_s))
        clock: Any = self._node.get_clock()
        self._clock.observe(stamp, now_ns, steady_s, simulated=clock.ros_time_is_active)
        doubt = self._clock.doubt(steady_s)
        if bool(doubt) != doubted:
            # Percentiles and input sizes go by latencies, or by what is known without stamps.
            self._forget()
        hint = self._clock.hint(steady_s)
        if hint and self._throttle.ready("clock"):
            hint = self._rival_clocks(steady_s) or hint
            self._node.get_logger().warning(
                f"image on {self._publishers.topic}: latency is unknown: {doubt}: {hint}"
            )

    def _rival_clocks(self, steady_s: float) -> str:
        """That several nodes publish /clock, where time or the stamps look so; empty if not."""
        clock: Any = self._node.get_clock()
        odd = self._clock.hint(steady_s) or self._ran_back_s > steady_s - WINDOW_S
        return rival_clocks(self._node) if clock.ros_time_is_active and odd else ""

    def _report_fault(self, fault: StampFault, stamp: int, now_ns: int) -> None:
        if fault is StampFault.CLOCK:
            self._ran_back_s = monotonic()
        if fault is not StampFault.UNSET:
            # Latencies across the jump would be wrong for as long as they are remembered.
            self._forget()
        if self._throttle.ready(fault.name):
            self._node.get_logger().warning(
                f"image on {self._publishers.topic}: {fault.value} "
                f"(stamp {stamp / NANOSECONDS:.3f} s, clock {now_ns / NANOSECONDS:.3f} s)"
            )

    def _forget(self) -> None:
        self._counts.history.clear()
        self._forget_latencies()

    def _explain_mixture(self, steady_s: float) -> str:
        forms = self._stamps.mixture(steady_s)
        publishers = self._publishers.names() if forms else []
        if len(publishers) < 2:
            return ""
        images = " and ".join(f"{count} {form}" for form, count in forms.most_common(_SHOWN))
        text = (
            f"{len(publishers)} publishers send different images on {self._publishers.topic} "
            f"({', '.join(sorted(publishers))}: {images}): stop all but one, "
            f"or remap {self._camera.input('image')}"
        )
        if self._throttle.ready("mixture"):
            self._node.get_logger().warning(text)
        return text


def _form(message: ImageMessage) -> str:
    """What all images of one camera have in common, in words."""
    frame = message.header.frame_id
    place = f" of the frame {shortened(frame)}" if frame else ""
    if isinstance(message, CompressedImage):
        return (shortened_text(message.format) or "compressed") + place
    return f"{shortened_text(message.encoding)} {message.width}x{message.height}{place}"
