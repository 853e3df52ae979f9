# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Outputs on <output>/compressed, as image_transport's plugin decodes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage
from support.ros_client import image, pixels_of
from support.segmentation_rig import HEIGHT, WIDTH, Rig

from attendseg_ros.ros.outputs.output_images import ImageOutput

FORMATS = {"mono8": "mono8; png compressed ", "rgb8": "rgb8; jpeg compressed bgr8"}
SIGNATURES = {"mono8": b"\x89PNG", "rgb8": b"\xff\xd8\xff"}


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


def decoded(message: CompressedImage) -> NDArray[np.uint8]:
    """The picture as image_transport's `compressed` subscriber decodes it by its format."""
    picture = cv2.imdecode(np.frombuffer(message.data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    encoding, _, how = message.format.partition(";")
    if encoding == "rgb8" and "compressed bgr" in how:
        picture = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
    return np.asarray(picture, np.uint8)


def noise(rig: Rig) -> Any:
    """An image that does not compress well."""
    pixels = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    return image(pixels, "rgb8", rig.client.header())


@pytest.mark.parametrize("output", ImageOutput)
def test_each_has_the_format_and_header_that_image_transport_writes(
    rig: Rig, camera: Any, output: ImageOutput
) -> None:
    inbox = rig.output(f"{output.topic}/compressed", CompressedImage)
    message = noise(rig)
    (answer,) = rig.client.ask(camera, message, inbox)
    assert answer.header == message.header
    assert answer.format == FORMATS[output.encoding]
    assert bytes(answer.data[:4]).startswith(SIGNATURES[output.encoding])


@pytest.mark.parametrize("topic", ["mask", "confidence"])
def test_ids_and_confidences_lose_nothing(rig: Rig, camera: Any, topic: str) -> None:
    raw, compressed = rig.output(topic), rig.output(f"{topic}/compressed", CompressedImage)
    for message in (rig.painted(), rig.painted(641, 481), noise(rig)):
        plain, packed = rig.client.ask(camera, message, raw, compressed)
        np.testing.assert_array_equal(decoded(packed), pixels_of(plain))


@pytest.mark.parametrize("topic", ["color_mask", "overlay"])
def test_colours_stay_the_eye_s_and_in_their_order(rig: Rig, camera: Any, topic: str) -> None:
    rig.client.must_set(jpeg_quality=100)
    raw, compressed = rig.output(topic), rig.output(f"{topic}/compressed", CompressedImage)
    plain, packed = rig.client.ask(camera, rig.painted(), raw, compressed)
    truth, seen = pixels_of(plain).astype(int), decoded(packed).astype(int)
    assert seen.shape == truth.shape
    # Red and blue exchanged would differ by a hundred.
    assert np.abs(seen - truth).mean() < 8
    rig.restore()


def test_jpeg_quality_changes_size_and_leaves_png_alone(rig: Rig, camera: Any) -> None:
    overlay = rig.output("overlay/compressed", CompressedImage)
    mask = rig.output("mask/compressed", CompressedImage)
    message = noise(rig)
    sizes = []
    for quality in (1, 50, 100):
        rig.client.must_set(jpeg_quality=quality)
        answers = rig.client.ask(camera, message, overlay, mask)
        sizes.append([len(answer.data) for answer in answers])
    (low, png_low), (middle, _), (high, png_high) = sizes
    assert 2 * low < middle < high / 2
    assert png_low == png_high
    rig.restore()
