# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a soak says of memory: read in one state only, and true within the error that it gives."""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from support.ros_client import RosClient, wait_until

from attendseg_ros.processes import Process
from attendseg_ros.ros.health.periodic_report import UNCONFIGURED
from reliability.soak.cameras import UnrulyCamera
from reliability.soak.counted_node import bytes_in_use
from reliability.soak.figures import Figures, Memory, broken_promises, pages_mb, slope
from reliability.soak.resting import Rests
from reliability.soak.torments import Torments

OWN = "/soaked/segmentation"
BLOCK = 64_000_000


def resident_block() -> mmap.mmap:
    """Memory that is the process's own at once and, closed, the system's: no heap keeps it."""
    block = mmap.mmap(-1, BLOCK, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for page in range(0, BLOCK, mmap.PAGESIZE):
        block[page] = 1
    return block


def test_growth_and_its_error_are_those_of_the_line() -> None:
    seconds = np.arange(0.0, 3600.0, 60.0)
    noise = np.random.default_rng(1).normal(0.0, 2.0, seconds.size)
    rests = [*zip(seconds, 150.0 + 12.0 * seconds / 3600.0 + noise, strict=True)]
    growth, error = slope(rests)
    _, covariance = np.polyfit(seconds / 3600.0, [memory for _, memory in rests], 1, cov=True)
    assert growth == pytest.approx(12.0, abs=3.0 * error)
    assert error == pytest.approx(float(np.sqrt(covariance[0, 0])))
    assert slope(rests[:2]) == (0.0, 0.0)


def test_blocks_are_counted_until_they_are_given_back() -> None:
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    before = bytes_in_use()
    # One too large for a place between others, and one that glibc would map for itself.
    blocks = [libc.malloc(size) for size in (100_000, 64_000_000)]
    held = bytes_in_use() - before
    for block in blocks:
        libc.free(ctypes.c_void_p(block))
    assert held == pytest.approx(64_100_000, abs=50_000)
    assert bytes_in_use() - before < 50_000


NAMES = """
import sys
from reliability.soak.counted_node import bytes_in_use, settle_names
if sys.argv[1] == "settled":
    settle_names()
before = bytes_in_use()
for number in range(100_000):
    sys.intern(f"name {number}")
print(bytes_in_use() - before)
"""


@pytest.mark.skipif(
    sys.version_info[:2] == (3, 12), reason="Python 3.12 keeps interned strings for ever"
)
@pytest.mark.parametrize(("how", "grows"), [("as it is", True), ("settled", False)])
def test_the_table_of_names_grows_before_the_soak_and_not_in_it(how: str, grows: bool) -> None:
    process = subprocess.run(
        [sys.executable, "-c", NAMES, how], capture_output=True, text=True, check=True
    )
    assert (int(process.stdout) > 400_000) == grows, process.stdout


def test_what_a_frame_takes_for_a_moment_is_no_growth() -> None:
    memory = Memory(lambda: pages_mb(os.getpid()))
    for minute in range(1, 5):
        memory.read()
        block = resident_block()
        memory.read()
        block.close()
        memory.rest(60.0 * minute)
    memory_mb = memory.report("idle", 60.0)["idle_mb"]
    assert len(memory_mb) == 4
    assert max(memory_mb) - min(memory_mb) < BLOCK / 2e6


def test_what_stays_is_growth() -> None:
    memory = Memory(lambda: pages_mb(os.getpid()))
    kept = []
    for minute in range(1, 5):
        kept.append(resident_block())
        memory.read()
        memory.rest(60.0 * minute)
    growth = memory.report("idle", 60.0)["idle_slope_mb_per_hour"]
    assert growth == pytest.approx(BLOCK / 1e6 * 60.0, rel=0.1)


@pytest.mark.parametrize(
    ("in_use", "with_model", "broken"),
    [
        ((0.9, 0.4), (0.9, 0.4), []),
        ((1.1, 0.4), (0.0, 0.4), ["heap in use grows by 1.1 MB an hour"]),
        # Free room between blocks comes and goes: within its error this is nothing.
        ((0.0, 0.4), (9.0, 7.0), []),
        ((0.0, 0.4), (20.0, 3.0), ["memory with model grows by 20.0 MB an hour"]),
    ],
)
def test_growth_beyond_the_promise_is_told(
    in_use: tuple[float, float], with_model: tuple[float, float], broken: list[str]
) -> None:
    report = {"alive": True, "slowest_recovery_s": 0.1, "unanswered": 0, "wrong_masks": 0}
    lines = {
        "heap_in_use": in_use,
        "memory_cleaned_up": (0.0, 0.4),
        "memory_with_model": with_model,
    }
    for name, (growth, error) in lines.items():
        report[f"{name}_slope_mb_per_hour"] = growth
        report[f"{name}_slope_error_mb_per_hour"] = error
    assert broken_promises(report) == broken


def test_a_soak_that_is_stopped_tells_what_it_measured(tmp_path: Path, repository: Path) -> None:
    command = [sys.executable, "-m", "reliability.soak", "--minutes", "30", "-o", str(tmp_path)]
    path = {"PYTHONPATH": f"{repository}:{os.environ.get('PYTHONPATH', '')}"}
    with Process(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, environment=path
    ) as soak:
        assert soak.stdout is not None
        said = b""
        # The second line of progress comes with the second sample.
        while said.count(b"soak:") < 3:
            piece = os.read(soak.stdout.fileno(), 4096)
            assert piece, said
            said += piece
        soak.send(signal.SIGINT)
        assert soak.wait(60.0) == 130
    report = json.loads((tmp_path / "soak.json").read_text())
    assert 0.0 < report["minutes"] < 30.0
    assert report["steady_frames"] > 0
    assert report["alive"]
    # The node itself counts its blocks: megabytes.
    assert int((tmp_path / "heap_in_use").read_text()) > 1_000_000


def test_memory_is_read_once_the_node_itself_says_what_runs(tmp_path: Path) -> None:
    with RosClient("/soaked", "soak") as client:
        chance = random.Random(1)
        torments = Torments(client.node, chance, UnrulyCamera(client.node, chance))
        count = tmp_path / "heap_in_use"
        count.write_text("1000000")
        figures = Figures(os.getpid(), count, 1.0)
        rests = Rests(client.node, torments, figures)
        publisher = client.node.create_publisher(DiagnosticArray, "/diagnostics", 10)
        now_s = 60.0

        def says(model: str | None, loading: str = "", node: str = OWN) -> None:
            status = DiagnosticStatus(hardware_id=node, message=UNCONFIGURED)
            if model is not None:
                values = {"model": model, "loading": loading}
                status.message = ""
                status.values = [KeyValue(key=key, value=value) for key, value in values.items()]
            publisher.publish(DiagnosticArray(status=[status]))

        def read(name: str) -> int:
            return len(figures.report(300.0)[f"memory_{name}_mb"])

        def until(what: str, model: str | None) -> None:
            def heard() -> bool:
                says(model)
                return rests.model == model

            wait_until(heard, what)

        def pass_by(seconds: float) -> None:
            nonlocal now_s
            for _ in range(round(seconds * 10)):
                now_s += 0.1
                rests.tick(now_s)

        def rests_now() -> bool:
            return rests.going_on

        until("the model of before", "street")
        pass_by(20.0)
        assert rests_now()
        until("the model in between", "drone")
        pass_by(0.2)
        says("street", node="/another/segmentation")
        says("drone", loading="street")
        wait_until(lambda: rests.model == "", "the model that loads")
        pass_by(30.0)
        assert read("with_model") == 0
        until("the model", "street")
        pass_by(20.0)
        assert (read("with_model"), read("cleaned_up")) == (1, 0)
        says(None, node="/another/segmentation")
        pass_by(2.0)
        until("that there is none", None)
        pass_by(20.0)
        assert (read("with_model"), read("cleaned_up")) == (1, 1)
        assert figures.report(300.0)["heap_in_use_mb"] == [1.0]
        assert rests_now()
        until("the model again", "street")
        pass_by(0.2)
        assert not rests_now()
        # A node that says no more of its model holds nothing up.
        pass_by(60.0 + 160.0)
        assert rests.missed == 1
        assert not rests_now()
