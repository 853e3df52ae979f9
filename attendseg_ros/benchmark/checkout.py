# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The folder benchmark/ of a source checkout: what is compared with, which no robot installs."""

from __future__ import annotations

import sys
from pathlib import Path

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


def make_importable() -> None:
    """Puts the checkout on the path, so that `benchmark.rivals` can be imported.

    Raises:
        BenchmarkError: there is no checkout.
    """
    root = str(benchmark_folder().parent)
    if root not in sys.path:
        sys.path.insert(0, root)
