# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What exists only while the node is active: its subscriptions, its threads, its counts."""

from __future__ import annotations

from math import isnan
from time import monotonic
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from attendseg_ros.ros import qos
from attendseg_ros.ros.awaiting import Awaiting
from attendseg_ros.ros.depth_topic import DepthTopic
from attendseg_ros.ros.diagnostics import Camera, Network, Report
from attendseg_ros.ros.ground_distance import GroundDistance
from attendseg_ros.ros.landing import LandingZones
from attendseg_ros.ros.landing_report import LandingReport
from attendseg_ros.ros.model_switch import ModelSwitch
from attendseg_ros.ros.monitor import Monitor
from attendseg_ros.ros.pacer import Pacer
from attendseg_ros.ros.parameters import Parameters
from attendseg_ros.ros.points import SemanticPoints
from attendseg_ros.ros.processing import FrameProcessor, ImageMessage
from attendseg_ros.ros.publishers import Outputs
from attendseg_ros.ros.stream_watch import StampFault, StreamWatch
from attendseg_ros.ros.throttle import RateLimit, Throttle
from attendseg_ros.ros.timing import NANOSECONDS, stamp_ns
from attendseg_ros.ros.worker import Worker

SILENCE_S = 1.0
"""A camera silent for longer has its publishers looked up for the report."""


class Activation:
    """Takes images in, in the executor's thread, and has them processed in a thread of its own."""

    def __init__(
        self, node: LifecycleNode, parameters: Parameters, models: ModelSwitch, outputs: Outputs
    ) -> None:
        """Prepares; every count starts at zero."""
        self._node = node
        self._parameters = parameters
        self._models = models
        self._outputs = outputs
        self._monitor = Monitor()
        self._report = Report(self._monitor)
        self._rate_limit = RateLimit()
        self._stream = StreamWatch()
        self._throttle = Throttle()
        self.enabled = True
        self._image_type, topic = _awaited(node, parameters.settings.image_transport)
        self._awaiting = Awaiting(node, topic, self._image_type)
        depth = DepthTopic(node)
        self._points = SemanticPoints(node, lambda: parameters.settings, outputs, depth)
        landing_report = LandingReport()
        self._distance = GroundDistance(node, outputs, depth, landing_report)
        self._pacer = Pacer(node, models)
        self._processor = FrameProcessor(
            node,
            topic,
            models,
            outputs,
            self._monitor,
            self._points,
            LandingZones(node, self._distance, landing_report),
            self._pacer,
            dropped=lambda: self._worker.dropped,
        )
        self._worker: Worker[ImageMessage] = Worker("frames", self._processor)
        self._subscriptions: list[Any] = []

    def open(self) -> None:
        """Subscribes to the camera; from now on images are processed."""
        self._subscribe(CameraInfo, "camera_info", self._on_camera_info)
        images = self._subscribe(self._image_type, self._awaiting.topic, self._on_image)
        self._awaiting.begin(images.qos_profile)

    def close(self) -> None:
        """Unsubscribes and returns when the frame in hand is done."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        self._worker.stop()
        self._points.close()
        self._distance.close()

    def check_silence(self) -> None:
        """Logs what is awaited when no image, or no depth that is wanted, has come for a while."""
        self._awaiting.check()
        self._points.check_silence()
        self._distance.attend()

    def statuses(self) -> list[DiagnosticStatus]:
        """The camera's, the network's and, while they are wanted, depth's and landing's status."""
        settings = self._parameters.settings
        now_ns = self._node.get_clock().now().nanoseconds
        age_s = self._monitor.arrivals.age_s(now_ns)
        silence_s = self._awaiting.silence_s() if isnan(age_s) else age_s
        missing, missing_ratio = self._stream.missing_lately(monotonic())
        camera = Camera(
            topic=self._awaiting.topic,
            silence_s=silence_s,
            publishers=self._awaiting.explain()
            if silence_s > SILENCE_S
            else self._awaiting.count(),
            faults=self._stream.faults,
            missing=self._stream.missing,
            missing_lately=missing,
            missing_ratio=missing_ratio,
            mixture=self._explain_mixture(),
        )
        segmenter = self._models.segmenter
        network = Network(
            engine=segmenter.engine_name,
            model=segmenter.bundle.name,
            input_size=segmenter.input_size,
            dropped=self._worker.dropped,
            refusal=self._models.refusal,
            loading=self._models.loading,
            fallback="; ".join(
                f"{name} is installed but: {why}"
                for name, why in segmenter.selection.broken.items()
            ),
            enabled=self.enabled,
            size_by=self._pacer.why(settings),
            too_slow=self._pacer.unreachable(settings),
        )
        return [
            self._report.camera(camera, settings, now_ns),
            self._report.network(network, settings, now_ns),
            *self._points.statuses(),
            *self._distance.statuses(),
        ]

    def _on_image(self, message: ImageMessage) -> None:
        now_ns = self._node.get_clock().now().nanoseconds
        self._monitor.note_arrival(now_ns)
        self._awaiting.note_arrival()
        self._points.attend()
        self._distance.attend()
        self._watch_stream(message, now_ns)
        settings = self._parameters.settings
        if not self.enabled or (settings.lazy and not self._outputs.wanted()):
            self._monitor.note_idle()
        elif self._rate_limit.allows(settings.max_rate_hz):
            self._worker.put(message)
        else:
            self._monitor.skipped += 1

    def _watch_stream(self, message: ImageMessage, now_ns: int) -> None:
        stamp = stamp_ns(message.header.stamp)
        fault = self._stream.note(stamp, now_ns, monotonic(), _form(message))
        if fault is None:
            return
        if fault is not StampFault.UNSET:
            # Latencies across the jump would be wrong for as long as they are remembered.
            self._monitor.history.clear()
            self._pacer.forget()
        if self._throttle.ready(fault.name):
            self._node.get_logger().warning(
                f"image on {self._awaiting.topic}: {fault.value} "
                f"(stamp {stamp / NANOSECONDS:.3f} s, clock {now_ns / NANOSECONDS:.3f} s)"
            )

    def _explain_mixture(self) -> str:
        forms = self._stream.mixture(monotonic())
        publishers = self._awaiting.names() if forms else []
        if len(publishers) < 2:
            return ""
        images = " and ".join(f"{count} {form}" for form, count in forms.most_common())
        text = (
            f"{len(publishers)} publishers send different images on {self._awaiting.topic} "
            f"({', '.join(sorted(publishers))}: {images}): stop all but one, or remap image"
        )
        if self._throttle.ready("mixture"):
            self._node.get_logger().warning(text)
        return text

    def _on_camera_info(self, message: CameraInfo) -> None:
        self._processor.camera_info = message
        self._points.camera_info = message

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


def _awaited(node: LifecycleNode, image_transport: str) -> tuple[type[Any], str]:
    """The type and the topic of the images, as image_transport names them."""
    topic = node.resolve_topic_name("image")
    # A remapping of image must hold for its compressed form too, which is another topic to ROS.
    return (CompressedImage, f"{topic}/compressed") if image_transport != "raw" else (Image, topic)


def _form(message: ImageMessage) -> str:
    """What all images of one camera have in common, in words."""
    if isinstance(message, CompressedImage):
        return message.format or "compressed"
    return f"{message.encoding} {message.width}x{message.height}"
