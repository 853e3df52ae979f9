# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every parameter through the node's own services: description, range, effect, refusal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from rcl_interfaces.srv import DescribeParameters, ListParameters
from support.ros_client import image, pixels_of, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import stripes

from attendseg_ros.inference import ENGINE_NAMES, available_engines
from attendseg_ros.labels import UNLABELLED, ClassTable
from attendseg_ros.ros.parameters import SCHEMA, Settings

TABLE = ClassTable.load("camvid")
PALETTE = TABLE.palette()
TRUTH = stripes(WIDTH, HEIGHT)
READ_ONLY = ("model", "engine", "num_threads", "image_transport", "autostart")


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


@pytest.fixture(scope="module")
def camera(rig: Rig) -> Any:
    return rig.client.camera()


@pytest.fixture(autouse=True)
def defaults(rig: Rig) -> Iterator[None]:
    """Leaves every live parameter as it was."""
    yield
    live = {spec.name: spec.default for spec in SCHEMA if spec.live}
    rig.client.must_set(**{**live, "diagnostics_period_s": 0.1})


def refusal(rig: Rig, **change: Any) -> str:
    """The reason why a change is refused; the value must stay."""
    (name,) = change
    before = rig.client.get(name)
    (result,) = rig.client.set(**change)
    assert not result.successful
    assert rig.client.get(name) == before
    return str(result.reason)


def outputs(rig: Rig, camera: Any, *topics: str) -> list[NDArray[np.uint8]]:
    inboxes = [rig.output(topic) for topic in topics]
    return [pixels_of(answer) for answer in rig.client.ask(camera, rig.painted(), *inboxes)]


@pytest.mark.parametrize("spec", SCHEMA, ids=lambda spec: spec.name)
def test_each_parameter_is_described(rig: Rig, spec: Any) -> None:
    request = DescribeParameters.Request(names=[spec.name])
    response = rig.client.call(DescribeParameters, "segmentation/describe_parameters", request)
    (descriptor,) = response.descriptors
    assert len(descriptor.description) > 20
    assert descriptor.read_only == (spec.name in READ_ONLY)
    ranges = [*descriptor.floating_point_range, *descriptor.integer_range]
    if isinstance(spec.default, (int, float)) and not isinstance(spec.default, bool):
        assert (ranges[0].from_value, ranges[0].to_value) == spec.limits
        assert ranges[0].from_value <= spec.default <= ranges[0].to_value
    else:
        assert not ranges


def test_the_node_has_the_schemas_parameters_and_no_others_of_its_own(rig: Rig) -> None:
    response = rig.client.call(
        ListParameters, "segmentation/list_parameters", ListParameters.Request()
    )
    foreign = ("use_sim_time", "start_type_description_service", "qos_overrides.")
    own = {name for name in response.result.names if not name.startswith(foreign)}
    assert own == {row.name for row in fields(Settings)}


@pytest.mark.parametrize("name", READ_ONLY)
def test_read_only_parameters_say_so(rig: Rig, name: str) -> None:
    value = rig.client.get(name)
    reason = refusal(rig, **{name: value})
    assert "read-only" in reason
    assert name in reason


@pytest.mark.parametrize(
    "spec", [spec for spec in SCHEMA if spec.live and spec.limits], ids=lambda spec: spec.name
)
def test_values_out_of_range_are_refused_with_the_range(rig: Rig, spec: Any) -> None:
    low, high = spec.limits
    for value in (low - 1.0, high + 1.0, float("nan"), float("inf"), -float("inf")):
        reason = refusal(rig, **{spec.name: value})
        assert spec.name in reason
        assert str(low) in reason
        assert str(high) in reason


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("overlay_alpha", "much"),
        ("lazy", 1),
        ("max_rate_hz", 10),
        ("classes", "car"),
        ("input_size", [1.5, 2.5]),
    ],
)
def test_values_of_another_type_are_refused(rig: Rig, name: str, value: Any) -> None:
    assert "type" in refusal(rig, **{name: value})


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
    threads = {}
    for number in (1, 4):
        with Rig(tmp_path, tiny_path, {"num_threads": number}) as rig:
            rig.client.ask(rig.client.camera(), rig.painted(), rig.output("mask"))
            threads[number] = len(list(Path(f"/proc/{rig.process.pid}/task").iterdir()))
    # ONNX Runtime starts a thread for each but the calling one.
    assert threads[4] == threads[1] + 3


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


def test_an_unknown_class_is_refused_with_the_names_there_are(rig: Rig, camera: Any) -> None:
    reason = refusal(rig, classes=["car", "unicorn"])
    assert "'unicorn'" in reason
    assert "'car'" not in reason
    assert all(name in reason for name in TABLE.names)
    np.testing.assert_array_equal(outputs(rig, camera, "mask")[0], TRUTH)


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


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ([500, 384], ("64", "[512, 384]", "tiny")),
        ([512, 383], ("64", "[512, 384]")),
        ([1, 1], ("64", "[64, 64]")),
        ([512], ("[width, height]", "[0, 0]")),
        ([512, 384, 3], ("[width, height]", "[0, 0]")),
        ([0, 384], ("[width, height]", "[0, 0]")),
        ([-64, 64], ("[width, height]", "[-64, 64]")),
        ([64000, 64], ("4096", "[64000, 64]")),
    ],
)
def test_wrong_input_sizes_are_refused_with_what_is_right(
    rig: Rig, size: list[int], words: tuple[str, ...]
) -> None:
    reason = refusal(rig, input_size=size)
    assert reason.startswith("input_size")
    for word in words:
        assert word in reason


def test_max_rate_hz(rig: Rig, camera: Any) -> None:
    timing = rig.timing()
    rig.client.must_set(max_rate_hz=5.0)
    (first,) = rig.client.ask(camera, rig.painted(), timing)
    skipped = int(rig.value("network", "frames skipped by max_rate_hz"))
    start = time.monotonic()
    while time.monotonic() < start + 2.0:
        camera.publish(rig.painted())
        time.sleep(0.02)
    spent = time.monotonic() - start
    (last,) = rig.client.ask(camera, rig.painted(), timing)
    processed = last.frames_processed - first.frames_processed
    # One of credit at the start, one that is asked for at the end.
    assert 0.5 * 5.0 * spent <= processed <= 5.0 * (time.monotonic() - start) + 2
    assert int(rig.value("network", "frames skipped by max_rate_hz")) > skipped + 20
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
    rig.client.must_set(max_age_warn_s=0.0)
    assert rig.status("camera", lambda status: status.level == status.OK)


def test_several_parameters_change_together_or_not_at_all(rig: Rig) -> None:
    from rcl_interfaces.srv import SetParametersAtomically
    from rclpy.parameter import Parameter

    def set_together(**change: Any) -> Any:
        parameters = [
            Parameter(name, value=value).to_parameter_msg() for name, value in change.items()
        ]
        request = SetParametersAtomically.Request(parameters=parameters)
        name = "segmentation/set_parameters_atomically"
        return rig.client.call(SetParametersAtomically, name, request).result

    result = set_together(overlay_alpha=0.8, classes=["unicorn"])
    assert not result.successful
    assert "unicorn" in result.reason
    assert rig.client.get("overlay_alpha") == 0.5
    assert set_together(overlay_alpha=0.8, classes=["car"]).successful
    assert rig.client.get("overlay_alpha") == 0.8
    assert list(rig.client.get("classes")) == ["car"]
