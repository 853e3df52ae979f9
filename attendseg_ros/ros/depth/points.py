# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/points: segmented images and their depth to a point cloud, in its own thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from numpy.typing import NDArray
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from attendseg_ros.clocks import NANOSECONDS_PER_MS
from attendseg_ros.errors import described
from attendseg_ros.geometry import CloudBuilder
from attendseg_ros.labels import ClassTable
from attendseg_ros.ros.camera.calibration import Calibration
from attendseg_ros.ros.camera.publisher_lookup import PublisherLookup
from attendseg_ros.ros.depth.depth_errors import DepthError, DepthFault
from attendseg_ros.ros.depth.depth_messages import check_view, to_metres
from attendseg_ros.ros.depth.depth_topic import DepthTopic
from attendseg_ros.ros.health.blank_watch import BlankWatch
from attendseg_ros.ros.health.input_source import InputSource
from attendseg_ros.ros.health.node_time import passing_ns
from attendseg_ros.ros.health.points_report import PointsReport
from attendseg_ros.ros.messages.frame_names import same_frame, to_be_placed
from attendseg_ros.ros.messages.point_cloud import to_cloud
from attendseg_ros.ros.outputs.publishers import Outputs
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.shortening import shortened
from attendseg_ros.streaming.depth_matching import DepthMatcher, Outcome, miss_in_words
from attendseg_ros.streaming.passing_time import PassingTime
from attendseg_ros.streaming.throttle import RateLimit, Throttle
from attendseg_ros.streaming.timing import stamp_ns
from attendseg_ros.streaming.worker import Worker


@dataclass(frozen=True)
class SegmentedImage:
    """An image with what ~/mask and ~/confidence say of it.

    Attributes:
        header: the image's.
        rgb: uint8 (H, W, 3), of any strides.
        labels: uint8 (H, W) class ids, 255 where nothing is seen.
        confidence: uint8 (H, W), 255 = certain.
        classes: what the ids mean.
        kept_ids: the ids whose points are wanted; None for all.
        painted_ids: the ids whose points of a lidar are wanted, 255 too; None for all.
        settings: the parameters that the image was processed with.
        image_size: width and height of the camera's image; the labels and rgb may have another.
        blind: that the image shows nothing, in words; all is unlabelled then.
    """

    header: Header
    rgb: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    confidence: NDArray[np.uint8]
    classes: ClassTable
    kept_ids: tuple[int, ...] | None
    painted_ids: tuple[int, ...] | None
    settings: Settings
    image_size: tuple[int, int]
    blind: str = ""


class SemanticPoints:
    """Takes depth while somebody wants points; masks never wait for them.

    `due` and `offer` are for the thread that segments, everything else is for the executor's.
    """

    def __init__(
        self,
        node: LifecycleNode,
        settings: Callable[[], Settings],
        outputs: Outputs,
        depth: DepthTopic,
    ) -> None:
        """Prepares; every count starts at zero.

        Args:
            node: for its logger, clock and topic names.
            settings: gives the parameters of the moment.
            outputs: where clouds go, and who asks for them.
            depth: where depth comes from.
        """
        self._node = node
        self._settings = settings
        self._outputs = outputs
        self._camera = outputs.camera
        self._depth = depth
        self._calibration = Calibration(node, self._camera)
        name = self._camera.input("depth")
        self._publishers = PublisherLookup(node, name, Image, "depth", name)
        self._matcher: DepthMatcher[SegmentedImage, Image] = DepthMatcher()
        self._report = PointsReport(self._camera.status("depth"))
        self._rate_limit = RateLimit()
        self._passing = PassingTime()
        self._throttle = Throttle()
        self._blank = BlankWatch(
            f"no pixel of the depth on {self._publishers.topic} is measured: is it covered, too "
            "near, too far, its projector off, or 32FC1 in millimetres? The clouds hold no point"
        )
        self._said = ""
        self._builder: CloudBuilder | None = None
        self._joined = False
        self.camera_info: CameraInfo | None = None
        self._worker: Worker[tuple[SegmentedImage, Image]] = Worker(
            self._camera.status("points"), self._process, node.get_logger().error
        )

    def follow_demand(self) -> None:
        """Joins depth when points are wanted, and leaves it when they are not."""
        wanted = self._outputs.points_wanted()
        if wanted and not self._joined:
            self._joined = True
            self._publishers.begin(self._depth.join(self._on_depth))
        elif not wanted:
            self._leave()

    def check_silence(self) -> None:
        """Logs what is awaited when points are wanted and no depth has come for a while.

        Images that no other depth will serve get the nearest that is here.
        """
        self.follow_demand()
        if self._joined:
            self._publishers.check()
            self._settle(self._matcher.settle_late(_tolerance_ns(self._settings())))

    def due(self, settings: Settings) -> bool:
        """Whether the image in hand is to get points; one that is counts against the rate."""
        return self._rate_limit.allows(settings.points_max_rate_hz)

    def offer(self, image: SegmentedImage) -> None:
        """Takes an image that is to get points, as soon as its depth is here; never waits."""
        stamp = stamp_ns(image.header.stamp)
        if stamp == 0:
            self._refuse(DepthFault.UNSTAMPED, "image without a stamp: no depth can match it")
            return
        self._settle(self._matcher.add_frame(stamp, image, _tolerance_ns(image.settings)))

    def statuses(self) -> list[DiagnosticStatus]:
        """The status of depth since the last call; none while nobody wants points."""
        if not self._joined:
            return []
        source = InputSource.of(self._publishers, self._worker.dropped())
        return [self._report.status(source, self._settings(), self._now_ns())]

    def begin_anew(self) -> None:
        """Forgets what waits, when the clock was set back: of its moments, others are to come."""
        self._matcher.clear()

    def close(self) -> None:
        """Leaves depth and returns when the cloud in hand is done."""
        self._leave()
        self._worker.stop()

    def _leave(self) -> None:
        if self._joined:
            self._joined = False
            self._depth.leave(self._on_depth)
            self._matcher.clear()

    def _on_depth(self, message: Image) -> None:
        self._publishers.record_arrival()
        self._report.record_depth()
        stamp = stamp_ns(message.header.stamp)
        if stamp == 0:
            self._log(DepthFault.UNSTAMPED, "depth without a stamp: no image can match it")
            return
        self._settle(self._matcher.add_depth(stamp, message, _tolerance_ns(self._settings())))

    def _settle(self, outcome: Outcome[SegmentedImage, Image]) -> None:
        for match in outcome.matches:
            self._worker.submit(match)
        for offset_ns in outcome.missed:
            self._report.record_unmatched(offset_ns)
            tolerance_ms = self._settings().depth_tolerance_ms
            miss = miss_in_words(offset_ns, "image", "depth_tolerance_ms", tolerance_ms)
            self._log(DepthFault.UNMATCHED, f"{DepthFault.UNMATCHED.value}: {miss}")

    def _process(self, match: tuple[SegmentedImage, Image]) -> None:
        try:
            self._publish(*match)
        except DepthError as error:
            self._refuse(error.reason, str(error))
        except Exception as error:
            # As in FrameProcessor: the thread must outlive everything, and news end with ROS.
            if self._node.context.ok():
                text = f"{DepthFault.INTERNAL.value}: {described(error)}"
                self._refuse(DepthFault.INTERNAL, text)

    def _publish(self, image: SegmentedImage, depth: Image) -> None:
        height, width = image.labels.shape
        lens = self._calibration.lens(
            self.camera_info, *image.image_size, image.settings, (width, height)
        )
        if image.blind and image.kept_ids is not None:
            # A cloud without points would say that there is no obstacle.
            raise DepthError(DepthFault.BLIND, f"{image.blind}: no point is known by its class")
        check_view(depth, image.image_size)
        metres = to_metres(depth, width, height)
        blank = self._blank.add(blank=not np.isfinite(metres).any())
        if self._builder is None or self._builder.lens != lens:
            self._builder = CloudBuilder(lens)
        points = self._builder.build(
            metres,
            image.rgb,
            image.labels,
            image.confidence,
            kept_ids=image.kept_ids,
            min_range_m=image.settings.points_min_range_m,
            max_range_m=image.settings.points_max_range_m,
        )
        cloud = to_cloud(points, to_be_placed(image.header))
        if not self._outputs.publish_points(cloud, image.classes):
            # Of the model before: its ids would be read by the names of the one that runs now.
            return
        doubt = "; ".join(filter(None, (_doubt(depth.header, image.header), blank)))
        if doubt and doubt != self._said:
            self._said = doubt
            self._node.get_logger().warning(doubt)
        self._report.record_published(self._now_ns(), doubt)

    def _now_ns(self) -> int:
        return passing_ns(self._passing, self._node)

    def _refuse(self, reason: DepthFault, detail: str) -> None:
        self._report.record_failure(reason)
        self._log(reason, detail)

    def _log(self, reason: DepthFault, detail: str) -> None:
        if self._throttle.ready(reason.name):
            self._node.get_logger().error(
                f"no points for an image, depth from {self._publishers.topic}: {detail}"
            )


def _doubt(depth: Header, image: Header) -> str:
    """Why points may be at a wrong place; empty where nothing says so."""
    if same_frame(depth, image):
        return ""
    return (
        f"depth is in the frame {shortened(depth.frame_id)} and the image in "
        f"{shortened(image.frame_id)}: points are wrong if depth is not aligned to the image"
    )


def _tolerance_ns(settings: Settings) -> int:
    return round(settings.depth_tolerance_ms * NANOSECONDS_PER_MS)
