# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Everything that one camera has for itself while the node is active, and shares with no other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from math import isnan
from time import monotonic
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from attendseg_ros.clocks import NANOSECONDS
from attendseg_ros.ros.camera.calibration import Calibration
from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.camera.frame_processing import FrameProcessor
from attendseg_ros.ros.camera.publisher_lookup import PublisherLookup
from attendseg_ros.ros.depth.depth_topic import DepthTopic
from attendseg_ros.ros.depth.ground_distance import GroundDistance
from attendseg_ros.ros.depth.points import SemanticPoints
from attendseg_ros.ros.ground.ground_maps import GroundMaps
from attendseg_ros.ros.ground.transform_topics import TransformTopics
from attendseg_ros.ros.health.diagnostics import CameraReport, NetworkReport, Report
from attendseg_ros.ros.health.frame_counts import FrameCounts
from attendseg_ros.ros.health.landing_report import LandingReport
from attendseg_ros.ros.lidar.lidar_poses import LidarPoses
from attendseg_ros.ros.lidar.painted_points import PaintedPoints
from attendseg_ros.ros.messages import qos
from attendseg_ros.ros.messages.conversion import ImageMessage
from attendseg_ros.ros.model.model_switch import ModelSwitch
from attendseg_ros.ros.model.size_controller import SizeController
from attendseg_ros.ros.outputs.class_shares import FreeAhead
from attendseg_ros.ros.outputs.landing import LandingZones
from attendseg_ros.ros.outputs.publishers import Outputs
from attendseg_ros.ros.parameters.live_parameters import Parameters
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.stamp_checks import StampChecks, StampFault
from attendseg_ros.streaming.stamp_clock import Receipt, StampClock
from attendseg_ros.streaming.throttle import RateLimit, Throttle
from attendseg_ros.streaming.timing import stamp_ns
from attendseg_ros.streaming.worker import Worker

SILENCE_S = 1.0
"""A camera silent for longer has its publishers looked up for the report."""

Job = tuple[Callable[[Any, Receipt], None], Any, Receipt]
"""A frame with what processes it: cameras share the worker that runs both together."""


class CameraStream:
    """A camera's subscriptions, counts and memory of earlier frames.

    Its callbacks run in the executor's thread and hand frames to the worker that all share.
    """

    def __init__(
        self,
        node: LifecycleNode,
        parameters: Parameters,
        models: ModelSwitch,
        outputs: Outputs,
        worker: Worker[Job],
        size_controller: SizeController,
        transforms: TransformTopics,
        *,
        several: bool,
    ) -> None:
        """Prepares; every count starts at zero.

        Args:
            node: owns the subscriptions.
            parameters: gives those of the moment.
            models: gives the network of each frame.
            outputs: where the camera's results go; it knows the camera's name.
            worker: processes frames, turn by turn with those of other cameras.
            size_controller: told of every frame that is out, of whichever camera.
            transforms: what /tf says, for all cameras.
            several: whether the node has several cameras.
        """
        self._node = node
        self._parameters = parameters
        self._outputs = outputs
        self._worker = worker
        self._size_controller = size_controller
        self._camera = camera = outputs.camera
        self._counts = FrameCounts()
        self._report = Report(camera, self._counts)
        self._rate_limit = RateLimit()
        self._stream = StampChecks()
        self._clock = StampClock()
        self._throttle = Throttle()
        self.enabled = True
        self._subscriptions: list[Any] = []
        self._image_type, topic = _awaited(node, camera, parameters.settings.image_transport)
        self._publishers = PublisherLookup(
            node, topic, self._image_type, "image", camera.input("image")
        )
        self._calibration = Calibration(node, camera)
        self._camera_info: CameraInfo | None = None
        depth = DepthTopic(node, camera)
        landing_report = LandingReport(camera.status("landing"))
        self._distance = GroundDistance(node, outputs, depth, landing_report)
        landing = LandingZones(node, camera, self._distance, landing_report)
        self._ahead = FreeAhead(camera.status("ahead"))
        self._ground = GroundMaps(node, outputs, transforms, several=several)
        with ExitStack() as undo:
            # It has a thread.
            self._points = SemanticPoints(node, lambda: parameters.settings, outputs, depth)
            undo.callback(self._points.close)
            poses = LidarPoses(transforms, parameters.settings.camera_names.index(camera))
            self._painted = PaintedPoints(node, lambda: parameters.settings, outputs, poses)
            undo.callback(self._painted.close)
            self._processor = FrameProcessor(
                node,
                topic,
                models,
                outputs,
                self._counts,
                self._points,
                self._painted,
                landing,
                self._ahead,
                self._ground,
                size_controller,
                dropped=self._dropped,
            )
            undo.pop_all()

    def open(self) -> None:
        """Subscribes to the camera; from now on images are processed."""
        self._subscribe_to_camera_info()
        images = self._subscribe(self._image_type, self._publishers.topic, self._on_image)
        self._publishers.begin(images.qos_profile)

    def unsubscribe(self) -> None:
        """Lets go of the camera; what has come already may still be processed."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        self._subscriptions.clear()

    def close(self) -> None:
        """Ends what the frames left to do; to be called once none is being processed."""
        self._points.close()
        self._painted.close()
        self._distance.close()
        self._ground.close()

    def check_silence(self) -> None:
        """Logs what is awaited when no image, or no depth that is wanted, has come for a while."""
        self._publishers.check()
        self._points.check_silence()
        self._painted.check_silence()
        self._distance.follow_demand(self._parameters.settings)
        self._ground.follow_demand(self._parameters.settings)

    def statuses(self, network: NetworkReport) -> list[DiagnosticStatus]:
        """The camera's, the network's and, while they are wanted, depth's and landing's status.

        Args:
            network: what holds for the frames of every camera.
        """
        settings = self._parameters.settings
        now_ns = self._node.get_clock().now().nanoseconds
        if self._wanted(settings):
            self._counts.record_wanted(now_ns)
        else:
            self._counts.record_unwanted()
        age_s = self._counts.arrivals.age_s(now_ns)
        silence_s = self._publishers.silence_s() if isnan(age_s) else age_s
        doubt = self._clock.doubt(monotonic())
        missing, missing_ratio = self._stream.missing_lately(monotonic())
        camera = CameraReport(
            topic=self._publishers.topic,
            silence_s=silence_s,
            publishers=self._publishers.explain()
            if silence_s > SILENCE_S
            else self._publishers.count(),
            faults=self._stream.faults,
            missing=self._stream.missing,
            missing_lately=missing,
            missing_ratio=missing_ratio,
            mixture=self._explain_mixture(),
            foreign=self._clock.foreign,
            doubt=doubt,
            doubt_hint=self._clock.hint(monotonic()),
            lens=self._calibration.explain(self._camera_info, settings),
        )
        return [
            self._report.camera(camera, settings, now_ns),
            self._report.network(network, self._dropped(), settings, now_ns, doubt),
            *self._points.statuses(),
            *self._painted.statuses(),
            *self._distance.statuses(),
            *self._ahead.statuses(settings),
            *self._ground.statuses(),
        ]

    def _wanted(self, settings: Settings) -> bool:
        """Whether anybody wants the masks of this moment's images."""
        if not self.enabled:
            return False
        # An alarm that slept while nobody looks would be none.
        kept_awake = not settings.lazy or settings.min_free_share > 0.0
        return kept_awake or bool(self._outputs.wanted())

    def _dropped(self) -> int:
        return self._worker.dropped(self._camera.name)

    def _on_image(self, message: ImageMessage) -> None:
        now_ns = self._node.get_clock().now().nanoseconds
        self._counts.record_arrival(now_ns)
        self._publishers.record_arrival()
        settings = self._parameters.settings
        self._points.follow_demand()
        self._painted.follow_demand()
        self._distance.follow_demand(settings)
        self._ground.follow_demand(settings)
        receipt = self._watch_stream(message, now_ns)
        if not self._wanted(settings):
            self._counts.record_idle()
        elif self._rate_limit.allows(settings.max_rate_hz):
            self._worker.submit((self._processor, message, receipt), self._camera.name)
        else:
            self._counts.skipped += 1

    def _watch_stream(self, message: ImageMessage, now_ns: int) -> Receipt:
        stamp, steady_s = stamp_ns(message.header.stamp), monotonic()
        fault = self._stream.observe(stamp, now_ns, steady_s, _form(message))
        if fault is not None:
            self._note_fault(fault, stamp, now_ns)
        self._watch_clock(stamp, now_ns, steady_s)
        return Receipt(steady_s, self._clock.aged)

    def _watch_clock(self, stamp: int, now_ns: int, steady_s: float) -> None:
        doubted = bool(self._clock.doubt(steady_s))
        clock: Any = self._node.get_clock()
        self._clock.observe(stamp, now_ns, steady_s, simulated=clock.ros_time_is_active)
        doubt = self._clock.doubt(steady_s)
        if bool(doubt) != doubted:
            # Percentiles and paces are of latencies, or of what is known without stamps.
            self._counts.history.clear()
            self._size_controller.forget()
        hint = self._clock.hint(steady_s)
        if hint and self._throttle.ready("clock"):
            self._node.get_logger().warning(
                f"image on {self._publishers.topic}: latency is unknown: {doubt}: {hint}"
            )

    def _note_fault(self, fault: StampFault, stamp: int, now_ns: int) -> None:
        if fault is not StampFault.UNSET:
            # Latencies across the jump would be wrong for as long as they are remembered.
            self._counts.history.clear()
            self._size_controller.forget()
        if self._throttle.ready(fault.name):
            self._node.get_logger().warning(
                f"image on {self._publishers.topic}: {fault.value} "
                f"(stamp {stamp / NANOSECONDS:.3f} s, clock {now_ns / NANOSECONDS:.3f} s)"
            )

    def _explain_mixture(self) -> str:
        forms = self._stream.mixture(monotonic())
        publishers = self._publishers.names() if forms else []
        if len(publishers) < 2:
            return ""
        images = " and ".join(f"{count} {form}" for form, count in forms.most_common())
        text = (
            f"{len(publishers)} publishers send different images on {self._publishers.topic} "
            f"({', '.join(sorted(publishers))}: {images}): stop all but one, "
            f"or remap {self._camera.input('image')}"
        )
        if self._throttle.ready("mixture"):
            self._node.get_logger().warning(text)
        return text

    def _on_camera_info(self, message: CameraInfo) -> None:
        self._camera_info = message
        self._processor.camera_info = message
        self._points.camera_info = message
        self._painted.camera_info = message

    def _subscribe_to_camera_info(self) -> None:
        """Takes it from drivers that send it with each image, and from those that latch it.

        A volatile subscription gets nothing that was sent before it, and a transient-local one
        matches no volatile publisher: there is one of each.
        """
        topic = self._camera.input("camera_info")
        self._subscribe(CameraInfo, topic, self._on_camera_info)
        latched = self._node.create_subscription(
            CameraInfo,
            topic,
            self._on_camera_info,
            qos.latched(),
            # That it does not match most drivers is no news.
            event_callbacks=qos.in_silence(),
        )
        self._subscriptions.append(latched)

    def _subscribe(self, message_type: type[Any], topic: str, callback: Any) -> Any:
        subscription = self._node.create_subscription(
            message_type,
            topic,
            callback,
            qos.newest_image(),
            qos_overriding_options=qos.overridable(),
        )
        self._subscriptions.append(subscription)
        return subscription


def _awaited(
    node: LifecycleNode, camera: CameraName, image_transport: str
) -> tuple[type[Any], str]:
    """The type and the topic of the images, as image_transport names them."""
    topic = node.resolve_topic_name(camera.input("image"))
    # A remapping of image must hold for its compressed form too, which is another topic to ROS.
    return (CompressedImage, f"{topic}/compressed") if image_transport != "raw" else (Image, topic)


def _form(message: ImageMessage) -> str:
    """What all images of one camera have in common, in words."""
    if isinstance(message, CompressedImage):
        return message.format or "compressed"
    return f"{message.encoding} {message.width}x{message.height}"
