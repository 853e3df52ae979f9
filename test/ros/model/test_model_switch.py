# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Another model while the node runs: loaded beside the old one, switched to, or refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter
from rclpy.qos import QoSDurabilityPolicy, QoSProfile
from support.model_packages import install_models, prefix_path
from support.ros_client import pixels_of, values, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import painted, stripes, write_tiny_bundle

from attendseg_ros.labels import ClassTable
from attendseg_ros.terms import Source, Terms

TRUTH = stripes(WIDTH, HEIGHT)
GROUND = ClassTable.from_mapping(
    {
        "classes": [
            {"id": 1, "name": "lawn", "color": [0, 160, 0]},
            {"id": 7, "name": "gravel", "color": [200, 60, 60]},
        ]
    }
)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bundles by what is the matter with each."""
    root = tmp_path_factory.mktemp("bundles")
    size = (WIDTH, HEIGHT)
    terms = Terms.of("CC BY-NC 4.0", (Source("Lawn", "own"), Source("Gravel", "MIT")), None)
    write_tiny_bundle(
        root / "ground",
        classes=GROUND,
        input_size=size,
        overrides={"name": "ground", "license": terms.to_mapping()},
    )
    # What load_bundle accepts, since only an engine finds out.
    write_tiny_bundle(
        root / "no graph", model=b"no graph", input_size=size, overrides={"name": "no graph"}
    )
    write_tiny_bundle(root / "wrong sha256", overrides={"sha256": "0" * 64})
    write_tiny_bundle(root / "bad yaml", overrides={"precision": "int3"})
    (root / "empty").mkdir()
    return root


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path, bundles: Path) -> Iterator[Rig]:
    """A node beside which the package lawn_models is installed, with the model lawn."""
    prefix = install_models(folder / "prefix", "lawn_models", {"lawn": bundles / "ground"})
    environment = {"AMENT_PREFIX_PATH": prefix_path(prefix)}
    with Rig(folder, tiny_path, environment=environment) as rig:
        yield rig


@pytest.fixture(autouse=True)
def defaults(rig: Rig) -> Iterator[None]:
    """Leaves the first model running."""
    yield
    rig.client.must_set(classes=[""])
    rig.restore()
    rig.status("network", lambda status: values(status)["model"] == "tiny")


def set_together(rig: Rig, **change: Any) -> Any:
    parameters = [Parameter(name, value=value).to_parameter_msg() for name, value in change.items()]
    request = SetParametersAtomically.Request(parameters=parameters)
    name = "segmentation/set_parameters_atomically"
    return rig.client.call(SetParametersAtomically, name, request).result


def change(rig: Rig, transition: int) -> bool:
    request = ChangeState.Request(transition=Transition(id=transition))
    return bool(rig.client.call(ChangeState, "segmentation/change_state", request).success)


def ground_image(rig: Rig, truth: Any) -> Any:
    message = rig.painted()
    message.data = painted(truth, GROUND).tobytes()
    return message


def wait_for_model(rig: Rig, camera: Any, name: str) -> None:
    def runs() -> bool:
        (timing,) = rig.client.ask(camera, rig.painted(), rig.timing())
        return bool(timing.model == name)

    wait_until(runs, f"a frame of the model {name}")


def test_masks_go_on_until_the_new_model_makes_them(
    rig: Rig, camera: Any, bundles: Path, tiny_path: Path
) -> None:
    masks, timing = rig.output("mask"), rig.timing()
    truth = np.where(TRUTH % 2, 7, 1).astype(np.uint8)
    rig.mask(camera, rig.painted(), masks)
    timing.clear()
    done = threading.Event()
    seen: list[str] = []

    def stream() -> None:
        while not done.is_set():
            (answer,) = rig.client.ask(camera, rig.painted(), timing)
            seen.append(answer.model)

    thread = threading.Thread(target=stream)
    thread.start()
    try:
        wait_until(lambda: "tiny" in seen, "a frame of the first model")
        rig.client.must_set(model=str(bundles / "ground"))
        wait_until(lambda: "ground" in seen, "a frame of the second model")
    finally:
        done.set()
        thread.join()
    # Once, and each frame with one of the two.
    assert seen == sorted(seen, key=["tiny", "ground"].index)
    np.testing.assert_array_equal(rig.mask(camera, ground_image(rig, truth), masks), truth)
    assert rig.client.get("model") == str(bundles / "ground")
    status = rig.status("network", lambda status: values(status)["model"] == "ground")
    assert status.level == status.OK
    assert values(status)["frames processed"] != "0"
    assert rig.value("camera", "frames failed") == "0"
    rig.process.wait_for_log("model ground (int8")

    rig.client.must_set(model=str(tiny_path))
    wait_for_model(rig, camera, "tiny")
    np.testing.assert_array_equal(rig.mask(camera, rig.painted(), masks), TRUTH)


def test_each_model_is_introduced_with_its_data_and_terms_before_it_runs(
    rig: Rig, camera: Any, bundles: Path
) -> None:
    tiny = "model tiny: what it was trained on is unknown; weights under Apache-2.0; whether for"
    ground = (
        "model ground: trained on Lawn and Gravel; weights for non-commercial use (CC BY-NC 4.0)"
    )
    log = rig.process.log()
    assert log.index(tiny) < log.index("model tiny (int8")
    earlier = len(log)
    rig.client.must_set(model=str(bundles / "ground"))
    wait_for_model(rig, camera, "ground")
    rig.client.must_set(min_confidence=0.3)
    rig.client.must_set(input_size=[64, 64])
    rig.process.wait_for_log("model ground (int8, 64x64")
    log = rig.process.log()[earlier:]
    (line,) = [line for line in log.splitlines() if "model ground: " in line]
    assert line.startswith("[INFO]")
    assert line.endswith(ground)
    assert log.index(ground) < log.index("model ground (int8")


def test_colours_are_the_new_models(rig: Rig, camera: Any, bundles: Path) -> None:
    rig.client.must_set(model=str(bundles / "ground"))
    wait_for_model(rig, camera, "ground")
    truth = np.where(TRUTH % 2, 7, 1).astype(np.uint8)
    colors = rig.output("color_mask")
    (answer,) = rig.client.ask(camera, ground_image(rig, truth), colors)
    np.testing.assert_array_equal(pixels_of(answer), painted(truth, GROUND))


@pytest.mark.parametrize("name", ["pkg://lawn_models/lawn", "lawn"])
def test_a_model_of_another_package_is_found_by_name(rig: Rig, camera: Any, name: str) -> None:
    rig.client.must_set(model=name)
    wait_for_model(rig, camera, "ground")
    assert rig.client.get("model") == name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no such folder", ("no model", "street")),
        ("empty", ("model.yaml", "missing")),
        ("bad yaml", ("precision", "int8")),
        ("wrong sha256", ("sha256", "model.onnx")),
    ],
)
def test_what_is_no_bundle_is_refused_at_once(
    rig: Rig, camera: Any, bundles: Path, name: str, words: tuple[str, ...]
) -> None:
    before = rig.client.get("model")
    (result,) = rig.client.set(model=str(bundles / name))
    assert not result.successful
    assert all(word in result.reason for word in words), result.reason
    assert rig.client.get("model") == before
    np.testing.assert_array_equal(rig.mask(camera, rig.painted(), rig.output("mask")), TRUTH)


def test_a_model_that_no_engine_runs_leaves_the_old_one_and_the_parameter_as_they_were(
    rig: Rig, camera: Any, bundles: Path, tiny_path: Path
) -> None:
    rig.client.must_set(model=str(bundles / "no graph"))
    line = rig.process.wait_for_log("model no graph at")
    assert "not in effect" in line
    assert "no graph/model.onnx" in line
    status = rig.status("network", lambda status: status.level == status.WARN)
    assert "not in effect" in status.message
    assert "no graph/model.onnx" in status.message
    assert values(status)["model"] == "tiny"
    wait_until(lambda: rig.client.get("model") == str(tiny_path), "the parameter to be set back")
    np.testing.assert_array_equal(rig.mask(camera, rig.painted(), rig.output("mask")), TRUTH)
    # Asking for the model that runs is the answer to the warning.
    rig.client.must_set(model=str(tiny_path), max_age_warn_s=0.0, max_age_error_s=0.0)
    rig.status("network", lambda status: status.level == status.OK)


def test_classes_set_with_a_model_that_fails_go_back_with_it(
    rig: Rig, camera: Any, bundles: Path, tiny_path: Path
) -> None:
    rig.client.must_set(classes=["car"])
    assert set_together(rig, model=str(bundles / "no graph"), classes=["sky"]).successful
    wait_until(lambda: rig.client.get("model") == str(tiny_path), "the parameter to be set back")
    assert list(rig.client.get("classes")) == ["car"]
    mask = rig.mask(camera, rig.painted(), rig.output("mask"))
    np.testing.assert_array_equal(mask, np.where(TRUTH == 8, TRUTH, 255))


def test_classes_must_fit_the_new_model(rig: Rig, camera: Any, bundles: Path) -> None:
    ground, masks = str(bundles / "ground"), rig.output("mask")
    failed = rig.value("camera", "frames failed")
    rig.client.must_set(classes=["car"])
    (result,) = rig.client.set(model=ground)
    assert not result.successful
    assert "'car'" in result.reason
    assert "lawn, gravel" in result.reason

    assert set_together(rig, model=ground, classes=["gravel"]).successful
    wait_for_model(rig, camera, "ground")
    truth = np.where(TRUTH % 2, 7, 1).astype(np.uint8)
    mask = rig.mask(camera, ground_image(rig, truth), masks)
    np.testing.assert_array_equal(mask, np.where(truth == 7, truth, 255))
    (result,) = rig.client.set(classes=["car"])
    assert not result.successful
    assert "lawn, gravel" in result.reason
    assert rig.value("camera", "frames failed") == failed
    rig.client.must_set(classes=[""])


def test_only_the_last_of_many_wishes_counts(
    rig: Rig, camera: Any, bundles: Path, tiny_path: Path
) -> None:
    for _ in range(5):
        rig.client.must_set(model=str(bundles / "ground"))
        rig.client.must_set(model=str(bundles / "no graph"))
        rig.client.must_set(model=str(tiny_path))
    rig.client.must_set(model=str(bundles / "ground"))
    wait_for_model(rig, camera, "ground")
    assert rig.client.get("model") == str(bundles / "ground")


def test_the_parameter_reads_what_runs_after_any_row_of_wishes(
    rig: Rig, camera: Any, bundles: Path, tiny_path: Path
) -> None:
    good, broken, first = str(bundles / "ground"), str(bundles / "no graph"), str(tiny_path)
    paths = {"ground": good, "tiny": first}

    def reads_what_runs() -> bool:
        known = values(rig.status("network"))
        return known["loading"] == "" and rig.client.get("model") == paths[known["model"]]

    for row in (
        [broken],
        [good, broken],
        [broken, broken],
        [broken, first],
        [broken, good],
        [good, first, broken],
    ):
        for model in row:
            rig.client.must_set(model=model)
        wait_until(reads_what_runs, f"the parameter to read what runs after {row}")
        if row[-1] != broken:
            assert rig.client.get("model") == row[-1]
        rig.mask(camera, rig.painted(), rig.output("mask"))
        rig.client.must_set(model=first)
        wait_for_model(rig, camera, "tiny")


def test_label_info_names_the_new_classes(rig: Rig, camera: Any, bundles: Path) -> None:
    vision_msgs = pytest.importorskip("vision_msgs.msg", reason="vision_msgs is not installed")
    late = QoSProfile(depth=1, durability=QoSDurabilityPolicy.TRANSIENT_LOCAL)
    infos = rig.output("label_info", vision_msgs.LabelInfo, late)
    rig.client.must_set(model=str(bundles / "ground"))
    wait_for_model(rig, camera, "ground")
    wait_until(
        lambda: [c.class_name for c in infos.messages[-1].class_map] == ["lawn", "gravel"],
        "the names of the new classes",
    )


def test_while_inactive_and_while_not_configured(
    tmp_path: Path, tiny_path: Path, bundles: Path
) -> None:
    with Rig(tmp_path, tiny_path, {"autostart": "false"}) as rig:
        (result,) = rig.client.set(model=str(bundles / "wrong sha256"))
        assert not result.successful
        assert "sha256" in result.reason
        rig.client.must_set(model=str(bundles / "ground"))
        assert change(rig, Transition.TRANSITION_CONFIGURE)
        rig.process.wait_for_log("model ground (int8")
        rig.client.must_set(model=str(tiny_path))
        rig.process.wait_for_log("model tiny (int8")
        assert change(rig, Transition.TRANSITION_ACTIVATE)
        camera = rig.client.camera()
        mask = rig.mask(camera, rig.painted(), rig.output("mask"))
        np.testing.assert_array_equal(mask, TRUTH)
        # Cleaned up while a model loads, and configured with what was asked for last.
        rig.client.must_set(model=str(bundles / "ground"))
        assert change(rig, Transition.TRANSITION_DEACTIVATE)
        assert change(rig, Transition.TRANSITION_CLEANUP)
        assert change(rig, Transition.TRANSITION_CONFIGURE)
        assert change(rig, Transition.TRANSITION_ACTIVATE)
        wait_for_model(rig, camera, "ground")
