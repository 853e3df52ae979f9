# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the nodes share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.depth_camera import DepthCamera
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tf2_package import environment_with_tf2
from support.tiny_bundle import write_tiny_bundle


@pytest.fixture(scope="session")
def tiny_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a bundle that answers with the nearest class colour."""
    folder = tmp_path_factory.mktemp("bundles") / "tiny"
    return write_tiny_bundle(folder, input_size=(WIDTH, HEIGHT))


@pytest.fixture(scope="session")
def tf2(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables with which a process can import tf2_msgs."""
    return environment_with_tf2(tmp_path_factory.mktemp("tf2"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the logs of a module's node."""
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def camera(rig: Rig) -> Any:
    """A camera of raw images for the node that the module's own `rig` runs."""
    return rig.client.camera()


@pytest.fixture(scope="module")
def depth(rig: Rig) -> DepthCamera:
    """A depth camera beside it."""
    return DepthCamera(rig)


@pytest.fixture
def defaults(rig: Rig) -> Iterator[None]:
    """Leaves every live parameter as it was."""
    yield
    rig.restore()
