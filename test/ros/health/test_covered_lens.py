# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Images that show nothing: said in /diagnostics and the log, whatever the model makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.ros_client import image, values
from support.segmentation_rig import HEIGHT, WIDTH, Rig

from attendseg_ros.ros.health.contrast_watch import FEW, ContrastWatch

pytestmark = pytest.mark.usefixtures("defaults")

WORDS = "show nothing (contrast"


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


def covered(rig: Rig) -> Any:
    noise = np.random.default_rng(0).integers(0, 9, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    return image(noise, "rgb8", rig.client.header())


def show(rig: Rig, camera: Any, message: Any, count: int) -> None:
    mask = rig.output("mask")
    for _ in range(count):
        message.header = rig.client.header()
        rig.client.ask(camera, message, mask)


def test_a_covered_lens_is_told_until_it_is_free(rig: Rig, camera: Any) -> None:
    show(rig, camera, covered(rig), FEW - 1)
    show(rig, camera, rig.painted(), 1)
    assert WORDS not in rig.status("camera").message

    show(rig, camera, covered(rig), FEW)
    status = rig.status("camera", lambda status: WORDS in status.message)
    assert status.level == status.WARN
    assert f"on {rig.process.namespace}/image" in status.message
    assert float(values(status)["contrast of last image"]) < 2.0
    assert WORDS in rig.process.wait_for_log(WORDS)

    show(rig, camera, rig.painted(), 1)
    free = rig.status("camera", lambda status: WORDS not in status.message)
    assert float(values(free)["contrast of last image"]) > 2.0


def test_it_is_told_once_each_time() -> None:
    watch = ContrastWatch()
    told = [watch.add(0.5) for _ in range(2 * FEW)]
    assert told.index(True) == FEW - 1
    assert told.count(True) == 1
    assert watch.shows_nothing
    assert not watch.add(30.0)
    assert watch.in_a_row == 0


def test_it_is_forgotten_with_what_came_before() -> None:
    watch = ContrastWatch()
    for _ in range(FEW):
        watch.add(0.0)
    watch.clear()
    assert not watch.shows_nothing
    assert isnan(watch.last)
