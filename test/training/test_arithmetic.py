# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch

from attendseg_ros.training.arithmetic import fast_arithmetic


def product() -> torch.dtype:
    with fast_arithmetic():
        return (torch.ones(4, 4) @ torch.ones(4, 4)).dtype


@pytest.mark.parametrize(("native", "dtype"), [(True, torch.bfloat16), (False, torch.float32)])
def test_bfloat16_is_for_processors_that_compute_in_it(
    native: bool, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attendseg_ros.training.arithmetic.has_bfloat16", lambda: native)
    assert product() is dtype


def test_this_processor_is_told_by_its_flags() -> None:
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:  # noqa: PTH123
        flags = next((line for line in info if line.startswith("flags")), "")
    if not flags:
        pytest.skip("/proc/cpuinfo names no flags of an x86 processor here")
    assert (product() is torch.bfloat16) == ("avx512bw" in flags)
