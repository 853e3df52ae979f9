# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A camera that repeats its last picture under new stamps, as relays of stalled streams do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.ros_client import image
from support.segmentation_rig import Rig

from attendseg_ros.ros.health.still_watch import StillWatch, fingerprint

WORDS = "have been the same to the last bit for"


@pytest.mark.parametrize("size", [(480, 640), (64, 704), (1, 1), (1080, 1920)])
def test_noise_makes_another_picture(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 256, (*size, 3), np.uint8)
    assert fingerprint(picture) == fingerprint(picture.copy())
    assert fingerprint(np.flip(np.flip(picture), (0, 1, 2))) == fingerprint(picture)
    noisy = picture ^ rng.integers(0, 2, picture.shape, np.uint8)
    noisy[0, 0, 0] ^= 128
    assert fingerprint(noisy) != fingerprint(picture)


def test_the_time_is_that_between_the_first_and_the_last_of_them() -> None:
    watch = StillWatch()
    assert watch.still_s == 0.0
    for picture, now_s, still_s in ((7, 10.0, 0.0), (7, 12.0, 2.0), (8, 13.0, 0.0), (8, 13.5, 0.5)):
        watch.add(picture, now_s)
        assert watch.still_s == pytest.approx(still_s)
    watch.clear()
    assert watch.still_s == 0.0
    watch.add(8, 20.0)
    assert watch.still_s == 0.0


def test_the_status_warns_until_a_new_picture_comes(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path, {"max_age_error_s": 1.0}) as rig:
        camera, masks = rig.client.camera(), rig.output("mask")
        picture = rig.painted()
        rng = np.random.default_rng(2)

        def told(status: Any) -> bool:
            picture.header = rig.client.header()
            camera.publish(picture)
            return WORDS in status.message

        status = rig.status("camera", told)
        assert status.level == status.WARN
        assert f"the images on {rig.process.namespace}/image {WORDS}" in status.message
        assert masks.messages

        def silent(status: Any) -> bool:
            pixels = np.frombuffer(picture.data, np.uint8).reshape(64, 704, 3)
            seen = pixels ^ rng.integers(0, 2, pixels.shape, np.uint8)
            camera.publish(image(seen, "rgb8", rig.client.header()))
            return WORDS not in status.message

        rig.status("camera", silent)
