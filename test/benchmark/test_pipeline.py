# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The pipeline over the real middleware, with a network that costs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendseg_ros.benchmark.accounting import STAGES
from attendseg_ros.benchmark.pipeline import PipelinePlan, measure_pipeline
from attendseg_ros.benchmark.tables import markdown
from attendseg_ros.errors import BenchmarkError


@pytest.mark.parametrize("transport", ["raw", "compressed"])
def test_measures_camera_to_mask(tiny: Path, transport: str) -> None:
    saved: list[int] = []
    plan = PipelinePlan(
        model=str(tiny),
        engine="onnxruntime",
        transports=[transport],
        sizes=[(320, 240)],
        rates_hz=[20.0],
        outputs=["mask", "confidence"],
        duration_s=2.0,
        warm_up_s=0.5,
        way=True,
    )
    results = measure_pipeline(plan, lambda so_far: saved.append(len(so_far["scenarios"])))
    assert saved == [1]
    (scenario,) = results["scenarios"]
    assert scenario["engine"] == "onnxruntime"
    assert scenario["transport"] == transport
    frames = scenario["frames"]
    assert frames["sent"] > 0
    ways = ("lost", "dropped", "failed", "lost_masks", "masks")
    assert sum(frames[way] for way in ways) == frames["sent"]
    assert frames["failed"] == 0
    latency = scenario["latency_ms"]
    assert latency["n"] > 0
    assert 0 < latency["p50"] <= latency["p95"] <= latency["p99"] <= latency["max"]
    stages = scenario["stages_ms"]
    assert set(stages) == set(STAGES)
    for name in ("camera", "transport_in", "publish", "transport_out", "listener"):
        assert stages[name]["p50"] > 0, name
        assert stages[name]["p50"] <= stages[name]["p95"]
    # The parts make the whole, on average over the same frames.
    whole = sum(one["mean"] for one in stages.values())
    assert latency["min"] <= whole <= latency["max"]
    told = markdown(results)
    assert "the way of a frame, attendseg, 320x240 at 20 Hz:" in told
    assert f"| stamp to mask                                        | {whole:.2f} " in told
    for role in ("camera", "node", "listener"):
        assert scenario["cpu"][role]["cores"] >= 0
        memory = scenario["memory_mb"][role]
        assert 1 < memory["resident"] <= memory["peak"] < 10_000


def test_as_fast_as_it_goes_the_node_has_work_and_drops_nothing(tiny: Path) -> None:
    plan = PipelinePlan(
        model=str(tiny),
        engine="onnxruntime",
        sizes=[(320, 240)],
        rates_hz=[0.0],
        outputs=["color_mask"],
        duration_s=2.0,
        warm_up_s=0.5,
    )
    (scenario,) = measure_pipeline(plan)["scenarios"]
    frames = scenario["frames"]
    assert frames["masks"] >= 10
    # Each image waits for the mask of the one before the last, and a second at most where the
    # machine lost one. Sent without waiting, most would have none.
    assert frames["unanswered"] <= 0.2 * frames["sent"]
    assert scenario["camera_hz"] == pytest.approx(scenario["mask_hz"], rel=0.3)


def test_several_cameras_have_a_row_each_and_a_fairness(tiny: Path) -> None:
    plan = PipelinePlan(
        model=str(tiny),
        engine="onnxruntime",
        sizes=[(320, 240)],
        rates_hz=[20.0],
        cameras=[1, 2],
        duration_s=3.0,
        warm_up_s=0.5,
    )
    results = measure_pipeline(plan)
    rows = [(one["cameras"], one["camera"]) for one in results["scenarios"]]
    assert rows == [(1, 1), (2, 1), (2, 2)]
    for one in results["scenarios"]:
        assert one["mask_hz"] > 0
        assert 0 < one["latency_ms"]["p50"] <= one["latency_ms"]["p95"]
        assert one["frames"]["failed"] == 0
    (fairness,) = results["fairness"]
    together = sum(one["mask_hz"] for one in results["scenarios"][1:])
    assert fairness["mask_hz"] == pytest.approx(together)
    assert 0.5 <= fairness["jain"] <= 1.0
    assert "Jain's fairness index" in markdown(results)
    # The node is the same for both cameras, and costs little more than for one.
    one, two, other = (row["memory_mb"]["node"]["resident"] for row in results["scenarios"])
    assert two == other == fairness["node_mb"]
    assert two - one < 20.0


def test_says_why_the_node_does_not_start(tmp_path: Path) -> None:
    plan = PipelinePlan(model=str(tmp_path / "nowhere"), duration_s=1.0)
    with pytest.raises(BenchmarkError, match="node ended early: "):
        measure_pipeline(plan)
