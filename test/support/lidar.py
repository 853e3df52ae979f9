# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A lidar beside the segmentation rig's camera: a point for each pixel, as clouds of any layout."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, PointCloud2, PointField
from std_msgs.msg import Header
from support.depth_camera import SCENE, intrinsics
from support.ros_client import RELIABLE, RESEND_S, Inbox, wait_until
from support.segmentation_rig import Rig

FLOAT32, FLOAT64 = PointField.FLOAT32, PointField.FLOAT64

# From a lidar that looks along x with z up, beside and above the camera.
CAMERA_FROM_LIDAR = (
    *(0.0, -1.0, 0.0, 0.1),
    *(0.0, 0.0, -1.0, 0.2),
    *(1.0, 0.0, 0.0, -0.3),
    *(0.0, 0.0, 0.0, 1.0),
)


def positions(depth: float = 4.0, step: int = 1) -> NDArray[np.float64]:
    """Where a board before the camera is for the lidar: float64 (h, w, 3), every so many pixels."""
    there = (SCENE.rays * depth)[::step, ::step]
    back = np.linalg.inv(np.reshape(CAMERA_FROM_LIDAR, (4, 4)))
    return np.asarray(there @ back[:3, :3].T + back[:3, 3])


def cloud(
    points: NDArray[np.float64],
    header: Header,
    *,
    offsets: tuple[int, int, int] = (0, 4, 8),
    step: int = 16,
    code: str = "<f4",
    gap: int = 0,
    extra: tuple[tuple[str, int, int], ...] = (),
) -> PointCloud2:
    """A cloud (H, W, 3), every byte that is not of a position at random.

    Args:
        points: in the lidar's frame.
        header: of the cloud.
        offsets: of x, y and z.
        step: bytes of a point.
        code: type and byte order of x, y and z, as NumPy writes it.
        gap: bytes after each row.
        extra: name, offset and datatype of further fields.
    """
    height, width, _ = points.shape
    row = width * step + gap
    data = np.random.default_rng(5).integers(0, 256, height * row, np.uint8)
    datatype = FLOAT32 if code.endswith("4") else FLOAT64
    for axis, offset in enumerate(offsets if points.size else ()):
        np.ndarray((height, width), code, data, offset, (row, step))[...] = points[..., axis]
    fields = [("x", offsets[0], datatype), ("y", offsets[1], datatype), ("z", offsets[2], datatype)]
    message = PointCloud2(
        header=header,
        height=height,
        width=width,
        point_step=step,
        row_step=row,
        is_bigendian=code.startswith(">"),
        is_dense=True,
        fields=[
            PointField(name=name, offset=offset, datatype=kind, count=1)
            for name, offset, kind in (*fields, *extra)
        ],
    )
    message.data = array("B", data.tobytes())
    return message


def rows(message: PointCloud2) -> NDArray[np.uint8]:
    """The bytes of each point, uint8 (height, width, point_step)."""
    shape = (message.height, message.width, message.point_step)
    return np.ndarray(shape, np.uint8, message.data, 0, (message.row_step, message.point_step, 1))


def field(message: PointCloud2, name: str) -> NDArray[Any]:
    """One of the added fields of a cloud; rgb as the bits of its float."""
    (found,) = [field for field in message.fields if field.name == name]
    order = ">" if message.is_bigendian else "<"
    code = {PointField.FLOAT32: f"{order}u4", PointField.UINT8: "u1"}[found.datatype]
    strides = (message.row_step, message.point_step)
    return np.ndarray((message.height, message.width), code, message.data, found.offset, strides)


class Lidar:
    """Publishes clouds and camera_info for a rig, and waits for painted clouds."""

    def __init__(self, rig: Rig) -> None:
        """Subscribes to ~/painted_points and waits until the node listens to the lidar."""
        self.painted: Inbox = rig.output("painted_points", PointCloud2)
        self.publisher = rig.client.node.create_publisher(PointCloud2, "points_in", RELIABLE)
        self._info = rig.client.camera(CameraInfo, "camera_info")
        wait_until(lambda: self.publisher.get_subscription_count() > 0, "a subscriber of points_in")

    def send(
        self, camera: Any, picture: Any, message: PointCloud2, info: CameraInfo | None = None
    ) -> None:
        """Publishes camera_info, the cloud and the image, once."""
        self._info.publish(info or intrinsics())
        self.publisher.publish(message)
        camera.publish(picture)

    def paint(
        self, camera: Any, picture: Any, message: PointCloud2, info: CameraInfo | None = None
    ) -> PointCloud2:
        """The painted cloud, which is sent with its image and camera_info until it comes."""
        self.painted.clear()
        wanted = message.header.stamp

        def of(timeout_s: float) -> Any:
            return self.painted.wait(lambda cloud: cloud.header.stamp == wanted, timeout_s)

        def came() -> bool:
            self.send(camera, picture, message, info)
            return of(RESEND_S) is not None

        wait_until(came, "a painted cloud")
        return of(0.0)
