# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A camera above a flat road with walls, for nodes that map the ground."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from nav_msgs.msg import OccupancyGrid
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image, LaserScan
from std_msgs.msg import Header
from support.flat_world import Wall, labels
from support.ros_client import RESEND_S, image, wait_until
from support.segmentation_rig import Rig
from support.tiny_bundle import STRIDE, painted

from attendseg_ros.geometry import Intrinsics, Lens
from attendseg_ros.navigation.ground_plane import CameraPose

WIDTH, HEIGHT = 320, 256
"""Of the images: multiples of 64, at which the tiny bundle's answers are exact."""

FOCAL_LENGTH = 200.0
K = [FOCAL_LENGTH, 0.0, 159.5, 0.0, FOCAL_LENGTH, 127.5, 0.0, 0.0, 1.0]
PINHOLE = Lens(Intrinsics(FOCAL_LENGTH, FOCAL_LENGTH, 159.5, 127.5, WIDTH, HEIGHT))
POSE = CameraPose.mounted(1.0, 20.0)
SLACK_M = 0.15
"""What a block of four pixels, in which the tiny bundle answers, covers of the ground at 2 m."""

CLASSES: dict[str, Any] = {
    "traversable_classes": ["road"],
    "obstacle_classes": ["building"],
    "input_size": [WIDTH, HEIGHT],
}
BY_PARAMETERS = {"camera_height_m": 1.0, "camera_pitch_deg": 20.0, "camera_roll_deg": 0.0}


def picture(
    header: Header,
    walls: Sequence[Wall] = (),
    lens: Lens = PINHOLE,
    pose: CameraPose = POSE,
) -> Image:
    """What the camera sees, in the colours of classes, in blocks that the tiny bundle answers."""
    ids = labels(lens, pose, walls)[STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE]
    blocks = np.repeat(np.repeat(ids, STRIDE, axis=0), STRIDE, axis=1)
    return image(painted(blocks), "rgb8", header)


def info(**fields: Any) -> CameraInfo:
    """The camera's calibration."""
    return CameraInfo(**{"width": WIDTH, "height": HEIGHT, "k": K, **fields})


def cells_of(grid: Any) -> NDArray[np.int8]:
    """int8 (rows along y, columns along x)."""
    return np.array(grid.data, np.int8).reshape(grid.info.height, grid.info.width)


def places(grid: Any, value: int = 100) -> NDArray[np.float64]:
    """X and y of the middle of each cell of a value, (N, 2)."""
    rows, columns = np.nonzero(cells_of(grid) == value)
    corner, side = grid.info.origin.position, grid.info.resolution
    return np.stack([corner.x + side * (columns + 0.5), corner.y + side * (rows + 0.5)], axis=1)


def value_at(grid: Any, x: float, y: float) -> int:
    """The value of the cell of a place."""
    corner, side = grid.info.origin.position, grid.info.resolution
    return int(cells_of(grid)[int((y - corner.y) / side), int((x - corner.x) / side)])


class GroundCamera:
    """Sends pictures with their camera_info, and waits for maps."""

    def __init__(self, rig: Rig, name: str = "") -> None:
        """Subscribes to the grid and to the scan."""
        self._rig = rig
        prefix = f"{name}/" if name else ""
        self.grids = rig.output(f"{prefix}ground_grid", OccupancyGrid)
        self.scans = rig.output(f"{prefix}ground_scan", LaserScan)
        self._images = rig.client.camera(topic=f"{prefix}image")
        self._infos = rig.client.camera(CameraInfo, f"{prefix}camera_info")
        self.status = f"ground {name}".strip()
        self.frame = f"{name}_optical" if name else "camera_optical"

    def send(self, message: Image, camera_info: CameraInfo | None) -> None:
        """Publishes camera_info and the image, once."""
        if camera_info is not None:
            self._infos.publish(camera_info)
        self._images.publish(message)

    def header(self) -> Header:
        """That of a new picture."""
        header: Header = self._rig.client.header(self.frame)
        return header

    def map(
        self,
        walls: Sequence[Wall] = (),
        camera_info: CameraInfo | None = None,
        fits: Callable[[Any], bool] = lambda _: True,
        before: Callable[[Header], None] = lambda _: None,
        **how: Any,
    ) -> tuple[Any, LaserScan]:
        """Grid and scan of a picture, which is taken again until they fit.

        Args:
            walls: in view.
            camera_info: sent before each picture.
            fits: asked of the grid.
            before: called with the header of each picture before it is sent.
            how: further arguments of `picture`.
        """
        found: list[Any] = []

        def came() -> bool:
            message = picture(self.header(), walls, **how)
            before(message.header)
            self.grids.clear()
            self.scans.clear()
            self.send(message, camera_info or info())
            stamp = message.header.stamp
            pair = [
                inbox.wait(lambda one: one.header.stamp == stamp, RESEND_S)
                for inbox in (self.grids, self.scans)
            ]
            found[:] = pair
            return None not in pair and fits(pair[0])

        wait_until(came, "a ground map")
        return found[0], found[1]

    def refusal(
        self,
        reason: str,
        camera_info: CameraInfo | None = None,
        before: Callable[[Header], None] = lambda _: None,
        said: str = "",
        **how: Any,
    ) -> str:
        """Sends pictures until the status warns of a reason; no map may come then.

        But for one that takes back the last.

        Args:
            reason: as the status names it.
            camera_info: sent before each picture.
            before: called with the header of each picture before it is sent.
            said: what the log must say; the reason if left out.
            how: further arguments of `picture`.

        Returns:
            The last line of the log that says so.
        """
        words = said or f"for a mask: {reason}"

        def send() -> None:
            message = picture(self.header(), **how)
            before(message.header)
            self.send(message, camera_info or info())

        def counted(status: Any) -> bool:
            send()
            told = f"masks without a map: {reason}"
            return status.level == status.WARN and told in status.message

        def logged() -> bool:
            send()
            time.sleep(0.1)
            return words in self._rig.process.log()

        self._rig.status(self.status, counted)
        self.grids.clear()
        self.scans.clear()
        self._rig.status(self.status, counted)
        wait_until(logged, f"a line of the log with {words}")
        assert all((cells_of(grid) == -1).all() for grid in self.grids.messages)
        assert len(self.grids.messages) <= 1
        assert not self.scans.messages
        return self._rig.process.wait_for_log(words)
