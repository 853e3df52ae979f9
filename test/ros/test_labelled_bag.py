# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A bag played through the real node, and the same bag labelled offline: the same messages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcap.reader import make_reader
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import CompressedImage, Image
from support import bags
from support.encodings import COLOUR_ENCODINGS, GREY_ENCODINGS, encode, encode_grey
from support.segmentation_rig import Rig

from attendseg_ros.scene import StreetScene

OUTPUTS = ("mask", "color_mask", "overlay", "confidence")
MIN_CONFIDENCE = 0.6
CLASSES = ("road", "building", "tree", "sky", "car")


def raw_bag(folder: Path) -> Path:
    """A street in every encoding, one after the other, with padded rows."""
    store = bags.typestore_of("mcap")
    scene = StreetScene(seed=3, width=322, height=200)
    images = []
    for number, encoding in enumerate((*COLOUR_ENCODINGS, *GREY_ENCODINGS)):
        rgb = scene.render(number / 2).rgb
        is_grey = encoding in GREY_ENCODINGS
        pixels = encode_grey(rgb[..., 1], encoding) if is_grey else encode(rgb, encoding)
        stamp_ns = 10**9 * (number + 1) + 5
        message = bags.raw_image(store, pixels, encoding, stamp_ns, padding=12, size=(322, 200))
        images.append(message)
    return bags.write_bag(folder, "mcap", [("/image", bags.IMAGE, images)])


def compressed_bag(folder: Path) -> Path:
    """A street as JPEG and as PNG, larger than the network's input."""
    store = bags.typestore_of("sqlite3")
    scene = StreetScene(seed=4, width=1280, height=720)
    images = [
        bags.compressed_image(store, scene.render(number).rgb, suffix, 10**9 * (number + 1))
        for number, suffix in enumerate((".jpg", ".png"))
    ]
    return bags.write_bag(folder, "sqlite3", [("/image/compressed", bags.COMPRESSED, images)])


def label_offline(bag: Path, out: Path) -> None:
    command = [sys.executable, "-m", "attendseg_ros", "segment", bag, "-o", out]
    options = ["--engine", "onnxruntime", "--threads", 1, "--outputs", *OUTPUTS]
    choice = ["--min-confidence", MIN_CONFIDENCE, "--classes", *CLASSES]
    words = [str(word) for word in (*command, *options, *choice)]
    subprocess.run(words, check=True, capture_output=True, timeout=300)


def recorded(path: Path) -> dict[str, list[bytes]]:
    """The bytes of a bag's messages by their topic."""
    found: dict[str, list[bytes]] = {}
    with path.open("rb") as stream:
        for _, channel, message in make_reader(stream).iter_messages():
            found.setdefault(channel.topic, []).append(message.data)
    return found


@pytest.mark.parametrize(
    ("make", "message_type", "topic", "transport"),
    [
        (raw_bag, Image, "image", "raw"),
        (compressed_bag, CompressedImage, "image/compressed", "compressed"),
    ],
    ids=["raw", "compressed"],
)
def test_offline_labels_are_the_node_s_messages(
    tmp_path: Path, make: Any, message_type: Any, topic: str, transport: str
) -> None:
    label_offline(make(tmp_path), tmp_path / "labelled.mcap")
    offline = recorded(tmp_path / "labelled.mcap")
    parameters = {
        "image_transport": transport,
        "min_confidence": MIN_CONFIDENCE,
        "classes": list(CLASSES),
    }
    with Rig(tmp_path, Path("street"), parameters) as rig:
        inboxes = [rig.output(output) for output in OUTPUTS]
        camera = rig.client.camera(message_type, topic)
        for number, data in enumerate(offline[f"/{topic}"]):
            answers = rig.client.ask(camera, deserialize_message(data, message_type), *inboxes)
            for output, answer in zip(OUTPUTS, answers, strict=True):
                wanted = offline[f"/segmentation/{output}"][number]
                # Field by field: between fields CDR has padding, which is whatever lay in memory.
                assert answer == deserialize_message(wanted, Image), (number, output)
                assert len(set(answer.data)) > 1, "an image of one value would prove little"
    assert all(len(offline[f"/segmentation/{output}"]) == number + 1 for output in OUTPUTS)
