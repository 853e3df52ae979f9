# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bundles that the tests of the inference path share."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.inference import Bundle, available_engines, load_bundle
from attendseg_ros.inference.accelerators import GPU_ENGINES
from attendseg_ros.inference.engines import PROCESSOR_ENGINES


@pytest.fixture(scope="session")
def tiny_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a bundle that answers with the nearest class colour."""
    return write_tiny_bundle(tmp_path_factory.mktemp("bundles") / "tiny", input_size=(704, 64))


@pytest.fixture(scope="session")
def tiny(tiny_path: Path) -> Bundle:
    """The same, loaded."""
    return load_bundle(tiny_path)


GPUS_HERE = [name for name in GPU_ENGINES if available_engines()[name] is None]


@pytest.fixture(params=[*PROCESSOR_ENGINES, *GPUS_HERE])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn; one that is not installed is skipped with the reason."""
    name = str(request.param)
    reason = available_engines()[name]
    if reason is not None:
        pytest.skip(reason)
    return name
