# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Networks of others: counted, exported and run as ours are."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import torch
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.benchmark.peers import PeersPlan, measure_peers
from attendseg_ros.errors import BenchmarkError
from attendseg_ros.network.counting import count
from benchmark.rivals import RIVALS, Rival

needs_transformers = pytest.mark.skipif(
    importlib.util.find_spec("transformers") is None,
    reason="transformers is not installed (requirements/benchmark.txt)",
)

LIBRARY = [rival for rival in RIVALS if "transformers" in rival.needs]


def plan(folder: Path, tiny: Path, rivals: list[str]) -> PeersPlan:
    return PeersPlan(
        models=[str(tiny)],
        rivals=rivals,
        image_size=(60, 40),
        engine="onnxruntime",
        threads=1,
        repeats=2,
        graphs=folder / "graphs",
    )


def test_edgesegnet_and_ours_in_one_run(tmp_path: Path, tiny: Path) -> None:
    results = measure_peers(plan(tmp_path, tiny, ["EdgeSegNet"]))
    ours, twin, theirs = results["networks"]
    assert ours["precision"] == "int8"
    assert twin["precision"] == theirs["precision"] == "fp32"
    # Ours is measured at the size that its scores are of, a rival at the next larger it takes.
    assert ours["size"] == twin["size"] == [128, 64]
    assert theirs["size"] == [64, 64]
    assert ours["macs"] == 11 * 3 * 128 * 64
    assert theirs["weight_bytes"] == 4 * theirs["parameters"]
    assert theirs["accuracy"]["value"] == 0.892
    for row in (ours, twin, theirs):
        assert row["ms"]["n"] == results["repeats"]
        assert row["ms"]["p50"] > 0


@pytest.mark.parametrize(
    ("trained_on", "source"),
    [
        (False, "own measurement, split 'val'"),
        (True, "own measurement, split 'val', which it was trained on"),
    ],
)
def test_accuracy_says_where_it_comes_from(trained_on: bool, source: str, tmp_path: Path) -> None:
    scores = {
        "split": "val",
        "trained_on_split": trained_on,
        "int8": {"mean_iou": 0.7, "pixel_accuracy": 0.9},
    }
    bundle = write_tiny_bundle(tmp_path / "tiny", overrides={"scores": scores})
    ours = measure_peers(plan(tmp_path, bundle, []))["networks"][0]
    assert ours["accuracy"] == {"value": 0.9, "source": source}


def test_what_was_exported_is_kept_for_the_next_run(tmp_path: Path, tiny: Path) -> None:
    settings = plan(tmp_path, tiny, ["EdgeSegNet"])
    measure_peers(settings)
    (graph,) = settings.graphs.glob("*.onnx")
    written = graph.stat().st_mtime_ns
    # A graph without its counts is one whose export was stopped.
    measure_peers(settings)
    assert graph.stat().st_mtime_ns == written
    next(settings.graphs.glob("*.json")).unlink()
    measure_peers(settings)
    assert graph.stat().st_mtime_ns > written


def test_refuses_a_rival_that_nobody_knows(tmp_path: Path, tiny: Path) -> None:
    with pytest.raises(BenchmarkError, match="unknown rival 'U-Net': there are RefineNet-101"):
        measure_peers(plan(tmp_path, tiny, ["U-Net"]))


def test_refinenet_has_the_size_of_the_published_one() -> None:
    (rival,) = (rival for rival in RIVALS if rival.name == "RefineNet-101")
    # 118 M parameters, and 185 GMAC at 480x384, which go with the pixels.
    # On torch's meta device: shapes without the memory and the time for 118 M random numbers.
    with torch.device("meta"):
        counts = count(rival.build(), (64, 64))
    assert counts.parameters == pytest.approx(118e6, rel=0.01)
    assert counts.macs == pytest.approx(185e9 * 64 * 64 / (480 * 384), rel=0.01)


@needs_transformers
@pytest.mark.parametrize("rival", LIBRARY, ids=lambda rival: rival.name)
def test_rivals_of_the_library_run(rival: Rival, tmp_path: Path, tiny: Path) -> None:
    (_, _, theirs) = measure_peers(plan(tmp_path, tiny, [rival.name]))["networks"]
    assert theirs["name"] == rival.name
    assert 1e6 < theirs["parameters"] < 1e7
