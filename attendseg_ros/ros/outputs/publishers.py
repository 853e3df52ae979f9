# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Everything the node publishes for a frame, and who asks for it."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, LaserScan, PointCloud2
from std_msgs.msg import Header

from attendseg_ros.labels import ClassTable
from attendseg_ros.msg import ClassShares, LandingZone, SegmentationTiming
from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.ground.ground_messages import OccupancyGrid
from attendseg_ros.ros.ground.merged_grid import MergedGrid
from attendseg_ros.ros.health.rare_events import RareEvents
from attendseg_ros.ros.messages import qos
from attendseg_ros.ros.messages.encode_compressed import compress
from attendseg_ros.ros.messages.label_info import LabelInfo, to_label_info
from attendseg_ros.ros.outputs.misfits import misfits, rivals
from attendseg_ros.ros.outputs.output_images import ImageOutput


@dataclass(frozen=True)
class Wanted:
    """The outputs that have subscribers; false when there are none.

    Every output counts, ~/timing too: who looks at the times wants to see the network run.
    """

    raw_images: frozenset[ImageOutput]
    compressed_images: frozenset[ImageOutput]
    camera_info: bool
    timing: bool
    landing_zone: bool
    class_shares: bool
    points: bool
    painted_points: bool
    ground: bool

    @property
    def painted(self) -> frozenset[ImageOutput]:
        """The images to make: landing zone and ground map are made of ~/traversable."""
        by_traversable = self.landing_zone or self.ground
        return self.images | {ImageOutput.TRAVERSABLE} if by_traversable else self.images

    @property
    def images(self) -> frozenset[ImageOutput]:
        """The images to paint, in whichever form they are sent."""
        return self.raw_images | self.compressed_images

    @property
    def camera_info_used(self) -> bool:
        """Whether anything is made of the camera's calibration, or may be."""
        clouds = self.points or self.painted_points
        return self.camera_info or self.landing_zone or self.ground or clouds

    def without(self, output: ImageOutput) -> Wanted:
        """The same without an image that cannot be made."""
        return replace(
            self,
            raw_images=self.raw_images - {output},
            compressed_images=self.compressed_images - {output},
        )

    def __bool__(self) -> bool:
        others = (self.camera_info, self.timing, self.landing_zone, self.class_shares, self.ground)
        clouds = self.points or self.painted_points
        return bool(self.images) or any(others) or clouds


class Outputs:
    """The publishers of one camera, from configuration to clean-up.

    They are silent while the node is inactive.
    """

    def __init__(
        self, node: LifecycleNode, camera: CameraName, merged_grid: MergedGrid | None = None
    ) -> None:
        """Creates every publisher; the QoS of each can be overridden.

        Args:
            node: owns them.
            camera: whose they are.
            merged_grid: where the camera's ground grid is merged with those of others.
        """
        self.merged_grid = merged_grid
        self._node = node
        self._events = RareEvents()
        self.camera = camera
        self._publishers: list[Any] = []
        self._rivals: list[str] = []
        self._naming = Lock()
        self._named: ClassTable | None = None
        with ExitStack() as undo:
            undo.callback(self.destroy)
            self._create_all()
            undo.pop_all()

    def _create_all(self) -> None:
        self._images = {
            output: self._create(Image, output.topic, qos.output()) for output in ImageOutput
        }
        self._compressed = {output: self._create_compressed(output) for output in ImageOutput}
        self._camera_info = self._create(CameraInfo, "camera_info", qos.output())
        self._timing = self._create(SegmentationTiming, "timing", qos.small_output())
        self._landing_zone = self._create(LandingZone, "landing_zone", qos.small_output())
        self._class_shares = self._create(ClassShares, "class_shares", qos.small_output())
        self._points = self._create(PointCloud2, "points", qos.output())
        self._painted_points = self._create(PointCloud2, "painted_points", qos.output())
        self._ground_scan = self._create(LaserScan, "ground_scan", qos.small_output())
        self._ground_grid = None
        if OccupancyGrid is not None:
            self._ground_grid = self._create(OccupancyGrid, "ground_grid", qos.output())
        self._label_info = None
        if LabelInfo is not None:
            self._label_info = self._create(LabelInfo, "label_info", qos.latched())

    def wanted(self) -> Wanted:
        """Asks the middleware who listens at this moment."""
        return Wanted(
            raw_images=_subscribed(self._images),
            compressed_images=_subscribed(self._compressed),
            camera_info=self._camera_info.get_subscription_count() > 0,
            timing=self._timing.get_subscription_count() > 0,
            landing_zone=self.landing_zone_wanted(),
            class_shares=self._class_shares.get_subscription_count() > 0,
            points=self.points_wanted(),
            painted_points=self.painted_points_wanted(),
            ground=self.ground_wanted(),
        )

    def landing_zone_wanted(self) -> bool:
        """Whether anybody listens to ~/landing_zone at this moment."""
        return bool(self._landing_zone.get_subscription_count() > 0)

    def points_wanted(self) -> bool:
        """Whether anybody listens to ~/points at this moment."""
        return bool(self._points.get_subscription_count() > 0)

    def painted_points_wanted(self) -> bool:
        """Whether anybody listens to ~/painted_points at this moment."""
        return bool(self._painted_points.get_subscription_count() > 0)

    def ground_wanted(self) -> bool:
        """Whether anybody listens to the ground map at this moment, in whichever form."""
        merged = self.merged_grid is not None and self.merged_grid.wanted()
        return merged or self.ground_grid_wanted() or self.ground_scan_wanted()

    def ground_grid_wanted(self) -> bool:
        """Whether anybody listens to ~/ground_grid at this moment."""
        grid = self._ground_grid
        return grid is not None and bool(grid.get_subscription_count() > 0)

    def ground_scan_wanted(self) -> bool:
        """Whether anybody listens to ~/ground_scan at this moment."""
        return bool(self._ground_scan.get_subscription_count() > 0)

    def misfits(self) -> list[str]:
        """Who subscribes to an output in vain, and who else publishes there, in words."""
        found = rivals(self._node, self._publishers)
        for line in found:
            if line not in self._rivals:
                self._node.get_logger().warning(line)
        self._rivals = found
        return [*misfits(self._node, self._publishers), *found]

    def publish_images(
        self, images: Mapping[ImageOutput, Image], wanted: Wanted, header: Header, jpeg_quality: int
    ) -> None:
        """Publishes images, in the forms wanted, under the header of the image they come from."""
        for output, message in images.items():
            message.header = header
            if output in wanted.raw_images:
                self._images[output].publish(message)
        # Who takes a raw mask is in a hurry; who takes a compressed one waits for the network.
        for output in wanted.compressed_images:
            self._compressed[output].publish(compress(images[output], jpeg_quality))

    def publish_camera_info(self, camera_info: CameraInfo, header: Header) -> None:
        """Publishes the camera's intrinsics with the masks' header, so that both form a pair."""
        paired = copy.copy(camera_info)
        paired.header = header
        self._camera_info.publish(paired)

    def publish_points(self, cloud: PointCloud2, classes: ClassTable) -> bool:
        """Publishes the points of an image; see `_publish_named`."""
        return self._publish_named(self._points, cloud, classes)

    def publish_painted_points(self, cloud: PointCloud2, classes: ClassTable) -> bool:
        """Publishes a lidar's points with what a mask says of them; see `_publish_named`."""
        return self._publish_named(self._painted_points, cloud, classes)

    def publish_timing(self, message: SegmentationTiming) -> None:
        """Publishes the times and counts of a frame."""
        self._timing.publish(message)

    def publish_landing_zone(self, message: LandingZone) -> None:
        """Publishes where a drone could land, or that there is no such place."""
        self._landing_zone.publish(message)

    def publish_class_shares(self, message: ClassShares) -> None:
        """Publishes what is in view."""
        self._class_shares.publish(message)

    def publish_ground_grid(self, message: Any) -> None:
        """Publishes the ground in a grid around the robot."""
        if self._ground_grid is not None:
            self._ground_grid.publish(message)

    def publish_ground_scan(self, message: LaserScan) -> None:
        """Publishes how far it is to the first obstacle in each direction."""
        self._ground_scan.publish(message)

    def publish_label_info(self, classes: ClassTable, threshold: float) -> None:
        """Publishes the names of the class ids, for those here and those to come."""
        with self._naming:
            self._named = classes
            if self._label_info is not None:
                stamp = self._node.get_clock().now().to_msg()
                self._label_info.publish(to_label_info(classes, threshold, stamp))

    def _publish_named(self, publisher: Any, cloud: PointCloud2, classes: ClassTable) -> bool:
        """Publishes a cloud unless other names have been told than its labels are of.

        Clouds are made in threads of their own, some of masks from before another model.

        Returns:
            Whether it was published.
        """
        with self._naming:
            named = self._named
            if named is None or (named.ids, named.names) != (classes.ids, classes.names):
                return False
            publisher.publish(cloud)
        return True

    def merge_grids(self) -> MergedGrid | None:
        """Creates the publisher of the grids of all cameras, and returns what feeds it."""
        if OccupancyGrid is not None:
            publisher = self._create_on(OccupancyGrid, "~/ground_grid", qos.output())
            self.merged_grid = MergedGrid(
                lambda: bool(publisher.get_subscription_count() > 0), publisher.publish
            )
        return self.merged_grid

    def destroy(self) -> None:
        """Takes every publisher off the network."""
        while self._publishers:
            self._node.destroy_lifecycle_publisher(self._publishers.pop())

    def _create(self, message_type: type[Any], topic: str, profile: Any) -> Any:
        return self._create_on(message_type, self.camera.output(topic), profile)

    def _create_compressed(self, output: ImageOutput) -> Any:
        # A remapping of the image must hold for its compressed form, too: another topic to ROS.
        topic = self._node.resolve_topic_name(self.camera.output(output.topic))
        return self._create_on(CompressedImage, f"{topic}/compressed", qos.output())

    def _create_on(self, message_type: type[Any], topic: str, profile: Any) -> Any:
        publisher = self._node.create_lifecycle_publisher(
            message_type,
            topic,
            profile,
            callback_group=self._events,
            qos_overriding_options=qos.overridable(),
        )
        self._publishers.append(publisher)
        return publisher


def all_outputs(node: LifecycleNode, cameras: Sequence[CameraName]) -> list[Outputs]:
    """The outputs of every camera; with several, their ground grids are merged on ~/ground_grid."""
    made: list[Outputs] = []
    with ExitStack() as undo:
        merged = None
        for number, camera in enumerate(cameras):
            one = Outputs(node, camera, merged)
            undo.callback(one.destroy)
            if number == 0 and camera.name:
                merged = one.merge_grids()
            made.append(one)
        undo.pop_all()
    return made


def _subscribed(publishers: Mapping[ImageOutput, Any]) -> frozenset[ImageOutput]:
    return frozenset(
        output for output, publisher in publishers.items() if publisher.get_subscription_count() > 0
    )
