# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A camera's camera_info, read in one way by all that turn its pixels into metres."""

from __future__ import annotations

from rclpy.lifecycle import LifecycleNode
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo

from attendseg_ros.geometry import Lens
from attendseg_ros.geometry.lens_models import numbers
from attendseg_ros.ros.camera.calibration_doubts import (
    frame_of_the_first,
    of_another_lens,
    of_the_part,
    other_resolution,
    stereo_in_words,
)
from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.camera.intrinsics import to_lens
from attendseg_ros.ros.camera.rectification import is_rectified
from attendseg_ros.ros.depth.depth_errors import DepthError, DepthFault
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.shortening import shortened_text


class Calibration:
    """Knows the topics of a camera, by which its images are raw or rectified; any thread may ask.

    It holds no camera_info: each frame is read with the one of its moment.
    """

    def __init__(self, node: LifecycleNode, camera: CameraName) -> None:
        """Asks the node for the names of the camera's topics after remapping."""
        self._image = topic_of_images(node, camera)
        self._topic = node.resolve_topic_name(camera.input("camera_info"))
        self._lens: Lens | None = None

    def lens(
        self,
        info: CameraInfo | None,
        width: int,
        height: int,
        settings: Settings,
        mask: tuple[int, int] | None = None,
    ) -> Lens:
        """The camera of an image, lens included.

        Args:
            info: the newest; None if none has come.
            width: of the image, pixels.
            height: of the image, pixels.
            settings: of this image.
            mask: width and height of what is known of the whole image, where that is another size.

        Returns:
            The camera of the mask; the very object of the call before where nothing has changed:
            what it computed for its pixels is kept.

        Raises:
            DepthError: camera_info is missing, of no use or of a lens of an unknown kind.
        """
        if info is None:
            raise DepthError(DepthFault.NO_CAMERA_INFO, f"nothing has arrived on {self._topic}")
        lens = to_lens(info, width, height, self._rectified(settings))
        if mask is not None:
            lens = lens.scaled(*mask)
        known = self._lens
        if known == lens and known is not None:
            return known
        self._lens = lens
        return lens

    def explain(self, info: CameraInfo | None, settings: Settings) -> str:
        """What is done about the lens where pixels become metres, in words."""
        if info is None:
            return f"unknown: nothing has arrived on {self._topic}"
        pair = stereo_in_words(info)
        if self._rectified(settings):
            return f"undone before: {self._image} is taken for the rectified image{pair}"
        model = shortened_text(info.distortion_model) or "no distortion_model"
        return (
            f"undone here: {model}, D {numbers(info.d)}; {self._image} is taken for the raw "
            f"image{pair}"
        )

    def doubts(self, info: CameraInfo | None, settings: Settings) -> tuple[str, ...]:
        """What makes it doubtful that its numbers are those of the image, in words."""
        if info is None:
            return ()
        rectified = self._rectified(settings)
        found = (
            other_resolution(info, self._topic, rectified=rectified)
            or of_the_part(info, self._topic, rectified=rectified),
            of_another_lens(info, self._topic, rectified=rectified),
            frame_of_the_first(info, self._topic),
        )
        return tuple(filter(None, found))

    def _rectified(self, settings: Settings) -> bool:
        return is_rectified(self._image, settings.image_is_rectified)


def topic_of_images(node: Node, camera: CameraName) -> str:
    """The full name of the topic of a camera's images, without what image_transport adds.

    Where the compressed form alone is remapped, it is that one's: nobody does so who takes the raw.
    """
    topic = node.resolve_topic_name(camera.input("image"))
    compressed = f"{topic}/compressed"
    remapped = node.resolve_topic_name(compressed)
    return topic if remapped == compressed else remapped
