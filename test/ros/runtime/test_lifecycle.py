# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The managed node: transitions through its services, starting by itself, ending cleanly."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from sensor_msgs.msg import Image
from support.node_process import NodeProcess
from support.ros_client import RosClient, pixels_of, values, wait_until
from support.segmentation_rig import HEIGHT, MODULE, WIDTH, Rig
from support.tiny_bundle import stripes

from attendseg_ros.inference import available_engines

IMAGES = {"mask", "color_mask", "overlay", "confidence", "traversable"}


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path, {"autostart": "false"}) as rig:
        yield rig


def state(rig: Rig) -> int:
    return int(
        rig.client.call(GetState, "segmentation/get_state", GetState.Request()).current_state.id
    )


def change(rig: Rig, transition: int) -> bool:
    request = ChangeState.Request(transition=Transition(id=transition))
    return bool(rig.client.call(ChangeState, "segmentation/change_state", request).success)


def topics(rig: Rig) -> set[str]:
    """Image topics that the node publishes, below its own name."""
    graph, namespace = rig.client.node, rig.process.namespace
    # A node's services may be discovered before its name is.
    wait_until(
        lambda: ("segmentation", namespace) in graph.get_node_names_and_namespaces(),
        "the node in the graph",
    )
    own = graph.get_publisher_names_and_types_by_node("segmentation", namespace)
    return {name.rsplit("/", 1)[-1] for name, types in own if "sensor_msgs/msg/Image" in types}


def test_autostart_false_waits(rig: Rig) -> None:
    assert state(rig) == State.PRIMARY_STATE_UNCONFIGURED
    assert not topics(rig)
    rig.process.wait_for_log("autostart is false")
    assert "not configured" in rig.status("network").message


def test_through_every_state_and_around_again(rig: Rig) -> None:
    masks = rig.output("mask")
    publisher = rig.client.node.create_publisher(Image, "image", 1)
    for _ in range(2):
        assert change(rig, Transition.TRANSITION_CONFIGURE)
        assert state(rig) == State.PRIMARY_STATE_INACTIVE
        wait_until(lambda: topics(rig) == IMAGES, "the outputs")
        assert publisher.get_subscription_count() == 0
        assert "inactive" in rig.status("network", lambda s: "inactive" in s.message).message

        for _ in range(2):
            assert change(rig, Transition.TRANSITION_ACTIVATE)
            assert state(rig) == State.PRIMARY_STATE_ACTIVE
            mask = rig.mask(publisher, rig.painted(), masks)
            np.testing.assert_array_equal(mask, stripes(WIDTH, HEIGHT))

            assert change(rig, Transition.TRANSITION_DEACTIVATE)
            assert state(rig) == State.PRIMARY_STATE_INACTIVE
            wait_until(lambda: publisher.get_subscription_count() == 0, "the node to unsubscribe")

        assert change(rig, Transition.TRANSITION_CLEANUP)
        assert state(rig) == State.PRIMARY_STATE_UNCONFIGURED
        wait_until(lambda: not topics(rig), "the outputs to go")
    rig.client.node.destroy_publisher(publisher)


def test_counts_start_at_zero_with_each_activation(rig: Rig) -> None:
    publisher = rig.client.node.create_publisher(Image, "image", 1)
    change(rig, Transition.TRANSITION_CONFIGURE)
    for _ in range(2):
        change(rig, Transition.TRANSITION_ACTIVATE)
        status = rig.status("camera", lambda status: "frames received" in values(status))
        assert values(status)["frames received"] == "0"
        rig.mask(publisher, rig.painted(), rig.output("mask"))
        rig.wait_for_count("camera", "frames received", 1)
        change(rig, Transition.TRANSITION_DEACTIVATE)
    change(rig, Transition.TRANSITION_CLEANUP)
    rig.client.node.destroy_publisher(publisher)


def test_impossible_transitions_are_refused(rig: Rig) -> None:
    assert not change(rig, Transition.TRANSITION_ACTIVATE)
    assert not change(rig, Transition.TRANSITION_DEACTIVATE)
    assert state(rig) == State.PRIMARY_STATE_UNCONFIGURED


def test_parameters_that_do_not_fit_the_model_fail_the_configuration(rig: Rig) -> None:
    # Without a model any name may be right, so it is the configuration that finds out.
    rig.client.must_set(classes=["unicorn"])
    assert not change(rig, Transition.TRANSITION_CONFIGURE)
    assert state(rig) == State.PRIMARY_STATE_UNCONFIGURED
    line = rig.process.wait_for_log("cannot configure")
    assert "'unicorn'" in line
    assert "pedestrian" in line
    status = rig.status("network", lambda status: status.level == status.ERROR)
    assert "unicorn" in status.message
    rig.client.must_set(classes=[""])
    assert change(rig, Transition.TRANSITION_CONFIGURE)
    assert change(rig, Transition.TRANSITION_CLEANUP)


def test_a_damaged_model_fails_the_configuration_until_it_is_mended(
    tmp_path: Path, tiny_path: Path
) -> None:
    model = tmp_path / "model"
    shutil.copytree(tiny_path, model)
    content = (model / "model.onnx").read_bytes()
    (model / "model.onnx").write_bytes(content[: len(content) // 2])
    with Rig(tmp_path, model, {"autostart": "false"}) as rig:
        assert not change(rig, Transition.TRANSITION_CONFIGURE)
        assert state(rig) == State.PRIMARY_STATE_UNCONFIGURED
        assert "model.onnx" in rig.process.wait_for_log("cannot configure")
        (model / "model.onnx").write_bytes(content)
        assert change(rig, Transition.TRANSITION_CONFIGURE)
        assert change(rig, Transition.TRANSITION_ACTIVATE)


def test_shutdown_frees_everything(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        camera = rig.client.camera()
        rig.mask(camera, rig.painted(), rig.output("mask"))
        assert change(rig, Transition.TRANSITION_ACTIVE_SHUTDOWN)
        assert state(rig) == State.PRIMARY_STATE_FINALIZED
        wait_until(lambda: not topics(rig), "the outputs to go")
        # It waits for no service any more: none could bring it back.
        for part in ("camera", "network"):
            status = rig.status(part, lambda status: "shut down" in status.message)
            assert status.level == status.STALE
            assert "waits for" not in status.message
        assert rig.process.stop() == 0


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "at work"])
def test_signals_end_it_with_0_and_no_traceback(
    tmp_path: Path, tiny_path: Path, by: signal.Signals, busy: bool
) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        camera = rig.client.camera()
        if busy:
            masks = rig.output("overlay")
            rig.client.ask(camera, rig.painted(1280, 720), masks)
            for _ in range(5):
                camera.publish(rig.painted(1280, 720))
        assert rig.process.stop(by) == 0
        assert "Traceback" not in rig.process.log()
        assert "rror" not in rig.process.log()


def test_nohup_keeps_it_when_the_terminal_closes(tmp_path: Path, tiny_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Rig(tmp_path, tiny_path) as rig:
            os.kill(rig.process.pid, signal.SIGHUP)
            camera = rig.client.camera()
            rig.client.ask(camera, rig.painted(), rig.output("mask"))
            assert rig.process.stop() == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_further_signals_do_not_cut_the_ending_short(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        camera = rig.client.camera()
        rig.client.ask(camera, rig.painted(1280, 720), rig.output("overlay"))
        for _ in range(5):
            if rig.process.running():
                os.kill(rig.process.pid, signal.SIGINT)
                time.sleep(0.05)
        assert rig.process.wait() == 0
        assert "Traceback" not in rig.process.log()


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_signals_while_it_starts_end_it_cleanly(
    tmp_path: Path, tiny_path: Path, by: signal.Signals
) -> None:
    # At this size the engine takes long enough to be interrupted while it is made.
    parameters = {"model": tiny_path, "input_size": "[4096, 4096]", "engine": "onnxruntime"}
    with NodeProcess(MODULE, tmp_path / "log", parameters) as process:
        process.wait_for_log("label_info" if not find_spec("vision_msgs") else "")
        assert process.stop(by) == 0
        assert "Traceback" not in process.log()
        assert "rror" not in process.log()


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"model": "no_such_model"}, ("no_such_model",)),
        ({"engine": "abacus"}, ("engine", "'abacus'", "onnxruntime", "openvino", "auto")),
        pytest.param(
            {"engine": "cuda"},
            ("'cuda' is not available", "without CUDA", "the engines here are onnxruntime"),
            marks=pytest.mark.skipif(
                available_engines()["cuda"] is None, reason="there is a GPU here"
            ),
        ),
        ({"image_transport": "theora"}, ("image_transport", "'theora'", "raw", "compressed")),
        ({"num_threads": -1}, ("num_threads", "0", "256")),
        ({"max_rate_hz": "fast"}, ("-p max_rate_hz:=fast: ", "a number from 0.0", "text 'fast'")),
        ({"overlay_alpha": 1.5}, ("overlay_alpha", "1.5", "0.0", "1.0")),
        ({"input_size": "[100, 100]"}, ("input_size", "64", "[128, 128]")),
        ({"input_size": "[1, 2, 3]"}, ("input_size", "[1, 2, 3]", "[width, height]")),
        ({"classes": "[car, duck]"}, ("classes", "'duck'", "pedestrian")),
    ],
    ids=str,
)
def test_what_cannot_start_ends_with_1_and_says_why(
    tmp_path: Path, tiny_path: Path, parameters: dict[str, Any], words: tuple[str, ...]
) -> None:
    given = {"model": tiny_path, "engine": "onnxruntime", **parameters}
    with NodeProcess(MODULE, tmp_path / "log", given) as process:
        assert process.wait() == 1
        log = process.log()
    assert "Traceback" not in log
    lines = [line for line in log.splitlines() if "ERROR" in line or "FATAL" in line]
    assert any(all(word in line for word in words) for line in lines), log


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-p", "overlay_alpha"), "overlay_alpha"),
        (
            ("--params_file", "x.yaml"),
            "ROS has no such arguments: ['--params_file', 'x.yaml']: it has",
        ),
        (("image:=/camera/image_raw",), "it has -p NAME:=VALUE, --params-file FILE, -r FROM:=TO"),
    ],
)
def test_a_command_line_that_cannot_be_read_ends_with_1_and_says_why(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    with NodeProcess(MODULE, tmp_path / "log", arguments=arguments) as process:
        assert process.wait() == 1
        assert said in process.log()
        assert "Traceback" not in process.log()


def test_arguments_that_ros_does_not_see_are_named(tmp_path: Path) -> None:
    arguments = ("--", "--params-file", "x.yaml")
    with NodeProcess(
        MODULE, tmp_path / "log", {"autostart": False}, arguments=arguments
    ) as process:
        line = process.wait_for_log("has no effect")
    assert "'--params-file x.yaml' has no effect: arguments stand behind --ros-args" in line


def test_two_nodes_in_two_namespaces(tmp_path: Path, tiny_path: Path) -> None:
    with (
        Rig(tmp_path, tiny_path, namespace="/robot_1") as first,
        NodeProcess(
            MODULE,
            tmp_path / "second.log",
            {"model": tiny_path, "engine": "onnxruntime", "diagnostics_period_s": 0.1},
            namespace="/robot_2",
        ),
        RosClient("/robot_2") as second,
    ):
        second_masks = second.subscribe(Image, "segmentation/mask")
        first_camera, second_camera = first.client.camera(), second.camera()
        first.client.must_set(classes=["car"])
        both = [
            pixels_of(client.ask(camera, first.painted(), masks)[0])
            for client, camera, masks in (
                (first.client, first_camera, first.output("mask")),
                (second, second_camera, second_masks),
            )
        ]
        truth = stripes(WIDTH, HEIGHT)
        np.testing.assert_array_equal(both[0], np.where(truth == 8, truth, 255))
        np.testing.assert_array_equal(both[1], truth)
        parts = {
            f"robot_{number}/segmentation: {part}"
            for number in (1, 2)
            for part in ("camera", "network")
        }
        wait_until(
            lambda: (
                parts
                <= {status.name for report in first.reports.messages for status in report.status}
            ),
            "the reports of both nodes",
        )
