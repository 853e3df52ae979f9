# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Results and their plot replace what is of their kind, and nothing else unasked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from attendseg_ros.benchmark.results import check_replaceable, write_results
from attendseg_ros.errors import DataError


def test_a_picture_that_is_no_plot_of_the_results_is_kept(tmp_path: Path) -> None:
    results, picture = tmp_path / "street.json", tmp_path / "street.png"
    picture.write_text("mine")
    with pytest.raises(DataError, match=r"street\.png: exists already.*--force"):
        check_replaceable(results, "latency", force=False)
    check_replaceable(results, "latency", force=True)
    # With its results beside it, it is their plot.
    write_results(results, {"benchmark": "latency"})
    check_replaceable(results, "latency", force=False)


def test_results_do_not_take_the_name_of_their_plot(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"results\.png: is the plot's name: name a \.json file"):
        check_replaceable(tmp_path / "results.png", "latency", force=True)


def test_a_pipe_is_no_results(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "results.json")
    with pytest.raises(DataError, match=r"results\.json is not a file"):
        check_replaceable(tmp_path / "results.json", "latency", force=False)
