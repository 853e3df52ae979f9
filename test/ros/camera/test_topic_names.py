# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Namespaces, remapping, two nodes on one camera, and the QoS override of every topic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.qos import QoSReliabilityPolicy
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, PointCloud2
from support.ros_client import BEST_EFFORT, values, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import stripes

from attendseg_ros.ros.messages.label_info import LabelInfo
from attendseg_ros.ros.outputs.output_images import ImageOutput

IMAGES = [output.topic for output in ImageOutput]
PUBLISHED = [
    *(f"segmentation/{topic}" for topic in IMAGES),
    *(f"segmentation/{topic}/compressed" for topic in IMAGES),
    *("segmentation/camera_info", "segmentation/timing"),
    *("segmentation/points", "segmentation/landing_zone"),
    *("segmentation/ground_grid", "segmentation/ground_scan"),
    *("segmentation/painted_points", "segmentation/class_shares"),
    *(["segmentation/label_info"] if LabelInfo is not None else []),
]
SUBSCRIBED = ("image", "camera_info", "depth")
OF_EVERY_NODE = {"/diagnostics", "/parameter_events", "/rosout"}


@pytest.fixture(scope="module")
def unsure(tmp_path_factory: pytest.TempPathFactory, tiny_path: Path) -> Iterator[Rig]:
    """A node every end of which has the reliability that is not its default."""
    namespace = "/unsure"
    ends: dict[str, str] = {
        **{f"{namespace}/{topic}.publisher": "best_effort" for topic in PUBLISHED},
        **{f"{namespace}/{topic}.subscription": "reliable" for topic in SUBSCRIBED},
        "/diagnostics.publisher": "best_effort",
    }
    parameters = {f"qos_overrides.{end}.reliability": value for end, value in ends.items()}
    folder = tmp_path_factory.mktemp("unsure")
    with Rig(folder, tiny_path, parameters, namespace=namespace) as rig:
        # Without a request for points nobody needs depth.
        rig.output("points", PointCloud2, BEST_EFFORT)
        yield rig


def reliability(rig: Rig, topic: str, *, publisher: bool) -> QoSReliabilityPolicy:
    """The reliability of the node's end of a topic."""
    node = rig.client.node
    look = node.get_publishers_info_by_topic if publisher else node.get_subscriptions_info_by_topic

    def ends() -> list[QoSReliabilityPolicy]:
        return [
            end.qos_profile.reliability
            for end in look(topic)
            if (end.node_namespace, end.node_name) == (rig.process.namespace, "segmentation")
        ]

    wait_until(lambda: bool(ends()), f"the node's end of {topic}")
    return ends()[0]


@pytest.mark.parametrize("topic", PUBLISHED)
def test_the_qos_of_every_output_can_be_overridden(unsure: Rig, topic: str) -> None:
    found = reliability(unsure, f"/unsure/{topic}", publisher=True)
    assert found == QoSReliabilityPolicy.BEST_EFFORT


def test_there_are_no_other_topics(unsure: Rig) -> None:
    node, own = unsure.client.node, ("segmentation", "/unsure")
    subscribed = {f"/unsure/{topic}" for topic in SUBSCRIBED}
    published = {f"/unsure/{topic}" for topic in PUBLISHED}
    published.add("/unsure/segmentation/transition_event")

    def topics(ends: list[tuple[str, list[str]]]) -> set[str]:
        return {topic for topic, _ in ends} - OF_EVERY_NODE

    wait_until(
        lambda: topics(node.get_publisher_names_and_types_by_node(*own)) == published,
        f"exactly {published}",
    )
    wait_until(
        lambda: topics(node.get_subscriber_names_and_types_by_node(*own)) == subscribed,
        f"exactly {subscribed}",
    )


def test_the_qos_of_compressed_input_can_be_overridden(tmp_path: Path, tiny_path: Path) -> None:
    topic = "/small/image/compressed"
    parameters = {
        "image_transport": "compressed",
        f"qos_overrides.{topic}.subscription.reliability": "reliable",
    }
    with Rig(tmp_path, tiny_path, parameters, namespace="/small") as rig:
        assert reliability(rig, topic, publisher=False) == QoSReliabilityPolicy.RELIABLE


def test_the_qos_of_diagnostics_can_be_overridden(unsure: Rig) -> None:
    found = reliability(unsure, "/diagnostics", publisher=True)
    assert found == QoSReliabilityPolicy.BEST_EFFORT


@pytest.mark.parametrize("topic", SUBSCRIBED)
def test_the_qos_of_every_input_can_be_overridden(unsure: Rig, topic: str) -> None:
    found = reliability(unsure, f"/unsure/{topic}", publisher=False)
    assert found == QoSReliabilityPolicy.RELIABLE


def test_outputs_take_the_names_that_another_consumer_expects(
    tmp_path: Path, tiny_path: Path
) -> None:
    """Isaac ROS's names; docs/transports.md shows these rules."""
    arguments = (
        *("-r", "~/mask:=unet/raw_segmentation_mask"),
        *("-r", "~/color_mask:=unet/colored_segmentation_mask"),
    )
    with Rig(tmp_path, tiny_path, arguments=arguments) as rig:
        masks = rig.client.subscribe(Image, "unet/raw_segmentation_mask")
        colors = rig.client.subscribe(Image, "unet/colored_segmentation_mask")
        pngs = rig.client.subscribe(CompressedImage, "unet/raw_segmentation_mask/compressed")
        camera = rig.client.camera()
        mask = rig.mask(camera, rig.painted(), masks)
        np.testing.assert_array_equal(mask, stripes(WIDTH, HEIGHT))
        color, png = rig.client.ask(camera, rig.painted(), colors, pngs)
        assert color.encoding == "rgb8"
        assert png.format.startswith("mono8; png")


def test_two_nodes_share_a_camera(tmp_path: Path, tiny_path: Path) -> None:
    """One image, two namespaces, parameters and reports of each one's own."""
    eye = ("-r", "image:=/shared_eye/image_raw")
    folders = [tmp_path / side for side in ("left", "right")]
    for folder in folders:
        folder.mkdir()
    with (
        Rig(folders[0], tiny_path, {"classes": "['road']"}, arguments=eye) as one,
        Rig(folders[1], tiny_path, arguments=eye) as other,
    ):
        camera = one.client.camera(topic="/shared_eye/image_raw")
        wait_until(lambda: camera.get_subscription_count() == 2, "both nodes")
        boxes = one.output("mask"), other.output("mask")
        message = one.painted()
        first, second = one.client.ask(camera, message, *boxes)
        assert first.header == second.header == message.header
        assert first.data != second.data
        names = {"camera", "network"}
        for rig in (one, other):
            for part in names:
                assert rig.status(part).hardware_id == f"{rig.process.namespace}/segmentation"


def test_cameras_that_are_exchanged_are_so_with_all_that_is_said_of_them(
    tmp_path: Path, tiny_path: Path
) -> None:
    """ROS remaps a name each time that it is given one: twice would be there and back again."""
    arguments = ("-r", "front/image:=rear/image", "-r", "rear/image:=front/image")
    with Rig(tmp_path, tiny_path, {"cameras": "[front, rear]"}, arguments=arguments) as rig:
        front = rig.client.subscribe(Image, "segmentation/front/mask")
        rear = rig.client.subscribe(Image, "segmentation/rear/mask")
        camera = rig.client.camera(topic="front/image")
        rig.client.ask(camera, rig.painted(), rear)
        assert not front.messages
        status = rig.status("camera rear", lambda status: "sends nothing" in status.message)
        assert values(status)["topic"] == f"{rig.process.namespace}/front/image"
        assert "0 publishers" in values(rig.status("camera front"))["publishers"]


def test_a_compressed_form_that_alone_is_remapped_is_looked_at_there(
    tmp_path: Path, tiny_path: Path
) -> None:
    topic = "/packed/image_rect/compressed"
    arguments = ("-r", f"image/compressed:={topic}")
    with Rig(tmp_path, tiny_path, {"image_transport": "compressed"}, arguments=arguments) as rig:
        rig.client.camera(CompressedImage, topic)
        found = values(rig.status("camera", lambda status: "sends nothing" in status.message))
        assert found["topic"] == topic
        assert found["publishers"].startswith("1 publisher")
        info = rig.client.camera(CameraInfo, "camera_info")

        def is_taken_for_rectified(status: DiagnosticStatus) -> bool:
            info.publish(CameraInfo())
            return f"{topic} is taken for the rectified image" in values(status)["lens"]

        rig.status("camera", is_taken_for_rectified)
