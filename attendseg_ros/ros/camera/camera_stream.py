# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Everything that one camera has for itself while the node is active, and shares with no other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from attendseg_ros.ros.camera.calibration import Calibration
from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.camera.frame_account import FrameAccount
from attendseg_ros.ros.camera.frame_processing import FrameProcessor
from attendseg_ros.ros.camera.mask_consumers import MaskConsumers
from attendseg_ros.ros.camera.publisher_lookup import PublisherLookup
from attendseg_ros.ros.camera.wiring import Wiring
from attendseg_ros.ros.ground.transform_topics import TransformTopics
from attendseg_ros.ros.health.arrival_watch import ArrivalWatch
from attendseg_ros.ros.health.camera_status import CameraStatus
from attendseg_ros.ros.health.frame_counts import FrameCounts
from attendseg_ros.ros.health.network_status import NetworkStatus
from attendseg_ros.ros.health.node_time import passing_ns
from attendseg_ros.ros.health.observed import NetworkReport
from attendseg_ros.ros.messages import qos
from attendseg_ros.ros.messages.conversion import ImageMessage
from attendseg_ros.ros.model.model_switch import ModelSwitch
from attendseg_ros.ros.model.size_controller import SizeController
from attendseg_ros.ros.outputs.publishers import Outputs
from attendseg_ros.ros.parameters.live_parameters import Parameters
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.stamp_clock import Receipt
from attendseg_ros.streaming.throttle import RateLimit
from attendseg_ros.streaming.worker import Worker

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
        self._camera = camera = outputs.camera
        self._counts = FrameCounts()
        self._camera_status = CameraStatus(camera, self._counts)
        self._network_status = NetworkStatus(camera, self._counts)
        self._rate_limit = RateLimit()
        self.enabled = True
        self._subscriptions: list[Any] = []
        self._image_type, name = _awaited(node, camera, parameters.settings.image_transport)
        self._publishers = PublisherLookup(
            node, name, self._image_type, "image", camera.input("image")
        )
        self._arrivals = ArrivalWatch(
            node, camera, self._publishers, self._counts, size_controller.forget
        )
        self._calibration = Calibration(node, camera)
        self._camera_info: CameraInfo | None = None
        self._wiring = Wiring(node, camera, parameters.settings.camera_names)
        account = FrameAccount(
            node,
            self._publishers.topic,
            models.segmenter,
            self._counts,
            size_controller,
            # Not a method of ours: stream and account would keep each other for long.
            dropped=partial(worker.dropped, camera.name),
        )
        self._consumers = MaskConsumers.make(node, parameters, outputs, transforms, several=several)
        with ExitStack() as undo:
            # Some of them have threads.
            undo.callback(self._consumers.close)
            self._processor = FrameProcessor(node, models, outputs, account, self._consumers)
            undo.pop_all()

    def open(self) -> None:
        """Subscribes to the camera; from now on images are processed."""
        self._subscribe_to_camera_info()
        images = self._subscribe(self._image_type, self._publishers.name, self._on_image)
        self._publishers.begin(images.qos_profile)

    def topics_on_demand(self) -> list[str]:
        """Full names of the topics that are subscribed to only while an output wants them."""
        return [
            self._node.resolve_topic_name(self._camera.input(topic))
            for topic in ("depth", "points_in")
        ]

    def unsubscribe(self) -> None:
        """Lets go of the camera; what has come already may still be processed."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        self._subscriptions.clear()

    def close(self) -> None:
        """Ends what the frames left to do; to be called once none is being processed."""
        self._consumers.close()

    def begin_anew(self) -> None:
        """Forgets what came before the clock was set back, as far as moments tell it apart."""
        self._consumers.begin_anew()

    def check_silence(self) -> None:
        """Logs what is awaited when no image, or no depth that is wanted, has come for a while."""
        self._publishers.check()
        self._consumers.check_silence(self._parameters.settings)

    def statuses(self, network: NetworkReport) -> list[DiagnosticStatus]:
        """The camera's, the network's and, while they are wanted, depth's and landing's status.

        Args:
            network: what holds for the frames of every camera.
        """
        settings = self._parameters.settings
        now_ns = passing_ns(self._counts.passing, self._node)
        if self._wanted(settings):
            self._counts.record_wanted(now_ns)
        else:
            self._counts.record_unwanted()
        lens = self._calibration.explain(self._camera_info, settings)
        wanted = self._outputs.wanted()
        doubts = self._calibration.doubts(self._camera_info, settings)
        wiring = self._wiring.findings(
            self._camera_info,
            doubts,
            used=wanted.camera_info_used,
            placed=wanted.points or wanted.landing_zone,
        )
        camera = self._arrivals.report(now_ns, lens, wiring)
        return [
            self._camera_status.report(camera, settings, now_ns),
            self._network_status.report(
                network, self._dropped(), settings, now_ns, camera.doubt, self._outputs.misfits()
            ),
            *self._consumers.statuses(
                settings, self._network_status.without_masks(network, settings, now_ns)
            ),
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
        self._counts.record_arrival(passing_ns(self._counts.passing, self._node))
        self._publishers.record_arrival()
        settings = self._parameters.settings
        self._consumers.follow_demand(settings)
        receipt = self._arrivals.observe(message, now_ns)
        self._wiring.observe(message.header)
        if not self._wanted(settings):
            self._counts.record_idle()
        elif self._rate_limit.allows(settings.max_rate_hz):
            self._worker.submit((self._processor, message, receipt), self._camera.name)
        else:
            self._counts.skipped += 1

    def _on_camera_info(self, message: CameraInfo) -> None:
        self._camera_info = message
        self._wiring.take(message)
        self._processor.camera_info = message
        self._consumers.take_camera_info(message)

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
    """The type of the images, and the name to subscribe to, as image_transport has it."""
    name = camera.input("image")
    if image_transport == "raw":
        return Image, name
    # A remapping of image must hold for its compressed form too, which is a separate topic in ROS.
    return CompressedImage, f"{node.resolve_topic_name(name)}/compressed"
