# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The whole demo, as `make demo` runs it, but for a few seconds."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from rosbags.highlevel import AnyReader
from support.proc import children
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.playback import open_source
from attendseg_ros.processes import Process

PATIENCE_S = 120.0

CAMERA_TOPICS = {"/image_raw", "/camera_info", "/ground_truth"}
NODE_TOPICS = {
    "/segmentation/mask",
    "/segmentation/color_mask",
    "/segmentation/overlay",
    "/segmentation/confidence",
    "/segmentation/timing",
    "/diagnostics",
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_bundle(tmp_path_factory.mktemp("bundle") / "tiny")


class Run:
    """A running demo."""

    def __init__(self, repository: Path, output: Path, *arguments: object) -> None:
        self.output = output
        command = [sys.executable, "-m", "demo", "--output", output, *arguments]
        self._process = Process(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            environment={"PYTHONPATH": f"{repository}:{os.environ.get('PYTHONPATH', '')}"},
        )

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.end()

    def finish(self) -> tuple[int, str, str]:
        """Waits for the end; gives the status and what was printed, also to stderr."""
        with self:
            stdout, stderr = self._process.communicate(PATIENCE_S)
            return self._process.wait(), stdout.decode(), stderr.decode()

    def child(self, module: str) -> int:
        """Waits for the process that runs a module; gives its id."""
        return wait_for(lambda: self._children().get(module), f"a process of {module}")

    def send(self, number: signal.Signals) -> None:
        self._process.send(number)

    def _children(self) -> dict[str, int]:
        found = {}
        for child in children(self._process.pid):
            command: list[str] = []
            # It may have ended meanwhile.
            with contextlib.suppress(OSError):
                command = Path(f"/proc/{child}/cmdline").read_text().split("\0")
            if "-m" in command:
                found[command[command.index("-m") + 1].rpartition(".")[2]] = child
        return found


def wait_for(look: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)
    return found


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.fixture(scope="module")
def finished(
    repository: Path, tiny: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """Output folder and print-out of a demo on the synthetic camera."""
    output = tmp_path_factory.mktemp("demo") / "output"
    run = Run(repository, output, "--model", tiny, "--seconds", 4)
    status, stdout, stderr = run.finish()
    assert status == 0, stderr
    assert "Traceback" not in stderr
    # The progress is shown while it runs.
    assert "masks/s" in stderr
    assert "mean IoU" in stderr
    return output, stdout


def test_rooms_are_shown_too(repository: Path, tiny: Path, tmp_path: Path) -> None:
    arguments = ("--environment", "indoor", "--model", tiny, "--seconds", 3)
    status, stdout, stderr = Run(repository, tmp_path / "output", *arguments).finish()
    assert status == 0, stderr
    assert "synthetic camera in building" in stdout
    log = (tmp_path / "output" / "camera.log").read_text()
    assert "rooms" in log
    assert "mean IoU" in stderr


def summary(output: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((output / "summary.json").read_text())
    return content


def test_everything_is_written(finished: tuple[Path, str]) -> None:
    output, _ = finished
    assert sorted(file.name for file in output.iterdir()) == [
        "camera.log",
        "grid.png",
        "overlay.mp4",
        "recording",
        "segmentation_node.log",
        "summary.json",
    ]


def test_recording_holds_all_topics_and_their_definitions(finished: tuple[Path, str]) -> None:
    output, _ = finished
    with AnyReader([output / "recording"]) as reader:
        counts = {connection.topic: connection.msgcount for connection in reader.connections}
        for connection, _, data in reader.messages():
            reader.deserialize(data, connection.msgtype)
    assert set(counts) >= CAMERA_TOPICS | NODE_TOPICS
    assert all(counts[topic] > 0 for topic in CAMERA_TOPICS | NODE_TOPICS)
    numbers = summary(output)
    assert counts["/image_raw"] == numbers["frames_recorded"]
    assert counts["/segmentation/mask"] == numbers["masks"]


def test_masks_keep_the_images_stamps(finished: tuple[Path, str]) -> None:
    output, _ = finished
    stamps: dict[str, list[tuple[int, int]]] = {"/image_raw": [], "/segmentation/mask": []}
    with AnyReader([output / "recording"]) as reader:
        connections = [one for one in reader.connections if one.topic in stamps]
        for connection, _, data in reader.messages(connections=connections):
            message: Any = reader.deserialize(data, connection.msgtype)
            stamp = message.header.stamp
            stamps[connection.topic].append((stamp.sec, stamp.nanosec))
    images, masks = stamps["/image_raw"], stamps["/segmentation/mask"]
    assert set(masks) <= set(images)
    assert masks == sorted(masks)


def test_numbers_add_up(finished: tuple[Path, str]) -> None:
    output, stdout = finished
    numbers = summary(output)
    assert numbers["frames_processed"] <= numbers["frames_received"] <= numbers["frames_sent"]
    assert numbers["masks"] <= numbers["frames_processed"]
    assert numbers["masks"] > 4
    assert numbers["frames_failed"] == 0
    assert 0 < numbers["camera_to_mask_ms"]["p50"] <= numbers["camera_to_mask_ms"]["p95"]
    assert 0 < numbers["accuracy"]["mean_iou"] < 1
    assert numbers["engine"] in ("onnxruntime", "openvino")
    assert f"{numbers['frames_sent']} sent" in stdout
    for stage in ("conversion", "resize", "network", "decode", "masks", "publish"):
        assert numbers["stages_ms"][stage]["p50"] >= 0
        assert f"\n{stage}" in stdout


def test_pictures_can_be_looked_at(finished: tuple[Path, str]) -> None:
    output, _ = finished
    (grid,) = open_source(output / "grid.png")
    # Camera image, classes, overlay and ground truth.
    assert grid.rgb.shape[1] == 4 * 480 + 5 * 10
    video = open_source(output / "overlay.mp4")
    assert video.frame_count == sum(1 for _ in video) > 4


def test_folder_of_images_is_played(repository: Path, tiny: Path, tmp_path: Path) -> None:
    source = tmp_path / "drone: 1 #2"
    source.mkdir()
    for number in range(3):
        pixels = np.full((90, 160, 3), 80 * number, np.uint8)
        assert cv2.imwrite(str(source / f"{number}.png"), pixels)
    run = Run(repository, tmp_path / "output", source, "--model", tiny)
    status, stdout, stderr = run.finish()
    assert status == 0, stderr
    assert "folder drone: 1 #2 (3 images)" in stdout
    assert "no ground truth" in stdout
    numbers = summary(tmp_path / "output")
    # Three images at 5 Hz are shown again until there is something to measure.
    assert numbers["frames_sent"] > 15
    assert numbers["image_size"] == [160, 90]
    assert numbers["accuracy"] is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_stops_both_processes(
    repository: Path, tiny: Path, tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "grid.png").write_text("of an earlier run")
    with Run(repository, tmp_path / "output", "--model", tiny) as run:
        children = [run.child("segmentation_node"), run.child("synthetic_camera_node")]
        run.send(number)
        status, _, stderr = run.finish()
    assert status == 130
    assert "Traceback" not in stderr
    # On a busy machine the demo has not waited for those it killed.
    wait_for(lambda: not any(is_alive(child) for child in children), "the end of the children")
    left = {file.name for file in (tmp_path / "output").iterdir()}
    # Of this run its logs, and what an earlier one left.
    assert left == {"camera.log", "segmentation_node.log", "grid.png"}
    assert (tmp_path / "output" / "grid.png").read_text() == "of an earlier run"
    assert [path.name for path in tmp_path.iterdir()] == ["output"]


def test_node_that_dies_is_reported(repository: Path, tiny: Path, tmp_path: Path) -> None:
    with Run(repository, tmp_path / "output", "--model", tiny) as run:
        camera = run.child("synthetic_camera_node")
        os.kill(run.child("segmentation_node"), signal.SIGKILL)
        status, _, stderr = run.finish()
    assert status == 1
    assert "error: segmentation_node ended with status -9" in stderr
    assert not is_alive(camera)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--engine", "abacus"], r"error: segmentation_node ended with status 1: .*abacus"),
        (["--model", "/nowhere"], r"error: .*/nowhere"),
        (["/nowhere"], r"error: /nowhere: no such file or folder"),
    ],
)
def test_what_cannot_work_is_said_in_a_line(
    repository: Path, tiny: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    run = Run(repository, tmp_path / "output", "--model", tiny, *arguments)
    status, _, stderr = run.finish()
    assert status == 1
    assert re.search(said, stderr)
    assert "Traceback" not in stderr
