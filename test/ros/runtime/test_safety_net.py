# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever a callback raises is logged and counted, and the node goes on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter
from std_msgs.msg import String
from std_srvs.srv import SetBool
from support.logged_process import LoggedProcess
from support.ros_client import RosClient, wait_until
from support.segmentation_rig import Rig

PROGRAM = """
import sys
from std_msgs.msg import String
from std_srvs.srv import SetBool, Trigger
from attendseg_ros.errors import DataError
from attendseg_ros.ros.parameters.outspoken_node import OutspokenNode
from attendseg_ros.ros.runtime.running import run

class Node(OutspokenNode):
    def __init__(self):
        super().__init__("clumsy")
        self.create_subscription(String, "word", self.on_word, 10)
        self.create_service(SetBool, "~/switch", self.on_switch)
        self.create_service(Trigger, "~/count", self.on_count)
        self.add_on_set_parameters_callback(self.on_parameters)
        self.create_timer(0.1, self.on_timer)
    def on_word(self, message):
        if message.data == "end":
            raise DataError("the source is gone")
        if message.data == "task":
            self.executor.create_task(self.on_timer)
        raise KeyError(message.data)
    def on_timer(self):
        1 / 0
    def on_switch(self, request, response):
        raise OSError("no such switch")
    def on_count(self, request, response):
        response.success, response.message = True, str(self.net.caught)
        return response
    def on_parameters(self, parameters):
        raise RuntimeError("no parameter today")

sys.exit(run(Node, sys.argv, ends=DataError))
"""


@pytest.fixture
def clumsy(tmp_path: Path) -> Iterator[LoggedProcess]:
    command = [sys.executable, "-c", PROGRAM, "--ros-args", "-r", "__ns:=/net"]
    process = LoggedProcess(command, tmp_path / "log")
    try:
        yield process
    finally:
        process.stop()


def test_every_kind_of_callback_may_raise(clumsy: LoggedProcess) -> None:
    with RosClient("/net") as client:
        line = clumsy.wait_for_log("unexpected ZeroDivisionError in timer")
        assert "on_timer" in line
        assert "the node goes on" in line

        words = client.node.create_publisher(String, "word", 10)
        wait_until(lambda: words.get_subscription_count() == 1, "the subscription")
        words.publish(String(data="task"))
        clumsy.wait_for_log("unexpected KeyError in the callback of topic /net/word: 'task'")

        answer = client.call(SetBool, "clumsy/switch", SetBool.Request(data=True))
        assert not answer.success
        assert "no such switch" in answer.message

        parameter = Parameter("use_sim_time", value=True).to_parameter_msg()
        request = SetParametersAtomically.Request(parameters=[parameter])
        result = client.call(
            SetParametersAtomically, "clumsy/set_parameters_atomically", request
        ).result
        assert not result.successful
        assert "no parameter today" in result.reason
        assert clumsy.running()
        # The timer alone, ten times a second, would fill the log.
        assert clumsy.log().count("ZeroDivisionError") < 10

        words.publish(String(data="end"))
        assert clumsy.wait() == 1
        assert "the source is gone" in clumsy.log()
        assert "Traceback" not in clumsy.log()


BREAKING = """
import sys
from attendseg_ros.ros.camera.active_cameras import ActiveCameras
from attendseg_ros.ros import segmentation_node

def break_down(self, *_):
    raise RuntimeError("out of order")

setattr(ActiveCameras, sys.argv[1], break_down)
sys.exit(segmentation_node.main(sys.argv))
"""


def broken(tmp_path: Path, tiny_path: Path, method: str) -> Rig:
    """A segmentation node one of whose methods always raises."""
    return Rig(tmp_path, tiny_path, program=("-c", BREAKING, method))


def state(rig: Rig) -> int:
    answer = rig.client.call(GetState, "segmentation/get_state", GetState.Request())
    return int(answer.current_state.id)


def change(rig: Rig, transition: int) -> bool:
    request: Any = ChangeState.Request()
    request.transition.id = transition
    return bool(rig.client.call(ChangeState, "segmentation/change_state", request).success)


def test_the_segmentation_node_counts_it_on_diagnostics(tmp_path: Path, tiny_path: Path) -> None:
    with broken(tmp_path, tiny_path, "check_silence") as rig:
        status = rig.status("network", lambda status: "unexpected RuntimeError" in status.message)
        assert status.level == status.WARN
        assert "out of order" in status.message
        rig.wait_for_count("network", "unexpected errors", 1)
        assert rig.process.running()


def test_a_transition_that_raises_leaves_a_node_that_can_start_anew(
    tmp_path: Path, tiny_path: Path
) -> None:
    with broken(tmp_path, tiny_path, "close") as rig:
        rig.process.wait_for_log("runs on")
        wait_until(lambda: state(rig) == State.PRIMARY_STATE_ACTIVE, "the node")
        assert not change(rig, Transition.TRANSITION_DEACTIVATE)
        line = rig.process.wait_for_log("in the transition on_deactivate: out of order")
        assert "the node goes on" in line
        assert state(rig) == State.PRIMARY_STATE_UNCONFIGURED
