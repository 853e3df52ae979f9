# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Raw images of every encoding through the real node: the mask is that of what they show."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from std_msgs.msg import Header
from support.encodings import COLOUR_ENCODINGS, GREY_ENCODINGS, encode, encode_grey
from support.ros_client import image
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import painted, stripes

from attendseg_ros.labels import ClassTable

PALETTE = ClassTable.load("camvid").palette()
TRUTH = stripes(WIDTH, HEIGHT)

NEAR_A_BORDER = 4
"""Pixels beside a stripe's border where demosaicing mixes two colours."""


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


def inside_stripes() -> NDArray[np.bool_]:
    columns = np.arange(WIDTH) % (WIDTH // 11)
    inside = (columns >= NEAR_A_BORDER) & (columns < WIDTH // 11 - NEAR_A_BORDER)
    return np.broadcast_to(inside, (HEIGHT, WIDTH))


def grey_stripes() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Stripes of greys that are clearly nearest to one class each, and these classes."""
    greys = np.arange(256)
    distances = ((PALETTE[:11].astype(float) - greys[:, None, None]) ** 2).sum(axis=-1)
    margin = np.diff(np.sort(distances, axis=1)[:, :2], axis=1)[:, 0]
    clear = greys[margin > 3000]
    levels = clear[np.linspace(0, len(clear) - 1, 11).astype(int)]
    columns = levels[np.arange(WIDTH) // (WIDTH // 11)].astype(np.uint8)
    grey = np.ascontiguousarray(np.broadcast_to(columns, (HEIGHT, WIDTH)))
    return grey, distances.argmin(axis=1).astype(np.uint8)[grey]


def ask(rig: Rig, camera: Any, pixels: Any, encoding: str, **how: Any) -> NDArray[np.uint8]:
    if pixels.ndim == 1:
        # Planes, one after the other; the step is the first one's.
        message = image(pixels[: WIDTH * HEIGHT].reshape(HEIGHT, WIDTH), encoding, Header())
        message.header, message.data = rig.client.header(), array("B", pixels.tobytes())
    else:
        message = image(pixels, encoding, rig.client.header(), **how)
    return rig.mask(camera, message, rig.output("mask"))


@pytest.mark.parametrize("encoding", COLOUR_ENCODINGS)
def test_colours(rig: Rig, camera: Any, encoding: str) -> None:
    mask = ask(rig, camera, encode(painted(TRUTH), encoding), encoding)
    whole = np.ones_like(inside_stripes())
    mixed = encoding.startswith(("bayer", "nv", "i4", "yv"))
    compared = inside_stripes() if mixed else whole
    np.testing.assert_array_equal(mask[compared], TRUTH[compared])


@pytest.mark.parametrize("encoding", GREY_ENCODINGS)
def test_brightness(rig: Rig, camera: Any, encoding: str) -> None:
    grey, truth = grey_stripes()
    mask = ask(rig, camera, encode_grey(grey, encoding), encoding)
    inside = inside_stripes()
    assert len(np.unique(truth)) >= 3
    np.testing.assert_array_equal(mask[inside], truth[inside])


@pytest.mark.parametrize("encoding", ["rgb8", "bgr8", "mono8", "rgba8", "bgra8", "yuv422", "rgb16"])
def test_padded_rows(rig: Rig, camera: Any, encoding: str) -> None:
    colours = encoding != "mono8"
    pixels = encode(painted(TRUTH), encoding) if colours else painted(TRUTH)[..., 0]
    plain = ask(rig, camera, pixels, encoding)
    np.testing.assert_array_equal(ask(rig, camera, pixels, encoding, padding=37), plain)


@pytest.mark.parametrize("encoding", ["rgb16", "mono16", "mono12", "32FC3", "bayer_rggb16"])
def test_big_endian(rig: Rig, camera: Any, encoding: str) -> None:
    grey = encoding in GREY_ENCODINGS
    pixels: Any = (
        encode_grey(painted(TRUTH)[..., 0], encoding) if grey else encode(painted(TRUTH), encoding)
    )
    plain = ask(rig, camera, pixels, encoding)
    swapped = pixels.astype(pixels.dtype.newbyteorder(">"))
    np.testing.assert_array_equal(ask(rig, camera, swapped, encoding, is_bigendian=1), plain)


def test_bytes_have_no_order(rig: Rig, camera: Any) -> None:
    mask = ask(rig, camera, painted(TRUTH), "rgb8", is_bigendian=1)
    np.testing.assert_array_equal(mask, TRUTH)


def test_floats_are_from_0_to_1_and_clipped(rig: Rig, camera: Any) -> None:
    normal = ask(rig, camera, encode(painted(TRUTH), "32FC3"), "32FC3")
    # Few enough above 1 to be a picture: of most of them nobody knows the scale.
    brightest = float(painted(TRUTH).max())
    stretched = (encode(painted(TRUTH), "32FC3").astype(np.float32) * 255.0 - brightest + 0.5) * 1e6
    saturated = np.where(painted(TRUTH)[..., ::-1] == brightest, 255, 0).astype(np.uint8)
    np.testing.assert_array_equal(normal, TRUTH)
    np.testing.assert_array_equal(
        ask(rig, camera, stretched, "32FC3"), ask(rig, camera, saturated, "8UC3")
    )


def test_the_masks_overlay_is_in_rgb_whatever_came(rig: Rig, camera: Any) -> None:
    rig.client.must_set(overlay_alpha=0.0)
    overlay = rig.output("overlay")
    rgb = painted(TRUTH)
    for encoding in ("rgb8", "bgr8", "rgba8", "bgra8", "8UC3"):
        message = image(encode(rgb, encoding), encoding, rig.client.header())
        (answer,) = rig.client.ask(camera, message, overlay)
        shown = np.frombuffer(answer.data, np.uint8).reshape(rgb.shape)
        np.testing.assert_array_equal(shown, rgb, err_msg=encoding)
    message = image(rgb[..., 0], "mono8", rig.client.header())
    (answer,) = rig.client.ask(camera, message, overlay)
    shown = np.frombuffer(answer.data, np.uint8).reshape(rgb.shape)
    np.testing.assert_array_equal(shown, np.repeat(rgb[..., :1], 3, axis=2))


def folder_with(folder: Path, *modules: str) -> Path:
    """A folder for PYTHONPATH whose packages break on import, as cv_bridge does under NumPy 2."""
    failure = "raise AttributeError('_ARRAY_API not found')\n"
    for module in modules:
        (folder / module).mkdir(parents=True)
        (folder / module / "__init__.py").write_text(failure)
    return folder


def path_first(folder: Path) -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}


@pytest.mark.parametrize("encoding", ["uyvy", "nv12", "rgb16", "bayer_gbrg12"])
def test_no_other_library_has_a_say(tmp_path: Path, tiny_path: Path, encoding: str) -> None:
    broken = folder_with(tmp_path / "broken", "cv_bridge", "rosbags")
    with Rig(tmp_path, tiny_path, environment=path_first(broken)) as rig:
        camera = rig.client.camera()
        mask = ask(rig, camera, encode(painted(TRUTH), encoding), encoding)
        np.testing.assert_array_equal(mask[inside_stripes()], TRUTH[inside_stripes()])


def test_a_buffer_that_ends_at_a_page(rig: Rig, camera: Any) -> None:
    message = image(encode(painted(TRUTH), "yuyv"), "yuyv", rig.client.header())
    message.data.frombytes(bytes(4096))
    mask = rig.mask(camera, message, rig.output("mask"))
    np.testing.assert_array_equal(mask, TRUTH)


def test_12_bits_called_16_do_not_flicker(tmp_path: Path, tiny_path: Path) -> None:
    grey, truth = grey_stripes()
    lower = np.rint(grey * (4095 / 255)).astype(np.uint16)
    with Rig(tmp_path, tiny_path) as rig:
        camera = rig.client.camera()
        inside = inside_stripes()
        mask = ask(rig, camera, lower, "mono16")
        np.testing.assert_array_equal(mask[inside], truth[inside])
        dark = ask(rig, camera, lower // 16, "mono16")
        np.testing.assert_array_equal(dark, ask(rig, camera, grey // 16, "mono8"))
