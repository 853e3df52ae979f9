# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/class_shares and the alarm of min_free_share, of a running node."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.ros_client import values, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import STRIPE_ORDER, stripes

from attendseg_ros.labels import ClassTable
from attendseg_ros.msg import ClassShares

TABLE = ClassTable.load("camvid")
TRUTH = stripes(WIDTH, HEIGHT)

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


def shares(rig: Rig, camera: Any) -> ClassShares:
    picture = rig.painted()
    (answer,) = rig.client.ask(camera, picture, rig.output("class_shares", ClassShares))
    assert answer.header == picture.header
    return answer


def test_every_class_is_listed_with_its_share_and_its_confidence(rig: Rig, camera: Any) -> None:
    answer = shares(rig, camera)
    assert [(entry.id, entry.name) for entry in answer.classes] == [
        (info.id, info.name) for info in TABLE.classes
    ]
    for entry in answer.classes:
        assert entry.share == pytest.approx((entry.id == TRUTH).mean(), abs=1e-6)
        assert 0.9 < entry.mean_confidence <= 1.0
    assert answer.unlabelled_share == 0.0
    assert math.isnan(answer.free_share_ahead)


def test_ahead_region(rig: Rig, camera: Any) -> None:
    rig.client.must_set(traversable_classes=["road", "pavement"])
    answer = shares(rig, camera)
    region = answer.region_ahead
    assert (region.x_offset, region.y_offset) == (WIDTH // 4, HEIGHT // 2)
    assert (region.width, region.height) == (WIDTH // 2, HEIGHT // 2)
    rig.client.must_set(ahead_region=[0.0, 0.5, 0.5, 0.25])
    answer = shares(rig, camera)
    ahead = TRUTH[HEIGHT // 2 : HEIGHT * 3 // 4, : WIDTH // 2]
    for entry in answer.classes:
        assert entry.share_ahead == pytest.approx((entry.id == ahead).mean(), abs=1e-6)
    free = np.isin(ahead, [TABLE.id_of("road"), TABLE.id_of("pavement")]).mean()
    assert answer.free_share_ahead == pytest.approx(free, abs=1e-6)


def test_shares_are_of_the_mask_as_the_parameters_shape_it(rig: Rig, camera: Any) -> None:
    rig.client.must_set(classes=["car"], output_size=[352, 32])
    answer = shares(rig, camera)
    (car,) = [entry for entry in answer.classes if entry.name == "car"]
    assert car.share == pytest.approx(1 / 11, abs=0.01)
    assert answer.unlabelled_share == pytest.approx(1.0 - car.share, abs=1e-6)
    assert sum(entry.share for entry in answer.classes) == pytest.approx(car.share)
    others = [entry for entry in answer.classes if entry.name != "car"]
    assert all(math.isnan(entry.mean_confidence) for entry in others)


@pytest.mark.parametrize(
    "region",
    [
        [0.5],
        [0.0, 0.0, 1.5, 1.0],
        [0.6, 0.0, 0.5, 1.0],
        [-0.1, 0.0, 0.5, 0.5],
        [0.5, 0.5, 0.0, 0.5],
    ],
)
def test_a_region_that_is_not_in_the_image_is_refused(rig: Rig, region: list[float]) -> None:
    (result,) = rig.client.set(ahead_region=region)
    assert not result.successful
    assert "ahead_region must be [x, y, width, height] as shares of the image" in result.reason


def test_an_empty_region_means_the_default(rig: Rig, camera: Any) -> None:
    rig.client.must_set(ahead_region=[])
    assert shares(rig, camera).region_ahead.width == WIDTH // 2


def has_alarm(rig: Rig) -> bool:
    rig.reports.clear()
    report = rig.reports.wait()
    return any(status.name.endswith(": ahead") for status in report.status)


def test_min_free_share(rig: Rig, camera: Any) -> None:
    middle = next(info.name for info in TABLE.classes if info.id == STRIPE_ORDER[5])
    rig.client.must_set(traversable_classes=[middle], ahead_region=[0.0, 0.0, 1.0, 1.0])
    shares(rig, camera)
    assert not has_alarm(rig)
    rig.client.must_set(min_free_share=0.05)

    def report(part: str, level: bytes) -> Any:
        def fits(status: Any) -> bool:
            camera.publish(rig.painted())
            return bool(status.level == level and part in status.message)

        return rig.status("ahead", fits)

    status = report("0.091 of what lies ahead is free", b"\0")
    assert values(status)["min_free_share"] == "0.05"
    rig.client.must_set(min_free_share=0.2)
    report("free share ahead fell to 0.091, min_free_share is 0.2", b"\1")
    rig.client.must_set(traversable_classes=[""])
    report("traversable_classes is empty", b"\1")
    rig.client.must_set(traversable_classes=[middle], max_age_warn_s=0.2)
    status = rig.status("ahead", lambda status: "no mask for" in status.message)
    assert status.level == status.WARN


def test_the_alarm_needs_no_subscriber(folder: Path, tiny_path: Path) -> None:
    quiet = folder / "quiet"
    quiet.mkdir()
    parameters = {
        "min_free_share": 0.9,
        "traversable_classes": "[road]",
        "ahead_region": "[0.0, 0.0, 1.0, 1.0]",
    }
    with Rig(quiet, tiny_path, parameters) as rig:
        camera = rig.client.camera()

        def alarmed(status: Any) -> bool:
            camera.publish(rig.painted())
            return "fell to 0.091" in status.message

        wait_until(lambda: rig.status("ahead", alarmed).level == b"\1", "the alarm")
