# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Calibration images: chosen by the seed, rendered scenes among them, normalised."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.deployment.calibration import Reader, choose


class Plain:
    """Pictures of one colour each: value, value, value + 100."""

    def __init__(self, first: int, count: int) -> None:
        self._first = first
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        rgb = np.full((30, 40, 3), self._first + index, np.uint8)
        rgb[..., 2] += 100
        return rgb, np.zeros((30, 40), np.uint8)


def values(images: object) -> list[int]:
    return [int(image[0, 0, 0]) for image in images]  # type: ignore[attr-defined]


def test_the_seed_decides_which_images() -> None:
    first = choose(Plain(0, 50), None, (64, 64), seed=3, count=10)
    again = choose(Plain(0, 50), None, (64, 64), seed=3, count=10)
    other = choose(Plain(0, 50), None, (64, 64), seed=4, count=10)
    assert values(first.images) == values(again.images) != values(other.images)
    assert len(set(values(first.images))) == 10
    assert (first.real, first.rendered) == (10, 0)
    assert first.images[0].shape == (64, 64, 3)


def test_a_quarter_is_rendered_where_the_network_was_trained_on_scenes() -> None:
    chosen = choose(Plain(0, 50), Plain(100, 50), (64, 64), seed=0, count=20)
    assert (chosen.real, chosen.rendered) == (15, 5)
    assert sum(value >= 100 for value in values(chosen.images)) == 5


def test_a_small_set_gives_what_it_has() -> None:
    chosen = choose(Plain(0, 3), None, (64, 64), seed=0, count=20)
    assert sorted(values(chosen.images)) == [0, 1, 2]
    assert chosen.real == 3


class Grainy(Plain):
    """Large pictures of noise, of which an average is grey."""

    def __getitem__(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        rgb = np.random.default_rng(index).integers(0, 256, (512, 1024, 3), np.uint8)
        return rgb, np.zeros((512, 1024), np.uint8)


def test_large_images_are_averaged_as_a_robot_does_it() -> None:
    chosen = choose(Grainy(0, 2), None, (64, 64), seed=0, count=2)
    assert len(chosen.images) == 2
    for image in chosen.images:
        # Of 128 pixels each: the noise's 74 grey levels shrink to a tenth.
        assert image.std() < 10


def test_the_reader_normalises_as_the_network_wants() -> None:
    reader = Reader([np.full((2, 4, 3), (128, 64, 255), np.uint8)], "x")
    entry = reader.get_next()
    assert entry is not None
    assert entry["x"].shape == (1, 3, 2, 4)
    assert entry["x"].dtype == np.float32
    np.testing.assert_array_equal(entry["x"][0, :, 1, 2], [0.0, -1.0, 127 / 64])
    assert reader.get_next() is None
