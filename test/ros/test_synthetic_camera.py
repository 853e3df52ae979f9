# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The synthetic camera node as its own process."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from rclpy.qos import QoSReliabilityPolicy
from sensor_msgs.msg import CameraInfo, Image
from support.node_process import NodeProcess
from support.ros_client import BEST_EFFORT, RELIABLE, Inbox, RosClient, pixels_of, wait_until

from attendseg_ros.scene import SceneFrame, StreetScene

MODULE = "attendseg_ros.ros.synthetic_camera_node"

SEED, WIDTH, HEIGHT, RATE_HZ = 5, 96, 64, 20.0
PARAMETERS = {
    "seed": SEED,
    "width": WIDTH,
    "height": HEIGHT,
    "rate_hz": RATE_HZ,
    "frame_id": "front_camera",
}

FRAMES_SEARCHED = 2000
"""How far into the street a test looks for the frame it received: 100 s."""


class Camera:
    """A running camera and what it publishes."""

    def __init__(self, log: Path) -> None:
        self.process = NodeProcess(MODULE, log, PARAMETERS)
        self.client = RosClient(self.process.namespace)
        self.images = self.client.subscribe(Image, "image_raw")
        self.infos = self.client.subscribe(CameraInfo, "camera_info", BEST_EFFORT)
        self.truths = self.client.subscribe(Image, "ground_truth")


@pytest.fixture(scope="module")
def camera(folder: Path) -> Iterator[Camera]:
    camera = Camera(folder / "camera.log")
    with camera.process, camera.client:
        wait_until(lambda: len(camera.truths.messages) >= 20, "20 frames")
        yield camera


@pytest.fixture(scope="module")
def scene() -> StreetScene:
    return StreetScene(SEED, WIDTH, HEIGHT)


def stamps(inbox: Inbox) -> list[int]:
    return [stamp_ns(message) for message in inbox.messages]


def stamp_ns(message: Any) -> int:
    return int(message.header.stamp.sec * 10**9 + message.header.stamp.nanosec)


def find(scene: StreetScene, rgb: NDArray[np.uint8]) -> int:
    """The number of the frame that looks so."""
    for number in range(FRAMES_SEARCHED):
        if np.array_equal(scene.render(number / RATE_HZ).rgb, rgb):
            return number
    raise AssertionError("no frame of this seed looks so")


def test_image_info_and_truth_share_their_header(camera: Camera) -> None:
    images = {stamp_ns(message): message for message in camera.images.messages}
    infos = {stamp_ns(message): message for message in camera.infos.messages}
    truths = {stamp_ns(message): message for message in camera.truths.messages}
    common = set(images) & set(infos) & set(truths)
    assert len(common) >= 15
    for stamp in common:
        assert images[stamp].header == infos[stamp].header == truths[stamp].header
        assert images[stamp].header.frame_id == "front_camera"


def test_images_have_the_form_that_was_asked_for(camera: Camera) -> None:
    image, truth = camera.images.messages[0], camera.truths.messages[0]
    assert (image.width, image.height, image.encoding, image.step) == (96, 64, "rgb8", 288)
    assert (truth.width, truth.height, truth.encoding, truth.step) == (96, 64, "mono8", 96)
    assert len(image.data) == 288 * 64
    assert len(truth.data) == 96 * 64


def test_camera_info_is_the_renderers_pinhole(camera: Camera, scene: StreetScene) -> None:
    info = camera.infos.messages[0]
    matrix = scene.camera_matrix
    assert (info.width, info.height, info.distortion_model) == (96, 64, "plumb_bob")
    np.testing.assert_allclose(np.reshape(info.k, (3, 3)), matrix)
    np.testing.assert_allclose(np.reshape(info.p, (3, 4)), np.hstack([matrix, np.zeros((3, 1))]))
    np.testing.assert_array_equal(np.reshape(info.r, (3, 3)), np.eye(3))
    assert list(info.d) == [0.0] * 5


def test_frames_and_truth_are_those_of_the_seed(camera: Camera, scene: StreetScene) -> None:
    truths = {stamp_ns(message): message for message in camera.truths.messages}
    pairs = [
        (message, truths[stamp_ns(message)])
        for message in camera.images.messages
        if stamp_ns(message) in truths
    ][:10]
    first = find(scene, pixels_of(pairs[0][0]))
    for number, (image, truth) in enumerate(pairs, start=first):
        expected: SceneFrame = scene.render(number / RATE_HZ)
        np.testing.assert_array_equal(pixels_of(image), expected.rgb)
        np.testing.assert_array_equal(pixels_of(truth), expected.labels)


def test_stamps_are_the_time_of_publishing_at_the_rate(camera: Camera) -> None:
    camera.images.clear()
    before = time.time_ns()
    wait_until(lambda: len(camera.images.messages) >= 20, "20 frames")
    times = stamps(camera.images)
    # The first may have been on its way already.
    assert before - 1e9 < times[1] < time.time_ns()
    assert np.median(np.diff(times)) == pytest.approx(1e9 / RATE_HZ, rel=0.2)


@pytest.mark.parametrize(
    ("encoding", "code", "channels"),
    [
        ("bgr8", cv2.COLOR_RGB2BGR, 3),
        ("rgba8", cv2.COLOR_RGB2RGBA, 4),
        ("bgra8", cv2.COLOR_RGB2BGRA, 4),
        ("mono8", cv2.COLOR_RGB2GRAY, 1),
    ],
)
def test_encodings(
    tmp_path: Path, scene: StreetScene, encoding: str, code: int, channels: int
) -> None:
    with (
        NodeProcess(MODULE, tmp_path / "log", {**PARAMETERS, "encoding": encoding}) as process,
        RosClient(process.namespace) as client,
    ):
        message = client.subscribe(Image, "image_raw").wait()
    assert message.encoding == encoding
    assert message.step == WIDTH * channels
    received = np.frombuffer(message.data, np.uint8).reshape(HEIGHT, WIDTH, channels)
    numbers = (
        number
        for number in range(FRAMES_SEARCHED)
        if np.array_equal(
            cv2.cvtColor(scene.render(number / RATE_HZ).rgb, code).reshape(received.shape), received
        )
    )
    assert next(numbers, None) is not None


def test_quality_of_service_can_be_overridden(tmp_path: Path) -> None:
    namespace = "/overridden"
    override = f"qos_overrides.{namespace}/image_raw.publisher.reliability"
    with (
        NodeProcess(
            MODULE,
            tmp_path / "log",
            {**PARAMETERS, override: "best_effort"},
            namespace=namespace,
        ) as process,
        RosClient(process.namespace) as client,
    ):
        assert client.subscribe(Image, "image_raw", BEST_EFFORT).wait() is not None
        (image,) = client.node.get_publishers_info_by_topic(f"{namespace}/image_raw")
        (info,) = client.node.get_publishers_info_by_topic(f"{namespace}/camera_info")
    assert image.qos_profile.reliability == QoSReliabilityPolicy.BEST_EFFORT
    assert info.qos_profile.reliability == RELIABLE.reliability


def test_first_image_waits_for_its_subscribers(tmp_path: Path, scene: StreetScene) -> None:
    parameters = {**PARAMETERS, "wait_for_subscribers": 2}
    with (
        NodeProcess(MODULE, tmp_path / "log", parameters) as process,
        RosClient(process.namespace) as client,
    ):
        first = client.subscribe(Image, "image_raw")
        process.wait_for_log("street 5")
        # Long enough for 20 images, were they sent.
        time.sleep(1.0)
        assert first.messages == []
        second = client.subscribe(Image, "image_raw")
        assert second.wait() is not None
        np.testing.assert_array_equal(pixels_of(second.messages[0]), scene.render(0.0).rgb)


def test_says_once_that_rendering_cannot_keep_up(tmp_path: Path) -> None:
    too_much = {"width": 1920, "height": 1080, "rate_hz": 240.0}
    with NodeProcess(MODULE, tmp_path / "log", too_much) as process:
        process.wait_for_log("rendering cannot keep up with 240 Hz")
        time.sleep(1.0)
        assert process.log().count("cannot keep up") == 1


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ends_without_a_trace(tmp_path: Path, by: signal.Signals) -> None:
    with NodeProcess(MODULE, tmp_path / "log", PARAMETERS) as process:
        process.wait_for_log("street 5")
        assert process.stop(by) == 0
        assert "Traceback" not in process.log()


@pytest.mark.parametrize(
    ("parameter", "value", "said"),
    [
        (
            "encoding",
            "nv21",
            "encoding must be one of rgb8, bgr8, rgba8, bgra8, mono8, got the text 'nv21'",
        ),
        ("width", 5, "width must be a whole number from 16 to 4096"),
        ("rate_hz", 0.0, "rate_hz must be a number from 0.1 to 240.0"),
        ("rate_hz", "fast", "rate_hz must be a number from 0.1 to 240.0, got the text 'fast'"),
    ],
)
def test_parameters_that_cannot_be_used_are_refused(
    tmp_path: Path, parameter: str, value: object, said: str
) -> None:
    with NodeProcess(MODULE, tmp_path / "log", {parameter: value}) as process:
        assert process.wait() == 1
        assert said in process.log()
        assert "Traceback" not in process.log()
