# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A camera in a rendered street or building: image_raw, camera_info and the true classes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from attendseg_ros.prefetch import Prefetch
from attendseg_ros.ros.messages import qos
from attendseg_ros.ros.messages.image_messages import to_image
from attendseg_ros.ros.parameters.camera_parameters import declare, declare_awaited
from attendseg_ros.ros.parameters.outspoken_node import OutspokenNode
from attendseg_ros.ros.runtime.clock_watch import ClockWatch
from attendseg_ros.ros.runtime.running import run
from attendseg_ros.scene import RoomScene, StreetScene

_FROM_RGB = {
    "rgb8": None,
    "bgr8": cv2.COLOR_RGB2BGR,
    "rgba8": cv2.COLOR_RGB2RGBA,
    "bgra8": cv2.COLOR_RGB2BGRA,
    "mono8": cv2.COLOR_RGB2GRAY,
}

_SCENES: dict[str, type[StreetScene] | type[RoomScene]] = {
    "street": StreetScene,
    "rooms": RoomScene,
}

# Enough to ride out a hiccup of the machine; more would only delay the end.
_FRAMES_AHEAD = 8


class Rendered(NamedTuple):
    """One rendered frame, ready but for its stamp."""

    image: Image
    ground_truth: Image


class SyntheticCameraNode(OutspokenNode):
    """Publishes the scene of a seed at a fixed rate.

    Frame k shows the scene at k / rate_hz seconds whatever the machine's speed, so the sequence
    of images is the same for the same parameters. The stamp is the time of publishing, as the
    stamp of a camera is the time of capture.
    """

    def __init__(self) -> None:
        """Declares the parameters, builds the scene and starts.

        Raises:
            ParameterError: a parameter cannot be used.
        """
        super().__init__("synthetic_camera")
        width = declare(self, "width", 640, "Width of the images in pixels.", (16, 4096))
        height = declare(self, "height", 480, "Height of the images in pixels.", (16, 4096))
        self._rate_hz = declare(self, "rate_hz", 30.0, "Images a second.", (0.1, 240.0))
        scene = declare(
            self,
            "scene",
            "street",
            "What is rendered: a drive on a street or indoors.",
            choices=tuple(_SCENES),
        )
        seed = declare(
            self, "seed", 0, "Chooses the street or building and its light.", (0, 2**31 - 1)
        )
        self._frame_id = declare(self, "frame_id", "camera", "Frame of the headers.")
        self._encoding = declare(
            self, "encoding", "rgb8", "Encoding of image_raw.", choices=tuple(_FROM_RGB)
        )
        self._subscribers_awaited = declare_awaited(self, default=0)
        self.warn_of_unused()
        self._scene = _SCENES[scene](seed, width, height)
        self._image = self._publish_on(Image, "image_raw")
        self._info = self._publish_on(CameraInfo, "camera_info")
        self._truth = self._publish_on(Image, "ground_truth")
        self.warn_of_unused_qos()
        self._camera_info = camera_info(self._scene.camera_matrix, width, height)
        self._started = False
        self._said_late = False
        self._timer = self.create_timer(1.0 / self._rate_hz, self._publish)
        self._clock_watch = ClockWatch(self, "no image is published")
        # Last of what can fail, since it has a thread.
        self._frames = Prefetch(self._render(), _FRAMES_AHEAD)
        self.get_logger().info(
            f"{scene} {seed}: {width}x{height} {self._encoding} at {self._rate_hz:g} Hz "
            f"on {self._image.topic_name}"
        )

    def destroy_node(self) -> None:
        """Stops rendering and destroys the node."""
        self._frames.close()
        super().destroy_node()

    def _publish_on(self, message_type: type[Any], topic: str) -> Any:
        return self.create_publisher(
            message_type, topic, qos.output(), qos_overriding_options=qos.overridable()
        )

    def _render(self) -> Iterator[Rendered]:
        code = _FROM_RGB[self._encoding]
        for number in count():
            frame = self._scene.render(number / self._rate_hz)
            pixels = frame.rgb
            if code is not None:
                pixels = np.asarray(cv2.cvtColor(pixels, code), np.uint8)
            yield Rendered(
                image=to_image(pixels, self._encoding, Header()),
                ground_truth=to_image(frame.labels, "mono8", Header()),
            )

    def _publish(self) -> None:
        if self._image.get_subscription_count() < self._subscribers_awaited:
            return
        # Only the start waits: a subscriber that leaves does not stop the others' images.
        self._subscribers_awaited = 0
        frame = self._frames.take()
        if frame is None:
            if self._started and not self._said_late:
                self._said_late = True
                self.get_logger().warning(
                    f"rendering cannot keep up with {self._rate_hz:g} Hz on this machine: "
                    "images come at a lower rate"
                )
            return
        self._started = True
        header = Header(stamp=self.get_clock().now().to_msg(), frame_id=self._frame_id)
        frame.image.header = header
        frame.ground_truth.header = header
        self._camera_info.header = header
        # The image first: what waits for it counts from the stamp.
        self._image.publish(frame.image)
        self._info.publish(self._camera_info)
        self._truth.publish(frame.ground_truth)


def camera_info(matrix: NDArray[np.float64], width: int, height: int) -> CameraInfo:
    """The calibration of a pinhole camera without distortion (REP 104).

    Args:
        matrix: float64 (3, 3) intrinsics, in pixels.
        width: width of the images in pixels.
        height: height of the images in pixels.
    """
    projection = np.hstack([matrix, np.zeros((3, 1))])
    return CameraInfo(
        width=width,
        height=height,
        distortion_model="plumb_bob",
        d=[0.0] * 5,
        k=matrix.reshape(-1).tolist(),
        r=np.eye(3).reshape(-1).tolist(),
        p=projection.reshape(-1).tolist(),
    )


def main(args: list[str] | None = None) -> int:
    """Runs the node; returns the exit status."""
    return run(SyntheticCameraNode, args)


if __name__ == "__main__":
    sys.exit(main())
