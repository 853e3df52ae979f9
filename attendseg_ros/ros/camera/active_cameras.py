# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What exists only while the node is active: its cameras' streams, and the thread they share."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.clock import JumpThreshold
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode

from attendseg_ros.ros.camera.camera_stream import CameraStream, Job
from attendseg_ros.ros.ground.transform_topics import TransformTopics
from attendseg_ros.ros.health.observed import NetworkReport
from attendseg_ros.ros.model.model_switch import ModelSwitch
from attendseg_ros.ros.model.size_controller import SizeController
from attendseg_ros.ros.outputs.publishers import Outputs
from attendseg_ros.ros.parameters.live_parameters import Parameters
from attendseg_ros.streaming.worker import Worker

_SET_BACK = JumpThreshold(min_forward=None, min_backward=Duration(seconds=-1.0))
"""How far /clock must run back: less may come from messages that overtake each other."""


class ActiveCameras:
    """Takes images in, in the executor's thread, and has them processed in its own thread.

    One thread for all cameras: the network uses every core it may for one frame, so two at once
    would only both be later.
    """

    def __init__(
        self,
        node: LifecycleNode,
        parameters: Parameters,
        models: ModelSwitch,
        outputs: Sequence[Outputs],
    ) -> None:
        """Prepares a stream for each camera that has outputs; every count starts at zero."""
        self._parameters = parameters
        self._models = models
        self._size_controller = SizeController(node, models)
        self._enabled = True
        self._streams: list[CameraStream] = []
        self._transforms = TransformTopics(node)
        self._jumps: Any = None
        self._worker: Worker[Job] = Worker("frames", _process, node.get_logger().error)
        with ExitStack() as undo:
            undo.callback(self.close)
            for one in outputs:
                stream = CameraStream(
                    node,
                    parameters,
                    models,
                    one,
                    self._worker,
                    self._size_controller,
                    self._transforms,
                    several=len(outputs) > 1,
                )
                self._streams.append(stream)
            self._jumps = node.get_clock().create_jump_callback(
                _SET_BACK, post_callback=self._begin_anew
            )
            undo.pop_all()

    @property
    def worker(self) -> Worker[Job]:
        """What the cameras' frames are processed by, turn by turn."""
        return self._worker

    @property
    def enabled(self) -> bool:
        """Whether images are processed at all, of whichever camera."""
        return self._enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        self._enabled = value
        for stream in self._streams:
            stream.enabled = value

    def open(self) -> None:
        """Subscribes to the cameras; from now on images are processed."""
        for stream in self._streams:
            stream.open()

    def topics_on_demand(self) -> list[str]:
        """Full names of the topics that are subscribed to only while an output wants them."""
        return [topic for stream in self._streams for topic in stream.topics_on_demand()]

    def close(self) -> None:
        """Unsubscribes and returns when the frame in hand is done."""
        if self._jumps is not None:
            self._jumps.unregister()
            self._jumps = None
        for stream in self._streams:
            stream.unsubscribe()
        with self._models.hurried():
            self._worker.stop()
        for stream in self._streams:
            stream.close()

    def _begin_anew(self, _jump: object) -> None:
        """A simulator or a recording has begun anew, and the moments of before come once more.

        As tf2 does. What died meanwhile would live on in them: depth of the round before gave a
        landing zone its metres.
        """
        self._transforms.begin_anew()
        for stream in self._streams:
            stream.begin_anew()

    def check_silence(self) -> None:
        """Logs what is awaited where no image, or no depth that is wanted, has come for a while."""
        for stream in self._streams:
            stream.check_silence()

    def statuses(self) -> list[DiagnosticStatus]:
        """For each camera: its own, the network's and, while wanted, depth's and landing's."""
        settings = self._parameters.settings
        segmenter = self._models.segmenter
        network = NetworkReport(
            engine=segmenter.engine_name,
            model=segmenter.bundle.name,
            input_size=segmenter.input_size,
            refusal=self._models.refusal,
            loading=self._models.loading,
            fallback="; ".join(
                f"{name} is installed but: {why}"
                for name, why in segmenter.selection.broken.items()
            ),
            enabled=self._enabled,
            size_by=self._size_controller.why(settings),
            too_slow=self._size_controller.unreachable(settings),
            hang=self._models.hangs.now,
            hangs=self._models.hangs.count,
            last_hang=self._models.hangs.last,
            worker_errors=self._worker.errors,
            worker_alive=self._worker.alive,
            busy_s=self._worker.busy_s,
        )
        return [status for stream in self._streams for status in stream.statuses(network)]


def _process(job: Job) -> None:
    processor, message, receipt = job
    processor(message, receipt)
