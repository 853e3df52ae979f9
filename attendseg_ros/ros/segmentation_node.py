# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The node `segmentation`: camera images in, class masks out; managed, and starting by itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import cv2
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.clock import Clock, ClockType  # type: ignore[attr-defined]  # Humble's place for it
from rclpy.exceptions import NameValidationException
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn
from std_srvs.srv import SetBool

from attendseg_ros.errors import AttendSegError, described
from attendseg_ros.inference import AUTO, Bundle, Segmenter, load_bundle, missed_engine
from attendseg_ros.ros.camera.active_cameras import ActiveCameras
from attendseg_ros.ros.ground.ground_messages import OccupancyGrid
from attendseg_ros.ros.health.periodic_report import (
    INACTIVE,
    SHUT_DOWN,
    UNCONFIGURED,
    PeriodicReport,
    idle_statuses,
)
from attendseg_ros.ros.messages.label_info import LabelInfo
from attendseg_ros.ros.model.model_news import ModelNews
from attendseg_ros.ros.model.model_request import ModelRequest
from attendseg_ros.ros.model.model_switch import ModelSwitch
from attendseg_ros.ros.outputs.publishers import Outputs, all_outputs
from attendseg_ros.ros.outputs.segment_service import SegmentService
from attendseg_ros.ros.parameters.live_parameters import Change, Parameters, check_settings
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.ros.runtime.given_names import name_in_words
from attendseg_ros.ros.runtime.lifecycle import PatientLifecycleNode
from attendseg_ros.ros.runtime.memory import give_back, give_back_freed
from attendseg_ros.ros.runtime.running import run
from attendseg_ros.ros.runtime.start_up_code import unmap_start_up_code
from attendseg_ros.streaming.watched_calls import exit_at_once, hanging

SILENCE_CHECK_S = 1.0

SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE


class StartError(AttendSegError):
    """The node cannot start by itself; the transition that failed has logged why."""


class SegmentationNode(PatientLifecycleNode):
    """Loads the model when configured, listens to the cameras while active."""

    def __init__(self) -> None:
        """Declares parameters and reports on /diagnostics; nothing else until configured.

        Raises:
            ParameterError: a parameter given at start cannot be used.
        """
        super().__init__("segmentation")
        self._models: ModelSwitch | None = None
        self._outputs: list[Outputs] = []
        self._cameras: ActiveCameras | None = None
        self._failure = ""
        self._ended = False
        self._news = ModelNews(self.get_logger().info, self.get_logger().warning)
        self._live = Parameters(self, self._bundle, self._adopt)
        self.create_service(SetBool, "~/set_enabled", self._set_enabled)
        self._on_demand = SegmentService(self)
        self._report = PeriodicReport(
            self, self._statuses, self._live.settings.diagnostics_period_s
        )
        # Also while /clock is paused.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(SILENCE_CHECK_S, self._check_silence, clock=steady)
        self._say_what_is_missing()
        self.warn_of_unused()

    def start(self) -> None:
        """Configures and activates, unless `autostart` says to wait for the lifecycle services.

        Raises:
            StartError: a transition failed.
        """
        if not self._live.settings.autostart:
            self.get_logger().info("waiting for the lifecycle services (autostart is false)")
            return
        for transition in (self.trigger_configure, self.trigger_activate):
            if transition() != SUCCESS:
                raise StartError("the node could not start by itself and ends")

    def on_configure(self, _state: LifecycleState) -> TransitionCallbackReturn:
        """Loads the model, starts the engine and announces the outputs."""
        return self._attempt("configure", self._configure, self._release)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Publishes the class names, then subscribes to the cameras."""
        super().on_activate(state)
        result = self._attempt("activate", self._activate, self._deactivate)
        if result != SUCCESS:
            super().on_deactivate(state)
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lets go of the cameras; the frame in hand is still published."""
        self._deactivate()
        give_back_freed()
        return super().on_deactivate(state)

    def on_cleanup(self, _state: LifecycleState) -> TransitionCallbackReturn:
        """Frees the model and takes the outputs off the network."""
        self._release()
        give_back()
        return SUCCESS

    def on_shutdown(self, _state: LifecycleState) -> TransitionCallbackReturn:
        """Frees everything, from whatever state."""
        self._release()
        self._ended = True
        return SUCCESS

    def on_error(self, _state: LifecycleState) -> TransitionCallbackReturn:
        """Frees everything, so that the node may be configured again."""
        self._release()
        return SUCCESS

    def destroy_node(self) -> None:
        """Ends the threads and frees everything."""
        self._release()
        super().destroy_node()

    def _configure(self) -> None:
        settings = self._live.settings
        bundle = load_bundle(settings.model)
        check_settings(settings, bundle)
        self._news.forget()
        self._news.introduce(bundle)
        segmenter = Segmenter(bundle, settings.engine, settings.num_threads, settings.network_size)
        self._models = ModelSwitch(
            segmenter,
            settings,
            switched=self._switched,
            failed=self._not_switched,
            say=self._tell_of_hang,
        )
        self._outputs += all_outputs(self, settings.camera_names)
        # What imports and compiling the network took.
        give_back_freed()
        unmap_start_up_code()
        self._news.tell(segmenter)

    def _activate(self) -> None:
        assert self._models is not None
        self._cameras = ActiveCameras(self, self._live, self._models, self._outputs)
        # From now on every change is told, too: none may fall between the two.
        self._models.tell()
        self._cameras.open()
        self.warn_of_unused_qos(self._cameras.topics_on_demand())
        self._on_demand.open(self._models, self._cameras.worker)

    def _deactivate(self) -> None:
        if self._cameras is not None:
            self._cameras.close()
            self._cameras = None
            self._on_demand.close()

    def _release(self) -> None:
        self._deactivate()
        if self._models is not None:
            self._models.close()
            self._models = None
        while self._outputs:
            self._outputs.pop().destroy()

    def _attempt(
        self, what: str, action: Callable[[], None], undo: Callable[[], None]
    ) -> TransitionCallbackReturn:
        """Runs a transition; rclpy itself would swallow whatever it raises without a word."""
        try:
            action()
        except Exception as error:
            self._failure = described(error)
            if isinstance(error, NameValidationException):
                self._failure = name_in_words(error)
            # Told to stop meanwhile, every call to ROS fails: no news.
            if self.context.ok():
                self.get_logger().error(f"cannot {what}: {self._failure}")
            undo()
            return FAILURE
        self._failure = ""
        return SUCCESS

    def _bundle(self) -> Bundle | None:
        return None if self._models is None else self._models.asked_bundle

    def _adopt(self, change: Change) -> None:
        """Puts into effect what is not read with every frame."""
        before, after = change.before, change.after
        if after.diagnostics_period_s != before.diagnostics_period_s:
            self._report.set_period(after.diagnostics_period_s)
        if self._models is None:
            return
        anew = bool(change.names & {"model", "input_size"})
        self._models.ask(after, change.bundle or self._models.asked_bundle, anew=anew)

    def _switched(self, segmenter: Segmenter, settings: Settings) -> None:
        """Tells of another model, input size or least confidence, between two frames."""
        if self._cameras is not None:
            self._publish_label_info(segmenter, settings)
        self._news.tell(segmenter)

    def _not_switched(self, request: ModelRequest, reason: str) -> None:
        """Tells of a model or an input size that cannot run, and that the old one goes on."""
        if not self.context.ok():
            return
        width, height = request.size
        self.get_logger().error(
            f"model {request.bundle.name} at {width}x{height} is not in effect: {reason}"
        )
        if self.executor is not None:
            self.executor.create_task(self._take_back, request)

    def _tell_of_hang(self, text: str) -> None:
        if self.context.ok():
            self.get_logger().error(text)

    def _take_back(self, request: ModelRequest) -> None:
        values = {} if self._models is None else self._models.take_back(request)
        failure = self._live.restore(values) if values else ""
        if failure and self._models is not None:
            self._models.refusal += f"; {failure}"
            self.get_logger().error(failure)

    def _set_enabled(self, request: Any, response: Any) -> Any:
        """Answers ~/set_enabled; every activation starts enabled."""
        response.success = self._cameras is not None
        if self._cameras is None:
            response.message = "not active: nothing to enable or disable"
        else:
            self._cameras.enabled = request.data
            response.message = "enabled" if request.data else "disabled"
            self.get_logger().info(f"{response.message} by ~/set_enabled")
        return response

    def _publish_label_info(self, segmenter: Segmenter, settings: Settings) -> None:
        for outputs in self._outputs:
            outputs.publish_label_info(segmenter.bundle.classes, settings.min_confidence)

    def _statuses(self) -> list[DiagnosticStatus]:
        if self._cameras is not None:
            return self._cameras.statuses()
        state = INACTIVE if self._models is not None else SHUT_DOWN if self._ended else UNCONFIGURED
        return idle_statuses(self._live.settings.camera_names, state, self._failure)

    def _check_silence(self) -> None:
        if self._cameras is not None:
            self._cameras.check_silence()

    def _say_what_is_missing(self) -> None:
        if LabelInfo is None:
            self.get_logger().info("~/label_info is off: vision_msgs is not installed")
        if OccupancyGrid is None:
            self.get_logger().info("~/ground_grid is off: nav_msgs is not installed")
        missed = missed_engine()
        if missed and self._live.settings.engine == AUTO:
            self.get_logger().warning(f"{missed}. Set engine:=onnxruntime to silence this")


def main(args: list[str] | None = None) -> int:
    """Runs the node; returns the exit status."""
    # On images of a camera OpenCV's threads save no time that can be measured, and those that wait
    # for work took 6 ms of the processor a frame from the engine's.
    cv2.setNumThreads(1)
    # Fast DDS waits for a subscriber that stands still, or was killed and is not missed yet: for
    # 20 s publishing took 35 ms. From a thread of its own it holds up no frame.
    os.environ.setdefault("RMW_FASTRTPS_PUBLICATION_MODE", "ASYNCHRONOUS")
    status = run(SegmentationNode, args, start=SegmentationNode.start)
    if hanging():
        exit_at_once(status)
    return status


if __name__ == "__main__":
    sys.exit(main())
