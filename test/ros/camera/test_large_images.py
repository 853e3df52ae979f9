# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Large images at a camera's rate between processes, with the Fast DDS profile that ships."""

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
PROFILE = str(ROOT / "config" / "fastdds_large_images.xml")
CAMERA = str(ROOT / "test" / "support" / "paced_camera.py")
# Humble reads the older name.
ENVIRONMENT = {"FASTDDS_DEFAULT_PROFILES_FILE": PROFILE, "FASTRTPS_DEFAULT_PROFILES_FILE": PROFILE}

RATE_HZ, SECONDS = 10, 4
ARRIVING = 0.95
"""Share that must arrive on a machine that runs other things too; alone it is all."""


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_images_and_masks_arrive(tmp_path: Path, tiny_path: Path, width: int, height: int) -> None:
    with Rig(tmp_path, tiny_path, environment=ENVIRONMENT) as rig:
        camera = subprocess.run(
            [
                *(sys.executable, CAMERA, rig.process.namespace),
                *map(str, (width, height, RATE_HZ, SECONDS)),
            ],
            env={**os.environ, **ENVIRONMENT},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S + SECONDS,
            check=False,
        )
        assert camera.returncode == 0, camera.stderr
        counts = json.loads(camera.stdout)
        # The machine must at least have kept the camera's pace.
        assert counts["sent"] >= ARRIVING * RATE_HZ * SECONDS
        received = int(values(rig.status("camera"))["frames received"])
        processed = int(values(rig.status("network"))["frames processed"])
    assert received >= ARRIVING * counts["sent"]
    assert counts["masks"] >= ARRIVING * processed
    assert processed > 0
