# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The Python interface: names loaded when asked for, and every example of the pages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from support import markdown

import attendseg_ros
from attendseg_ros import AttendSegError, Segmenter, colorize, load_bundle
from attendseg_ros.import_path import environment
from attendseg_ros.scene import StreetScene

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", "docs/python.md"]
BLOCKS = [
    pytest.param(block, id=f"{page}-{number}")
    for page in PAGES
    for number, block in enumerate(markdown.code_blocks((ROOT / page).read_text(), "python"), 1)
]

# A robot without ROS and torch; the example fails where it imports one.
WITHOUT = "import sys\nsys.modules.update(dict.fromkeys(['rclpy', 'torch', 'onnx', 'tqdm']))\n"


def run_python(code: str, folder: Path) -> str:
    """What a new Python prints that runs some code in a folder."""
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def loaded_after(code: str, tmp_path: Path) -> set[str]:
    told = run_python(f"{code}\nimport json, sys; print(json.dumps([*sys.modules]))", tmp_path)
    return set(json.loads(told))


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the picture and the video that the examples read."""
    folder = tmp_path_factory.mktemp("drive")
    scene = StreetScene(1, 320, 240)
    writer = cv2.VideoWriter(
        str(folder / "drive.mp4"),
        cv2.CAP_FFMPEG,
        cv2.VideoWriter.fourcc(*"mp4v"),
        10.0,
        (320, 240),
    )
    assert writer.isOpened()
    for number in range(3):
        bgr = np.ascontiguousarray(scene.render(number / 10).rgb[..., ::-1])
        writer.write(bgr)
    writer.release()
    assert cv2.imwrite(str(folder / "frame.png"), bgr)
    return folder


@pytest.mark.parametrize("block", BLOCKS)
def test_every_example_runs_without_ros_and_torch(block: str, drive: Path) -> None:
    run_python(WITHOUT + block, drive)


def test_the_pages_have_examples() -> None:
    assert {str(block.id).split("-")[0] for block in BLOCKS} == set(PAGES)


def test_the_examples_say_what_they_print(drive: Path) -> None:
    (block,) = [
        block
        for block in markdown.code_blocks((ROOT / "docs/python.md").read_text(), "python")
        if "highway" in block
    ]
    unknown, wrong = run_python(block, drive).splitlines()
    assert unknown.startswith("no model 'highway': give the name of ")
    assert wrong == "image must be a uint8 array (height, width, 3), got uint8 (480, 640)"


def test_importing_the_package_loads_neither_numpy_nor_an_engine(tmp_path: Path) -> None:
    loaded = loaded_after("import attendseg_ros", tmp_path)
    assert {"numpy", "cv2", "onnxruntime", "rclpy", "torch"}.isdisjoint(loaded)
    assert {name for name in loaded if name.startswith("attendseg_ros.")} == set()


def test_the_node_sets_its_threads_before_numpy_is_there(tmp_path: Path) -> None:
    loaded = loaded_after("import attendseg_ros.ros", tmp_path)
    assert "numpy" not in loaded


@pytest.mark.parametrize("name", attendseg_ros.__all__)
def test_every_name_is_there_when_it_is_asked_for(name: str, tmp_path: Path) -> None:
    assert name in dir(attendseg_ros)
    loaded = loaded_after(f"from attendseg_ros import {name}", tmp_path)
    assert {"rclpy", "torch"}.isdisjoint(loaded)


def test_a_name_that_is_not_there_is_an_ordinary_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Segmentor'"):
        attendseg_ros.Segmentor  # type: ignore[attr-defined] # noqa: B018


def test_a_segmenter_loaded_by_name_gives_the_node_s_labels() -> None:
    rgb = StreetScene(1, 320, 240).render(0.0).rgb
    with Segmenter.load("street", engine="onnxruntime", input_size=(192, 128)) as segment:
        assert segment.input_size == (192, 128)
        called, asked = segment(rgb), segment.segment(rgb)
    np.testing.assert_array_equal(called.labels, asked.labels)
    assert called.labels.shape == rgb.shape[:2]
    with Segmenter(load_bundle("street"), "onnxruntime", input_size=(192, 128)) as other:
        np.testing.assert_array_equal(other(rgb).labels, called.labels)
        palette = other.bundle.classes.palette()
    np.testing.assert_array_equal(colorize(called.labels, palette), palette[called.labels])


def test_leaving_the_block_closes_the_segmenter() -> None:
    with Segmenter.load("street", engine="onnxruntime", input_size=(192, 128)) as segment:
        pass
    with pytest.raises(AttendSegError, match="closed"):
        segment(np.zeros((8, 8, 3), np.uint8))


def test_the_hints_are_there_for_type_checkers() -> None:
    assert (ROOT / "attendseg_ros" / "py.typed").exists()
    assert set(attendseg_ros._HOMES) == set(attendseg_ros.__all__)
