# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Parameters that are set back to what runs, and what is said where they cannot be."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import SetParametersResult
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from support.ros_client import RosClient
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.ros.parameters.live_parameters import Parameters
from attendseg_ros.ros.parameters.outspoken_node import OutspokenNode
from attendseg_ros.ros.segmentation_node import SegmentationNode

LOCKED = "locked by the operator"


@pytest.fixture
def node() -> Iterator[OutspokenNode]:
    context = Context()
    rclpy.init(context=context)
    node = OutspokenNode("restoring", context=context)
    yield node
    node.destroy_node()
    context.try_shutdown()


def lock(model: str) -> Callable[[list[Parameter[Any]]], SetParametersResult]:
    """Refuses a value of `model`."""

    def callback(parameters: list[Parameter[Any]]) -> SetParametersResult:
        refused = any(p.name == "model" and p.value == model for p in parameters)
        return SetParametersResult(successful=not refused, reason=LOCKED if refused else "")

    return callback


def test_values_in_effect_come_back_with_their_types(node: OutspokenNode) -> None:
    changes: list[Any] = []
    parameters = Parameters(node, lambda: None, changes.append)
    values = {"model": "drone", "input_size": (), "classes": (), "points_classes": ("road",)}
    assert parameters.restore(values) == ""
    assert parameters.settings.model == "drone"
    for name, value in values.items():
        assert getattr(parameters.settings, name) == value
        read = node.get_parameter(name)
        assert (list(read.value) if name != "model" else read.value) == (
            list(value) if name != "model" else value
        )
    assert node.get_parameter("classes").type_ == Parameter.Type.STRING_ARRAY
    assert node.get_parameter("input_size").type_ == Parameter.Type.INTEGER_ARRAY
    # They are in effect already.
    assert not changes


def test_a_refusal_is_told_with_what_runs(node: OutspokenNode) -> None:
    parameters = Parameters(node, lambda: None, lambda _: None)
    node.add_on_set_parameters_callback(lock("drone"))
    told = parameters.restore({"model": "drone", "classes": ()})
    assert told == (
        f"parameters could not be set back to what runs (model 'drone', classes []): {LOCKED}"
    )


def test_whatever_is_raised_is_told(node: OutspokenNode) -> None:
    parameters = Parameters(node, lambda: None, lambda _: None)

    def fails(_: Any) -> SetParametersResult:
        raise RuntimeError("no\nway")

    node.add_on_set_parameters_callback(fails)
    assert parameters.restore({"model": "drone"}).endswith(
        "(model 'drone'): unexpected RuntimeError: no way"
    )


def test_the_node_says_so_in_diagnostics(
    tmp_path: Path, tiny_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = write_tiny_bundle(tmp_path / "broken", model=b"nonsense")
    parameters = {"model": tiny_path, "engine": "onnxruntime", "num_threads": 1}
    arguments = [word for name, value in parameters.items() for word in ("-p", f"{name}:={value}")]
    rclpy.init(args=["--ros-args", "-r", "__ns:=/restoring", *arguments])
    node = SegmentationNode()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin)
    try:
        node.start()
        node.add_on_set_parameters_callback(lock(str(tiny_path)))
        thread.start()
        with RosClient("/restoring") as client:
            reports = client.subscribe(DiagnosticArray, "/diagnostics")
            client.must_set(model=str(broken))
            found = reports.wait(
                lambda report: any(
                    "could not be set back to what runs" in status.message
                    and LOCKED in status.message
                    and status.level == status.WARN
                    for status in report.status
                )
            )
            assert found is not None
    finally:
        executor.shutdown()
        if thread.is_alive():
            thread.join()
        node.destroy_node()
        rclpy.try_shutdown()
    assert f"{LOCKED}" in capfd.readouterr().err
