# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Stamps, clocks and publishers that cannot be relied on: named, counted, survived."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from math import isnan
from pathlib import Path
from typing import Any

import pytest
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image
from support.ros_client import RosClient, values, wait_until
from support.segmentation_rig import Rig

_CAMERA_PERIOD_S = 0.03
"""As cameras do: of a flood the middleware loses some, which is told, too."""

DAY_S = 86_400


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


@pytest.fixture(autouse=True)
def defaults(rig: Rig) -> Iterator[None]:
    """Only what a test is about may give a WARN."""
    rig.client.must_set(max_age_warn_s=0.0, max_age_error_s=0.0)
    yield
    rig.restore()


def stamped(rig: Rig, seconds: float) -> Image:
    message = rig.painted()
    stamp = message.header.stamp
    stamp.sec, stamp.nanosec = divmod(round(seconds * 1e9), 10**9)
    return message


@pytest.mark.parametrize(
    ("fault", "first", "second"),
    [
        ("stamp ran backwards", 0.0, -2.0),
        ("stamp jumped ahead", 0.0, float(DAY_S)),
        ("stamp not set", 0.0, None),
    ],
)
def test_a_faulty_stamp_is_named_counted_and_answered(
    rig: Rig, camera: Any, fault: str, first: float, second: float | None
) -> None:
    masks = rig.output("mask")
    now = time.time()
    rig.mask(camera, stamped(rig, now + first), masks)
    before = int(rig.value("camera", fault))
    rig.reports.clear()
    # The mask comes all the same, with the very stamp: a consumer may know better.
    rig.mask(camera, stamped(rig, 0.0 if second is None else now + second), masks)
    status = rig.reports.wait(
        lambda report: any(
            status.name.startswith(rig.process.namespace.strip("/"))
            and fault in status.message
            and status.level == status.WARN
            for status in report.status
        )
    )
    assert status is not None
    rig.wait_for_count("camera", fault, before + 1)
    assert f"image on {rig.process.namespace}/image: {fault}" in rig.process.wait_for_log(fault)
    wait_for_right_stamps(rig, camera)


@pytest.mark.parametrize(
    ("offset_s", "words", "cause"),
    [
        (37.0, "+37.0 s", "TAI"),
        (-3600.0, "-1.00 h", "time zone"),
        pytest.param(1000.0 - time.time(), "-56.", "from the start", id="from the start"),
    ],
)
def test_stamps_of_another_clock_leave_the_latency_unknown(
    rig: Rig, camera: Any, offset_s: float, words: str, cause: str
) -> None:
    rig.timing()
    rig.client.must_set(max_latency_error_ms=60000.0)

    def unknown(status: Any) -> bool:
        time.sleep(_CAMERA_PERIOD_S)
        camera.publish(stamped(rig, time.time() + offset_s))
        return words in values(status).get("latency p95 (ms)", "") or words in status.message

    seen = rig.status("camera", unknown)
    assert seen.level == seen.WARN
    assert f"the stamps are of another clock (offset {words}" in seen.message
    assert cause in seen.message
    assert int(values(seen)["stamp of another clock"]) > 0
    network = rig.status("network", unknown)
    assert network.level == network.WARN
    assert "latency is unknown: the stamps are of another clock" in network.message
    assert "max_latency_error_ms is judged by receipt to mask" in network.message
    known = values(network)
    for share in ("p50", "p95"):
        text = f"unknown: the stamps are of another clock (offset {words}"
        assert known[f"latency {share} (ms)"].startswith(text)
    assert float(known["receipt to mask p95 (ms)"]) > 0.0
    (timing,) = rig.client.ask(camera, stamped(rig, time.time() + offset_s), rig.timing())
    assert isnan(timing.pipeline_latency_ms)
    assert timing.processing_time_ms > 0.0
    rig.process.wait_for_log("latency is unknown: the stamps are of another clock")
    # What is known is judged all the same.
    rig.client.must_set(max_latency_error_ms=0.001)
    error = rig.status("network", lambda status: unknown(status) and status.level == status.ERROR)
    assert "p95 of receipt to mask is" in error.message
    rig.client.must_set(max_latency_error_ms=0.0)
    wait_for_right_stamps(rig, camera)
    (timing,) = rig.client.ask(camera, rig.painted(), rig.timing())
    assert timing.pipeline_latency_ms > 0.0
    rig.status("network", lambda status: float(values(status)["latency p95 (ms)"]) > 0.0)


def wait_for_right_stamps(rig: Rig, camera: Any) -> None:
    """Told once, it is over with stamps that are right again."""

    def fine(status: Any) -> bool:
        time.sleep(_CAMERA_PERIOD_S)
        camera.publish(rig.painted())
        return bool(status.level == status.OK)

    rig.status("camera", fine)
    rig.status("network", fine)


def test_a_bag_in_a_loop_keeps_its_rate_and_has_no_latency(rig: Rig, camera: Any) -> None:
    timing = rig.timing()
    missing = rig.value("camera", "frames missing")
    start = time.time() - 100.0
    for _ in range(3):
        for index in range(20):
            rig.client.ask(camera, stamped(rig, start + index * 0.05), timing)
    network, seen = values(rig.status("network")), values(rig.status("camera"))
    assert float(seen["rate (Hz)"]) > 0.0
    assert float(seen["age of last image (s)"]) >= 0.0
    assert float(network["rate (Hz)"]) > 0.0
    # Nobody waits so long for an image: it is a bag without use_sim_time.
    assert "unknown: the stamps are of another clock (offset -" in network["latency p50 (ms)"]
    assert int(seen["stamp ran backwards"]) >= 2
    assert seen["frames missing"] == missing


def test_frames_that_never_come_are_named_with_the_likely_cause(rig: Rig, camera: Any) -> None:
    timing = rig.timing()
    start = time.time() - 6.0
    for index in range(60):
        if index < 20 or index % 4:
            rig.client.ask(camera, stamped(rig, start + index * 0.05), timing)
    status = rig.status("camera", lambda status: "frames missing" in status.message)
    assert status.level == status.WARN
    assert "shared memory" in status.message
    assert "fastdds_large_images.xml" in status.message
    assert int(values(status)["frames missing"]) >= 8
    rig.client.must_set(max_missing_ratio_warn=1.0)
    wait_for_right_stamps(rig, camera)


@pytest.mark.parametrize("alike", [False, True], ids=["of two sizes", "of two frames"])
def test_two_cameras_on_one_topic_are_both_named(rig: Rig, camera: Any, alike: bool) -> None:
    masks = rig.output("mask")
    with RosClient(rig.process.namespace, "second_driver") as second:
        other = second.camera()
        done = threading.Event()

        def stream(send: Callable[[], None]) -> None:
            while not done.wait(0.05):
                send()

        def send_other() -> None:
            message = rig.painted() if alike else rig.painted(64, 64)
            message.header.frame_id = "other"
            if not alike:
                message.encoding, message.step = "mono8", 64
                message.data = message.data[: 64 * 64]
            other.publish(message)

        threads = [
            threading.Thread(target=stream, args=(send,))
            for send in (send_other, lambda: camera.publish(rig.painted()))
        ]
        for thread in threads:
            thread.start()
        try:
            form = "rgb8 704x64" if alike else "mono8 64x64"
            forms = (f"{form} of the frame 'other'", "rgb8 704x64 of the frame 'camera'")
            namespace = rig.process.namespace
            # A name may come a moment after the publisher.
            names = f"({namespace}/client, {namespace}/second_driver: "
            status = rig.status(
                "camera",
                lambda status: (
                    "2 publishers send different images" in status.message
                    and all(words in status.message for words in (names, *forms))
                ),
            )
            assert status.level == status.WARN
            rig.process.wait_for_log("2 publishers send different images")
            frames = {"camera", "other"}
            wait_until(
                lambda: frames <= {m.header.frame_id for m in masks.messages}, "masks of both"
            )
        finally:
            done.set()
            for thread in threads:
                thread.join()
    rig.mask(camera, rig.painted(), masks)
    rig.status("camera", lambda status: "publishers send" not in status.message)


def test_a_clock_that_jumps_both_ways(tmp_path: Path, tiny_path: Path) -> None:
    parameters = {"use_sim_time": "true", "max_age_error_s": 5.0}
    with Rig(tmp_path, tiny_path, parameters) as rig:
        clock = rig.client.node.create_publisher(Clock, "/clock", 10)
        camera, timing = rig.client.camera(), rig.timing()
        now = [5_000.0]

        def tick() -> None:
            message = Clock()
            message.clock.sec, message.clock.nanosec = divmod(round(now[0] * 1e9), 10**9)
            clock.publish(message)

        def frames(count: int) -> Any:
            """Images of 10 simulated Hz, each 50 ms old when it comes."""
            for _ in range(count):
                now[0] += 0.1
                tick()
                (answer,) = rig.client.ask(camera, stamped(rig, now[0] - 0.05), timing)
            return answer

        def settled(status: Any) -> bool:
            tick()
            known = values(status)
            return (
                status.level == status.OK
                and known["age of last image (s)"] not in ("unknown",)
                and 0.0 <= float(known["age of last image (s)"]) < 5.0
            )

        rig.client.must_set(max_rate_hz=900.0)
        frames(10)
        rig.status("camera", settled)
        for jump in (-4_000.0, DAY_S, -DAY_S):
            now[0] += jump
            for _ in range(3):
                tick()
                time.sleep(0.05)
            answer = frames(10)
            assert answer.frames_failed == 0
            rig.status("camera", settled)
            network = values(rig.status("network"))
            # Neither negative nor a day long.
            assert network["rate (Hz)"] == "unknown" or 0.0 < float(network["rate (Hz)"]) < 1000.0
            assert 0.0 <= float(network["latency p95 (ms)"]) < 10_000.0
        rig.wait_for_count("camera", "clock ran backwards", 2)


@pytest.mark.parametrize("apart_s", [400.0, 2.0])
def test_two_that_tell_the_time_are_named(tmp_path: Path, tiny_path: Path, apart_s: float) -> None:
    """A simulator and a recording: time jumps there and back, or is that of whoever was last."""
    parameters = {"use_sim_time": "true"}
    with Rig(tmp_path, tiny_path, parameters) as rig, RosClient(rig.process.namespace, "b") as b:
        camera, masks = rig.client.camera(), rig.output("mask")
        clocks = [rig.client.node.create_publisher(Clock, "/clock", 10)]
        begun = time.monotonic()
        told = f"2 nodes publish /clock ({rig.process.namespace}/b, {rig.process.namespace}/client)"

        def frame() -> None:
            now = 1_000.0 + time.monotonic() - begun
            for number, clock in enumerate(clocks):
                message = Clock()
                seconds = now + number * apart_s
                message.clock.sec, message.clock.nanosec = divmod(round(seconds * 1e9), 10**9)
                clock.publish(message)
                camera.publish(stamped(rig, now))
                time.sleep(_CAMERA_PERIOD_S)

        def says(status: Any, *, so: bool) -> bool:
            frame()
            return bool(masks.messages) and (told in status.message) == so

        rig.status("camera", lambda status: says(status, so=False))
        clocks.append(b.node.create_publisher(Clock, "/clock", 10))
        status = rig.status("camera", lambda status: says(status, so=True))
        assert status.level == status.WARN
        clocks.pop()
        rig.status("camera", lambda status: says(status, so=False))
