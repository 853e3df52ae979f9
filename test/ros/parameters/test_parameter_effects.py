# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What every parameter of the node changes, as `ros2 param set` does it."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support.logged_process import PATIENCE_S
from support.proc import threads
from support.ros_client import image, pixels_of, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import stripes

from attendseg_ros.inference import ENGINE_NAMES, available_engines
from attendseg_ros.labels import UNLABELLED, ClassTable
from attendseg_ros.ros.parameters.parameter_table import SCHEMA

ELSEWHERE = {
    "model": "test_model_switch.py::test_masks_go_on_until_the_new_model_makes_them",
    "image_transport": "test_compressed.py",
    "cameras": "test_cameras.py",
    "autostart": "test_lifecycle.py::test_autostart_false_waits",
    "engine_timeout_s": "test_hangs.py::test_engine_timeout_s",
    "lazy": "test_laziness.py",
    "min_rate_warn_hz": "test_diagnostics.py::test_limits_of_rate_and_latency",
    "min_rate_error_hz": "test_diagnostics.py::test_limits_of_rate_and_latency",
    "max_latency_warn_ms": "test_diagnostics.py::test_limits_of_rate_and_latency",
    "max_latency_error_ms": "test_diagnostics.py::test_limits_of_rate_and_latency",
    "max_age_warn_s": "test_diagnostics.py::test_silence_warns_then_errs_and_says_why",
    "max_age_error_s": "test_diagnostics.py::test_silence_warns_then_errs_and_says_why",
    "max_drop_ratio_warn": "test_diagnostics.py::test_limit_of_drops",
    "max_foreignness_warn": "test_foreign_images.py::test_nought_switches_the_alarm_off",
    "max_missing_ratio_warn": (
        "test_stamps.py::test_frames_that_never_come_are_named_with_the_likely_cause"
    ),
    "target_latency_ms": "test_size_controller.py",
    "jpeg_quality": (
        "test_compressed_outputs.py::test_jpeg_quality_changes_size_and_leaves_png_alone"
    ),
    "depth_tolerance_ms": "test_points.py::test_depth_tolerance_ms",
    **dict.fromkeys(("output_size", "roi"), "test_output_size.py"),
    **dict.fromkeys(("ahead_region", "min_free_share"), "test_class_shares.py"),
    **dict.fromkeys(
        (
            "T_camera_lidar",
            "painted_classes",
            "painting_tolerance_ms",
            "painting_ring_gap_deg",
        ),
        "test_painted_points.py",
    ),
    "points_classes": "test_points.py::test_points_classes",
    "points_min_range_m": "test_points.py::test_points_min_range_m_and_points_max_range_m",
    "points_max_range_m": "test_points.py::test_points_min_range_m_and_points_max_range_m",
    "points_max_rate_hz": "test_points.py::test_points_max_rate_hz",
    **dict.fromkeys(("traversable_classes", "obstacle_classes"), "test_traversable.py"),
    **dict.fromkeys(
        (
            "height_above_ground_m",
            "landing_min_radius_px",
            "landing_hysteresis",
            "landing_frames",
        ),
        "test_landing.py",
    ),
    "landing_min_radius_m": "test_landing_in_metres.py",
    "height_source": "test_landing_fails_closed.py::test_height_source_says_what_is_asked_for",
    "image_is_rectified": "test_landing_in_metres.py::test_image_is_rectified_chooses_the_matrix",
    "ground_frame": "test_ground_map.py::test_size_resolution_and_frame_of_the_grid",
    "ground_plane_source": "test_ground_by_tf.py::test_parameters_win_where_they_are_asked_for",
    "camera_height_m": "test_ground_map.py::test_height_and_pitch_place_the_wall",
    "camera_pitch_deg": "test_ground_map.py::test_height_and_pitch_place_the_wall",
    "camera_roll_deg": "test_ground_map.py::test_output_size_and_a_rolled_camera_change_no_place",
    "ground_tf_tolerance_ms": "test_ground_by_tf.py::test_late_transforms_make_no_map",
    "ground_size_m": "test_ground_map.py::test_size_resolution_and_frame_of_the_grid",
    "ground_resolution_m": "test_ground_map.py::test_size_resolution_and_frame_of_the_grid",
    "ground_min_range_m": "test_ground_map.py::test_range_limits_and_max_cell_stretch",
    "ground_max_range_m": "test_ground_map.py::test_range_limits_and_max_cell_stretch",
    "max_cell_stretch": "test_ground_map.py::test_range_limits_and_max_cell_stretch",
    "ground_max_rate_hz": "test_ground_map.py::test_ground_max_rate_hz",
}
"""Tests of effects that are not test_<parameter> here: a test that sets it, or a file of them."""

TABLE = ClassTable.load("camvid")
PALETTE = TABLE.palette()
TRUTH = stripes(WIDTH, HEIGHT)


pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


def outputs(rig: Rig, camera: Any, *topics: str) -> list[NDArray[np.uint8]]:
    inboxes = [rig.output(topic) for topic in topics]
    return [pixels_of(answer) for answer in rig.client.ask(camera, rig.painted(), *inboxes)]


@pytest.mark.parametrize("engine", ENGINE_NAMES)
def test_engine(tmp_path: Path, tiny_path: Path, engine: str) -> None:
    missing = available_engines()[engine]
    if missing is not None:
        pytest.skip(missing)
    with Rig(tmp_path, tiny_path, {"engine": engine}) as rig:
        camera, timing = rig.client.camera(), rig.timing()
        (answer,) = rig.client.ask(camera, rig.painted(), timing)
        assert answer.engine == engine
        np.testing.assert_array_equal(outputs(rig, camera, "mask")[0], TRUTH)


def test_engine_auto_takes_an_installed_one_and_says_which(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path, {"engine": "auto"}) as rig:
        (answer,) = rig.client.ask(rig.client.camera(), rig.painted(), rig.timing())
        assert available_engines()[answer.engine] is None
        assert f"runs on {answer.engine}" in rig.process.wait_for_log("runs on")
        # Importing torch would cost seconds and hundreds of megabytes.
        assert "libtorch" not in Path(f"/proc/{rig.process.pid}/maps").read_text()


def test_num_threads(tmp_path: Path, tiny_path: Path) -> None:
    count = {}
    for number in (1, 4):
        with Rig(tmp_path, tiny_path, {"num_threads": number}) as rig:
            rig.client.ask(rig.client.camera(), rig.painted(), rig.output("mask"))
            count[number] = len(threads(rig.process.pid))
    # ONNX Runtime starts a thread for each but the calling one.
    assert count[4] == count[1] + 3


def test_overlay_alpha(rig: Rig, camera: Any) -> None:
    grey = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)
    for alpha in (0.0, 0.25, 0.9, 1.0):
        rig.client.must_set(overlay_alpha=alpha)
        message = image(grey, "rgb8", rig.client.header())
        answers = rig.client.ask(camera, message, rig.output("overlay"), rig.output("color_mask"))
        overlay, colors = map(pixels_of, answers)
        wanted = (1 - alpha) * grey + alpha * colors
        assert np.abs(overlay - wanted).max() <= 0.5001


def test_min_confidence(rig: Rig, camera: Any) -> None:
    mask, confidence = outputs(rig, camera, "mask", "confidence")
    np.testing.assert_array_equal(mask, TRUTH)
    limit = 0.99
    rig.client.must_set(min_confidence=limit)
    mask, confidence = outputs(rig, camera, "mask", "confidence")
    unsure = confidence < np.ceil(limit * 255)
    assert unsure.any()
    assert not unsure.all()
    np.testing.assert_array_equal(mask, np.where(unsure, UNLABELLED, TRUTH))
    rig.client.must_set(min_confidence=0.0)
    np.testing.assert_array_equal(outputs(rig, camera, "mask")[0], TRUTH)


def test_classes(rig: Rig, camera: Any) -> None:
    kept = [TABLE.id_of("car"), TABLE.id_of("road")]
    rig.client.must_set(classes=["car", "road"])
    mask, colors = outputs(rig, camera, "mask", "color_mask")
    wanted = np.where(np.isin(TRUTH, kept), TRUTH, UNLABELLED)
    np.testing.assert_array_equal(mask, wanted)
    np.testing.assert_array_equal(colors, PALETTE[wanted])
    rig.client.must_set(classes=[""])
    np.testing.assert_array_equal(outputs(rig, camera, "mask")[0], TRUTH)


def test_temporal_smoothing(rig: Rig, camera: Any) -> None:
    masks, stamp = rig.output("mask"), rig.client.header().stamp
    # A change of colour within what counts as noise, which turns the nearest class.
    middle = PALETTE[[TABLE.id_of("road"), TABLE.id_of("building")]].astype(float).mean(axis=0)
    shift = np.array([0.0, 2.5, 2.5])

    def classes_of(first: NDArray[np.float64], second: NDArray[np.float64]) -> list[set[int]]:
        """The classes in the masks of two frames of one colour, a millisecond apart."""
        found = []
        stamp.sec += 10
        for nanoseconds, color in enumerate((first, second), 1):
            pixels = np.tile(np.rint(color).astype(np.uint8), (HEIGHT, WIDTH, 1))
            message = image(pixels, "rgb8", rig.client.header())
            message.header.stamp.sec, message.header.stamp.nanosec = stamp.sec, nanoseconds
            found.append(set(np.unique(rig.mask(camera, message, masks)).tolist()))
        return found

    road, building = {TABLE.id_of("road")}, {TABLE.id_of("building")}
    assert classes_of(middle - shift, middle + shift) == [building, road]
    rig.client.must_set(temporal_smoothing=0.95)
    assert classes_of(middle - shift, middle + shift) == [building, building]
    rig.client.must_set(temporal_smoothing=0.0)
    assert classes_of(middle - shift, middle + shift) == [building, road]


def test_input_size(rig: Rig, camera: Any) -> None:
    timing = rig.timing()

    def size() -> tuple[int, int]:
        (answer,) = rig.client.ask(camera, rig.painted(), timing)
        return (answer.input_width, answer.input_height)

    assert size() == (WIDTH, HEIGHT)
    rig.client.must_set(input_size=[128, 192])
    wait_until(lambda: size() == (128, 192), "the new input size")
    (mask,) = outputs(rig, camera, "mask")
    assert mask.shape == TRUTH.shape
    assert rig.value("network", "input size") == "128x192"
    rig.process.wait_for_log("128x192")
    rig.client.must_set(input_size=[0, 0])
    wait_until(lambda: size() == (WIDTH, HEIGHT), "the model's own input size")
    np.testing.assert_array_equal(outputs(rig, camera, "mask")[0], TRUTH)


def test_services_and_masks_go_on_while_the_input_size_changes(rig: Rig, camera: Any) -> None:
    timing, masks = rig.timing(), rig.output("mask")
    for side in (1024, 2048, 64):
        rig.client.must_set(input_size=[side, side])
        assert rig.client.get("input_size").tolist() == [side, side]
        assert rig.mask(camera, rig.painted(), masks).shape == TRUTH.shape

    def last() -> bool:
        (answer,) = rig.client.ask(camera, rig.painted(), timing)
        return bool(answer.input_width == 64)

    wait_until(last, "the last of three input sizes")


def test_max_rate_hz(rig: Rig, camera: Any) -> None:
    timing = rig.timing()
    rig.client.must_set(max_rate_hz=5.0)
    (first,) = rig.client.ask(camera, rig.painted(), timing)
    start = time.monotonic()
    # Both go on for as long as images come, however slowly a busy machine brings them.
    skipped = int(rig.value("network", "frames skipped by max_rate_hz"))
    processed = 0
    while processed < 5 or int(rig.value("network", "frames skipped by max_rate_hz")) <= skipped:
        assert time.monotonic() < start + PATIENCE_S, f"{processed} processed"
        for _ in range(25):
            camera.publish(rig.painted())
            time.sleep(0.02)
        (last,) = rig.client.ask(camera, rig.painted(), timing)
        processed = last.frames_processed - first.frames_processed
        # One of credit at the start, one that is asked for at the end.
        assert processed <= 5.0 * (time.monotonic() - start) + 2
    rig.client.must_set(max_rate_hz=0.0)
    for _ in range(20):
        rig.client.ask(camera, rig.painted(), timing)


def test_a_higher_max_rate_does_not_wait_for_a_lower_one(rig: Rig, camera: Any) -> None:
    timing = rig.timing()
    rig.client.must_set(max_rate_hz=0.01)
    for _ in range(50):
        camera.publish(rig.painted())
    skipped = "frames skipped by max_rate_hz"
    before = int(rig.value("network", skipped))
    wait_until(
        lambda: camera.publish(rig.painted()) or int(rig.value("network", skipped)) > before,
        "frames skipped at 0.01 Hz",
    )
    rig.client.must_set(max_rate_hz=50.0)
    start = time.monotonic()
    rig.client.ask(camera, rig.painted(), timing)
    assert time.monotonic() - start < 30.0


def test_max_pixels(rig: Rig, camera: Any) -> None:
    rig.client.must_set(max_pixels=WIDTH * HEIGHT)
    np.testing.assert_array_equal(outputs(rig, camera, "mask")[0], TRUTH)
    rig.client.must_set(max_pixels=WIDTH * HEIGHT - 1)
    line = rig.refuses(camera, rig.painted(), rig.painted(64, 32), "too large image")
    assert f"more than max_pixels ({WIDTH * HEIGHT - 1})" in line


def test_diagnostics_period_s(rig: Rig) -> None:
    def period() -> float:
        stamps = []
        for _ in range(3):
            report = rig.status("camera")
            assert report is not None
            stamps.append(time.monotonic())
        return min(b - a for a, b in pairwise(stamps))

    assert period() < 0.45
    rig.client.must_set(diagnostics_period_s=0.7)
    rig.status("camera")
    assert period() > 0.55


def test_limits_are_live(rig: Rig, camera: Any) -> None:
    """Each threshold's own behaviour is in test_diagnostics.py."""
    rig.client.ask(camera, rig.painted(), rig.output("mask"))
    rig.client.must_set(max_age_warn_s=0.001, max_age_error_s=0.0)
    assert rig.status("camera", lambda status: status.level == status.WARN)
    # On a busy machine, frames that come as fast as here go missing.
    rig.client.must_set(max_age_warn_s=0.0, max_missing_ratio_warn=1.0)

    def fine(status: Any) -> bool:
        # Other tests have sent stamps of another clock.
        camera.publish(rig.painted())
        return bool(status.level == status.OK)

    assert rig.status("camera", fine)


@pytest.mark.parametrize("spec", SCHEMA, ids=lambda spec: spec.name)
def test_every_parameter_has_a_test_of_its_effect(spec: Any) -> None:
    file, _, name = ELSEWHERE.get(spec.name, f"{Path(__file__).name}::test_{spec.name}").partition(
        "::"
    )
    (found,) = Path(__file__).parents[1].rglob(file)
    source = found.read_text()
    tests = {
        node.name: ast.unparse(node)
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    assert spec.name in (tests[name] if name else source)
