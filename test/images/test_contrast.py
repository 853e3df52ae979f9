# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a picture that shows nothing is, whatever its size and its sensor's noise."""

from __future__ import annotations

import numpy as np
import pytest

from attendseg_ros.images.contrast import LEAST, contrast
from attendseg_ros.images.sample_bits import SampleBits
from attendseg_ros.scene import StreetScene

SIZES = [(480, 640), (1080, 1920), (73, 97), (12, 16), (5, 7), (1, 1), (2000, 3)]
RANDOM = np.random.default_rng(3)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("level", [0, 130, 255])
def test_one_brightness_has_none(size: tuple[int, int], level: int) -> None:
    assert contrast(np.full((*size, 3), level, np.uint8)) == 0.0


@pytest.mark.parametrize("size", [(480, 640), (720, 1280), (1080, 1920)])
def test_the_noise_of_a_covered_lens_is_none(size: tuple[int, int]) -> None:
    noise = np.clip(RANDOM.normal(6.0, 8.0, (*size, 3)), 0, 255).astype(np.uint8)
    assert 0.0 < contrast(noise) < LEAST


@pytest.mark.parametrize("size", [(480, 640), (1080, 1920)])
def test_a_dim_wall_and_floor_have_some(size: tuple[int, int]) -> None:
    room = np.full((*size, 3), 34, np.uint8)
    room[size[0] // 2 :] = 26
    assert contrast(room) > LEAST
    assert contrast(room) == contrast(room[:, ::-1])


def test_half_black_half_white_is_known_by_hand() -> None:
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:, 32:] = 200
    assert contrast(picture) == pytest.approx(100.0)


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_a_colour_alone_is_something(channel: int) -> None:
    picture = np.full((48, 64, 3), 100, np.uint8)
    picture[:24, :, channel] = 160
    assert contrast(picture) == pytest.approx(30.0)


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        # Of 14 bits, in hundredths of a kelvin, and of 16 from a scene of 60 kelvin.
        (7300, 8100, False),
        (29300, 30300, False),
        (6000, 12000, True),
        # A camera of visible light: by day, in a dim room, and in the dark with a lamp.
        (0, 4095, True),
        (40, 160, True),
        (0, 80, True),
    ],
)
def test_numbers_that_begin_somewhere_hide_no_scene(first: int, last: int, shown: bool) -> None:
    """`offroad` calls the one grey that is left of a raw thermal image a trail all over."""
    street = StreetScene(3, 640, 480).render(1.0).rgb[..., 1].astype(float) / 255
    bits = SampleBits()
    grey = bits.to_8_bits((first + street * (last - first)).astype(np.uint16))
    assert bits.wide
    rgb = np.broadcast_to(grey[..., None], (480, 640, 3))
    assert (contrast(rgb, wide=bits.wide) >= LEAST) == shown
    bits.to_8_bits(grey)
    assert not bits.wide
