# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Images at a camera's rate between processes, with the Fast DDS profiles that ship."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.logged_process import PATIENCE_S
from support.ros_client import values
from support.segmentation_rig import Rig

ROOT = Path(__file__).parents[3]
CAMERA = str(ROOT / "test" / "support" / "paced_camera.py")
# Humble reads the older name.
VARIABLES = ("FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE")

RATE_HZ, SECONDS = 10, 4
ARRIVING = 0.95
"""Share that must arrive on a machine that runs other things too; alone it is all."""

TRIES = 3
"""A moment in which the machine does something else costs images once; a segment of shared memory
that is too small loses them each time."""


@pytest.mark.parametrize(
    ("profile", "width", "height"),
    [("large", 1280, 720), ("large", 1920, 1080), ("small", 640, 480)],
)
def test_images_and_masks_arrive(
    tmp_path: Path, tiny_path: Path, profile: str, width: int, height: int
) -> None:
    file = str(ROOT / "config" / f"fastdds_{profile}_images.xml")
    variables = dict.fromkeys(VARIABLES, file)
    shares = []
    with Rig(tmp_path, tiny_path, environment=variables) as rig:
        for _ in range(TRIES):
            shares.append(shares_arriving(rig, variables, width, height))
            if min(shares[-1]) >= ARRIVING:
                return
    pytest.fail(f"of the camera's pace, the images and the masks no more came than {shares}")


def shares_arriving(
    rig: Rig, variables: dict[str, str], width: int, height: int
) -> tuple[float, float, float]:
    """Of a camera's run: how much of its pace it kept, of its images came, and of the masks."""
    received, processed = counts_of(rig)
    camera = subprocess.run(
        [
            *(sys.executable, CAMERA, rig.process.namespace),
            *map(str, (width, height, RATE_HZ, SECONDS)),
        ],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S + SECONDS,
        check=False,
    )
    assert camera.returncode == 0, camera.stderr
    counts = json.loads(camera.stdout)
    received, processed = (
        after - before for after, before in zip(counts_of(rig), (received, processed), strict=True)
    )
    assert processed > 0
    return (
        counts["sent"] / (RATE_HZ * SECONDS),
        received / counts["sent"],
        counts["masks"] / processed,
    )


def counts_of(rig: Rig) -> tuple[int, int]:
    """Frames received and processed since the node's activation."""
    received = int(values(rig.status("camera"))["frames received"])
    return received, int(values(rig.status("network"))["frames processed"])
