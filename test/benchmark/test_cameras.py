# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Shares of several cameras in numbers."""

from __future__ import annotations

import pytest

from attendseg_ros.benchmark.accounting import Recording, account
from attendseg_ros.benchmark.cameras import jain, names_of, of_common_time
from attendseg_ros.errors import BenchmarkError
from attendseg_ros.ros.camera.camera_name import problem_of


def test_names_are_such_that_the_node_takes_them() -> None:
    assert names_of(1) == ("",)
    assert len(set(names_of(12))) == 12
    assert not problem_of(names_of(12))


@pytest.mark.parametrize(
    ("shares", "index"),
    [([30.0, 30.0], 1.0), ([10.0, 0.0, 0.0, 0.0], 0.25), ([2.0, 1.0], 0.9), ([5.0], 1.0)],
)
def test_jain(shares: list[float], index: float) -> None:
    assert jain(shares) == pytest.approx(index)


def test_nothing_for_anybody_is_not_fair() -> None:
    assert jain([0.0, 0.0]) is None


def recording(start_s: int, end_s: int) -> Recording:
    stamps = [second * 10**9 for second in range(start_s, end_s)]
    return Recording(
        sent=stamps,
        measured_from=start_s * 10**9,
        measured_to=end_s * 10**9,
        arrived={stamp: stamp + 10**7 for stamp in stamps},
    )


def test_only_the_time_in_which_all_sent_counts() -> None:
    both = of_common_time([recording(0, 10), recording(4, 16)])
    for found in map(account, both):
        assert found["seconds"] == 6.0
        assert found["camera_hz"] == found["mask_hz"] == 1.0
        assert found["latency_ms"]["n"] == 6


def test_cameras_that_never_sent_together_are_refused() -> None:
    with pytest.raises(BenchmarkError, match="at the same time"):
        of_common_time([recording(0, 3), recording(3, 6)])
