# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The benchmark of target_latency_ms: every frame in its phase, and a load that comes and goes."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from support.proc import children
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.benchmark.pace import PHASES, PacePlan, load, measure_pace, phases
from attendseg_ros.benchmark.tables import markdown

LARGE, SMALL = {"input_width": 512, "input_height": 384}, {"input_width": 256, "input_height": 192}


def test_frames_are_sorted_by_the_phase_in_which_they_were_taken() -> None:
    second, millisecond = 1_000_000_000, 1_000_000
    sent = [0, *(second * n // 2 for n in range(2, 9))]
    done = {"measured_from": second, "sent": sent}
    heard = {
        "arrived": [[stamp, stamp + 20 * millisecond] for stamp in sent if stamp != 3 * second],
        "timings": [[stamp, SMALL if stamp >= 2 * second else LARGE] for stamp in sent],
    }
    found = phases(done, heard, 1.0)
    assert list(found) == list(PHASES)
    assert [found[name].sent for name in PHASES] == [2, 2, 2]
    assert [found[name].latencies_ms for name in PHASES] == [[20.0, 20.0], [20.0, 20.0], [20.0]]
    assert found["before"].sizes == Counter({(512, 384): 2})
    assert found["loaded"].sizes == Counter({(256, 192): 2})
    row = found["loaded"].to_mapping()
    assert row["latency_ms"]["p95"] == row["settled_ms"]["p95"] == 20.0
    assert row["sizes"] == [{"size": [256, 192], "frames": 2}]


def test_a_phase_without_masks_has_no_latency() -> None:
    found = phases({"measured_from": 0, "sent": [0]}, {"arrived": [], "timings": []}, 1.0)
    row = found["before"].to_mapping()
    assert row["latency_ms"]["n"] == 0
    assert row["latency_ms"]["p95"] is row["settled_ms"]["p95"] is None
    assert (row["sent"], row["sizes"]) == (1, [])


def test_the_load_comes_and_goes() -> None:
    before = children(os.getpid())
    with load(2):
        assert len(children(os.getpid()) - before) == 2
    assert children(os.getpid()) <= before


def test_runs_over_the_middleware(tmp_path: Path) -> None:
    sizes = [[512, 512], [128, 128]]
    bundle = write_tiny_bundle(
        tmp_path / "sizes", input_size=(512, 512), overrides={"input_sizes": sizes}
    )
    plan = PacePlan(
        str(bundle), "onnxruntime", 1, target_ms=0.01, rate_hz=20.0, busy=1, phase_s=3.0
    )
    results = measure_pace(plan)
    rows = results["phases"]
    assert [(row["target_latency_ms"], row["load"]) for row in rows] == [
        (target, phase) for target in (0.0, 0.01) for phase in PHASES
    ]
    assert all(row["sent"] > 0 for row in rows)
    assert rows[-1]["latency_ms"]["min"] > 0.0
    # Without a target the size stays; one that is out of reach from the first frame on lowers it.
    assert [entry["size"] for entry in rows[2]["sizes"]] == [[512, 512]]
    assert [128, 128] in [entry["size"] for entry in rows[-1]["sizes"]]
    last = markdown(results).splitlines()[-1].strip("| ").split("|")
    assert [cell.strip() for cell in last[:2]] == ["0.01", "after"]
