# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What /diagnostics tells an operator: values, levels, reasons, limits, by which clock."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rclpy.qos import QoSReliabilityPolicy
from rosgraph_msgs.msg import Clock
from support.ros_client import values, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


@pytest.fixture
def stream(rig: Rig, camera: Any) -> Iterator[None]:
    """A camera of about 20 Hz, and a subscriber of its masks."""
    rig.output("mask")
    done = threading.Event()

    def run() -> None:
        while not done.wait(0.05):
            message = rig.painted()
            message.header.stamp = rig.client.node.get_clock().now().to_msg()
            camera.publish(message)

    thread = threading.Thread(target=run)
    thread.start()
    yield
    done.set()
    thread.join()


def is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


@pytest.mark.usefixtures("stream")
def test_a_healthy_node_reports_every_value(rig: Rig) -> None:
    known = rig.status("network", lambda status: is_number(values(status)["latency p95 (ms)"]))
    assert known.level == known.OK
    assert known.hardware_id == f"{rig.process.namespace}/segmentation"
    network = values(known)
    assert network["engine"] == "onnxruntime"
    assert network["model"] == "tiny"
    assert network["input size"] == f"{WIDTH}x{HEIGHT}"
    assert int(network["frames processed"]) > 0
    for name in ("processing", "latency"):
        p50, p95 = (float(network[f"{name} {share} (ms)"]) for share in ("p50", "p95"))
        assert 0.0 < p50 <= p95
    assert "onnxruntime" in known.message

    seen = rig.status("camera", lambda status: is_number(values(status)["rate (Hz)"]))
    assert seen.level == seen.OK
    camera = values(seen)
    assert camera["topic"] == f"{rig.process.namespace}/image"
    assert camera["publishers"] == "1 publisher"
    assert int(camera["frames received"]) > 0
    assert camera["frames failed"] == "0"
    assert float(camera["age of last image (s)"]) < 1.0
    assert camera["topic"] in seen.message


@pytest.mark.usefixtures("stream")
def test_rate_is_the_cameras(rig: Rig) -> None:
    rates = []

    def settled(status: Any) -> bool:
        rates.append(values(status)["rate (Hz)"])
        return is_number(rates[-1]) and 5.0 < float(rates[-1]) < 21.0

    rig.status("camera", settled)
    rig.status("network", settled)


def test_silence_warns_then_errs_and_says_why(rig: Rig, camera: Any) -> None:
    rig.client.ask(camera, rig.painted(), rig.output("mask"))
    rig.client.must_set(max_age_warn_s=0.3, max_age_error_s=1.5)
    topic = f"{rig.process.namespace}/image"
    silence = f"no image on {topic} for"
    warning = rig.status("camera", lambda status: silence in status.message)
    assert warning.level == warning.WARN
    assert "0.3" in warning.message
    error = rig.status("camera", lambda status: status.level == status.ERROR)
    assert "1.5" in error.message
    assert "1 publisher" in error.message
    rig.client.ask(camera, rig.painted(), rig.output("mask"))
    rig.client.must_set(max_age_warn_s=0.0, max_age_error_s=0.0)
    assert rig.status("camera", lambda status: status.level == status.OK)


@pytest.mark.usefixtures("stream")
@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (("min_rate_warn_hz", "min_rate_error_hz", 900.0), ("masks a second", "900")),
        (("max_latency_warn_ms", "max_latency_error_ms", 0.01), ("p95", "0.01")),
    ],
)
def test_limits_of_rate_and_latency(
    rig: Rig, limits: tuple[str, str, float], words: tuple[str, ...]
) -> None:
    warn, error, value = limits
    rig.status("network", lambda status: is_number(values(status)["latency p95 (ms)"]))
    rig.client.must_set(**{warn: value})
    status = rig.status("network", lambda status: status.level == status.WARN)
    assert all(word in status.message for word in words)
    rig.client.must_set(**{error: value})
    status = rig.status("network", lambda status: status.level == status.ERROR)
    assert all(word in status.message for word in words)
    rig.client.must_set(**{warn: 0.0, error: 0.0})
    rig.status("network", lambda status: status.level == status.OK)


def test_limit_of_drops(rig: Rig, camera: Any) -> None:
    rig.output("mask")
    rig.client.must_set(max_drop_ratio_warn=0.01, input_size=[2048, 2048])

    def dropping(status: Any) -> bool:
        for _ in range(20):
            camera.publish(rig.painted(64, 64))
        return bool(status.level == status.WARN and "faster than the network" in status.message)

    status = rig.status("network", dropping)
    assert "0.01" in status.message or "%" in status.message
    assert float(values(status)["drop ratio"]) > 0.01


def test_bad_images_warn_while_they_come(rig: Rig, camera: Any) -> None:
    bad, good = rig.painted(), rig.painted()
    bad.encoding = "none"
    rig.refuses(camera, bad, good, "unknown encoding")
    rig.client.must_set(max_age_warn_s=0.0, max_age_error_s=0.0)
    rig.status("camera", lambda status: status.level == status.OK)


def test_use_sim_time(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path, {"use_sim_time": "true"}) as rig:
        clock = rig.client.node.create_publisher(Clock, "/clock", 10)
        camera, timing = rig.client.camera(), rig.timing()
        now = [5_000.0]

        def tick(seconds: float) -> None:
            now[0] += seconds
            message = Clock()
            message.clock.sec, message.clock.nanosec = divmod(round(now[0] * 1e9), 10**9)
            clock.publish(message)

        def taken() -> Any:
            """An image that is 150 ms old by the simulated clock."""
            message = rig.painted()
            stamp = message.header.stamp
            stamp.sec, stamp.nanosec = divmod(round((now[0] - 0.15) * 1e9), 10**9)
            return message

        def step(fits: Any, seconds: float) -> Any:
            def ticked(status: Any) -> bool:
                tick(seconds)
                return bool(fits(status))

            return rig.status("camera", ticked)

        def is_simulated() -> bool:
            tick(0.001)
            return any(4_999 < report.header.stamp.sec < 6_000 for report in rig.reports.messages)

        # Before the node hears of the clock, every image is of another one.
        wait_until(is_simulated, "a report with a simulated stamp")
        # An image of each simulated 0.1 s, though the wall's clock goes by another rate. One that
        # overtakes its tick is 50 ms old for the node.
        for _ in range(30):
            tick(0.1)
            (answer,) = rig.client.ask(camera, taken(), timing)
            latency_ms = answer.pipeline_latency_ms
            assert latency_ms == pytest.approx(150.0) or latency_ms == pytest.approx(50.0)
        # Paused: the report goes on, and the image does not age.
        status = rig.status("camera")
        assert float(values(status)["age of last image (s)"]) < 1.0
        # A long simulated silence is one at once.
        error = step(lambda status: status.level == status.ERROR, 10.0)
        assert "no image" in error.message
        # A bag that restarts sends the clock back.
        now[0] = 100.0
        tick(0.1)
        for _ in range(3):
            tick(0.1)
            rig.client.ask(camera, taken(), timing)
        assert rig.status("camera", lambda status: status.level == status.OK)
        # The simulator dies, and the camera with it: by its clock not a second passes.
        dead = rig.status("camera", lambda status: status.level == status.ERROR)
        assert "no image" in dead.message
        assert "/clock has stood still for" in dead.message
        dead = rig.status("network", lambda status: status.level == status.ERROR)
        assert "no mask for" in dead.message


def test_never_an_image_is_stale_then_an_error(tmp_path: Path, tiny_path: Path) -> None:
    parameters = {"max_age_warn_s": 0.1, "max_age_error_s": 0.0}
    with Rig(tmp_path, tiny_path, parameters) as rig:
        status = rig.status("camera", lambda status: "no image yet" in status.message)
        assert status.level == status.STALE
        assert f"{rig.process.namespace}/image: 0 publishers" in status.message
        assert rig.status("network").level == status.OK
        rig.client.must_set(max_age_error_s=0.2)
        status = rig.status("camera", lambda status: status.level == status.ERROR)
        assert f"no image on {rig.process.namespace}/image for" in status.message


def test_auto_that_falls_back_says_which_engine_failed_and_why(
    tmp_path: Path, tiny_path: Path
) -> None:
    broken = tmp_path / "openvino"
    broken.mkdir()
    (broken / "__init__.py").write_text('raise ImportError("libtbb.so.12 is missing")')
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    with Rig(tmp_path, tiny_path, {"engine": "auto"}, environment={"PYTHONPATH": path}) as rig:
        status = rig.status("network", lambda status: status.level == status.WARN)
        assert values(status)["engine"] == "onnxruntime"
        assert "onnxruntime runs, since no faster engine can: openvino" in status.message
        assert "libtbb.so.12 is missing" in status.message


def test_best_effort_diagnostics_reader_is_served_too(rig: Rig) -> None:
    endpoints = rig.client.node.get_publishers_info_by_topic("/diagnostics")
    own = [e for e in endpoints if e.node_namespace == rig.process.namespace]
    assert [e.qos_profile.reliability for e in own] == [QoSReliabilityPolicy.RELIABLE]
