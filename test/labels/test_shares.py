# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Shares of classes are those that counting pixel by pixel gives."""

from __future__ import annotations

import numpy as np
import pytest

from attendseg_ros.labels.shares import region_of, shares, shares_in, total

RNG = np.random.default_rng(8)
LABELS = RNG.choice(np.array([0, 3, 7, 255], np.uint8), (60, 83), p=[0.5, 0.3, 0.1, 0.1])
CONFIDENCE = RNG.integers(0, 256, LABELS.shape, np.uint8)


def test_shares_and_means() -> None:
    found = shares(LABELS, CONFIDENCE)
    for value in range(256):
        where = np.equal(LABELS, value)
        assert found.share[value] == pytest.approx(where.mean())
        if where.any():
            mean = CONFIDENCE[where].mean() / 255.0
            assert found.mean_confidence[value] == pytest.approx(mean)
        else:
            assert np.isnan(found.mean_confidence[value])


def test_without_confidence_there_are_shares_and_no_means() -> None:
    found = shares(LABELS, None)
    assert found.share == pytest.approx(shares(LABELS, CONFIDENCE).share)
    assert np.isnan(found.mean_confidence).all()


def test_shares_of_a_large_mask_are_exact() -> None:
    labels = np.zeros((5000, 5000), np.uint8)
    labels[0, 0] = 1
    found = shares(labels, np.full_like(labels, 255))
    assert found.share[1] == pytest.approx(1 / 25e6)
    assert found.mean_confidence[0] == pytest.approx(1.0)


def test_shares_in_a_region() -> None:
    region = (slice(10, 40), slice(5, 60))
    found = shares_in(LABELS, region)
    for value in (0, 3, 7, 255, 9):
        assert found[value] == pytest.approx((LABELS[region] == value).mean())
    assert total(found, [0, 7]) == pytest.approx(np.isin(LABELS[region], [0, 7]).mean())
    assert np.isnan(total(found, []))


@pytest.mark.parametrize(
    ("part", "rows", "columns"),
    [
        ((0.0, 0.0, 1.0, 1.0), (0, 60), (0, 80)),
        ((0.25, 0.5, 0.5, 0.5), (30, 60), (20, 60)),
        ((0.999, 0.999, 0.001, 0.001), (59, 60), (79, 80)),
        ((0.0, 0.0, 1e-9, 1e-9), (0, 1), (0, 1)),
        ((0.7, 0.7, 0.30000000001, 0.3), (42, 60), (56, 80)),
    ],
)
def test_a_region_has_a_pixel_and_none_outside(
    part: tuple[float, ...], rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    assert region_of(part, 80, 60) == (slice(*rows), slice(*columns))
