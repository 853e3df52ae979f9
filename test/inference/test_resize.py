# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Images to the network's size: views of any layout, halving, and what is refused."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.errors import ImageError
from attendseg_ros.inference.resize import Resizer, check_image


def random_rgb(width: int, height: int) -> NDArray[np.uint8]:
    return np.random.default_rng(width).integers(0, 256, (height, width, 3), np.uint8)


def test_an_image_that_fits_is_not_copied() -> None:
    rgb = random_rgb(128, 64)
    assert Resizer((128, 64)).resize(rgb) is rgb


@pytest.mark.parametrize("size", [(128, 64), (200, 100), (257, 129), (64, 200), (1, 1)])
def test_every_view_of_an_image_gives_the_same(size: tuple[int, int]) -> None:
    rgb = random_rgb(*size)
    expected = Resizer((128, 64)).resize(rgb).copy()
    padded = np.zeros((size[1], size[0] + 5, 3), np.uint8)
    padded[:, : size[0]] = rgb
    alpha = np.full((size[1], size[0], 1), 77, np.uint8)
    padded_with_alpha = np.zeros((size[1], size[0] + 5, 4), np.uint8)
    padded_with_alpha[:, : size[0], :3] = rgb
    bgr = np.ascontiguousarray(rgb[..., ::-1])
    views = {
        "padded rows": padded[:, : size[0]],
        "bgr": bgr[..., ::-1],
        "padded bgr": padded[:, : size[0], ::-1][..., ::-1],
        "rgba": np.dstack([rgb, alpha])[..., :3],
        "bgra": np.dstack([bgr, alpha])[..., 2::-1],
        "argb": np.dstack([alpha, rgb])[..., 1:],
        "abgr": np.dstack([alpha, bgr])[..., :0:-1],
        "padded rgba": padded_with_alpha[:, : size[0], :3],
        "upside down bgra": np.dstack([bgr, alpha])[::-1, :, 2::-1][::-1],
        "upside down": np.ascontiguousarray(rgb[::-1])[::-1],
        "mirrored": np.ascontiguousarray(rgb[:, ::-1])[:, ::-1],
        "column by column": np.asfortranarray(rgb),
    }
    for name, view in views.items():
        result = Resizer((128, 64)).resize(view)
        assert result.flags.c_contiguous, name
        np.testing.assert_array_equal(result, expected, err_msg=name)


def test_an_alpha_view_of_a_message_buffer_is_read_within_its_bounds() -> None:
    rgb = random_rgb(200, 100)
    data = np.dstack([rgb, rgb[..., :1]]).tobytes()
    view = np.ndarray((100, 200, 4), np.uint8, data, strides=(800, 4, 1))[..., :3]
    expected = Resizer((128, 64)).resize(rgb).copy()
    np.testing.assert_array_equal(Resizer((128, 64)).resize(view), expected)
    # The buffer ends with the blue of the last pixel: its fourth byte must not be touched.
    view = np.ndarray((100, 200, 3), np.uint8, data[:-1], strides=(800, 4, 1))[:]
    np.testing.assert_array_equal(Resizer((128, 64)).resize(view), expected)


def test_a_grey_image_seen_as_rgb_is_grey() -> None:
    gray = random_rgb(300, 150)[..., 0]
    result = Resizer((128, 64)).resize(np.broadcast_to(gray[..., None], (150, 300, 3)))
    three = Resizer((128, 64)).resize(np.ascontiguousarray(np.dstack([gray] * 3)))
    np.testing.assert_array_equal(result, three)


def test_shrinking_averages_what_it_drops() -> None:
    # Plain bilinear sampling of columns 2 pixels wide at a sixteenth of the size would see
    # only some of them.
    columns = np.where(np.arange(2048) % 4 < 2, 0, 200).astype(np.uint8)
    rgb = np.ascontiguousarray(np.broadcast_to(columns[None, :, None], (1024, 2048, 3)))
    result = Resizer((128, 64)).resize(rgb)
    assert np.abs(result.astype(int) - 100).max() <= 1


def test_geometry_is_kept() -> None:
    ramp = np.linspace(0, 255, 640).astype(np.uint8)
    rgb = np.ascontiguousarray(np.broadcast_to(ramp[None, :, None], (480, 640, 3)))
    result = Resizer((128, 64)).resize(rgb)
    expected = cv2.resize(rgb, (128, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(result.astype(int) - expected).max() <= 1


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (None, "got NoneType"),
        (np.zeros((4, 4, 3), np.float32), r"got float32 \(4, 4, 3\)"),
        (np.zeros((4, 4), np.uint8), r"array \(height, width, 3\), got uint8 \(4, 4\)"),
        (np.zeros((4, 4, 4), np.uint8), r"3 channels \(RGB\), got 4"),
        (np.zeros((0, 4, 3), np.uint8), "1 to 16384 pixels wide and high, got 4x0"),
        (np.zeros((4, 0, 3), np.uint8), "got 0x4"),
        (np.broadcast_to(np.uint8(0), (20000, 20000, 3)), "got 20000x20000"),
        (np.broadcast_to(np.uint8(0), (1, 16385, 3)), "got 16385x1"),
    ],
)
def test_what_is_no_image_is_refused(image: Any, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        check_image(image)


def test_the_largest_image_is_an_image() -> None:
    check_image(np.broadcast_to(np.uint8(0), (16384, 16384, 3)))


SIZES = [
    (848, 480),
    (1280, 720),
    (1281, 721),
    (1920, 1080),
    (1600, 1200),
    (2560, 720),
    (800, 600),
    (640, 1536),
    (3841, 481),
    (300, 1150),
    (579, 3000),
    (12000, 20),
]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_no_row_and_no_column_is_skipped(size: tuple[int, int]) -> None:
    # Each line alone, white on black: what arrives of it, against what an exact average gives.
    width, height = size
    resizer = Resizer((576, 384))
    for axis, (length, target) in enumerate(((height, 384), (width, 576))):
        fair = 255 * target / max(target, length)
        rgb = np.zeros((height, width, 3), np.uint8)
        # A run from its start, with each phase of the samples, and some of the rest.
        lines = np.unique(
            np.r_[0:9, np.linspace(0, length - 1, 20).astype(int), length - 3 : length]
        )
        for line in lines:
            one = (line, slice(None)) if axis == 0 else (slice(None), line)
            rgb[one] = 255
            shown = resizer.resize(rgb).sum(axis=axis, dtype=np.int64)
            rgb[one] = 0
            assert shown.min() >= 0.5 * fair, (axis, line, shown.min(), fair)


@pytest.mark.parametrize("size", [(1920, 1080), (1920, 1200), (3840, 2160)])
def test_a_halved_image_is_nearer_to_the_exact_average_than_plain_sampling(
    size: tuple[int, int],
) -> None:
    rgb = cv2.resize(random_rgb(size[0] // 2, size[1] // 2), size).astype(np.uint8)
    exact = cv2.resize(rgb, (576, 384), interpolation=cv2.INTER_AREA).astype(float)
    plain = np.abs(cv2.resize(rgb, (576, 384)) - exact).mean()
    assert np.abs(Resizer((576, 384)).resize(rgb) - exact).mean() <= 0.55 * plain


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_aspect_keeps_its_geometry(size: tuple[int, int]) -> None:
    width, height = size
    ramp = np.add.outer(np.linspace(0, 120, height), np.linspace(0, 120, width))
    rgb = np.repeat(ramp.astype(np.uint8)[..., None], 3, axis=2)
    rows = np.clip((np.arange(384) + 0.5) * height / 384 - 0.5, 0, height - 1)
    columns = np.clip((np.arange(576) + 0.5) * width / 576 - 0.5, 0, width - 1)
    expected = np.add.outer(rows * 120 / (height - 1), columns * 120 / (width - 1))
    shown = Resizer((576, 384)).resize(rgb)[..., 1].astype(float)
    # Both ramps are rounded down to whole values first, which costs half a value on average.
    assert np.abs(shown + 0.5 - expected).max() <= 2.5


def test_sizes_in_turn_do_not_disturb_each_other() -> None:
    resizer = Resizer((128, 64))
    for size in [(1280, 720), (640, 480), (1281, 721), (300, 900), (800, 600), (1280, 720)] * 2:
        rgb = random_rgb(*size)
        expected = Resizer((128, 64)).resize(rgb)
        np.testing.assert_array_equal(resizer.resize(rgb), expected)
