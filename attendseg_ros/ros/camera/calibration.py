# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A camera's camera_info, read in one way by all that turn its pixels into metres."""

from __future__ import annotations

from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo

from attendseg_ros.geometry import Intrinsics
from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.camera.intrinsics import distortion, to_intrinsics
from attendseg_ros.ros.camera.rectification import is_rectified
from attendseg_ros.ros.depth.depth_errors import DepthError, DepthFault
from attendseg_ros.ros.parameters.settings import Settings


class Calibration:
    """Knows the topics of a camera, by which its images are raw or rectified; any thread may ask.

    It holds no camera_info: each frame is read with the one of its moment.
    """

    def __init__(self, node: LifecycleNode, camera: CameraName) -> None:
        """Asks the node for the names of the camera's topics after remapping."""
        self._image = node.resolve_topic_name(camera.input("image"))
        self._topic = node.resolve_topic_name(camera.input("camera_info"))

    def intrinsics(
        self, info: CameraInfo | None, width: int, height: int, settings: Settings
    ) -> Intrinsics:
        """The pinhole camera of an image.

        Args:
            info: the newest; None if none has come.
            width: of the image, pixels.
            height: of the image, pixels.
            settings: of this image.

        Raises:
            DepthError: camera_info is missing, of no use or of a lens of an unknown kind.
        """
        if info is None:
            raise DepthError(DepthFault.NO_CAMERA_INFO, f"nothing has come on {self._topic}")
        rectified = is_rectified(self._image, settings.image_is_rectified)
        camera = to_intrinsics(info, width, height, rectified)
        distortion(info, rectified)
        return camera

    def refuse_distorted(self, info: CameraInfo, settings: Settings) -> None:
        """Refuses an image whose pixels a lens has moved.

        Raises:
            DepthError: it is raw, and the lens distorts or is of an unknown kind.
        """
        left = distortion(info, is_rectified(self._image, settings.image_is_rectified))
        if left:
            raise DepthError(DepthFault.DISTORTED, self._advice(left))

    def explain(self, info: CameraInfo | None, settings: Settings) -> str:
        """What a lens does to the metres of this camera, in words; empty if nothing.

        Whoever wants the metres tells of a camera_info that is of no use.
        """
        if info is None:
            return ""
        try:
            self.refuse_distorted(info, settings)
        except DepthError as error:
            return str(error) if error.reason is DepthFault.DISTORTED else ""
        return ""

    def _advice(self, left: str) -> str:
        return (
            f"{left} in {self._topic}, and {self._image} is taken for the raw image: points are "
            "off towards the corners, and a landing zone has no metres; feed the rectified image, "
            "or set image_is_rectified to yes where it is one"
        )
