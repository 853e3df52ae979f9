# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The packages of models in docs/bundles.md: colcon builds them, and their models are found."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support import markdown
from support.model_packages import prefix_path
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.import_path import environment

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "bundles.md").read_text()


def write_packages(folder: Path) -> None:
    """forest_models as the page has it for CMake, and meadow_models as it has it for setup.py."""
    (manifest,) = markdown.code_blocks(PAGE, "xml")
    (cmake,) = markdown.code_blocks(PAGE, "cmake")
    (setup,) = [block for block in markdown.code_blocks(PAGE, "python") if "setup(" in block]
    forest, meadow = folder / "forest_models", folder / "meadow_models"
    write_tiny_bundle(forest / "models" / "forest")
    (forest / "package.xml").write_text(manifest)
    (forest / "CMakeLists.txt").write_text(cmake)

    write_tiny_bundle(meadow / "models" / "meadow")
    for line in ("  <buildtool_depend>ament_cmake</buildtool_depend>\n", "ament_cmake<"):
        assert line in manifest
    manifest = manifest.replace("  <buildtool_depend>ament_cmake</buildtool_depend>\n", "")
    manifest = manifest.replace("ament_cmake<", "ament_python<")
    (meadow / "package.xml").write_text(manifest.replace("forest_models", "meadow_models"))
    (meadow / "setup.py").write_text(setup.replace("forest_models", "meadow_models"))
    (meadow / "resource").mkdir()
    (meadow / "resource" / "meadow_models").touch()


def test_packages_of_models_are_built_and_found(tmp_path: Path) -> None:
    if shutil.which("colcon") is None:
        pytest.skip("colcon is not installed")
    write_packages(tmp_path / "src")
    build = subprocess.run(
        ["colcon", "build", "--event-handlers", "console_direct+"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert build.returncode == 0, build.stdout + build.stderr
    prefixes = [tmp_path / "install" / name for name in ("forest_models", "meadow_models")]
    run = subprocess.run(
        [sys.executable, "-m", "attendseg_ros", "info", "--list", "--json"],
        cwd=tmp_path,
        env=environment({"AMENT_PREFIX_PATH": prefix_path(*prefixes)}),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    told = json.loads(run.stdout)
    assert told["problems"] == []
    found = {model["uri"]: Path(model["path"]) for model in told["models"]}
    for package, name in (("forest_models", "forest"), ("meadow_models", "meadow")):
        folder = tmp_path / "install" / package / "share" / package / "models" / name
        assert found[f"pkg://{package}/{name}"] == folder
        assert all((folder / file).exists() for file in ("model.onnx", "MODEL_CARD.md"))
