# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The node's threads: as many as it is told, and none that only wait for work of OpenCV's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.proc import threads
from support.segmentation_rig import Rig


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


def test_no_image_starts_threads(rig: Rig, camera: Any) -> None:
    outputs = [rig.output(name) for name in ("mask", "color_mask", "overlay")]
    rig.client.ask(camera, rig.painted(64, 48), *outputs)
    before = threads(rig.process.pid)
    # OpenCV would divide an image of this size among the cores.
    rig.client.ask(camera, rig.painted(1920, 1080), *outputs)
    assert threads(rig.process.pid) == before
