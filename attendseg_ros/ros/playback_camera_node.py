# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A camera that plays an image, a folder of images, a video or a bag."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from rclpy.duration import Duration
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from attendseg_ros.errors import AttendSegError, DataError
from attendseg_ros.playback import open_source
from attendseg_ros.playback.frames import LONGEST_PAUSE_S
from attendseg_ros.prefetch import Prefetch
from attendseg_ros.ros.messages import qos
from attendseg_ros.ros.messages.image_messages import to_image
from attendseg_ros.ros.parameters.camera_parameters import declare, declare_awaited
from attendseg_ros.ros.parameters.outspoken_node import OutspokenNode
from attendseg_ros.ros.runtime.clock_watch import ClockWatch
from attendseg_ros.ros.runtime.running import run

_FRAMES_AHEAD = 8

_LONGEST_NS = round(LONGEST_PAUSE_S * 1e9)

# The shortest step of the timer, and how soon a late reader is asked again.
_SHORTEST_NS = 1_000_000
_SOON_NS = 10_000_000

# How long the last image may take to reach its subscribers before the node ends.
_LAST_IMAGE_S = 2.0


class PlaybackCameraNode(OutspokenNode):
    """Publishes the frames of a source, stamped when they are published; ends after the last.

    It also ends, with an error, where a source that is looped can no longer be read.
    """

    def __init__(self) -> None:
        """Declares the parameters, opens the source and starts.

        Raises:
            ParameterError: a parameter cannot be used.
            DataError: the source cannot be read.
        """
        super().__init__("playback_camera")
        path = declare(
            self, "path", "", "Image file, folder of images, video file or ROS 1 or ROS 2 bag."
        )
        topic = declare(self, "topic", "", "Image topic of a bag; empty is the first one.")
        rate_hz = declare(
            self,
            "rate_hz",
            0.0,
            "Images a second; 0 is the source's own rate, and a video's own times.",
            (0.0, 240.0),
        )
        self._loop = declare(self, "loop", False, "Start again after the last image.")
        self._frame_id = declare(self, "frame_id", "camera", "Frame of the headers.")
        self._subscribers_awaited = declare_awaited(self, default=1)
        self.warn_of_unused()
        if not path:
            raise DataError(
                "parameter path is empty: name an image, a folder of images, a video or a bag "
                "(-p path:=...)"
            )
        self._path = path
        self._source = open_source(path, topic)
        self._image = self.create_publisher(
            Image, "image_raw", qos.output(), qos_overriding_options=qos.overridable()
        )
        self.warn_of_unused_qos()
        self._published = 0
        self._keeps_times = not rate_hz and self._source.has_own_times
        rate_hz = rate_hz or self._source.rate_hz
        self._usual_ns = round(1e9 / rate_hz)
        self._due_ns = 0
        self._timer = self.create_timer(1.0 / rate_hz, self._publish)
        self._clock_watch = ClockWatch(self, "no image is published")
        # Last of what can fail, since it has a thread.
        self._frames = Prefetch(self._read(), _FRAMES_AHEAD)
        waiting = (
            f", as soon as it has {self._subscribers_awaited} subscriber(s)"
            if self._subscribers_awaited
            else ""
        )
        pace = "at its own times" if self._keeps_times else f"at {rate_hz:.4g} Hz"
        self.get_logger().info(
            f"playing {self._source.description} {pace} on {self._image.topic_name}{waiting}"
        )
        for line in self._source.notes:
            self.get_logger().warning(f"{path}: {line}")

    def destroy_node(self) -> None:
        """Stops reading and destroys the node."""
        self._frames.close()
        super().destroy_node()

    def _read(self) -> Iterator[tuple[Image, int]]:
        """Each image with the nanoseconds that it is shown."""
        held: tuple[Image, int] | None = None
        problem: AttendSegError | None = None
        try:
            for image, stamp_ns in self._images():
                if held is not None:
                    shown_ns = stamp_ns - held[1]
                    # A source that restarts goes back in time.
                    yield held[0], min(shown_ns, _LONGEST_NS) if shown_ns > 0 else self._usual_ns
                held = image, stamp_ns
        except AttendSegError as error:
            problem = error
        if held is not None:
            yield held[0], self._usual_ns
        if problem is not None:
            raise problem

    def _images(self) -> Iterator[tuple[Image, int]]:
        said: set[str] = set()
        for line in self._source.left_out:
            self.get_logger().warning(f"left out {line}")
        while True:
            count = 0
            try:
                for frame in self._source:
                    yield to_image(frame.rgb, "rgb8", Header()), frame.stamp_ns
                    count += 1
            except AttendSegError:
                raise
            except Exception as error:
                raise DataError(f"{self._path}: cannot be read any further: {error}") from error
            for line in self._source.skipped:
                if line not in said:
                    self.get_logger().warning(f"left out {line}")
                    said.add(line)
            if not self._loop:
                return
            if not count:
                # Or this would be a loop without a pause.
                raise DataError(f"{self._path}: it holds no images any more")

    def _publish(self) -> None:
        if self._image.get_subscription_count() < self._subscribers_awaited:
            return
        # Only the start waits: a subscriber that leaves does not stop the others' images.
        self._subscribers_awaited = 0
        taken = self._frames.take()
        if taken is not None:
            image, shown_ns = taken
            now = self.get_clock().now()
            if self._keeps_times:
                self._wait(now.nanoseconds, shown_ns)
            image.header.stamp = now.to_msg()
            image.header.frame_id = self._frame_id
            self._image.publish(image)
            self._published += 1
        elif self._frames.exhausted:
            self._timer.cancel()
            self._image.wait_for_all_acked(Duration(seconds=_LAST_IMAGE_S))
            self.get_logger().info(f"played {self._published} images")
            self.context.try_shutdown()
        elif self._keeps_times:
            # The reader is late, and shall not be waited for as long as a pause.
            self._set_timer(min(self._usual_ns, _SOON_NS))

    def _wait(self, now_ns: int, shown_ns: int) -> None:
        """Sets the timer to the next image, which is due so long after this one was."""
        self._due_ns = max((self._due_ns or now_ns) + shown_ns, now_ns)
        # Not longer: the clock may have been set back.
        self._set_timer(min(self._due_ns - now_ns, shown_ns))

    def _set_timer(self, wait_ns: int) -> None:
        self._timer.timer_period_ns = max(wait_ns, _SHORTEST_NS)
        self._timer.reset()


def main(args: list[str] | None = None) -> int:
    """Runs the node; returns the exit status."""
    return run(PlaybackCameraNode, args, ends=DataError)


if __name__ == "__main__":
    sys.exit(main())
