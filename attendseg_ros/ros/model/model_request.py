# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the parameters ask the network for."""

from __future__ import annotations

from dataclasses import dataclass

from attendseg_ros.inference import Bundle
from attendseg_ros.ros.parameters.settings import Settings


@dataclass(frozen=True)
class ModelRequest:
    """What the parameters ask for: their values, and the model that these fit."""

    settings: Settings
    bundle: Bundle
    paced: tuple[int, int] | None = None
    """The input size in place of the parameters' own, to keep `target_latency_ms`."""
    refused: tuple[int, int] | None = None
    """The size asked for to that end which cannot run; the one before goes on."""
    attempt: int = 0
    """Tells apart what was asked for twice."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the network's input."""
        return self.paced or self.unpaced

    @property
    def unpaced(self) -> tuple[int, int]:
        """The same by the parameters alone."""
        return self.settings.network_size or self.bundle.input_size
