# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/traversable and ~/landing_zone of the running node: values, live lists, refusals, metres."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo
from support.ros_client import image, pixels_of, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import painted, stripes

from attendseg_ros.labels import ClassTable
from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.msg import LandingZone

TABLE = ClassTable.load("camvid")
TRUTH = stripes(WIDTH, HEIGHT)
FREE, OCCUPIED, UNKNOWN = 0, 100, 255

SIDE = 256
"""Width and height of landing grounds, and of the network's input for them."""

FOCAL_LENGTH = 200.0

NEVER = 1000
"""More frames in a row than any test sends."""


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


@pytest.fixture(autouse=True)
def defaults(rig: Rig) -> Iterator[None]:
    """Leaves every live parameter as it was."""
    yield
    rig.restore()


def occupancy(rig: Rig, camera: Any) -> NDArray[np.uint8]:
    """The node's ~/traversable of the painted stripes."""
    return rig.mask(camera, rig.painted(), rig.output("traversable"))


def wanted(free: list[str], occupied: list[str]) -> NDArray[np.uint8]:
    """What ~/traversable must be for the stripes."""
    result = np.full_like(TRUTH, UNKNOWN)
    result[np.isin(TRUTH, [TABLE.id_of(name) for name in free])] = FREE
    result[np.isin(TRUTH, [TABLE.id_of(name) for name in occupied])] = OCCUPIED
    return result


def test_without_lists_everything_is_unknown(rig: Rig, camera: Any) -> None:
    assert (occupancy(rig, camera) == UNKNOWN).all()


def test_the_lists_decide_and_change_live(rig: Rig, camera: Any) -> None:
    rig.client.must_set(traversable_classes=["road", "pavement"])
    np.testing.assert_array_equal(occupancy(rig, camera), wanted(["road", "pavement"], []))
    rig.client.must_set(obstacle_classes=["car", "pedestrian"])
    np.testing.assert_array_equal(
        occupancy(rig, camera), wanted(["road", "pavement"], ["car", "pedestrian"])
    )
    rig.client.must_set(traversable_classes=[""])
    np.testing.assert_array_equal(occupancy(rig, camera), wanted([], ["car", "pedestrian"]))


def test_what_is_unlabelled_in_the_mask_is_unknown(rig: Rig, camera: Any) -> None:
    rig.client.must_set(traversable_classes=["road"], obstacle_classes=["car"], classes=["road"])
    np.testing.assert_array_equal(occupancy(rig, camera), wanted(["road"], []))
    rig.client.must_set(classes=[""], min_confidence=0.99)
    outputs = [rig.output(topic) for topic in ("traversable", "confidence")]
    free, confidence = map(pixels_of, rig.client.ask(camera, rig.painted(), *outputs))
    unsure = confidence < math.ceil(0.99 * 255)
    assert unsure[TRUTH == CamVidClass.ROAD].any()
    np.testing.assert_array_equal(free, np.where(unsure, UNKNOWN, wanted(["road"], ["car"])))


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (641, 481)])
def test_traversable_keeps_header_and_size(rig: Rig, camera: Any, size: tuple[int, int]) -> None:
    message = rig.painted(*size)
    (answer,) = rig.client.ask(camera, message, rig.output("traversable"))
    assert answer.header == message.header
    assert (answer.width, answer.height, answer.step) == (*size, size[0])
    assert answer.encoding == "mono8"


@pytest.mark.parametrize("name", ["traversable_classes", "obstacle_classes"])
def test_a_name_the_model_lacks_is_refused_with_those_it_has(rig: Rig, name: str) -> None:
    (result,) = rig.client.set(**{name: ["car", "lava"]})
    assert not result.successful
    assert result.reason.startswith(name)
    assert "'lava'" in result.reason
    assert all(known in result.reason for known in TABLE.names)
    assert list(rig.client.get(name)) == [""]


def test_a_name_in_both_lists_is_refused(rig: Rig) -> None:
    rig.client.must_set(traversable_classes=["road", "pavement"])
    (result,) = rig.client.set(obstacle_classes=["car", "pavement"])
    assert not result.successful
    for word in ("'pavement'", "traversable_classes", "obstacle_classes"):
        assert word in result.reason
    assert "'road'" not in result.reason
    assert list(rig.client.get("obstacle_classes")) == [""]


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


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "has no intrinsics"),
        ({"k": intrinsics(math.nan)}, "has no intrinsics"),
        ({"width": 512, "k": intrinsics(FOCAL_LENGTH)}, "is of 512x256 images"),
    ],
)
def test_intrinsics_that_do_not_fit_leave_pixels_and_the_log_says_why(
    rig: Rig, overhead: Overhead, fields: dict[str, Any], words: str
) -> None:
    rig.client.must_set(landing_frames=1, height_above_ground_m=10.0)
    known = {"k": intrinsics(FOCAL_LENGTH)}
    send_info(rig, overhead, lambda zone: not math.isnan(zone.radius_m), **known)
    zone = send_info(rig, overhead, lambda zone: math.isnan(zone.radius_m), **fields)
    assert 54 <= zone.radius <= 62
    assert math.isnan(zone.position.x)
    rig.process.wait_for_log(words)


def test_a_gap_in_the_stamps_begins_anew(rig: Rig, camera: Any, overhead: Overhead) -> None:
    labels = ground((100, 140, 60))
    rig.client.must_set(landing_frames=1)
    assert overhead.see(labels).found
    rig.client.must_set(landing_frames=NEVER)
    assert overhead.see(labels).found
    assert not Overhead(rig, camera).see(labels).found
