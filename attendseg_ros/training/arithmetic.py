# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The arithmetic that a training step runs in on this processor."""

from __future__ import annotations

import torch


def has_bfloat16() -> bool:
    """Whether oneDNN computes in bfloat16 here, by AVX-512 or AMX, and does not emulate it."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def fast_arithmetic() -> torch.autocast:
    """Returns a context of bfloat16 where the processor computes in it, of float32 elsewhere.

    Emulated, a training step takes four to eight times as long as in float32.
    """
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bfloat16())
