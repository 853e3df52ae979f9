# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An engine that does not return: named, replaced, and never heard of again. It is a real one."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from support.faulty_bundle import HANGS, STAYS, marked, write_hanging
from support.ros_client import image, values, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import painted, stripes, write_tiny_bundle

from attendseg_ros.srv import Segment

SIZE = (WIDTH, HEIGHT)
GOOD = painted(stripes(*SIZE, count=8))

TIMEOUT_S = 1.0


@pytest.fixture(scope="module")
def hanging_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that some images hang for ever, and others for some seconds."""
    folder = tmp_path_factory.mktemp("bundles") / "tiny"
    return write_hanging(folder, rounds=1_500_000, input_size=SIZE)


@contextmanager
def node(folder: Path, model: Path, **parameters: Any) -> Iterator[Rig]:
    with Rig(folder, model, {"engine_timeout_s": TIMEOUT_S, **parameters}) as rig:
        yield rig


def message(rig: Rig, mark: int | None = None) -> Any:
    rgb = GOOD if mark is None else marked(GOOD, mark)
    return image(rgb, "rgb8", rig.client.header())


def flows(rig: Rig, camera: Any) -> None:
    """Waits until images get masks again."""
    rig.client.ask(camera, message(rig), rig.output("mask"))


def change(rig: Rig, transition: int) -> bool:
    request = ChangeState.Request(transition=Transition(id=transition))
    return bool(rig.client.call(ChangeState, "segmentation/change_state", request).success)


def test_a_hanging_engine_is_named_and_replaced_and_masks_flow_again(
    tmp_path: Path, hanging_path: Path
) -> None:
    with node(tmp_path, hanging_path) as rig:
        camera, masks = rig.client.camera(), rig.output("mask")
        rig.client.ask(camera, message(rig), masks)
        culprit = message(rig, HANGS)
        camera.publish(culprit)
        status = rig.status("network", lambda status: status.level == status.ERROR)
        assert "engine 'onnxruntime' with model 'tiny' h" in status.message
        line = rig.process.wait_for_log("hangs since")
        assert "engine 'onnxruntime' with model 'tiny'" in line
        assert "ERROR" in line
        flows(rig, camera)
        status = rig.status("network", lambda status: status.level == status.OK)
        network = values(status)
        assert network["engine hangs"] == "1"
        assert network["last engine hang"].startswith("engine 'onnxruntime' with model 'tiny' hung")
        assert int(network["frames failed: engine hangs"]) >= 1
        rig.wait_for_count("camera", "frames failed: engine hangs", 1)
        assert all(mask.header.stamp != culprit.header.stamp for mask in masks.messages)
        # While a call of the engine's is still running.
        assert rig.process.stop() == 0
        assert "Traceback" not in rig.process.log()


def test_who_asked_for_one_image_is_told_and_the_next_one_is_answered(
    tmp_path: Path, hanging_path: Path
) -> None:
    with node(tmp_path, hanging_path) as rig:

        def asked(mark: int | None = None) -> Any:
            request = Segment.Request(image=message(rig, mark))
            return rig.client.call(Segment, "segmentation/segment", request)

        assert asked().success
        answer = asked(HANGS)
        assert not answer.success
        assert "engine 'onnxruntime' with model 'tiny'" in answer.message
        assert not answer.mask.data
        # Refused while the engine is being replaced.
        wait_until(lambda: asked().success, "an answer of the engine in its place")
        assert rig.value("network", "engine hangs") == "1"


def test_what_returns_late_is_never_published(tmp_path: Path, hanging_path: Path) -> None:
    with node(tmp_path, hanging_path) as rig:
        camera, masks = rig.client.camera(), rig.output("mask")
        rig.client.ask(camera, message(rig), masks)
        masks.clear()
        culprit = message(rig, STAYS)
        camera.publish(culprit)
        rig.process.wait_for_log("hangs since")
        flows(rig, camera)
        masks.clear()
        rig.process.wait_for_log("has returned after all")
        for _ in range(3):
            camera.publish(message(rig))
        flows(rig, camera)
        assert all(mask.header.stamp != culprit.header.stamp for mask in masks.messages)
        assert rig.value("network", "engine hangs") == "1"


def test_engine_timeout_s(tmp_path: Path, hanging_path: Path) -> None:
    with node(tmp_path, hanging_path, engine_timeout_s=0.0) as rig:
        camera, masks = rig.client.camera(), rig.output("mask")
        # Seconds, for which it is waited.
        rig.client.ask(camera, message(rig), masks)
        culprit = message(rig, STAYS)
        masks.clear()
        camera.publish(culprit)
        assert masks.wait(lambda mask: mask.header.stamp == culprit.header.stamp) is not None
        assert rig.value("network", "engine hangs") == "0"
        rig.client.must_set(engine_timeout_s=0.3)
        camera.publish(message(rig, STAYS))
        assert "0.3 s" in rig.process.wait_for_log("hangs since")


def test_every_camera_s_status_says_so(tmp_path: Path, hanging_path: Path) -> None:
    with node(tmp_path, hanging_path, cameras="[front, rear]") as rig:
        front = rig.client.camera(topic="front/image")
        rig.client.camera(topic="rear/image")
        masks = rig.output("front/mask")
        rig.client.ask(front, message(rig), masks)
        front.publish(message(rig, HANGS))
        rig.reports.clear()
        rig.process.wait_for_log("hangs since")
        for name in ("front", "rear"):
            wait_until(
                lambda name=name: any(  # type: ignore[misc]
                    status.level == status.ERROR and "engine 'onnxruntime'" in status.message
                    for report in rig.reports.messages
                    for status in report.status
                    if status.name.endswith(f"network {name}")
                ),
                f"the hang on the status of {name}",
            )
        rig.client.ask(front, message(rig), masks)


def test_deactivated_and_cleaned_up_during_a_hang(tmp_path: Path, hanging_path: Path) -> None:
    with node(tmp_path, hanging_path, engine_timeout_s=600.0) as rig:
        camera = rig.client.camera()
        rig.client.ask(camera, message(rig), rig.output("mask"))
        camera.publish(message(rig, HANGS))
        wait_until(lambda: taken(rig) >= 2, "the frame to be taken")
        for transition in (
            Transition.TRANSITION_DEACTIVATE,
            Transition.TRANSITION_CLEANUP,
            Transition.TRANSITION_CONFIGURE,
            Transition.TRANSITION_ACTIVATE,
        ):
            assert change(rig, transition)
        flows(rig, camera)


def taken(rig: Rig) -> int:
    return int(rig.value("camera", "frames received"))


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_end_it_in_the_middle_of_a_hang(
    tmp_path: Path, hanging_path: Path, by: signal.Signals
) -> None:
    with node(tmp_path, hanging_path, engine_timeout_s=600.0) as rig:
        camera = rig.client.camera()
        rig.client.ask(camera, message(rig), rig.output("mask"))
        camera.publish(message(rig, HANGS))
        wait_until(lambda: taken(rig) >= 2, "the frame to be taken")
        assert rig.process.stop(by) == 0
        assert "Traceback" not in rig.process.log()


def test_another_model_may_be_set_during_a_hang(tmp_path: Path, hanging_path: Path) -> None:
    other = write_tiny_bundle(tmp_path / "other", input_size=SIZE, overrides={"name": "other"})
    with node(tmp_path, hanging_path) as rig:
        camera = rig.client.camera()
        rig.client.ask(camera, message(rig), rig.output("mask"))
        camera.publish(message(rig, HANGS))
        rig.client.must_set(model=str(other))
        rig.process.wait_for_log("hangs since")
        flows(rig, camera)
        rig.status("network", lambda status: values(status)["model"] == "other")
        flows(rig, camera)
