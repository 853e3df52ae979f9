# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Soak the node: `make soak SOAK_MINUTES=60`, or `python -m reliability.soak --minutes 60`.

A node with two cameras and the shipped models. The front camera is steady, and its frames are what
is measured; around it, everything goes wrong by a seed. Exit status 1 for a broken promise. Ctrl-C
ends it early, and what was measured until then is told (130).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from sensor_msgs.msg import Image
from tqdm import tqdm

from attendseg_ros.benchmark.machine import machine
from attendseg_ros.files import write_atomically
from attendseg_ros.msg import SegmentationTiming
from attendseg_ros.processes import Process
from reliability.soak.cameras import SIZE, SteadyCamera, UnrulyCamera
from reliability.soak.figures import Figures, broken_promises
from reliability.soak.resting import Rests
from reliability.soak.torments import Torments

_SAMPLE_S = 5.0
_CALM_S = 20.0
_START_S = 60.0


def main() -> int:
    """Runs the soak; returns the exit status."""
    options = _arguments()
    options.output.mkdir(parents=True, exist_ok=True)
    namespace = f"/attendseg_soak_{os.getpid()}"
    count = options.output / "heap_in_use"
    command = [sys.executable, "-m", "reliability.soak.counted_node", str(count), "--ros-args"]
    command += ["-r", f"__ns:={namespace}", "-p", "cameras:=[front, rear]"]
    command += ["-p", f"engine:={options.engine}", "-p", "lazy:=false"]
    log = options.output / "node.log"
    host = machine()
    with log.open("wb") as output, Process(command, stdout=output, stderr=output) as process:
        rclpy.init()
        try:
            report = _soak(process, namespace, count, options)
        finally:
            rclpy.try_shutdown()
    report["machine"] = host
    text = log.read_text(errors="replace")
    report["tracebacks"] = text.count("Traceback (most recent call last)")
    write_atomically(options.output / "soak.json", json.dumps(report, indent=2).encode())
    for key, value in report.items():
        if key != "machine":
            print(f"{key}: {value}")
    broken = broken_promises(report)
    print("\n".join(f"BROKEN: {promise}" for promise in broken) or "every promise kept")
    if report["minutes"] < options.minutes and report["alive"]:
        return 130
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m reliability.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="[60]")
    parser.add_argument("--seed", type=int, default=1, help="[1]")
    parser.add_argument("--rate", type=float, default=5.0, help="of the steady camera, Hz [5]")
    parser.add_argument("--actions", type=float, default=3.0, help="a second [3]")
    parser.add_argument("--engine", default="auto", help="[auto]")
    parser.add_argument("-o", "--output", type=Path, default=Path("soak_output"))
    options = parser.parse_args()
    if options.minutes <= 0 or options.rate <= 0 or options.actions <= 0:
        parser.error("--minutes, --rate and --actions must be above 0")
    return options


class _Watch:
    """What comes back for the steady camera."""

    def __init__(self, node: Any, figures: Figures, began_s: float) -> None:
        self._figures = figures
        self._began_s = began_s
        self.last_s = time.monotonic()
        self.wrong_masks = 0
        base = "segmentation/front"
        node.create_subscription(SegmentationTiming, f"{base}/timing", self._timing, 10)
        node.create_subscription(Image, f"{base}/mask", self._mask, 10)

    def _timing(self, message: SegmentationTiming) -> None:
        self.last_s = time.monotonic()
        self._figures.frame(self.last_s - self._began_s, message.processing_time_ms)

    def _mask(self, message: Image) -> None:
        fits = (message.width, message.height) == SIZE and len(message.data) == SIZE[0] * SIZE[1]
        self.wrong_masks += not (fits and message.encoding == "mono8")


def _soak(
    process: Process, namespace: str, count: Path, options: argparse.Namespace
) -> dict[str, Any]:
    node = rclpy.create_node("soak", namespace=namespace)
    # One thread for everything: nothing is destroyed while another thread waits on it.
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    chance = random.Random(options.seed)
    rear = UnrulyCamera(node, chance)
    torments = Torments(node, chance, rear)
    front = SteadyCamera(node, options.rate)
    duration_s = 60.0 * options.minutes
    began_s = time.monotonic()
    figures = Figures(process.pid, count, duration_s)
    watch = _Watch(node, figures, began_s)
    watch.last_s = 0.0
    while watch.last_s == 0.0:
        front.tick(time.monotonic())
        executor.spin_once(timeout_sec=0.01)
        if process.status is not None or time.monotonic() - began_s > _START_S:
            sys.exit(f"no mask came at all: see {options.output / 'node.log'}")
    next_act_s = next_sample_s = next_calm_s = 0.0
    rests = Rests(node, torments, figures)
    # Ctrl-C and SIGTERM shut the context down.
    with (
        contextlib.suppress(ExternalShutdownException, KeyboardInterrupt),
        tqdm(total=round(duration_s), unit="s", desc="soak") as progress,
    ):
        while (now_s := time.monotonic() - began_s) < duration_s and process.status is None:
            executor.spin_once(timeout_sec=0.01)
            front.tick(time.monotonic())
            rear.tick(time.monotonic())
            _note_recovery(torments, watch, figures)
            rests.tick(now_s)
            if now_s >= next_act_s and not rests.going_on:
                next_act_s = now_s + chance.expovariate(options.actions)
                torments.act(time.monotonic())
            if now_s >= next_calm_s:
                next_calm_s = now_s + _CALM_S
                torments.calm()
            if now_s >= next_sample_s:
                next_sample_s = now_s + _SAMPLE_S
                figures.sample(now_s)
                progress.set_postfix_str(figures.cleaned_up.last, refresh=False)
                progress.update(round(now_s) - progress.n)
    lasted_s = min(now_s, duration_s)
    return {
        "minutes": options.minutes if lasted_s == duration_s else round(lasted_s / 60.0, 1),
        "seed": options.seed,
        "alive": process.status is None,
        "front_sent": front.sent,
        "rear_sent": rear.sent,
        "garbage": rear.garbage,
        "actions": dict(torments.done),
        "parameters_refused": torments.refused,
        "unanswered": torments.unanswered,
        "wrong_masks": watch.wrong_masks,
        "rests_missed": rests.missed,
        **figures.report(lasted_s),
    }


def _note_recovery(torments: Torments, watch: _Watch, figures: Figures) -> None:
    """Measures from the end of what kept masks away to the next frame of the steady camera."""
    restored_s = torments.restored_at_s
    if restored_s is None or not torments.masks_expected:
        return
    if watch.last_s > restored_s:
        figures.recoveries_s.append(watch.last_s - restored_s)
        torments.restored_at_s = None


if __name__ == "__main__":
    sys.exit(main())
