# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/landing_zone in metres: from depth, from a parameter, and from intrinsics that fit.

That there is no zone while a limit in metres cannot be checked is in test_landing_fails_closed.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import PointCloud2
from support.overhead import SIDE, Overhead, ground, intrinsics, overhead_of, send_info
from support.ros_client import image
from support.segmentation_rig import Rig

from attendseg_ros.geometry import Intrinsics, Lens
from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.navigation import Disc, GroundView

FOCAL_LENGTH = 200.0

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


@pytest.fixture
def overhead(rig: Rig, camera: Any) -> Overhead:
    return overhead_of(rig, camera)


def assert_counted(rig: Rig, key: str) -> None:
    """While the landing zone is wanted, /diagnostics counts what it has to do without."""
    rig.wait_for_count("landing", key, 1)


@pytest.fixture
def by_parameter(rig: Rig) -> None:
    """Depth of tests before is not asked for."""
    rig.client.must_set(landing_frames=1, height_above_ground_m=10.0, height_source="parameter")


@pytest.mark.usefixtures("by_parameter")
def test_metres_come_from_the_height_and_the_intrinsics(rig: Rig, overhead: Overhead) -> None:
    assert math.isnan(overhead.see(ground((100, 140, 60))).radius_m)
    assert "nothing has arrived on" in rig.process.wait_for_log("in pixels only")

    in_metres = send_info(
        rig, overhead, lambda zone: zone.radius_m > 0.0, k=intrinsics(FOCAL_LENGTH)
    )
    scale = 10.0 / FOCAL_LENGTH
    assert in_metres.radius_m == pytest.approx(in_metres.radius * scale)
    assert in_metres.position.x == pytest.approx((in_metres.center_x - 128.0) * scale)
    assert in_metres.position.y == pytest.approx((in_metres.center_y - 128.0) * scale)
    assert in_metres.position.z == 10.0

    rig.client.must_set(landing_min_radius_m=5.0)
    zone = overhead.see(ground((100, 140, 60)))
    assert zone.reason == "no free area of radius >= 5 m in view"
    rig.client.must_set(landing_min_radius_m=2.0)
    assert overhead.see(ground((100, 140, 60))).found
    rig.client.must_set(height_above_ground_m=0.0, landing_min_radius_m=0.0)
    assert math.isnan(overhead.see(ground((100, 140, 60))).radius_m)


@pytest.mark.usefixtures("by_parameter")
def test_image_is_rectified_chooses_the_matrix(rig: Rig, overhead: Overhead) -> None:
    rectified = 2.0 * FOCAL_LENGTH
    p = [rectified, 0.0, 128.0, 0.0, 0.0, rectified, 128.0, 0.0, 0.0, 0.0, 1.0, 0.0]

    def half_as_large(zone: Any) -> bool:
        return bool(zone.radius_m == pytest.approx(zone.radius * 10.0 / rectified))

    def full_size(zone: Any) -> bool:
        return bool(zone.radius_m == pytest.approx(zone.radius * 10.0 / FOCAL_LENGTH))

    lens: dict[str, Any] = {"distortion_model": "plumb_bob", "d": [0.0] * 5}
    both = {"k": intrinsics(FOCAL_LENGTH), "p": p, **lens}
    for choice, fits in (("auto", full_size), ("no", full_size), ("yes", half_as_large)):
        rig.client.must_set(image_is_rectified=choice)
        assert send_info(rig, overhead, fits, **both).found
    both["d"] = [-0.3, 0.1, 0.0, 0.0, 0.0]
    assert send_info(rig, overhead, half_as_large, **both).found
    assert "is taken for the rectified image" in rig.value("camera", "lens")
    # The raw image of the same lens has the metres that its rays reach.
    rig.client.must_set(image_is_rectified="auto")
    lens_of_raw = Lens(
        Intrinsics(FOCAL_LENGTH, FOCAL_LENGTH, 128.0, 128.0, SIDE, SIDE),
        "plumb_bob",
        tuple(both["d"]),
    )

    def by_the_lens(zone: Any) -> bool:
        x, y, z = lens_of_raw.unproject(np.array(zone.center_x), np.array(zone.center_y))
        there = [x / z * 10.0, y / z * 10.0]
        return bool([zone.position.x, zone.position.y] == pytest.approx(there))

    zone = send_info(rig, overhead, by_the_lens, **both)
    view = GroundView(lens_of_raw.unproject, 10.0)
    disc = Disc(zone.center_x, zone.center_y, zone.radius)
    assert zone.radius_m == pytest.approx(view.radius_m(disc))
    words = "undone here: plumb_bob, D [-0.3, 0.1, 0, 0, 0]"
    assert words in rig.value("camera", "lens")


def test_points_and_landing_zone_share_one_subscription_to_depth(
    rig: Rig, overhead: Overhead
) -> None:
    rig.client.must_set(landing_frames=1)
    labels = ground((100, 140, 60))
    topic = rig.client.node.resolve_topic_name("depth")

    def subscribers(expected: int) -> None:
        # Frames make the node look who wants what.
        overhead.see_until(labels, lambda _: rig.client.node.count_subscribers(topic) == expected)

    subscribers(1)
    points = rig.output("points", PointCloud2)
    sender = rig.client.camera(topic="depth")
    depth = np.full((SIDE, SIDE), 6.0, np.float32)

    def in_metres(zone: Any) -> bool:
        message = image(depth, "32FC1", rig.client.header("downward"))
        message.header.stamp = zone.header.stamp
        sender.publish(message)
        return bool(zone.position.z == 6.0 and points.messages)

    send_info(rig, overhead, in_metres, k=intrinsics(FOCAL_LENGTH))
    subscribers(1)
    rig.client.node.destroy_publisher(sender)


def test_depth_of_free_ground_gives_the_height(rig: Rig, overhead: Overhead) -> None:
    rig.client.must_set(landing_frames=1, height_above_ground_m=10.0, height_source="parameter")
    labels = ground((100, 140, 60))
    send_info(rig, overhead, lambda zone: zone.position.z == 10.0, k=intrinsics(FOCAL_LENGTH))
    rig.client.must_set(height_source="auto")
    # The roofs around are nearer, and a few pixels of the ground were not measured.
    depth = np.where(labels == CamVidClass.ROAD, 6.0, 2.0).astype(np.float32)
    depth[::7] = np.nan
    sender = rig.client.camera(topic="depth")

    def fits(zone: Any) -> bool:
        message = image(depth, "32FC1", rig.client.header("downward"))
        message.header.stamp = zone.header.stamp
        sender.publish(message)
        return bool(zone.position.z == 6.0)

    zone = overhead.see_until(labels, fits)
    assert zone.radius_m == pytest.approx(zone.radius * 6.0 / FOCAL_LENGTH)
    # Too old a depth tells nothing of now, and no parameter stands in for it.
    rig.client.node.destroy_publisher(sender)
    assert overhead.see_until(labels, lambda zone: math.isnan(zone.position.z)).found
    for _ in range(20):
        assert math.isnan(overhead.see(labels).position.z)
    assert_counted(rig, "in pixels only: depth of another moment")
    rig.client.must_set(height_source="parameter")
    assert overhead.see_until(labels, lambda zone: zone.position.z == 10.0).found


def test_the_height_is_that_of_the_zone_and_of_no_other_ground(
    rig: Rig, overhead: Overhead
) -> None:
    """A roof is the largest in view, and most of what is free is the street far below."""
    rig.client.must_set(landing_frames=1, landing_min_radius_m=0.0)
    labels = ground((70, 70, 50), (190, 60, 40), (60, 190, 40), (190, 190, 40))
    depth = np.full((SIDE, SIDE), 20.0, np.float32)
    depth[:128, :128] = 2.0
    sender = rig.client.camera(topic="depth")
    send_info(rig, overhead, lambda _: True, k=intrinsics(FOCAL_LENGTH))

    def on_the_roof(zone: Any) -> bool:
        message = image(depth, "32FC1", rig.client.header("downward"))
        message.header.stamp = zone.header.stamp
        sender.publish(message)
        return bool(zone.position.z == 2.0)

    zone = overhead.see_until(labels, on_the_roof)
    assert (zone.center_x, zone.center_y) == pytest.approx((70.0, 70.0), abs=2.0)
    assert zone.radius_m == pytest.approx(zone.radius * 2.0 / FOCAL_LENGTH)
    # Half a metre is no place for a drone of two, whatever the street below would be.
    rig.client.must_set(landing_min_radius_m=1.0)
    reason = "no free area of radius >= 1 m in view"
    assert not overhead.see_until(labels, lambda zone: zone.reason == reason).found
    rig.client.node.destroy_publisher(sender)


def test_depth_of_another_size_leaves_pixels_and_is_said(rig: Rig, overhead: Overhead) -> None:
    rig.client.must_set(landing_frames=1)
    sender = rig.client.camera(topic="depth")

    def fits(zone: Any) -> bool:
        message = image(np.ones((9, 16), np.float32), "32FC1", rig.client.header("downward"))
        message.header.stamp = zone.header.stamp
        sender.publish(message)
        # Points may be wanted too, and say it first.
        return "in pixels only: depth of another size" in rig.process.log()

    zone = overhead.see_until(ground((100, 140, 60)), fits)
    assert zone.found
    assert math.isnan(zone.radius_m)
    assert "16x9" in rig.process.wait_for_log("in pixels only: depth of another size")
    assert_counted(rig, "in pixels only: depth of another size")
    rig.client.node.destroy_publisher(sender)


@pytest.mark.parametrize(
    ("fields", "reason", "words"),
    [
        ({}, "camera_info without intrinsics", "camera_info without intrinsics"),
        (
            {"k": intrinsics(math.nan)},
            "camera_info without intrinsics",
            "camera_info without intrinsics",
        ),
        (
            {"width": 512, "k": intrinsics(FOCAL_LENGTH)},
            "camera_info of another size",
            "camera_info of 512x256 for an image of",
        ),
    ],
)
@pytest.mark.usefixtures("by_parameter")
def test_intrinsics_that_do_not_fit_leave_pixels_and_the_log_says_why(
    rig: Rig, overhead: Overhead, fields: dict[str, Any], reason: str, words: str
) -> None:
    known = {"k": intrinsics(FOCAL_LENGTH)}
    send_info(rig, overhead, lambda zone: not math.isnan(zone.radius_m), **known)
    zone = send_info(rig, overhead, lambda zone: math.isnan(zone.radius_m), **fields)
    assert 54 <= zone.radius <= 62
    assert math.isnan(zone.position.x)
    rig.process.wait_for_log(words)
    assert_counted(rig, f"in pixels only: {reason}")
