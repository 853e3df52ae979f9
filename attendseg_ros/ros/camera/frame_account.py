# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The account that is given of a camera's frames: counts, times, and warnings in the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import nan
from time import monotonic
from typing import Any

from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CompressedImage
from std_msgs.msg import Header

from attendseg_ros.clocks import latency_ms
from attendseg_ros.images.bad_image import Reason
from attendseg_ros.inference import Segmentation, Segmenter
from attendseg_ros.msg import SegmentationTiming
from attendseg_ros.ros.camera.looks import Looks
from attendseg_ros.ros.health import contrast_watch, unwritten_watch
from attendseg_ros.ros.health.foreign_watch import in_words
from attendseg_ros.ros.health.frame_counts import FrameCounts
from attendseg_ros.ros.health.node_time import passing_ns
from attendseg_ros.ros.messages.conversion import ImageMessage
from attendseg_ros.ros.model.size_controller import SizeController
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.shortening import shortened
from attendseg_ros.streaming.stamp_clock import Receipt
from attendseg_ros.streaming.throttle import Throttle
from attendseg_ros.streaming.timing import FrameTimes, Stopwatch


class FrameAccount:
    """Counts a camera's frames, and says what is the matter with them, in the worker's thread."""

    def __init__(
        self,
        node: LifecycleNode,
        topic: str,
        segmenter: Segmenter,
        counts: FrameCounts,
        size_controller: SizeController,
        dropped: Callable[[], int],
    ) -> None:
        """Prepares for one camera's frames of one activation.

        Args:
            node: for its clock and logger.
            topic: the images' topic, for messages.
            segmenter: the first frames'.
            counts: where frames are counted.
            size_controller: told of every frame that is out.
            dropped: gives the number of frames replaced by newer ones.
        """
        self._node = node
        self._topic = topic
        self._segmenter = segmenter
        self._counts = counts
        self._size_controller = size_controller
        self._input_size = segmenter.input_size
        self._dropped = dropped
        self._throttle = Throttle()
        self._cycle: Stopwatch | None = None

    @property
    def segmenter(self) -> Segmenter:
        """The one whose frames are counted."""
        return self._segmenter

    def begin_anew(self, segmenter: Segmenter) -> None:
        """Takes another segmenter: what is known of the one before says nothing of this one."""
        self._segmenter = segmenter
        self._counts.history.clear()
        self._counts.foreign.clear()

    def refuse(self, message: ImageMessage, reason: Reason, detail: str) -> None:
        """Counts an image without a mask, and logs why."""
        self._counts.record_failure(reason, detail)
        if self._throttle.ready(reason.name):
            self._node.get_logger().error(
                f"no mask for an image on {self._topic} ({_describe(message)}): {detail}"
            )

    def take_unserved(self, outputs: Mapping[str, str]) -> None:
        """Takes in which outputs of a frame are wanted and cannot be published, and says so.

        Args:
            outputs: for each, by its topic, why.
        """
        lines = {topic: f"{topic} has a subscriber, but {why}" for topic, why in outputs.items()}
        self._counts.unserved = tuple(lines.values())
        for topic, line in lines.items():
            if self._throttle.ready(topic):
                self._node.get_logger().warning(line)

    def take(
        self,
        times: FrameTimes,
        stamp_ns: int,
        receipt: Receipt,
        segmentation: Segmentation,
        looks: Looks,
        settings: Settings,
    ) -> None:
        """Takes in a frame that is out now.

        Args:
            times: of its stages; those since it was taken, since it came and since the frame
                before are added.
            stamp_ns: when the image was taken.
            receipt: how it came.
            segmentation: what was made of it.
            looks: of the image.
            settings: those it was processed with.
        """
        times.cyclic_time_ms = self._cycle.lap_ms() if self._cycle is not None else nan
        self._cycle = self._cycle or Stopwatch()
        times.since_receipt_ms = (monotonic() - receipt.at_s) * 1e3
        if receipt.aged:
            now_ns = self._node.get_clock().now().nanoseconds
            times.pipeline_latency_ms = latency_ms(stamp_ns, now_ns)
        self._note(times, segmentation.input_size, settings)
        self._watch_out(segmentation.foreignness, settings)
        self._look_at(looks.contrast)
        if self._counts.unwritten.add(seen=bool(looks.lost)):
            self._node.get_logger().warning(unwritten_watch.in_words(self._topic))
        self._compare(looks.picture)

    def timing(self, header: Header, times: FrameTimes, foreignness: float) -> SegmentationTiming:
        """What ~/timing says of the frame that was taken in last.

        Args:
            header: the image's.
            times: of the frame.
            foreignness: of the image.
        """
        width, height = self._input_size
        return SegmentationTiming(
            header=header,
            **times.message_fields(),
            frames_received=self._counts.received,
            frames_processed=self._counts.processed,
            frames_dropped=self._dropped() + self._counts.skipped,
            frames_failed=self._counts.failed.total(),
            foreignness=foreignness,
            input_width=width,
            input_height=height,
            engine=self._segmenter.engine_name,
            model=self._segmenter.bundle.name,
        )

    def _note(self, times: FrameTimes, input_size: tuple[int, int], settings: Settings) -> None:
        """Tells those who judge by it how long the frame took."""
        if input_size != self._input_size:
            # Times at another input size say nothing of this one's.
            self._input_size = input_size
            self._counts.history.clear()
        now_ns = passing_ns(self._counts.passing, self._node)
        self._counts.record_processed(times, now_ns)
        self._size_controller.observe(times, input_size, settings)

    def _watch_out(self, foreignness: float, settings: Settings) -> None:
        """Tells once of images that the model was not trained on, until others come between."""
        foreign, limit = self._counts.foreign, settings.max_foreignness_warn
        foreign.add(foreignness)
        if foreign.begins(limit):
            text = in_words(self._segmenter.bundle.name, foreign.median)
            self._node.get_logger().warning(f"{text} (limit {limit:g})")

    def _compare(self, picture: int) -> None:
        """Notes whether the image is the one of before, which a simulator may render once more."""
        clock: Any = self._node.get_clock()
        if clock.ros_time_is_active:
            self._counts.pictures.clear()
        else:
            self._counts.pictures.add(picture, monotonic())

    def _look_at(self, found: float) -> None:
        """Tells once of images that show nothing, until one comes that does."""
        if self._counts.contrast.add(found):
            self._node.get_logger().warning(contrast_watch.in_words(self._topic, found))


def _describe(message: ImageMessage) -> str:
    if isinstance(message, CompressedImage):
        return f"format {shortened(message.format)}, {len(message.data)} bytes"
    return (
        f"encoding {shortened(message.encoding)}, {message.width}x{message.height}, "
        f"step {message.step}, {len(message.data)} bytes"
    )
