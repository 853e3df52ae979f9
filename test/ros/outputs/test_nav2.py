# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Nav2's semantic_segmentation_layer can use what the node publishes; so says a layer of ours."""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from sensor_msgs.msg import Image, PointCloud2, PointField
from std_msgs.msg import Header
from support import nav2_config
from support.nav2_layer import IMAGE_QOS, LABELS_QOS, SemanticLayer
from support.ros_client import RESEND_S, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig

from attendseg_ros.labels import ClassTable
from attendseg_ros.ros.messages.label_info import LabelInfo

TABLE = ClassTable.load("camvid")
SECOND_NS = 1_000_000_000
NO_LABEL_INFO = "vision_msgs is not on PyPI; install ROS 2 from apt to have it"


def header(stamp_ns: int) -> Header:
    message = Header(frame_id="camera")
    message.stamp.sec, message.stamp.nanosec = divmod(stamp_ns, SECOND_NS)
    return message


def grey(stamp_ns: int, width: int = 4, height: int = 3, value: int = 0) -> Image:
    data = array("B", bytes([value]) * (width * height))
    return Image(
        header=header(stamp_ns), width=width, height=height, step=width, encoding="mono8", data=data
    )


def cloud(head: Header, width: int = 4, height: int = 3) -> PointCloud2:
    """An organised cloud of points at the camera's own place."""
    fields = [
        PointField(name=name, offset=4 * index, datatype=PointField.FLOAT32, count=1)
        for index, name in enumerate("xyz")
    ]
    return PointCloud2(
        header=head,
        width=width,
        height=height,
        fields=fields,
        point_step=12,
        row_step=12 * width,
        data=array("B", bytes(12 * width * height)),
    )


def label_info(names: dict[int, str] | None = None) -> Any:
    """What a vision_msgs/LabelInfo holds."""
    names = dict(zip(TABLE.ids, TABLE.names, strict=True)) if names is None else names
    entries = [SimpleNamespace(class_id=number, class_name=name) for number, name in names.items()]
    return SimpleNamespace(class_map=entries)


class Scene:
    """The messages of one moment; a breach changes one of them."""

    def __init__(self) -> None:
        self.labels: Any = label_info()
        self.mask = grey(SECOND_NS, value=3)
        self.confidence = grey(SECOND_NS, value=200)
        self.cloud = cloud(header(SECOND_NS))

    def shown_to_the_layer(self) -> SemanticLayer:
        layer = SemanticLayer(nav2_config.costed_classes())
        if self.labels is not None:
            layer.on_label_info(self.labels)
        layer.on_mask(self.mask)
        layer.on_confidence(self.confidence)
        layer.on_cloud(self.cloud)
        layer.close()
        return layer


def without_names(scene: Scene) -> None:
    scene.labels = None


def a_name_too_many(scene: Scene) -> None:
    scene.labels.class_map.append(SimpleNamespace(class_id=99, class_name="horse"))


def a_name_spelled_otherwise(scene: Scene) -> None:
    scene.labels.class_map[0].class_name = "Sky"


def an_id_beyond_a_byte(scene: Scene) -> None:
    scene.labels.class_map[0].class_id = 256


def the_id_of_unlabelled(scene: Scene) -> None:
    scene.labels.class_map[0].class_id = 255


def an_id_twice(scene: Scene) -> None:
    scene.labels.class_map[0].class_id = scene.labels.class_map[1].class_id


def colours(scene: Scene) -> None:
    scene.mask.encoding = "rgb8"


def padded_rows(scene: Scene) -> None:
    scene.mask.step += 4
    scene.mask.data = array("B", bytes(scene.mask.step * scene.mask.height))


def too_few_bytes(scene: Scene) -> None:
    scene.mask.data = scene.mask.data[:-1]


def an_id_without_a_name(scene: Scene) -> None:
    scene.mask.data[0] = 77


def a_smaller_confidence(scene: Scene) -> None:
    scene.confidence = grey(SECOND_NS, 3, 3)


def a_confidence_of_floats(scene: Scene) -> None:
    scene.confidence.encoding = "32FC1"


def a_larger_cloud(scene: Scene) -> None:
    scene.cloud = cloud(header(SECOND_NS), 8, 6)


def an_unorganised_cloud(scene: Scene) -> None:
    scene.cloud = cloud(header(SECOND_NS), 12, 1)


def a_mask_stamped_when_it_was_made(scene: Scene) -> None:
    scene.mask.header = header(SECOND_NS + 101_000_000)


def no_confidence_in_time(scene: Scene) -> None:
    scene.confidence.header = header(SECOND_NS - 101_000_000)


BREACHES: dict[Callable[[Scene], None], str] = {
    without_names: "before the class names",
    a_name_too_many: "'horse' has no cost",
    a_name_spelled_otherwise: "'Sky' has no cost",
    an_id_beyond_a_byte: "id 256",
    the_id_of_unlabelled: "id 255",
    an_id_twice: "share an id",
    colours: "is rgb8, not mono8",
    padded_rows: "step 8 is not its width 4",
    too_few_bytes: "holds 11 bytes",
    an_id_without_a_name: "ids without a name: [77]",
    a_smaller_confidence: "differ in size",
    a_confidence_of_floats: "confidence is 32FC1",
    a_larger_cloud: "not organised as the mask",
    an_unorganised_cloud: "not organised as the mask",
    a_mask_stamped_when_it_was_made: "nothing within 100 ms",
    no_confidence_in_time: "nothing within 100 ms",
}


def test_the_layer_takes_what_keeps_every_rule() -> None:
    scene = Scene()
    scene.mask.data[1] = 255
    layer = scene.shown_to_the_layer()
    assert layer.breaches == []
    assert layer.observations == 1


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: breach.__name__)
def test_the_layer_notes_every_breach(breach: Callable[[Scene], None]) -> None:
    scene = Scene()
    breach(scene)
    layer = scene.shown_to_the_layer()
    assert any(BREACHES[breach] in found for found in layer.breaches), layer.breaches


@pytest.fixture
def rig(tmp_path: Path, tiny_path: Path) -> Iterator[Rig]:
    """A node that is not configured yet: the layer listens before anything is published."""
    with Rig(tmp_path, tiny_path, {"autostart": False}) as rig:
        yield rig


def listening(rig: Rig) -> SemanticLayer:
    """The layer, subscribed as config/nav2_semantic_layer.yaml says."""
    layer, source = SemanticLayer(nav2_config.costed_classes()), nav2_config.source()

    def subscribe(kind: Any, parameter: str, callback: Any, qos: Any) -> None:
        # The file's topics, in the namespace of this test.
        rig.client.node.create_subscription(kind, source[parameter].lstrip("/"), callback, qos)

    if LabelInfo is None:
        layer.on_label_info(label_info())
    else:
        subscribe(LabelInfo, "labels_topic", layer.on_label_info, LABELS_QOS)
    subscribe(Image, "segmentation_topic", layer.on_mask, IMAGE_QOS)
    subscribe(Image, "confidence_topic", layer.on_confidence, IMAGE_QOS)
    subscribe(PointCloud2, "pointcloud_topic", layer.on_cloud, IMAGE_QOS)
    return layer


def start(rig: Rig) -> None:
    """Configures and activates the node."""
    for transition in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE):
        request = ChangeState.Request(transition=Transition(id=transition))
        assert rig.client.call(ChangeState, "segmentation/change_state", request).success


def drive(rig: Rig, layer: SemanticLayer, width: int, height: int) -> None:
    """Publishes images with their clouds until the layer has made ten observations of them."""
    camera = rig.client.camera()
    topic = nav2_config.source()["pointcloud_topic"].lstrip("/")
    points = rig.client.camera(PointCloud2, topic, IMAGE_QOS)
    goal = layer.observations + 10

    def reached() -> bool:
        message = rig.painted(width, height)
        message.header.stamp = rig.client.node.get_clock().now().to_msg()
        before = layer.observations
        camera.publish(message)
        points.publish(cloud(message.header, width, height))
        # An image may be lost, and the layer has no use for its cloud then: the next one comes.
        with contextlib.suppress(AssertionError):
            wait_until(lambda: layer.observations > before, "an observation", RESEND_S)
        return layer.observations >= goal or bool(layer.breaches)

    wait_until(reached, "ten observations")
    assert layer.breaches == []
    rig.client.node.destroy_publisher(points)
    rig.client.node.destroy_publisher(camera)


def test_the_layer_finds_nothing_to_object_to(rig: Rig) -> None:
    layer = listening(rig)
    start(rig)
    drive(rig, layer, WIDTH, HEIGHT)
    # A TurtleBot 4's preview, whose rows a sender might pad.
    drive(rig, layer, 250, 250)
    # Unlabelled pixels are what the layer passes over.
    rig.client.must_set(classes=["road"], min_confidence=0.5)
    drive(rig, layer, WIDTH, HEIGHT)


@pytest.mark.skipif(LabelInfo is None, reason=NO_LABEL_INFO)
def test_class_names_come_before_the_first_mask_even_to_a_layer_that_comes_late(rig: Rig) -> None:
    start(rig)
    camera = rig.client.camera()
    rig.mask(camera, rig.painted(), rig.output("mask"))
    layer = listening(rig)
    drive(rig, layer, WIDTH, HEIGHT)
