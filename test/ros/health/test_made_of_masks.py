# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is made of masks is not well while none come, whatever was made of the last."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import Image, PointCloud2
from std_srvs.srv import SetBool
from support.ground_rig import BY_PARAMETERS, CLASSES, HEIGHT, WIDTH, GroundCamera, info, picture
from support.ros_client import image
from support.segmentation_rig import Rig

from attendseg_ros.msg import LandingZone

PARTS = ("landing", "ground", "depth")
"""Of one camera, each with a subscriber."""


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    parameters = {**CLASSES, **BY_PARAMETERS, "max_age_warn_s": 0.5, "max_age_error_s": 2.0}
    with Rig(folder, tiny_path, parameters) as rig:
        rig.output("landing_zone", LandingZone)
        rig.output("points", PointCloud2)
        yield rig


@pytest.fixture(scope="module")
def ground(rig: Rig) -> GroundCamera:
    return GroundCamera(rig)


@pytest.fixture(scope="module")
def depth(rig: Rig) -> Any:
    return rig.client.node.create_publisher(Image, "depth", 10)


def level_of(status: Any) -> bytes:
    return bytes(status.level)


def keep_coming(rig: Rig, depth: Any, part: str, fits: Any, ground: GroundCamera | None) -> Any:
    """The first status of a part that fits, while depth comes and, from the camera, images."""

    def seen(status: Any) -> bool:
        header = rig.client.header("camera_optical")
        depth.publish(image(np.full((HEIGHT, WIDTH), 2.0, np.float32), "32FC1", header))
        if ground is not None:
            ground.send(picture(header), info())
        return bool(fits(status))

    return rig.status(part, seen)


def says_none(level: bytes, status: Any) -> bool:
    return level_of(status) == level and str(status.message).startswith("no mask for")


@pytest.mark.usefixtures("ground")
def test_before_the_first_mask_there_is_nothing_to_judge(rig: Rig, depth: Any) -> None:
    rig.client.must_set(max_age_warn_s=0.0, max_age_error_s=0.0)
    for part in PARTS:
        status = keep_coming(rig, depth, part, lambda _: True, None)
        assert level_of(status) == status.STALE
        assert status.message == "no mask yet"
    rig.client.must_set(max_age_warn_s=0.5, max_age_error_s=2.0)
    for part in PARTS:
        status = keep_coming(rig, depth, part, lambda one: one.level == one.ERROR, None)
        assert status.message.startswith("no mask for")


@pytest.mark.parametrize("part", PARTS)
def test_without_masks_nothing_is_well(
    rig: Rig, ground: GroundCamera, depth: Any, part: str
) -> None:
    keep_coming(rig, depth, part, lambda status: status.level == status.OK, ground)
    for level in (b"\x01", b"\x02"):
        # Before it, a busy machine may give the last masks depth of another moment: WARN as well.
        status = keep_coming(rig, depth, part, partial(says_none, level), None)
        assert "of the images the last came" in status.message
        # That of the last mask is no news any more.
        assert "in view" not in status.message
        assert "published" not in status.message


@pytest.mark.parametrize("part", PARTS)
def test_switched_off_nothing_is_well(
    rig: Rig, ground: GroundCamera, depth: Any, part: str
) -> None:
    keep_coming(rig, depth, part, lambda status: status.level == status.OK, ground)
    rig.client.call(SetBool, "segmentation/set_enabled", SetBool.Request(data=False))
    try:
        words = "disabled by ~/set_enabled"
        status = keep_coming(rig, depth, part, lambda one: words in one.message, ground)
        assert level_of(status) == status.WARN
    finally:
        rig.client.call(SetBool, "segmentation/set_enabled", SetBool.Request(data=True))
    keep_coming(rig, depth, part, lambda status: status.level == status.OK, ground)


def test_a_camera_that_stands_still_is_no_camera(
    rig: Rig, ground: GroundCamera, depth: Any
) -> None:
    stands = "no new image"
    keep_coming(rig, depth, "camera", lambda status: stands not in status.message, ground)
    zones = rig.output("landing_zone", LandingZone)
    last = picture(ground.header())

    def still(level: bytes) -> Any:
        def seen(status: Any) -> bool:
            ground.send(last, info())
            return bool(status.level == level and "no new image on" in status.message)

        return seen

    for level in (b"\x01", b"\x02"):
        assert "again and again, of one stamp" in rig.status("camera", still(level)).message
    zones.clear()
    ground.send(last, info())
    zone = zones.wait()
    assert not zone.found
    assert "its stamp has not moved" in zone.reason
    keep_coming(rig, depth, "camera", lambda status: stands not in status.message, ground)
