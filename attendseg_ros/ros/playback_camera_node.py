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
from attendseg_ros.ros import qos
from attendseg_ros.ros.camera_parameters import declare, declare_awaited
from attendseg_ros.ros.image_messages import to_image
from attendseg_ros.ros.outspoken_node import OutspokenNode
from attendseg_ros.ros.prefetch import Prefetch
from attendseg_ros.ros.running import run

_FRAMES_AHEAD = 8

# How long the last image may take to reach its subscribers before the node ends.
_LAST_IMAGE_S = 2.0


class PlaybackCameraNode(OutspokenNode):
    """Publishes the frames of a source, stamped when they are published; ends after the last.

    It also ends, with an error, where a source that is looped can no longer be read.
    """

    def __init__(self) -> None:
        """Declares the parameters, opens the source and starts.

        Raises:
            ParameterError: A parameter cannot be used.
            DataError: The source cannot be read.
        """
        super().__init__("playback_camera")
        path = declare(
            self, "path", "", "Image file, folder of images, video file or ROS 1 or ROS 2 bag."
        )
        topic = declare(self, "topic", "", "Image topic of a bag; empty is the first one.")
        rate_hz = declare(
            self, "rate_hz", 0.0, "Images a second; 0 is the source's own rate.", (0.0, 240.0)
        )
        self._loop = declare(self, "loop", False, "Start anew after the last image.")
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
        self._published = 0
        rate_hz = rate_hz or self._source.rate_hz
        self._timer = self.create_timer(1.0 / rate_hz, self._publish)
        # Last of what can fail, since it has a thread.
        self._frames = Prefetch(self._read(), _FRAMES_AHEAD)
        waiting = (
            f", as soon as it has {self._subscribers_awaited} subscriber(s)"
            if self._subscribers_awaited
            else ""
        )
        self.get_logger().info(
            f"playing {self._source.description} at {rate_hz:.4g} Hz on "
            f"{self._image.topic_name}{waiting}"
        )

        for line in self._source.notes:
            self.get_logger().warning(f"{path}: {line}")

    def destroy_node(self) -> None:
        """Stops reading and destroys the node."""
        self._frames.close()
        super().destroy_node()

    def _read(self) -> Iterator[Image]:
        said: set[str] = set()
        for line in self._source.left_out:
            self.get_logger().warning(f"left out {line}")
        while True:
            count = 0
            try:
                for frame in self._source:
                    yield to_image(frame.rgb, "rgb8", Header())
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
                raise DataError(f"{self._path}: there are no images in it any more")

    def _publish(self) -> None:
        if self._image.get_subscription_count() < self._subscribers_awaited:
            return
        # Only the start waits: a subscriber that leaves does not stop the others' images.
        self._subscribers_awaited = 0
        image = self._frames.take()
        if image is not None:
            image.header.stamp = self.get_clock().now().to_msg()
            image.header.frame_id = self._frame_id
            self._image.publish(image)
            self._published += 1
        elif self._frames.exhausted:
            self._timer.cancel()
            self._image.wait_for_all_acked(Duration(seconds=_LAST_IMAGE_S))
            self.get_logger().info(f"played {self._published} images")
            self.context.try_shutdown()


def main(args: list[str] | None = None) -> int:
    """Runs the node; returns the exit status."""
    return run(PlaybackCameraNode, args, ends=DataError)


if __name__ == "__main__":
    sys.exit(main())
