# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Part of an image labelled, and results of another size than the image's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from numpy.typing import NDArray
from support.tiny_bundle import painted, stripes, write_tiny_bundle

from attendseg_ros.inference import Framing, RoiError, Segmenter, load_bundle

WIDTH, HEIGHT = 704, 64
TRUTH = stripes(WIDTH, HEIGHT)
IMAGE = painted(TRUTH)


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Segmenter]:
    folder = write_tiny_bundle(tmp_path_factory.mktemp("tiny"), input_size=(WIDTH, HEIGHT))
    with closing(Segmenter(load_bundle(folder), "onnxruntime", 1)) as segmenter:
        yield segmenter


@pytest.mark.parametrize("size", [(352, 32), (176, 64), (1408, 128), (11, 1), (1, 1)])
def test_the_result_has_the_size_that_is_asked_for(
    segmenter: Segmenter, size: tuple[int, int]
) -> None:
    result = segmenter.segment(IMAGE, confidence=True, framing=Framing(size=size))
    assert result.confidence is not None
    assert result.labels.shape == result.confidence.shape == (size[1], size[0])
    if size[0] > 11:
        # The middles of the stripes; beside their borders both classes are right.
        middles = (np.arange(11) * 2 + 1) * size[0] // 22
        np.testing.assert_array_equal(result.labels[0, middles], TRUTH[0, 32::64])


@pytest.mark.parametrize("roi", [(128, 0, 320, 64), (256, 16, 128, 32), (640, 60, 64, 4)])
def test_beside_the_part_nothing_is_known(
    segmenter: Segmenter, roi: tuple[int, int, int, int]
) -> None:
    x, y, width, height = roi
    result = segmenter.segment(IMAGE, confidence=True, framing=Framing(roi=roi))
    assert result.confidence is not None
    assert result.labels.shape == TRUTH.shape
    inside = np.zeros(TRUTH.shape, bool)
    inside[y : y + height, x : x + width] = True
    assert (result.labels[~inside] == 255).all()
    assert (result.confidence[~inside] == 0).all()
    # The part is scaled to the network's input, which smears the stripes' borders.
    right = (result.labels == TRUTH)[inside]
    assert right.mean() > 0.9
    assert (result.confidence[inside] > 0).all()


def test_the_network_sees_the_part_only(segmenter: Segmenter) -> None:
    roi = (128, 0, 320, 64)
    other = IMAGE.copy()
    other[:, :128] = 255 - other[:, :128]
    other[:, 448:] = 0
    results = [segmenter.segment(image, framing=Framing(roi=roi)) for image in (IMAGE, other)]
    np.testing.assert_array_equal(results[0].labels, results[1].labels)


def test_part_and_size_together(segmenter: Segmenter) -> None:
    framing = Framing(roi=(128, 16, 384, 32), size=(352, 32))
    labels = segmenter.segment(IMAGE, framing=framing).labels
    assert labels.shape == (32, 352)
    inside = np.zeros(labels.shape, bool)
    inside[8:24, 64:256] = True
    np.testing.assert_array_equal(labels != 255, inside)
    np.testing.assert_array_equal(labels[16, 80:240:32], TRUTH[32, 160:480:64])


@pytest.mark.parametrize("roi", [(0, 0, 705, 64), (700, 0, 5, 64), (0, 60, 10, 5), (9000, 0, 1, 1)])
def test_a_part_that_sticks_out_is_refused(
    segmenter: Segmenter, roi: tuple[int, int, int, int]
) -> None:
    with pytest.raises(RoiError, match="is not inside the image of 704x64"):
        segmenter.segment(IMAGE, framing=Framing(roi=roi))


@pytest.mark.parametrize("size", [(1, 1), (3, 7), (640, 480), (1000, 333)])
def test_every_part_has_a_place_inside(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    for _ in range(200):
        width, height = (int(side) for side in rng.integers(1, 2000, 2))
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        roi = (x, y, int(rng.integers(1, width - x + 1)), int(rng.integers(1, height - y + 1)))
        rows, columns = Framing(roi, size).place(width, height)
        assert 0 <= rows.start < rows.stop <= size[1]
        assert 0 <= columns.start < columns.stop <= size[0]


def test_pages_of_an_image_meet_without_a_gap() -> None:
    ends = [Framing((x, 0, 100, 10), (333, 10)).place(1000, 10)[1] for x in range(0, 1000, 100)]
    assert [end.start for end in ends[1:]] == [end.stop for end in ends[:-1]]


def test_smoothing_forgets_another_part(segmenter: Segmenter) -> None:
    for roi in ((0, 0, 320, 64), (384, 0, 320, 64)):
        framing = Framing(roi=roi)
        plain = segmenter.segment(IMAGE, framing=framing).labels
        smooth = segmenter.segment(
            IMAGE, framing=framing, smoothing=0.9, stamp_ns=10**9 + roi[0], camera="roi"
        ).labels
        np.testing.assert_array_equal(smooth, plain)


def test_smoothing_forgets_a_part_that_looks_much_like_it(segmenter: Segmenter) -> None:
    first, second = IMAGE[0, 0].astype(float), IMAGE[0, 64].astype(float)
    steps = int(np.abs(second - first).max())
    colours = [np.rint(first + (second - first) * step / steps) for step in range(steps + 1)]
    classes = [segmenter.segment(blank(colour)).labels[0, 0] for colour in colours]
    # The network takes another class for a colour no further from it than noise.
    turn = int(np.flatnonzero(np.diff(classes))[0])
    image = blank(colours[turn])
    image[:, WIDTH // 2 :] = colours[turn + 1]
    for number, start in enumerate((0, WIDTH // 2)):
        framing = Framing(roi=(start, 0, WIDTH // 2, HEIGHT))
        labels = segmenter.segment(
            image, framing=framing, smoothing=0.9, stamp_ns=10**9 + number, camera="near"
        ).labels
        assert (labels[:, start : start + WIDTH // 2] == classes[turn + number]).all()


def blank(colour: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.full((HEIGHT, WIDTH, 3), colour.astype(np.uint8), np.uint8)
