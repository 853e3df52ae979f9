# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What exists only while the node is active: its subscriptions, its threads, its counts."""

from __future__ import annotations

from math import isnan
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from attendseg_ros.errors import AttendSegError
from attendseg_ros.inference import Segmenter
from attendseg_ros.ros import qos
from attendseg_ros.ros.awaiting import Awaiting
from attendseg_ros.ros.diagnostics import Camera, Network, Report
from attendseg_ros.ros.monitor import Monitor
from attendseg_ros.ros.parameters import Parameters
from attendseg_ros.ros.points import SemanticPoints
from attendseg_ros.ros.processing import FrameProcessor, ImageMessage
from attendseg_ros.ros.publishers import Outputs
from attendseg_ros.ros.settings import Settings
from attendseg_ros.ros.throttle import RateLimit
from attendseg_ros.ros.worker import Worker

SILENCE_S = 1.0
"""A camera silent for longer has its publishers looked up for the report."""


class Activation:
    """Takes images in, in the executor's thread, and has them processed in a thread of its own."""

    def __init__(
        self, node: LifecycleNode, parameters: Parameters, segmenter: Segmenter, outputs: Outputs
    ) -> None:
        """Prepares; every count starts at zero."""
        self._node = node
        self._parameters = parameters
        self._segmenter = segmenter
        self._outputs = outputs
        self._monitor = Monitor()
        self._report = Report(self._monitor)
        self._rate_limit = RateLimit()
        self._refused_size = ""
        self._image_type, topic = _awaited(node, parameters.settings.image_transport)
        self._awaiting = Awaiting(node, topic, self._image_type)
        self._points = SemanticPoints(node, lambda: parameters.settings, outputs)
        self._processor = FrameProcessor(
            node,
            topic,
            segmenter,
            outputs,
            self._monitor,
            self._points,
            settings=lambda: parameters.settings,
            dropped=lambda: self._worker.dropped,
        )
        self._worker: Worker[ImageMessage] = Worker("frames", self._processor)
        # The segmenter builds an engine for another size while the old one goes on.
        self._size_worker: Worker[tuple[int, int]] = Worker("input_size", self._switch_size)
        self._subscriptions: list[Any] = []

    def open(self) -> None:
        """Subscribes to the camera; from now on images are processed."""
        self._size_worker.put(self._wanted_size(self._parameters.settings))
        self._subscribe(CameraInfo, "camera_info", self._on_camera_info)
        images = self._subscribe(self._image_type, self._awaiting.topic, self._on_image)
        self._awaiting.begin(images.qos_profile)

    def adopt(self, before: Settings, after: Settings) -> None:
        """Puts a new input size into effect; all other parameters are read frame by frame."""
        if after.input_size != before.input_size:
            self._size_worker.put(self._wanted_size(after))

    def close(self) -> None:
        """Unsubscribes and returns when the frame in hand is done."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        self._worker.stop()
        self._points.close()
        self._size_worker.stop()

    def check_silence(self) -> None:
        """Logs what is awaited when no image, or no depth that is wanted, has come for a while."""
        self._awaiting.check()
        self._points.check_silence()

    def statuses(self) -> list[DiagnosticStatus]:
        """The camera's, the network's and, while points are wanted, depth's status."""
        settings = self._parameters.settings
        now_ns = self._node.get_clock().now().nanoseconds
        age_s = self._monitor.arrivals.age_s(now_ns)
        silence_s = self._awaiting.silence_s() if isnan(age_s) else age_s
        camera = Camera(
            topic=self._awaiting.topic,
            silence_s=silence_s,
            publishers=self._awaiting.explain()
            if silence_s > SILENCE_S
            else self._awaiting.count(),
        )
        network = Network(
            engine=self._segmenter.engine_name,
            model=self._segmenter.bundle.name,
            input_size=self._segmenter.input_size,
            dropped=self._worker.dropped,
            refused_size=self._refused_size,
        )
        return [
            self._report.camera(camera, settings, now_ns),
            self._report.network(network, settings, now_ns),
            *self._points.statuses(),
        ]

    def _on_image(self, message: ImageMessage) -> None:
        self._monitor.note_arrival(self._node.get_clock().now().nanoseconds)
        self._awaiting.note_arrival()
        self._points.attend()
        settings = self._parameters.settings
        if settings.lazy and not self._outputs.wanted():
            self._monitor.note_idle()
        elif self._rate_limit.allows(settings.max_rate_hz):
            self._worker.put(message)
        else:
            self._monitor.skipped += 1

    def _on_camera_info(self, message: CameraInfo) -> None:
        self._processor.camera_info = message
        self._points.camera_info = message

    def _switch_size(self, size: tuple[int, int]) -> None:
        if size == self._segmenter.input_size:
            self._refused_size = ""
            return
        try:
            self._segmenter.set_input_size(*size)
        except AttendSegError as error:
            self._refused_size = str(error)
            self._node.get_logger().error(f"input_size {list(size)} is not in effect: {error}")
        else:
            self._refused_size = ""
            self._node.get_logger().info(f"the network's input is now {size[0]}x{size[1]}")

    def _wanted_size(self, settings: Settings) -> tuple[int, int]:
        return settings.network_size or self._segmenter.bundle.input_size

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
