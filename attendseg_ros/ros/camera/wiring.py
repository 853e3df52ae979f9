# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a camera's topics can be its own: remapping takes any name, and two cameras the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from time import monotonic

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from attendseg_ros.ros.camera.calibration import topic_of_images
from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.messages.endpoints import node_of
from attendseg_ros.ros.messages.frame_names import same_frame
from attendseg_ros.shortening import shortened
from attendseg_ros.streaming.throttle import Throttle
from attendseg_ros.streaming.timing import WINDOW_S

_TURNS = 4
"""Changes of the calibration, or of the image's frame, within the window that are none of one
camera."""


class _Turns:
    """When something changed of late."""

    def __init__(self) -> None:
        self._at_s: deque[float] = deque(maxlen=_TURNS)

    def note(self) -> None:
        self._at_s.append(monotonic())

    @property
    def are_many(self) -> bool:
        return len(self._at_s) == _TURNS and self._at_s[0] >= monotonic() - WINDOW_S


class Wiring:
    """Looks at the topics of one camera; for the executor's thread."""

    def __init__(self, node: Node, camera: CameraName, cameras: Sequence[CameraName]) -> None:
        """Compares their names.

        Args:
            node: for its logger and its topics' names after remapping.
            camera: the one.
            cameras: all of the node.
        """
        self._node = node
        self._camera = camera
        shared = []
        for name in ("image", "camera_info"):
            topic, names = _same(node, camera, cameras, name)
            if len(names) > 1:
                shared.append(
                    f"{' and '.join(names)} are the same topic, {topic}: remap each to its own "
                    "camera"
                )
                if camera.input(name) == names[0]:
                    node.get_logger().warning(shared[-1])
        self._shared = tuple(shared)
        self._topic = node.resolve_topic_name(camera.input("camera_info"))
        self._numbers: tuple[object, ...] = ()
        self._turns = _Turns()
        self._images = topic_of_images(node, camera)
        self._image_frame, self._frame_before, self._seen = "", "", False
        self._frame_turns = _Turns()
        self._doubts: tuple[str, ...] = ()
        self._throttle = Throttle()

    def observe(self, image: Header) -> None:
        """Notes the header of an image."""
        if self._seen and image.frame_id != self._image_frame:
            self._frame_turns.note()
            self._frame_before = self._image_frame
        self._image_frame, self._seen = image.frame_id, True

    def take(self, info: CameraInfo) -> None:
        """Notes a camera_info."""
        roi = info.roi
        numbers = (
            *(info.width, info.height, info.distortion_model, *info.d, *info.k, *info.r, *info.p),
            *(info.binning_x, info.binning_y),
            *(roi.x_offset, roi.y_offset, roi.width, roi.height),
        )
        if self._numbers and numbers != self._numbers:
            self._turns.note()
        self._numbers = numbers

    def findings(
        self, info: CameraInfo | None, doubts: Sequence[str], *, used: bool, placed: bool
    ) -> tuple[str, ...]:
        """What can hardly be right, in words.

        Args:
            info: the camera's newest; None if none has come.
            doubts: what else speaks against it.
            used: whether anything is made of it.
            placed: whether places in the image's frame are given to others.
        """
        found: tuple[str, ...] = ()
        if used:
            info_doubt = self._mixture() or self._doubt_of(info)
            frame_doubt = self._frame_in_turns() or (self._unnamed() if placed else "")
            found = tuple(filter(None, (info_doubt, frame_doubt, *doubts)))
        for doubt in found:
            if doubt not in self._doubts and self._throttle.ready(doubt):
                self._node.get_logger().warning(doubt)
        self._doubts = found
        return (*self._shared, *found)

    def _mixture(self) -> str:
        """That the numbers of several cameras come in turns, in words; empty if they do not."""
        if not self._turns.are_many:
            return ""
        # A lens that zooms changes them, too.
        ends = self._node.get_publishers_info_by_topic(self._camera.input("camera_info"))
        names = sorted(node_of(end) for end in ends)
        if len(names) < 2:
            return ""
        return (
            f"{len(names)} publishers send different camera_info on {self._topic} "
            f"({', '.join(names)}): stop all but one, or remap {self._camera.input('camera_info')}"
        )

    def _unnamed(self) -> str:
        """That nobody can place what is seen, in words; empty where a frame is named."""
        if not self._seen or self._image_frame.strip("/"):
            return ""
        return (
            f"the images on {self._images} name no frame_id: no node can transform their places "
            "and points; let the driver name the camera's optical frame"
        )

    def _frame_in_turns(self) -> str:
        """That images name several frames in turns, in words; empty if they do not."""
        if not self._frame_turns.are_many:
            return ""
        one, other = sorted((self._frame_before, self._image_frame))
        return (
            f"the images on {self._images} name another frame_id each time, as "
            f"{shortened(one)} and {shortened(other)}: metres are right in one of them at most; "
            "let the driver name one, or stop the other publisher"
        )

    def _doubt_of(self, info: CameraInfo | None) -> str:
        frame = self._image_frame
        named = info is not None and info.header.frame_id and frame
        if info is None or not named or same_frame(info.header, Header(frame_id=frame)):
            return ""
        return (
            f"{self._topic} is of the frame {shortened(info.header.frame_id)} and the image of "
            f"{shortened(frame)}: metres are wrong if it is another camera's"
        )


def _same(
    node: Node, camera: CameraName, cameras: Sequence[CameraName], name: str
) -> tuple[str, list[str]]:
    """A topic of a camera, and by which names of which cameras it is taken."""
    topic = node.resolve_topic_name(camera.input(name))
    names = [other.input(name) for other in cameras]
    return topic, [other for other in names if node.resolve_topic_name(other) == topic]
