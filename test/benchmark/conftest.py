# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A model whose answers are known."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.tiny_bundle import write_tiny_bundle


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that gives each pixel the class of the nearest colour."""
    return write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny")
