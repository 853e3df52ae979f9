# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/landing_zone of the running node: found, kept, dropped, none said plainly, metres."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, PointCloud2
from support.ros_client import image, wait_until
from support.segmentation_rig import Rig
from support.tiny_bundle import painted

from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.msg import LandingZone

SIDE = 256
"""Width and height of landing grounds, and of the network's input for them."""

FOCAL_LENGTH = 200.0

NEVER = 1000
"""More frames in a row than any test sends."""


pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


def ground(*discs: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Labels, uint8 (SIDE, SIDE): road in discs of a centre and a radius, buildings elsewhere."""
    labels = np.full((SIDE, SIDE), CamVidClass.BUILDING, np.uint8)
    y, x = np.ogrid[:SIDE, :SIDE]
    for center_x, center_y, radius in discs:
        labels[(x - center_x) ** 2 + (y - center_y) ** 2 <= radius**2] = CamVidClass.ROAD
    return labels


class Overhead:
    """A camera above landing grounds: shows one at 30 Hz of its own stamps.

    A frame that is not answered soon is sent again and then counts twice, so tests ask for more
    frames than will ever be sent, or for one.
    """

    def __init__(self, rig: Rig, camera: Any) -> None:
        self._rig, self._camera = rig, camera
        self._zones = rig.output("landing_zone", LandingZone)
        # An hour apart from the stamps of all other tests, and of the frame before this one.
        self._stamp_ns = int(rig.client.header().stamp.sec) * 3_600_000_000_000

    def see(self, labels: NDArray[np.uint8]) -> Any:
        """The zone of the next frame."""
        self._stamp_ns += 33_000_000
        message = image(painted(labels), "rgb8", self._rig.client.header("downward"))
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(self._stamp_ns, 10**9)
        (zone,) = self._rig.client.ask(self._camera, message, self._zones)
        assert zone.header == message.header
        return zone

    def see_until(self, labels: NDArray[np.uint8], fits: Callable[[Any], bool]) -> Any:
        """The first zone that fits, of frames that all show the same."""
        last: Any = None

        def fit() -> bool:
            nonlocal last
            last = self.see(labels)
            return fits(last)

        wait_until(fit, f"a zone that fits, last {last}")
        return last


@pytest.fixture
def overhead(rig: Rig, camera: Any) -> Overhead:
    """Roads are what one may land on, with an input large enough for the grounds."""
    rig.client.must_set(
        traversable_classes=["road"], obstacle_classes=["building"], input_size=[SIDE, SIDE]
    )
    size = f"{SIDE}x{SIDE}"
    wait_until(lambda: rig.value("network", "input size") == size, "the new input size")
    return Overhead(rig, camera)


def assert_no_numbers(zone: Any) -> None:
    position = zone.position
    numbers = [zone.center_x, zone.center_y, zone.radius, zone.radius_m, zone.confidence]
    assert all(map(math.isnan, [*numbers, position.x, position.y, position.z]))


def assert_counted(rig: Rig, key: str) -> None:
    """While the landing zone is wanted, /diagnostics counts what it has to do without."""
    assert int(rig.value("landing", key)) > 0


def test_what_is_missing_warns_and_then_is_over(rig: Rig, overhead: Overhead) -> None:
    rig.client.must_set(landing_frames=1, height_above_ground_m=10.0)
    labels = ground((100, 140, 60))

    def warned() -> bool:
        overhead.see(labels)
        status = rig.status("landing")
        return status.level == status.WARN and "in pixels only: no camera_info" in status.message

    wait_until(warned, "a warning for want of camera_info")
    rig.client.must_set(height_above_ground_m=0.0)
    status = rig.status("landing", lambda status: status.level == status.OK)
    assert status.message == "a landing zone is in view"
    overhead.see_until(ground(), lambda zone: not zone.found)
    rig.status("landing", lambda status: status.message == "no landing zone in view")


def test_a_free_disc_is_found_after_landing_frames(rig: Rig, overhead: Overhead) -> None:
    labels = ground((100, 140, 60))
    rig.client.must_set(landing_frames=NEVER)
    counts = []
    for _ in range(3):
        zone = overhead.see(labels)
        assert not zone.found
        assert_no_numbers(zone)
        seen = re.search(rf"free area .* seen in (\d+) of the {NEVER} frames", zone.reason)
        assert seen, zone.reason
        counts.append(int(seen[1]))
    assert counts == sorted(set(counts))
    rig.client.must_set(landing_frames=counts[-1] + 1)
    zone = overhead.see(labels)
    assert zone.found
    assert zone.reason == ""
    # The network's grid rounds the border of the road to 4 pixels.
    assert (zone.center_x, zone.center_y) == pytest.approx((100, 140), abs=4)
    assert 54 <= zone.radius <= 62
    assert 0.9 < zone.confidence <= 1.0
    assert all(map(math.isnan, (zone.radius_m, zone.position.x, zone.position.z)))


def test_what_enters_the_zone_ends_it_at_once(rig: Rig, overhead: Overhead) -> None:
    rig.client.must_set(landing_frames=1)
    labels = ground((100, 140, 60))
    assert overhead.see(labels).found
    rig.client.must_set(landing_frames=NEVER)
    assert overhead.see(labels).found
    labels[120:160, 80:120] = CamVidClass.CAR
    zone = overhead.see(labels)
    assert not zone.found
    assert_no_numbers(zone)


def test_none_is_said_plainly(rig: Rig, overhead: Overhead) -> None:
    labels = ground((100, 140, 30))
    rig.client.must_set(landing_min_radius_px=40.0)
    zone = overhead.see(labels)
    assert not zone.found
    assert zone.reason == "no free area of radius >= 40 px in view"
    assert_no_numbers(zone)
    rig.client.must_set(landing_min_radius_px=20.0, landing_frames=1)
    assert overhead.see(labels).found
    rig.client.must_set(traversable_classes=[""])
    zone = overhead.see(labels)
    assert not zone.found
    assert "traversable_classes is empty" in zone.reason
    assert_no_numbers(zone)


def test_hysteresis_keeps_the_zone_beside_a_larger_one(rig: Rig, overhead: Overhead) -> None:
    rig.client.must_set(landing_frames=1, landing_hysteresis=0.5)
    assert overhead.see(ground((60, 128, 40))).center_x == pytest.approx(60, abs=4)
    both = ground((60, 128, 40), (190, 128, 56))
    assert overhead.see(both).center_x == pytest.approx(60, abs=4)
    rig.client.must_set(landing_hysteresis=0.0)
    assert overhead.see(both).center_x == pytest.approx(190, abs=4)


def send_info(rig: Rig, overhead: Overhead, applied: Callable[[Any], bool], **fields: Any) -> Any:
    """Sends a camera_info until a zone shows that it was taken in."""
    sender = rig.client.camera(CameraInfo, "camera_info")
    info = CameraInfo(**{"width": SIDE, "height": SIDE, **fields})
    labels = ground((100, 140, 60))

    def fits(zone: Any) -> bool:
        sender.publish(info)
        return bool(zone.found and applied(zone))

    try:
        return overhead.see_until(labels, fits)
    finally:
        rig.client.node.destroy_publisher(sender)


def intrinsics(focal_length: float) -> list[float]:
    return [focal_length, 0.0, 128.0, 0.0, focal_length, 128.0, 0.0, 0.0, 1.0]


def test_metres_come_from_the_height_and_the_intrinsics(rig: Rig, overhead: Overhead) -> None:
    rig.client.must_set(landing_frames=1, height_above_ground_m=10.0)
    assert math.isnan(overhead.see(ground((100, 140, 60))).radius_m)
    assert "nothing has come on" in rig.process.wait_for_log("in pixels only")

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
    rig.client.must_set(height_above_ground_m=0.0)
    assert math.isnan(overhead.see(ground((100, 140, 60))).radius_m)


def test_the_rectified_images_matrix_counts_where_there_is_one(
    rig: Rig, overhead: Overhead
) -> None:
    rig.client.must_set(landing_frames=1, height_above_ground_m=10.0)
    rectified = 2.0 * FOCAL_LENGTH
    p = [rectified, 0.0, 128.0, 0.0, 0.0, rectified, 128.0, 0.0, 0.0, 0.0, 1.0, 0.0]

    def half_as_large(zone: Any) -> bool:
        return bool(zone.radius_m == pytest.approx(zone.radius * 10.0 / rectified))

    assert send_info(rig, overhead, half_as_large, k=intrinsics(FOCAL_LENGTH), p=p).found


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


def test_another_model_begins_anew(rig: Rig, overhead: Overhead, tmp_path: Path) -> None:
    labels = ground((100, 140, 60))
    rig.client.must_set(landing_frames=1)
    assert overhead.see(labels).found
    rig.client.must_set(landing_frames=NEVER)
    assert overhead.see(labels).found
    other = shutil.copytree(rig.client.get("model"), tmp_path / "other")
    rig.client.must_set(model=str(other))
    assert not overhead.see_until(labels, lambda zone: not zone.found).found


def test_depth_of_free_ground_gives_the_height(rig: Rig, overhead: Overhead) -> None:
    rig.client.must_set(landing_frames=1, height_above_ground_m=10.0)
    labels = ground((100, 140, 60))
    send_info(rig, overhead, lambda zone: zone.radius_m > 0.0, k=intrinsics(FOCAL_LENGTH))
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
    # Too old a depth tells nothing of now: the parameter counts again.
    rig.client.node.destroy_publisher(sender)
    assert overhead.see_until(labels, lambda zone: zone.position.z == 10.0).found


def test_depth_of_another_size_is_said_and_done_without(rig: Rig, overhead: Overhead) -> None:
    rig.client.must_set(landing_frames=1)
    sender = rig.client.camera(topic="depth")

    def fits(zone: Any) -> bool:
        message = image(np.ones((9, 16), np.float32), "32FC1", rig.client.header("downward"))
        message.header.stamp = zone.header.stamp
        sender.publish(message)
        return "does without depth" in rig.process.log()

    zone = overhead.see_until(ground((100, 140, 60)), fits)
    assert zone.found
    assert "16x9" in rig.process.wait_for_log("does without depth")
    assert_counted(rig, "without depth: depth of another size")
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
def test_intrinsics_that_do_not_fit_leave_pixels_and_the_log_says_why(
    rig: Rig, overhead: Overhead, fields: dict[str, Any], reason: str, words: str
) -> None:
    rig.client.must_set(landing_frames=1, height_above_ground_m=10.0)
    known = {"k": intrinsics(FOCAL_LENGTH)}
    send_info(rig, overhead, lambda zone: not math.isnan(zone.radius_m), **known)
    zone = send_info(rig, overhead, lambda zone: math.isnan(zone.radius_m), **fields)
    assert 54 <= zone.radius <= 62
    assert math.isnan(zone.position.x)
    rig.process.wait_for_log(words)
    assert_counted(rig, f"in pixels only: {reason}")


def test_a_gap_in_the_stamps_begins_anew(rig: Rig, camera: Any, overhead: Overhead) -> None:
    labels = ground((100, 140, 60))
    rig.client.must_set(landing_frames=1)
    assert overhead.see(labels).found
    rig.client.must_set(landing_frames=NEVER)
    assert overhead.see(labels).found
    assert not Overhead(rig, camera).see(labels).found
