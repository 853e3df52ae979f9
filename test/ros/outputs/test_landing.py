# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/landing_zone of the running node: found, kept, dropped, none said plainly."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.overhead import SIDE, Overhead, ground, overhead_of
from support.ros_client import wait_until
from support.segmentation_rig import Rig

from attendseg_ros.labels.camvid import CamVidClass

NEVER = 1000
"""More frames in a row than any test sends."""


pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


@pytest.fixture
def overhead(rig: Rig, camera: Any) -> Overhead:
    return overhead_of(rig, camera)


def assert_no_numbers(zone: Any) -> None:
    position = zone.position
    numbers = [zone.center_x, zone.center_y, zone.radius, zone.radius_m, zone.confidence]
    assert all(map(math.isnan, [*numbers, position.x, position.y, position.z]))


def test_what_is_missing_warns_and_then_is_over(rig: Rig, overhead: Overhead) -> None:
    rig.client.must_set(landing_frames=1, height_above_ground_m=10.0)
    labels = ground((100, 140, 60))

    def warned() -> bool:
        overhead.see(labels)
        status = rig.status("landing")
        return status.level == status.WARN and "in pixels only: no camera_info" in status.message

    wait_until(warned, "a warning because camera_info is missing")
    # Until the next frame tells another thing: a camera may be slower than the reports.
    rig.client.must_set(height_above_ground_m=0.0, max_age_warn_s=0.0, max_age_error_s=0.0)
    words = "the last landing zone is in pixels only: no camera_info"
    status = rig.status("landing", lambda status: status.message == words)
    assert status.level == status.WARN
    overhead.see(labels)
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


def test_another_model_begins_anew(rig: Rig, overhead: Overhead, tmp_path: Path) -> None:
    labels = ground((100, 140, 60))
    rig.client.must_set(landing_frames=1)
    assert overhead.see(labels).found
    rig.client.must_set(landing_frames=NEVER)
    assert overhead.see(labels).found
    other = shutil.copytree(rig.client.get("model"), tmp_path / "other")
    rig.client.must_set(model=str(other))
    assert not overhead.see_until(labels, lambda zone: not zone.found).found


def test_a_gap_in_the_stamps_begins_anew(rig: Rig, camera: Any, overhead: Overhead) -> None:
    labels = ground((100, 140, 60))
    rig.client.must_set(landing_frames=1)
    assert overhead.see(labels).found
    rig.client.must_set(landing_frames=NEVER)
    assert overhead.see(labels).found
    assert not Overhead(rig, camera).see(labels).found


@pytest.mark.parametrize(
    ("size", "share"),
    [
        ((SIDE // 2, SIDE // 2), 1.0),
        ((2 * SIDE, 2 * SIDE), 1.0),
        # A circle of this mask is an ellipse in the image: the largest circle inside counts.
        ((SIDE // 2, SIDE), 0.5),
    ],
)
def test_places_are_in_the_image_whatever_the_mask_s_size(
    rig: Rig, overhead: Overhead, size: tuple[int, int], share: float
) -> None:
    """They were in the mask: who took them for the image's flew to another place."""
    labels = ground((70, 140, 50))
    rig.client.must_set(landing_frames=1, landing_min_radius_px=40.0 * share)
    whole = overhead.see_until(labels, lambda zone: zone.found)
    masks = rig.output("mask")
    rig.client.must_set(output_size=list(size))

    def scaled(_: Any) -> bool:
        return any((mask.width, mask.height) == size for mask in masks.messages)

    overhead.see_until(labels, scaled)
    zone = overhead.see_until(labels, lambda zone: zone.found)
    # In an ellipse it may lie anywhere along the longer axis.
    slack = 5.0 if share == 1.0 else 30.0
    assert zone.center_x == pytest.approx(whole.center_x, abs=5)
    assert zone.center_y == pytest.approx(whole.center_y, abs=slack)
    assert zone.radius == pytest.approx(share * whole.radius, abs=6)
    # Never larger than what is free.
    assert zone.radius <= 50.0
    rig.client.must_set(landing_min_radius_px=60.0)
    refused = overhead.see_until(labels, lambda zone: not zone.found)
    assert refused.reason == "no free area of radius >= 60 px in view"
