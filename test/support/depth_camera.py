# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A depth camera beside the segmentation rig's colour camera: the analytic scene as messages."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from sensor_msgs.msg import CameraInfo, Image, PointCloud2
from std_msgs.msg import Header
from support.depth_scene import DepthScene
from support.ros_client import RELIABLE, RESEND_S, Inbox, image, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig

SCENE = DepthScene(WIDTH, HEIGHT)


class DepthCamera:
    """Publishes depth and camera_info for a rig, and waits for clouds."""

    def __init__(self, rig: Rig) -> None:
        """Subscribes to ~/points and waits until the node listens to depth."""
        self._rig = rig
        self.clouds: Inbox = rig.output("points", PointCloud2)
        self.publisher = rig.client.node.create_publisher(Image, "depth", RELIABLE)
        self._info = rig.client.camera(CameraInfo, "camera_info")
        self.await_node()

    def await_node(self) -> None:
        """Waits until the node listens to depth, which it does while it has a subscriber."""
        wait_until(lambda: self.publisher.get_subscription_count() > 0, "a subscriber of depth")

    def cloud(
        self,
        camera: Any,
        picture: Image,
        depth: Image | None = None,
        info: CameraInfo | None = None,
    ) -> PointCloud2:
        """The cloud of an image, which is sent with its depth and camera_info until it comes."""
        self.clouds.clear()

        def came() -> bool:
            self.send(camera, picture, depth, info)
            return self.of(picture, RESEND_S) is not None

        wait_until(came, "a cloud")
        return self.of(picture)

    def send(
        self,
        camera: Any,
        picture: Image,
        depth: Image | None = None,
        info: CameraInfo | None = None,
    ) -> None:
        """Publishes camera_info, depth and the image, once."""
        self._info.publish(info or intrinsics())
        self.publisher.publish(depth or metres(picture.header))
        camera.publish(picture)

    def of(self, picture: Image, timeout_s: float = 0.0) -> Any:
        """The cloud of an image, or None."""
        stamp = picture.header.stamp
        return self.clouds.wait(lambda cloud: cloud.header.stamp == stamp, timeout_s)


def intrinsics(scene: DepthScene = SCENE, **changes: Any) -> CameraInfo:
    """The scene's camera as a rectified CameraInfo."""
    k = [scene.fx, 0.0, scene.cx, 0.0, scene.fy, scene.cy, 0.0, 0.0, 1.0]
    p = [*k[:3], 0.0, *k[3:6], 0.0, *k[6:], 0.0]
    message = CameraInfo(width=scene.width, height=scene.height, k=k, p=p)
    for name, value in changes.items():
        setattr(message, name, value)
    return message


def metres(header: Header, scene: DepthScene = SCENE, **how: Any) -> Image:
    """The scene's depth as 32FC1."""
    return image(scene.depth.astype(np.float32), "32FC1", header, **how)


def shifted(header: Header, milliseconds: float) -> Header:
    """The same header, stamped later."""
    moved = copy.deepcopy(header)
    nanoseconds = moved.stamp.nanosec + round(milliseconds * 1e6)
    moved.stamp.sec += nanoseconds // 1_000_000_000
    moved.stamp.nanosec = nanoseconds % 1_000_000_000
    return moved
