# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a node was active with is freed as it is deactivated, not when Python next looks for it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import rclpy
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.executors import SingleThreadedExecutor
from sensor_msgs.msg import Image
from support.ros_client import RosClient, image
from support.tiny_bundle import painted, stripes

from attendseg_ros.ros.camera.camera_stream import CameraStream
from attendseg_ros.ros.camera.frame_processing import FrameProcessor
from attendseg_ros.ros.depth.points import SemanticPoints
from attendseg_ros.ros.lidar.painted_points import PaintedPoints
from attendseg_ros.ros.outputs.output_images import OutputImages
from attendseg_ros.ros.segmentation_node import SegmentationNode

NAMESPACE = "/leaving_nothing"

OF_AN_ACTIVATION = (CameraStream, FrameProcessor, SemanticPoints, PaintedPoints, OutputImages)
"""They hold images of their camera's size."""


@contextmanager
def uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def spinning(node: SegmentationNode) -> Iterator[None]:
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin)
    thread.start()
    try:
        yield
    finally:
        executor.shutdown()
        thread.join()


@pytest.fixture
def node(tiny_path: Path) -> Iterator[SegmentationNode]:
    parameters = {
        "model": tiny_path,
        "engine": "onnxruntime",
        "num_threads": 1,
        "autostart": "false",
    }
    arguments = [word for name, value in parameters.items() for word in ("-p", f"{name}:={value}")]
    rclpy.init(args=["--ros-args", "-r", f"__ns:={NAMESPACE}", *arguments])
    node = SegmentationNode()
    try:
        node.trigger_configure()
        yield node
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


def living(kinds: tuple[type, ...]) -> list[str]:
    return sorted(type(one).__name__ for one in gc.get_objects() if isinstance(one, kinds))


def entities(node: SegmentationNode) -> int:
    group: Any = node.default_callback_group
    assert isinstance(group, MutuallyExclusiveCallbackGroup)
    return len(group.entities)


def test_deactivation_frees_what_held_the_frames(node: SegmentationNode) -> None:
    with uncollected(), RosClient(NAMESPACE) as client:
        node.trigger_activate()
        with spinning(node):
            outputs = [
                client.subscribe(Image, f"segmentation/{name}") for name in ("mask", "overlay")
            ]
            camera = client.camera()
            client.ask(camera, image(painted(stripes(64, 48)), "rgb8", client.header()), *outputs)
        assert set(living(OF_AN_ACTIVATION)) == {kind.__name__ for kind in OF_AN_ACTIVATION}
        node.trigger_deactivate()
        assert living(OF_AN_ACTIVATION) == []


def test_activations_leave_no_entity_in_the_nodes_group(node: SegmentationNode) -> None:
    before = entities(node)
    for _ in range(3):
        node.trigger_activate()
        assert entities(node) > before
        node.trigger_deactivate()
    assert entities(node) == before
