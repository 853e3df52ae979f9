# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""docker/healthcheck.py beside a real node: its exit status, and the line it prints."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.segmentation_rig import Rig

SCRIPT = Path(__file__).parents[2] / "docker" / "healthcheck.py"


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


def check(*arguments: str) -> tuple[int, str]:
    """The exit status and the one line of the script."""
    run = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in run.stderr
    (line,) = run.stdout.splitlines()
    return run.returncode, line


def test_a_node_at_work_is_healthy(rig: Rig, camera: Any) -> None:
    name = f"{rig.process.namespace}/segmentation"
    rig.mask(camera, rig.painted(), rig.output("mask"))
    status, line = check("--node", name)
    assert status == 0
    assert f"{name.lstrip('/')}: camera: " in line
    assert f"{name.lstrip('/')}: network: " in line


def test_an_error_is_told_and_fails(rig: Rig, camera: Any) -> None:
    rig.mask(camera, rig.painted(), rig.output("mask"))
    rig.client.must_set(max_age_warn_s=0.1, max_age_error_s=0.1)
    try:
        rig.status("camera", lambda status: status.level == status.ERROR)
        # The slash before the name may be left out.
        status, line = check("--node", f"{rig.process.namespace}/segmentation".lstrip("/"))
    finally:
        rig.restore()
    assert status == 1
    assert line.startswith("ERROR ")
    assert "no image on" in line


@pytest.mark.usefixtures("rig")
def test_a_node_that_does_not_report_fails() -> None:
    status, line = check("--node", "/elsewhere/segmentation", "--timeout", "1.5")
    assert status == 1
    assert line == "no report of /elsewhere/segmentation on /diagnostics within 1.5 s"
