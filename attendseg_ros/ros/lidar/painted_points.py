# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/painted_points: a lidar's clouds with what the nearest mask says, in its own thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo, PointCloud2

from attendseg_ros.clocks import NANOSECONDS_PER_MS
from attendseg_ros.errors import described
from attendseg_ros.geometry.lidar_painting import LabelledImage, LidarPainter
from attendseg_ros.geometry.point_layout import CloudError
from attendseg_ros.labels import UNLABELLED
from attendseg_ros.ros.camera.calibration import Calibration
from attendseg_ros.ros.camera.publisher_lookup import PublisherLookup
from attendseg_ros.ros.depth.depth_errors import DepthError
from attendseg_ros.ros.depth.points import SegmentedImage
from attendseg_ros.ros.health.blank_watch import BlankWatch
from attendseg_ros.ros.health.input_source import InputSource
from attendseg_ros.ros.lidar.lidar_poses import LidarPoses
from attendseg_ros.ros.lidar.painting_report import NotPainted, NotPaintedError, PaintingReport
from attendseg_ros.ros.messages import qos
from attendseg_ros.ros.messages.cloud_messages import fill_in, to_layout
from attendseg_ros.ros.messages.frame_names import to_be_placed
from attendseg_ros.ros.outputs.publishers import Outputs
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.depth_matching import DepthMatcher, Outcome, miss_in_words
from attendseg_ros.streaming.throttle import Throttle
from attendseg_ros.streaming.timing import stamp_ns
from attendseg_ros.streaming.worker import Worker

MOST_MASKS = 8
"""Masks kept, each with its image: a quarter of a second at 30 Hz, in which a scan arrives."""

Match = tuple[PointCloud2, SegmentedImage]


class PaintedPoints:
    """Takes clouds while somebody wants painted ones; masks never wait for them.

    `offer` is for the thread that segments, everything else is for the executor's.
    """

    def __init__(
        self,
        node: LifecycleNode,
        settings: Callable[[], Settings],
        outputs: Outputs,
        poses: LidarPoses,
    ) -> None:
        """Prepares; every count starts at zero.

        Args:
            node: for its logger and topic names; owns the subscription.
            settings: gives the parameters of the moment.
            outputs: where clouds go, and who asks for them.
            poses: says where the lidar is.
        """
        self._node = node
        self._settings = settings
        self._outputs = outputs
        self._poses = poses
        camera = outputs.camera
        self._topic = camera.input("points_in")
        self._calibration = Calibration(node, camera)
        self._publishers = PublisherLookup(node, self._topic, PointCloud2, "cloud", self._topic)
        self._matcher: DepthMatcher[PointCloud2, SegmentedImage] = DepthMatcher(MOST_MASKS)
        self._report = PaintingReport(camera.status("painting"))
        self._throttle = Throttle()
        self._blank = BlankWatch(
            f"the camera sees no point of the clouds on {self._publishers.topic}: do they hold "
            "points, and is the lidar's pose right (T_camera_lidar, or TF)?"
        )
        self._said = ""
        self._painter, self._message = LidarPainter(), PointCloud2()
        self._subscription: Any = None
        self.camera_info: CameraInfo | None = None
        self._worker: Worker[Match] = Worker(
            camera.status("painting"), self._process, node.get_logger().error
        )

    def follow_demand(self) -> None:
        """Subscribes to the lidar when painted clouds are wanted, and lets go when they are not."""
        wanted = self._outputs.painted_points_wanted()
        self._poses.follow_demand(self, self._settings(), wanted=wanted)
        if wanted and self._subscription is None:
            self._subscription = self._node.create_subscription(
                PointCloud2,
                self._topic,
                self._on_cloud,
                qos.recent_images(),
                qos_overriding_options=qos.overridable(),
            )
            self._publishers.begin(self._subscription.qos_profile)
        elif not wanted:
            self._leave()

    def check_silence(self) -> None:
        """Logs what is awaited when no cloud has come for a while.

        Clouds that no other mask will serve get the nearest that is here.
        """
        self.follow_demand()
        if self._subscription is not None:
            self._publishers.check()
            self._settle(self._matcher.settle_late(_tolerance_ns(self._settings())))

    def offer(self, image: SegmentedImage) -> None:
        """Takes a mask for the clouds of its moment; never waits."""
        stamp = stamp_ns(image.header.stamp)
        if stamp == 0:
            self._refuse(NotPainted.UNSTAMPED, "image without a stamp: it is known to fit no cloud")
            return
        self._settle(self._matcher.add_depth(stamp, image, _tolerance_ns(image.settings)))

    def statuses(self) -> list[DiagnosticStatus]:
        """The status of painting since the last call; none while nobody wants it."""
        if self._subscription is None:
            return []
        source = InputSource.of(self._publishers, self._worker.dropped())
        return [self._report.status(source, self._settings())]

    def begin_anew(self) -> None:
        """Forgets what waits, when the clock was set back: of its moments, others are to come."""
        self._matcher.clear()

    def close(self) -> None:
        """Lets go of the lidar and returns when the cloud in hand is done."""
        self._poses.follow_demand(self, self._settings(), wanted=False)
        self._leave()
        self._worker.stop()

    def _leave(self) -> None:
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None
            self._matcher.clear()

    def _on_cloud(self, cloud: PointCloud2) -> None:
        self._publishers.record_arrival()
        self._report.record_cloud()
        stamp = stamp_ns(cloud.header.stamp)
        if stamp == 0:
            self._refuse(NotPainted.UNSTAMPED, "cloud without a stamp: it is known to fit no mask")
            return
        self._settle(self._matcher.add_frame(stamp, cloud, _tolerance_ns(self._settings())))

    def _settle(self, outcome: Outcome[PointCloud2, SegmentedImage]) -> None:
        for match in outcome.matches:
            self._worker.submit(match)
        for offset_ns in outcome.missed:
            tolerance_ms = self._settings().painting_tolerance_ms
            miss = miss_in_words(offset_ns, "cloud", "painting_tolerance_ms", tolerance_ms)
            self._refuse(NotPainted.UNMATCHED, f"{NotPainted.UNMATCHED.value}: {miss}")

    def _process(self, match: Match) -> None:
        try:
            self._publish(*match)
        except NotPaintedError as error:
            self._refuse(error.reason, str(error))
        except CloudError as error:
            self._refuse(NotPainted.CLOUD, f"{NotPainted.CLOUD.value}: {error}")
        except DepthError as error:
            self._refuse(NotPainted.CAMERA, f"{NotPainted.CAMERA.value}: {error}")
        except Exception as error:
            # The thread must outlive everything, and news end with ROS.
            if self._node.context.ok():
                text = described(error)
                self._refuse(NotPainted.INTERNAL, f"{NotPainted.INTERNAL.value}: {text}")

    def _publish(self, cloud: PointCloud2, image: SegmentedImage) -> None:
        height, width = image.labels.shape
        settings = image.settings
        if image.blind and image.painted_ids is not None and UNLABELLED not in image.painted_ids:
            # A cloud without points would say that there is nothing of the kind.
            raise NotPaintedError(
                NotPainted.BLIND, f"{image.blind}: no point is known by its class"
            )
        pose = self._poses.at(cloud.header, image.header, settings)
        lens = self._calibration.lens(
            self.camera_info, *image.image_size, settings, (width, height)
        )
        layout, data = self._painter.paint(
            to_layout(cloud),
            cloud.data,
            LabelledImage(image.rgb, image.labels, image.confidence),
            lens,
            pose,
            ring_gap_deg=settings.painting_ring_gap_deg,
            kept_ids=image.painted_ids,
        )
        self._message.header, self._message.is_dense = to_be_placed(cloud.header), cloud.is_dense
        self._painter.reuse(fill_in(self._message, layout, data))
        if not self._outputs.publish_painted_points(self._message, image.classes):
            # Of the model before: its ids would be read by the names of the one that runs now.
            return
        blank = self._blank.add(blank=not self._painter.seen)
        doubts = (*self._poses.doubts(pose, cloud.header, image.header, settings), blank)
        doubt = "; ".join(filter(None, doubts))
        if doubt != self._said:
            self._said = doubt
            if doubt:
                self._node.get_logger().warning(doubt)
        self._report.record_published(doubt)

    def _refuse(self, reason: NotPainted, detail: str) -> None:
        self._report.record_failure(reason)
        if not self._throttle.ready(reason.name):
            return
        text = f"a cloud of {self._publishers.topic} is not painted: {detail}"
        # rclpy ties a line of code to one severity.
        if reason in (NotPainted.CLOUD, NotPainted.INTERNAL):
            self._node.get_logger().error(text)
        else:
            self._node.get_logger().warning(text)


def _tolerance_ns(settings: Settings) -> int:
    return round(settings.painting_tolerance_ms * NANOSECONDS_PER_MS)
