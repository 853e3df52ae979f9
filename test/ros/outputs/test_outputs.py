# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the node publishes for an image: content, header, size, step and encoding of each."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo
from support.ros_client import RESEND_S, image, pixels_of, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import painted, stripes

from attendseg_ros.labels import ClassTable

PALETTE = ClassTable.load("camvid").palette()
SIZES = [(1, 1), (1, 2), (3, 1), (7, 5), (65, 63), (641, 481), (1921, 1081)]


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


def test_mask_holds_the_class_ids(rig: Rig, camera: Any) -> None:
    mask = rig.mask(camera, rig.painted(), rig.output("mask"))
    np.testing.assert_array_equal(mask, stripes(WIDTH, HEIGHT))


@pytest.mark.parametrize(
    ("topic", "encoding"),
    [("mask", "mono8"), ("color_mask", "rgb8"), ("overlay", "rgb8"), ("confidence", "mono8")],
)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_each_output_keeps_header_and_size(
    rig: Rig, camera: Any, topic: str, encoding: str, size: tuple[int, int]
) -> None:
    message = rig.painted(*size)
    (answer,) = rig.client.ask(camera, message, rig.output(topic))
    assert answer.header == message.header
    assert answer.header.frame_id == "camera"
    assert (answer.width, answer.height) == size
    assert answer.encoding == encoding
    assert answer.step == size[0] * (3 if encoding == "rgb8" else 1)
    assert len(answer.data) == answer.step * answer.height


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_masks_of_any_size_show_the_stripes(rig: Rig, camera: Any, size: tuple[int, int]) -> None:
    width, height = size
    # Stripes narrower than a pixel of the network's output cannot come back.
    count = min(11, max(1, width // 16))
    truth = stripes(width, height, count)
    message = image(painted(truth), "rgb8", rig.client.header())
    mask = rig.mask(camera, message, rig.output("mask"))
    # A border may lie a pixel off at a size that is not the network's.
    assert (mask == truth).sum() >= truth.size - (count - 1) * 4 * height


def test_color_mask_and_overlay_show_the_mask_in_its_colours(rig: Rig, camera: Any) -> None:
    rig.client.must_set(overlay_alpha=0.5)
    message = image(painted(stripes(WIDTH, HEIGHT)) // 2 + 40, "rgb8", rig.client.header())
    topics = [rig.output(topic) for topic in ("mask", "color_mask", "overlay")]
    mask, color_mask, overlay = map(pixels_of, rig.client.ask(camera, message, *topics))
    np.testing.assert_array_equal(color_mask, PALETTE[mask])
    blended = (PALETTE[mask].astype(float) + pixels_of(message)) / 2
    assert np.abs(overlay - blended).max() <= 0.5001


def test_confidence_is_high_on_painted_classes_and_lower_between_two(rig: Rig, camera: Any) -> None:
    message = rig.painted()
    (sure,) = map(pixels_of, rig.client.ask(camera, message, rig.output("confidence")))
    middle = np.tile(PALETTE[[3, 1]].mean(axis=0).astype(np.uint8), (HEIGHT, WIDTH, 1))
    message = image(middle, "rgb8", rig.client.header())
    (unsure,) = map(pixels_of, rig.client.ask(camera, message, rig.output("confidence")))
    assert np.median(sure) > 240
    assert unsure.max() < 200


def test_timing_tells_every_stage_and_count(rig: Rig, camera: Any) -> None:
    timing = rig.timing()
    message = rig.painted()
    message.header.stamp = rig.client.node.get_clock().now().to_msg()
    (first,) = rig.client.ask(camera, message, timing)
    second_message = rig.painted()
    second_message.header.stamp = rig.client.node.get_clock().now().to_msg()
    (second,) = rig.client.ask(camera, second_message, timing)
    assert second.header == second_message.header
    stages = ("conversion", "resize", "network", "decode", "masks", "publish")
    spent = [getattr(second, f"{stage}_ms") for stage in stages]
    assert all(time >= 0.0 for time in spent)
    assert second.network_ms > 0.0
    # What no stage counts is the little between two of them.
    assert sum(spent) <= second.processing_time_ms + 0.01
    assert second.processing_time_ms <= second.cyclic_time_ms
    assert second.pipeline_latency_ms >= second.processing_time_ms
    assert second.frames_processed == first.frames_processed + 1
    assert second.frames_received > first.frames_received
    assert (second.input_width, second.input_height) == (WIDTH, HEIGHT)
    assert (second.engine, second.model) == ("onnxruntime", "tiny")


def test_latency_is_unknown_without_a_stamp_and_for_a_wrong_one(rig: Rig, camera: Any) -> None:
    timing = rig.timing()
    message = rig.painted()
    message.header.stamp.sec = message.header.stamp.nanosec = 0
    (answer,) = rig.client.ask(camera, message, timing)
    assert math.isnan(answer.pipeline_latency_ms)
    # What a wrong clock makes of it must not cost the mask.
    for seconds in (2**31 - 1, -1):
        message.header.stamp.sec = seconds
        (answer,) = rig.client.ask(camera, message, timing)
        assert math.isnan(answer.pipeline_latency_ms)


def test_camera_info_forms_a_pair_with_the_mask(rig: Rig, camera: Any) -> None:
    relayed, masks = rig.output("camera_info", CameraInfo), rig.output("mask")
    info = CameraInfo(
        width=WIDTH, height=HEIGHT, distortion_model="plumb_bob", d=[0.1, 0.2, 0.0, 0.0, 0.3]
    )
    info.k[0] = 321.0
    info.header.stamp.sec = 5
    sender = rig.client.camera(CameraInfo, "camera_info")
    message = rig.painted()

    def arrived() -> bool:
        sender.publish(info)
        camera.publish(message)
        return relayed.wait(timeout_s=RESEND_S) is not None

    wait_until(arrived, "a relayed camera_info")
    answer, mask = rig.client.ask(camera, message, relayed, masks)
    assert answer.header == mask.header == message.header
    assert (answer.width, answer.height) == (WIDTH, HEIGHT)
    assert answer.distortion_model == "plumb_bob"
    assert list(answer.d) == list(info.d)
    assert answer.k[0] == 321.0


def test_label_info_names_every_class(rig: Rig) -> None:
    vision_msgs = pytest.importorskip(
        "vision_msgs.msg", reason="vision_msgs is not on PyPI; install ROS 2 from apt to have it"
    )
    from rclpy.qos import QoSDurabilityPolicy, QoSProfile

    late = QoSProfile(depth=1, durability=QoSDurabilityPolicy.TRANSIENT_LOCAL)
    answer = rig.output("label_info", vision_msgs.LabelInfo, late).wait()
    names = {entry.class_id: entry.class_name for entry in answer.class_map}
    table = ClassTable.load("camvid")
    assert names == dict(zip(table.ids, table.names, strict=True))
    rig.client.must_set(min_confidence=0.25)
    infos = rig.output("label_info")
    assert infos.wait(lambda info: info.threshold == 0.25) is not None
    rig.client.must_set(min_confidence=0.0)
    assert infos.wait(lambda info: info.threshold == 0.0) is not None


def test_without_vision_msgs_the_log_says_once_that_label_info_is_off(rig: Rig) -> None:
    try:
        import vision_msgs  # noqa: F401
    except ImportError:
        assert rig.process.log().count("vision_msgs is not installed") == 1
    else:
        assert "vision_msgs is not installed" not in rig.process.log()
