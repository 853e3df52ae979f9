# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The segmenter as its users see it: known answers at any size, owned results, threads."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support.tiny_bundle import painted, stripes

from attendseg_ros.errors import EngineError, ImageError
from attendseg_ros.inference import Bundle, Segmenter


@pytest.fixture
def segmenter(tiny: Bundle) -> Iterator[Segmenter]:
    made = Segmenter(tiny, "onnxruntime", num_threads=1)
    yield made
    made.close()


def test_a_painted_image_comes_back_as_its_labels(engine_name: str, tiny: Bundle) -> None:
    segmenter = Segmenter(tiny, engine_name)
    assert segmenter.engine_name == engine_name
    assert segmenter.bundle is tiny
    assert segmenter.input_size == tiny.input_size
    labels = stripes(704, 64)
    result = segmenter.segment(painted(labels))
    np.testing.assert_array_equal(result.labels, labels)
    assert result.confidence is None
    segmenter.close()


def test_confidence_is_high_inside_and_low_at_borders(segmenter: Segmenter) -> None:
    result = segmenter.segment(painted(stripes(704, 64)), confidence=True)
    assert result.confidence is not None
    columns = np.arange(704) % 64
    assert result.confidence[:, (columns > 8) & (columns < 56)].min() > 240
    assert result.confidence[:, 64].max() < 200


@pytest.mark.parametrize(
    ("width", "height"),
    [(1, 1), (1, 1081), (1921, 1), (3, 2), (63, 65), (480, 360), (641, 479), (1921, 1081)],
)
def test_any_size_comes_back_at_its_own(segmenter: Segmenter, width: int, height: int) -> None:
    count = min(11, max(1, width // 40))
    labels = stripes(width, height, count)
    result = segmenter.segment(painted(labels), confidence=True)
    assert result.labels.shape == (height, width)
    assert result.labels.dtype == np.uint8
    assert result.confidence is not None
    assert result.confidence.shape == (height, width)
    # A column of the network's grid of 4 pixels covers 11 columns of the widest image.
    near = np.zeros(width, bool)
    for shift in range(-6, 7):
        near |= np.roll(labels[0], shift) != labels[0]
    np.testing.assert_array_equal(result.labels[:, ~near], labels[:, ~near])


def test_a_view_with_bgr_order_is_read_as_rgb(segmenter: Segmenter) -> None:
    labels = stripes(704, 64)
    bgr = np.ascontiguousarray(painted(labels)[..., ::-1])
    np.testing.assert_array_equal(segmenter.segment(bgr[..., ::-1]).labels, labels)


def test_times_of_the_stages_are_within_the_call(segmenter: Segmenter) -> None:
    started = time.perf_counter()
    times = segmenter.segment(painted(stripes(641, 480))).times
    total = (time.perf_counter() - started) * 1e3
    stages = (times.resize_ms, times.network_ms, times.decode_ms)
    assert min(stages) > 0.0
    assert sum(stages) <= total


def test_results_belong_to_the_caller_and_the_image_is_left_alone(segmenter: Segmenter) -> None:
    image = painted(stripes(704, 64))
    before = image.copy()
    first = segmenter.segment(image, confidence=True)
    kept = first.labels.copy()
    segmenter.segment(np.zeros_like(image), confidence=True)
    np.testing.assert_array_equal(first.labels, kept)
    first.labels[:] = 0
    np.testing.assert_array_equal(segmenter.segment(image).labels, kept)
    np.testing.assert_array_equal(image, before)


def test_input_size_changes_at_once_and_a_wrong_one_changes_nothing(segmenter: Segmenter) -> None:
    image = painted(stripes(1408, 64))
    coarse = segmenter.segment(image).labels
    segmenter.set_input_size(1408, 128)
    assert segmenter.input_size == (1408, 128)
    exact = segmenter.segment(image).labels
    np.testing.assert_array_equal(exact, stripes(1408, 64))
    assert (coarse == exact).mean() > 0.9
    for wrong in [(100, 64), (0, 0), (8192, 64)]:
        with pytest.raises(EngineError, match="multiples of 64"):
            segmenter.set_input_size(*wrong)
        assert segmenter.input_size == (1408, 128)
    np.testing.assert_array_equal(segmenter.segment(image).labels, exact)


def test_input_size_can_be_given_from_the_start(tiny: Bundle) -> None:
    segmenter = Segmenter(tiny, "onnxruntime", input_size=(192, 128))
    assert segmenter.input_size == (192, 128)
    with pytest.raises(EngineError, match="multiples of 64, got 100x100"):
        Segmenter(tiny, "onnxruntime", input_size=(100, 100))


def test_a_wrong_image_is_refused_and_the_next_one_served(segmenter: Segmenter) -> None:
    with pytest.raises(ImageError, match="got float64"):
        segmenter.segment(np.zeros((4, 4, 3)))  # type: ignore[arg-type]
    labels = stripes(704, 64)
    np.testing.assert_array_equal(segmenter.segment(painted(labels)).labels, labels)


def test_a_closed_segmenter_says_so(tiny: Bundle) -> None:
    segmenter = Segmenter(tiny, "onnxruntime")
    segmenter.close()
    segmenter.close()
    with pytest.raises(EngineError, match="closed"):
        segmenter.segment(np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(EngineError, match="closed"):
        segmenter.set_input_size(64, 64)


def run_in_threads(jobs: list[threading.Thread]) -> None:
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()


def test_two_segmenters_work_at_the_same_time(engine_name: str, tiny: Bundle) -> None:
    wrong: list[int] = []

    def work(segmenter: Segmenter, labels: NDArray[np.uint8]) -> None:
        image = painted(labels)
        for _ in range(30):
            if not np.array_equal(segmenter.segment(image).labels, labels):
                wrong.append(1)

    masks = [stripes(704, 64), stripes(704, 64, 4)]
    segmenters = [Segmenter(tiny, engine_name, num_threads=1) for _ in masks]
    pairs = zip(segmenters, masks, strict=True)
    run_in_threads([threading.Thread(target=work, args=pair) for pair in pairs])
    assert not wrong


def test_one_segmenter_shared_by_threads_mixes_nothing_up(segmenter: Segmenter) -> None:
    wrong: list[int] = []
    sizes = [(704, 64), (1408, 64), (704, 128)]

    def work(labels: NDArray[np.uint8]) -> None:
        image = painted(labels)
        for _ in range(30):
            if (segmenter.segment(image).labels != labels).mean() > 0.05:
                wrong.append(1)

    def change_size() -> None:
        for turn in range(12):
            segmenter.set_input_size(*sizes[turn % len(sizes)])

    masks = [stripes(704, 64), stripes(704, 64, 4)]
    jobs = [threading.Thread(target=work, args=(mask,)) for mask in masks]
    run_in_threads([*jobs, threading.Thread(target=change_size)])
    assert not wrong


def output_of(program: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_no_engine_calls_out(engine_name: str, tiny_path: Path) -> None:
    program = (
        "import sys, time, numpy as np\n"
        "calls = []\n"
        # OpenVINO's telemetry forks a process that makes the connection.
        "watched = ('socket.connect', 'socket.getaddrinfo', 'urllib.Request', 'os.fork')\n"
        "sys.addaudithook(lambda event, _: event in watched and calls.append(event))\n"
        "from attendseg_ros.inference import Segmenter, load_bundle\n"
        f"segmenter = Segmenter(load_bundle({str(tiny_path)!r}), {engine_name!r})\n"
        "segmenter.segment(np.zeros((5, 5, 3), np.uint8))\n"
        # A thread may be about to.
        "time.sleep(0.5)\n"
        "print(calls)\n"
    )
    assert output_of(program) == "[]"


def test_no_engine_keeps_an_id_of_the_machine_for_reports(
    engine_name: str, tiny_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What C++ code sends no hook of Python's sees, but it keeps what it has to send.
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    # It was set as this process imported us.
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY", raising=False)
    program = (
        "import numpy as np\n"
        "from attendseg_ros.inference import Segmenter, load_bundle\n"
        f"segmenter = Segmenter(load_bundle({str(tiny_path)!r}), {engine_name!r})\n"
        "print(segmenter.segment(np.zeros((5, 5, 3), np.uint8)).labels.shape)\n"
    )
    assert output_of(program) == "(5, 5)"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.parent == tmp_path / "cache" / "attendseg_ros" for path in files), files


def test_the_robots_path_never_imports_torch(tiny_path: Path) -> None:
    program = (
        "import sys, numpy as np\n"
        "from attendseg_ros.inference import Segmenter, available_engines, load_bundle\n"
        "available_engines()\n"
        f"segmenter = Segmenter(load_bundle({str(tiny_path)!r}), 'auto')\n"
        "segmenter.segment(np.zeros((5, 5, 3), np.uint8), confidence=True)\n"
        "print(sorted({'torch', 'onnx', 'rclpy'} & set(sys.modules)))\n"
    )
    assert output_of(program) == "[]"


def test_a_twin_is_of_the_same_model_and_engine_which_is_not_measured_again(tiny: Bundle) -> None:
    first = Segmenter(tiny, "auto", num_threads=1)
    twin = first.twin((128, 64))
    assert twin.bundle is tiny
    assert twin.engine_name == first.engine_name
    assert twin.selection is first.selection
    assert twin.input_size == (128, 64)
    assert min(first.first_run_s, twin.first_run_s) > 0.0
    assert first.build_s > twin.build_s
    first.close()
    labels = stripes(128, 64, count=4)
    np.testing.assert_array_equal(twin.segment(painted(labels)).labels, labels)
    twin.close()
