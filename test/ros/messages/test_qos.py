# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Quality of service: every camera is heard, every subscriber served, every policy overridable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rclpy.qos import QoSDurabilityPolicy, QoSHistoryPolicy, QoSProfile, QoSReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image
from support.ros_client import BEST_EFFORT, RELIABLE, RosClient, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import stripes

BEST, SURE = QoSReliabilityPolicy.BEST_EFFORT, QoSReliabilityPolicy.RELIABLE


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


def endpoint(rig: Rig, topic: str, *, publisher: bool) -> QoSProfile:
    """The QoS at the node's end of a topic."""
    node, name = rig.client.node, f"{rig.process.namespace}/{topic}"
    look = node.get_publishers_info_by_topic if publisher else node.get_subscriptions_info_by_topic

    def ends() -> list[QoSProfile]:
        return [end.qos_profile for end in look(name) if end.node_name == "segmentation"]

    wait_until(lambda: bool(ends()), f"the node's end of {topic}")
    return ends()[0]


@pytest.mark.parametrize("qos", [BEST_EFFORT, RELIABLE], ids=["best effort", "reliable"])
def test_best_effort_and_reliable_cameras_are_heard(rig: Rig, qos: QoSProfile) -> None:
    camera = rig.client.camera(qos=qos)
    mask = rig.mask(camera, rig.painted(), rig.output("mask"))
    np.testing.assert_array_equal(mask, stripes(WIDTH, HEIGHT))
    rig.client.node.destroy_publisher(camera)


@pytest.mark.parametrize("qos", [BEST_EFFORT, RELIABLE], ids=["best effort", "reliable"])
def test_best_effort_and_reliable_subscribers_are_served(rig: Rig, qos: QoSProfile) -> None:
    camera = rig.client.camera()
    masks = rig.client.subscribe(Image, "segmentation/mask", qos)
    np.testing.assert_array_equal(rig.mask(camera, rig.painted(), masks), stripes(WIDTH, HEIGHT))
    rig.client.node.destroy_publisher(camera)


def test_defaults(rig: Rig) -> None:
    for topic in ("image", "camera_info"):
        assert endpoint(rig, topic, publisher=False).reliability == BEST
    for topic in ("mask", "color_mask", "overlay", "confidence", "timing", "camera_info", "points"):
        qos = endpoint(rig, f"segmentation/{topic}", publisher=True)
        assert qos.reliability == SURE
        assert qos.durability == QoSDurabilityPolicy.VOLATILE
    # Middlewares do not tell the depth of another's end; the node's own parameter does.
    image = f"qos_overrides.{rig.process.namespace}/image.subscription"
    assert rig.client.get(f"{image}.depth") == 1
    assert rig.client.get(f"{image}.history") == QoSHistoryPolicy.KEEP_LAST.name.lower()


def test_overrides(tmp_path: Path, tiny_path: Path) -> None:
    namespace = "/overridden"
    parameters: dict[str, Any] = {
        f"qos_overrides.{namespace}/image.subscription.reliability": "reliable",
        f"qos_overrides.{namespace}/image.subscription.depth": 3,
        f"qos_overrides.{namespace}/segmentation/mask.publisher.reliability": "best_effort",
    }
    with Rig(tmp_path, tiny_path, parameters, namespace=namespace) as rig:
        assert endpoint(rig, "image", publisher=False).reliability == SURE
        assert endpoint(rig, "segmentation/mask", publisher=True).reliability == BEST
        assert endpoint(rig, "segmentation/overlay", publisher=True).reliability == SURE
        assert rig.client.get(f"qos_overrides.{namespace}/image.subscription.depth") == 3

        # Best effort now cannot reach it: the log and the report say so, and what to set.
        deaf = rig.client.node.create_publisher(Image, "image", BEST_EFFORT)
        line = rig.process.wait_for_log("has incompatible QoS")
        assert f"no image on {namespace}/image" in line
        assert "1 publisher: " in line
        assert f"{namespace}/client (best effort, volatile)" in line
        assert f"qos_overrides.{namespace}/image.subscription.reliability" in line
        status = rig.status("camera", lambda status: "incompatible" in status.message)
        assert status.level >= status.WARN
        rig.client.node.destroy_publisher(deaf)

        camera = rig.client.camera(qos=RELIABLE)
        masks = rig.client.subscribe(Image, "segmentation/mask", BEST_EFFORT)
        mask = rig.mask(camera, rig.painted(), masks)
        np.testing.assert_array_equal(mask, stripes(WIDTH, HEIGHT))


@pytest.mark.parametrize(
    ("policy", "value", "said"),
    [
        ("reliability", "certain", "must be one of reliable, best_effort"),
        ("history", "unknown", "must be one of keep_last, keep_all"),
        ("depth", -1, "must be a whole number from 0 to 2147483647, got the whole number -1"),
        ("depth", 2**62, "must be a whole number from 0 to 2147483647"),
    ],
)
def test_a_wrong_override_is_named(
    tmp_path: Path, tiny_path: Path, policy: str, value: Any, said: str
) -> None:
    name = f"qos_overrides./wrong/image.subscription.{policy}"
    with Rig(tmp_path, tiny_path, {name: value}, namespace="/wrong") as rig:
        assert rig.process.wait() == 1
        assert f"cannot activate: -p {name}:={value}: {name} {said}" in rig.process.log()
        assert "Traceback" not in rig.process.log()


def test_an_override_without_effect_gives_one_line_with_the_nearest(
    tmp_path: Path, tiny_path: Path
) -> None:
    qos = "qos_overrides./spelled"
    meant = {
        f"{qos}/image.subscription.relaibility": f"{qos}/image.subscription.reliability",
        f"{qos}/segmentation/maks.publisher.depth": f"{qos}/segmentation/mask.publisher.depth",
        f"{qos}/segmentation/mask.publisher.durability": f"{qos}/segmentation/mask.publisher.",
        "qos_overrides.image.subscription.depth": f"{qos}/image.subscription.depth",
    }
    # These are subscribed to only once somebody wants points.
    later = [f"{qos}/{topic}.subscription.depth" for topic in ("depth", "points_in")]
    parameters = dict.fromkeys([*meant, *later], 3)
    with Rig(tmp_path, tiny_path, parameters, namespace="/spelled") as rig:
        rig.status("camera", lambda status: "waits" not in status.message)
        lines = [line for line in rig.process.log().splitlines() if "has no effect" in line]
        assert len(lines) == len(meant)
        for line, (name, nearest) in zip(lines, meant.items(), strict=True):
            assert f" {name} has no effect" in line
            assert f"the nearest is {nearest}" in line


def test_a_remapped_image_has_its_compressed_form(tmp_path: Path, tiny_path: Path) -> None:
    arguments = ("-r", "image:=front/image_raw")
    parameters = {"image_transport": "compressed"}
    with Rig(tmp_path, tiny_path, parameters, arguments=arguments) as rig:
        assert endpoint(rig, "front/image_raw/compressed", publisher=False).reliability == BEST


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory, tiny_path: Path) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("waiting"), tiny_path) as rig:
        yield rig


class TestNoImage:
    """What a user reads who looks at the wrong topic."""

    def explanation(self, rig: Rig, *words: str) -> None:
        rig.status("camera", lambda status: all(word in status.message for word in words))

    def test_topic_and_number_of_publishers(self, waiting: Rig) -> None:
        line = waiting.process.wait_for_log("no image on ")
        assert f"no image on {waiting.process.namespace}/image for" in line
        assert "0 publishers of sensor_msgs/msg/Image" in line
        self.explanation(waiting, "0 publishers of sensor_msgs/msg/Image")

    def test_where_images_are(self, waiting: Rig) -> None:
        elsewhere = waiting.client.node.create_publisher(Image, "rear/image_raw", 1)
        self.explanation(waiting, elsewhere.topic_name, "image_topic:=")
        waiting.client.node.destroy_publisher(elsewhere)

    def test_masks_of_another_node_are_no_camera(self, waiting: Rig, tmp_path: Path) -> None:
        with Rig(tmp_path, waiting.model) as other:
            other.process.wait_for_log("runs on")
            other.status("network")
            elsewhere = [f"many/image_{number:02}" for number in range(12)]
            node = waiting.client.node
            cameras = [node.create_publisher(Image, topic, 1) for topic in elsewhere]
            self.explanation(waiting, cameras[0].topic_name, "image_topic:=")

            def all_but_masks(status: Any) -> bool:
                return (
                    " more (remap image" in status.message
                    and "/segmentation/" not in status.message
                )

            waiting.status("camera", all_but_masks)
            for camera in cameras:
                node.destroy_publisher(camera)

    def test_another_type_on_the_topic(self, waiting: Rig) -> None:
        # One process cannot hold two types of one topic, so this camera has its own context.
        with RosClient(waiting.process.namespace, "other_camera") as other:
            other.node.create_publisher(CompressedImage, "image", 1)
            self.explanation(
                waiting,
                "publishes sensor_msgs/msg/CompressedImage, not sensor_msgs/msg/Image",
                "image_transport:=compressed",
            )

    def test_a_topic_of_compressed_images_is_named_without_what_is_added(
        self, tmp_path: Path, tiny_path: Path
    ) -> None:
        """With image_topic:= as it is listed, the node waited on .../compressed/compressed."""
        words = ("-r", "image:=seen/compressed")
        for transport in ("raw", "compressed"):
            folder = tmp_path / transport
            folder.mkdir()
            with Rig(folder, tiny_path, {"image_transport": transport}, arguments=words) as rig:
                seen = f"{rig.process.namespace}/seen"
                with RosClient(rig.process.namespace, "other_camera") as other:
                    other.node.create_publisher(CompressedImage, "seen/compressed", 1)
                    if transport == "raw":
                        said = f"which adds /compressed, and image_topic:={seen}"
                    else:
                        said = (
                            f"there are images on {seen}/compressed (remap image, or image_topic:= "
                            "without the /compressed that image_transport adds)"
                        )
                    self.explanation(rig, said)

    def test_a_camera_that_is_silent(self, waiting: Rig) -> None:
        camera = waiting.client.camera()
        self.explanation(waiting, "1 publisher: ", "matches, but sends nothing")
        waiting.client.node.destroy_publisher(camera)
