# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The folder benchmark/ of a source checkout: what is compared with, which no robot installs."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from attendseg_ros.errors import BenchmarkError

_MARK = "baseline_node.py"


def benchmark_folder() -> Path:
    """Finds benchmark/ beside the sources of this package, or in the current folder.

    Raises:
        BenchmarkError: there is none: the package is installed and the sources are elsewhere.
    """
    # The links that a development build installs lead to the sources.
    beside_sources = Path(__file__).resolve().parents[2] / "benchmark"
    for folder in (beside_sources, Path.cwd() / "benchmark"):
        if (folder / _MARK).is_file():
            return folder
    raise BenchmarkError(
        "the networks and the node to compare with are in benchmark/ of the source checkout and "
        "are not installed: run this command in the checkout"
    )


def import_rivals() -> ModuleType:
    """Imports `benchmark.rivals` of the checkout, whose folder is on no import path.

    Raises:
        BenchmarkError: there is no checkout.
    """
    folder = benchmark_folder()
    if "benchmark" not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            "benchmark", folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        assert spec is not None
        assert spec.loader is not None
        package = importlib.util.module_from_spec(spec)
        sys.modules["benchmark"] = package
        spec.loader.exec_module(package)
    return importlib.import_module("benchmark.rivals")
