# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/traversable of the running node: values, header, lists changed live, refusals."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support.ros_client import pixels_of
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import stripes

from attendseg_ros.labels import ClassTable
from attendseg_ros.labels.camvid import CamVidClass

TABLE = ClassTable.load("camvid")
TRUTH = stripes(WIDTH, HEIGHT)
FREE, OCCUPIED, UNKNOWN = 0, 100, 255


pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


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
