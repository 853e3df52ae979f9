# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is observed of a camera and of the network, besides the counts of frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from attendseg_ros.streaming.stamp_checks import StampFault


@dataclass(frozen=True)
class CameraReport:
    """What /diagnostics must know of the camera besides the counts."""

    topic: str
    silence_s: float
    publishers: str
    faults: Mapping[StampFault, int]
    missing: int
    missing_lately: int
    missing_ratio: float
    mixture: str
    foreign: int
    doubt: str
    doubt_hint: str
    lens: str
    still_s: float = 0.0
    repeated_s: float = 0.0
    wiring: tuple[str, ...] = ()


@dataclass(frozen=True)
class NetworkReport:
    """What /diagnostics must know of the network besides the counts: the same for every camera."""

    engine: str
    model: str
    input_size: tuple[int, int]
    refusal: str
    loading: str
    fallback: str
    enabled: bool
    size_by: str
    too_slow: str
    hang: str = ""
    hangs: int = 0
    last_hang: str = ""
    worker_errors: int = 0
    worker_alive: bool = True
    busy_s: float = 0.0
