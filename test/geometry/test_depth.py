# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Depth images to metres."""

from __future__ import annotations

import numpy as np
import pytest

from attendseg_ros.geometry import millimetres_to_depth, to_depth


@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8"])
def test_what_was_not_measured_is_nan(dtype: str) -> None:
    metres = np.array([[1.5, 0.0, np.nan], [np.inf, -np.inf, -2.0]], dtype)
    depth = to_depth(metres)
    assert depth.dtype == np.float32
    np.testing.assert_array_equal(depth, [[1.5, np.nan, np.nan], [np.nan, np.nan, np.nan]])
    # What drivers write for nothing, in place of NaN.
    marks = np.array([[1e3, 1_001.0, np.finfo(np.float32).max, 1e30]], dtype)
    np.testing.assert_array_equal(to_depth(marks), [[1e3, np.nan, np.nan, np.nan]])
    assert np.isposinf(metres[1, 0])


@pytest.mark.parametrize("dtype", ["<u2", ">u2"])
def test_millimetres(dtype: str) -> None:
    depth = millimetres_to_depth(np.array([[0, 1, 1234], [65533, 65534, 65535]], dtype))
    assert depth.dtype == np.float32
    wanted = [[np.nan, 0.001, 1.234], [65.533, 65.534, np.nan]]
    np.testing.assert_allclose(depth, wanted, rtol=1e-6)
