# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Temporal smoothing: an average where the image stays, this frame's logits where it changes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from support.tiny_bundle import painted, stripes

from attendseg_ros.frame_continuity import LONGEST_GAP_NS
from attendseg_ros.inference import Bundle, Segmenter
from attendseg_ros.inference.smoothing import NOISE_LEVEL, Smoother
from attendseg_ros.labels.camvid import CamVidClass

GRID = (16, 24)
SIZE = (96, 64)
PERIOD_NS = 33_000_000
WIDTH, HEIGHT = 704, 64

Image = NDArray[np.uint8]


def logits_of(value: float) -> NDArray[np.float32]:
    return np.full((2, *GRID), value, np.float32)


def grey(level: int = 100) -> Image:
    return np.full((SIZE[1], SIZE[0], 3), level, np.uint8)


class Frames:
    """Feeds a smoother at 30 Hz."""

    def __init__(self, weight: float = 0.8) -> None:
        self.smoother = Smoother()
        self._weight = weight
        self._stamp_ns = 0

    def see(self, value: float, image: Image | None = None, step_ns: int = PERIOD_NS) -> Image:
        """The smoothed logits of a frame whose own all have one value."""
        self._stamp_ns += step_ns
        image = grey() if image is None else image
        smooth = self.smoother.smooth(logits_of(value), image, self._weight, SIZE, self._stamp_ns)
        return np.array(smooth)


def test_a_still_image_gives_the_exponential_average() -> None:
    frames = Frames(0.8)
    average = 1.0
    np.testing.assert_array_equal(frames.see(1.0), logits_of(1.0))
    for value in (5.0, -3.0, 2.0):
        average = 0.8 * average + 0.2 * value
        np.testing.assert_allclose(frames.see(value), logits_of(average), rtol=1e-6)


def test_weight_0_gives_the_logits_themselves_and_forgets() -> None:
    smoother = Smoother()
    smoother.smooth(logits_of(9.0), grey(), 0.8, SIZE, 0)
    logits = logits_of(1.0)
    assert smoother.smooth(logits, grey(), 0.0, SIZE, PERIOD_NS) is logits
    smooth = smoother.smooth(logits_of(2.0), grey(), 0.8, SIZE, 2 * PERIOD_NS)
    np.testing.assert_array_equal(smooth, logits_of(2.0))


def test_the_engine_s_logits_are_left_as_they_are() -> None:
    smoother, first, second = Smoother(), logits_of(1.0), logits_of(2.0)
    smoother.smooth(first, grey(), 0.8, SIZE, 0)
    smoother.smooth(second, grey(), 0.8, SIZE, 1)
    assert (first == 1.0).all()
    assert (second == 2.0).all()


def test_the_average_starts_anew_where_the_image_changed_and_only_there() -> None:
    frames = Frames()
    frames.see(0.0)
    image = grey()
    image[24:40, 32:64] += 20
    smooth = frames.see(1.0, image)[0]
    # Rows 6 to 9 and columns 8 to 15 of the grid, and the two cells around them.
    near = np.zeros(GRID, bool)
    near[4:12, 6:18] = True
    assert (smooth[near] == 1.0).all()
    np.testing.assert_allclose(smooth[~near], 0.2, rtol=1e-6)


def test_a_slow_change_is_noticed_once_it_adds_up_to_more_than_noise() -> None:
    frames = Frames()
    frames.see(0.0)
    kept = [bool(frames.see(1.0, grey(100 + 2 * step)).max() < 1.0) for step in range(1, 20)]
    assert kept[0]
    assert not all(kept)


@pytest.mark.parametrize("step_ns", [-1, LONGEST_GAP_NS + 1])
def test_stamps_that_run_backwards_or_leave_a_gap_start_anew(step_ns: int) -> None:
    frames = Frames()
    frames.see(0.0)
    frames.see(0.0)
    np.testing.assert_array_equal(frames.see(1.0, step_ns=step_ns), logits_of(1.0))


def test_another_image_size_starts_anew() -> None:
    smoother = Smoother()
    smoother.smooth(logits_of(0.0), grey(), 0.8, SIZE, 0)
    smooth = smoother.smooth(logits_of(1.0), grey(), 0.8, (SIZE[1], SIZE[0]), PERIOD_NS)
    np.testing.assert_array_equal(smooth, logits_of(1.0))


@pytest.fixture
def segmenter(tiny: Bundle) -> Iterator[Segmenter]:
    made = Segmenter(tiny, "onnxruntime", num_threads=1)
    yield made
    made.close()


def masks(segmenter: Segmenter, images: list[Image], smoothing: float) -> list[NDArray[np.uint8]]:
    return [
        segmenter.segment(image, smoothing=smoothing, stamp_ns=index * PERIOD_NS).labels
        for index, image in enumerate(images)
    ]


def noisy(image: NDArray[np.floating], count: int, strength: float) -> list[Image]:
    random = np.random.default_rng(7)
    noise = random.normal(0.0, strength, (count, *image.shape))
    return [np.clip(np.rint(image + one), 0, 255).astype(np.uint8) for one in noise]


def flicker(labels: list[NDArray[np.uint8]]) -> float:
    """The share of pixels that change class between two frames."""
    return float(np.mean([(a != b).mean() for a, b in pairwise(labels)]))


def test_noise_flickers_less(segmenter: Segmenter) -> None:
    # Between two classes, so that noise decides.
    palette = painted(np.array([[CamVidClass.ROAD, CamVidClass.BUILDING]], np.uint8))[0]
    images = noisy(np.full((HEIGHT, WIDTH, 3), palette.astype(float).mean(axis=0)), 40, 5.0)
    plain = flicker(masks(segmenter, images, 0.0)[10:])
    half = flicker(masks(segmenter, images, 0.5)[10:])
    strong = flicker(masks(segmenter, images, 0.8)[10:])
    assert plain > 0.1
    assert half < 0.8 * plain
    assert strong < 0.5 * plain
    assert strong > 0.0


@pytest.mark.parametrize("speed", [1, 3, 16])
def test_what_moves_has_the_mask_it_has_without_smoothing(segmenter: Segmenter, speed: int) -> None:
    truths = []
    for step in range(20):
        labels = np.full((HEIGHT, WIDTH), CamVidClass.ROAD, np.uint8)
        labels[16:48, 40 + step * speed : 104 + step * speed] = CamVidClass.CAR
        truths.append(labels)
    images = [noisy(painted(labels).astype(float), 1, NOISE_LEVEL / 3)[0] for labels in truths]
    plain, smooth = masks(segmenter, images, 0.0), masks(segmenter, images, 0.8)
    for labels, wanted in zip(smooth, plain, strict=True):
        assert (labels != wanted).mean() < 1e-3
        assert (labels == CamVidClass.CAR).sum() == pytest.approx(64 * 32, rel=0.15)


def test_cameras_do_not_share_their_frames(segmenter: Segmenter) -> None:
    sure = painted(np.full((HEIGHT, WIDTH), CamVidClass.ROAD, np.uint8))
    # A change too small to restart the average by itself.
    unsure = np.clip(sure.astype(int) + np.array([-5, 5, -5]), 0, 255).astype(np.uint8)
    segmenter.segment(sure, smoothing=0.9, stamp_ns=0, camera="front")
    first = segmenter.segment(unsure, confidence=True, smoothing=0.9, stamp_ns=1, camera="rear")
    second = segmenter.segment(unsure, confidence=True, smoothing=0.9, stamp_ns=2, camera="front")
    alone = segmenter.segment(unsure, confidence=True)
    assert first.confidence is not None
    assert second.confidence is not None
    assert alone.confidence is not None
    np.testing.assert_array_equal(first.confidence, alone.confidence)
    assert second.confidence.mean() > alone.confidence.mean()


def test_a_new_input_size_starts_anew(segmenter: Segmenter) -> None:
    labels = stripes(WIDTH, HEIGHT)
    image = painted(labels)
    segmenter.segment(image, smoothing=0.9)
    segmenter.set_input_size(128, 64)
    coarse = segmenter.segment(image, smoothing=0.9)
    np.testing.assert_array_equal(coarse.labels, segmenter.segment(image).labels)


def test_confidence_is_of_the_smoothed_logits(segmenter: Segmenter) -> None:
    sure = painted(np.full((HEIGHT, WIDTH), CamVidClass.ROAD, np.uint8))
    # A change too small to count as one, which makes the network less sure nevertheless.
    unsure = np.clip(sure.astype(int) + np.array([-5, 5, -5]), 0, 255).astype(np.uint8)
    alone = segmenter.segment(unsure, confidence=True).confidence
    before = segmenter.segment(sure, confidence=True, smoothing=0.9, stamp_ns=0).confidence
    after = segmenter.segment(unsure, confidence=True, smoothing=0.9, stamp_ns=1).confidence
    assert alone is not None
    assert before is not None
    assert after is not None
    assert alone.mean() < after.mean() <= before.mean()


@pytest.mark.parametrize("smoothing", [-0.1, 1.0, float("nan")])
def test_a_weight_out_of_range_is_refused(segmenter: Segmenter, smoothing: float) -> None:
    with pytest.raises(ValueError, match=r"from 0\.0 to below 1\.0"):
        segmenter.segment(np.zeros((4, 4, 3), np.uint8), smoothing=smoothing)
