# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the node holds of a robot's memory with a shipped model, and what it leaves unloaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.segmentation_rig import Rig

from attendseg_ros.inference import AUTO, shipped_models

MOST_MB = 190.0
"""For the node with images of 640x480."""

LIBRARIES = {"openvino": "libopenvino_intel_cpu_plugin", "onnxruntime": "onnxruntime_pybind11"}


@pytest.fixture(scope="module")
def rig(folder: Path) -> Iterator[Rig]:
    with Rig(folder, shipped_models()["street"], {"engine": AUTO, "num_threads": 0}) as rig:
        yield rig


def of_process(rig: Rig, file: str) -> str:
    return Path(f"/proc/{rig.process.pid}/{file}").read_text()


def test_a_shipped_model_fits_beside_what_else_a_robot_runs(rig: Rig, camera: Any) -> None:
    masks = rig.output("mask")
    for _ in range(20):
        rig.mask(camera, rig.painted(640, 480), masks)
    (line,) = [line for line in of_process(rig, "status").splitlines() if "VmRSS" in line]
    assert float(line.split()[1]) / 1e3 <= MOST_MB


def test_only_the_engine_that_runs_is_loaded(rig: Rig) -> None:
    runs = rig.value("network", "engine")
    loaded = of_process(rig, "maps")
    assert [engine for engine, library in LIBRARIES.items() if library in loaded] == [runs]
    assert "libtorch" not in loaded
