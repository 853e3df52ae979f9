# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Prints how the node's memory grows over many frames: `python -m benchmark.memory_growth`.

The camera of `attendseg benchmark pipeline` sends 640x480 rgb8 as fast as the node goes.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import rclpy
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image
from tqdm import tqdm

from attendseg_ros import stopping
from attendseg_ros.benchmark.machine import machine
from attendseg_ros.benchmark.processes import PATIENCE_S, Process, ros_arguments
from attendseg_ros.errors import BenchmarkError

_ENDLESS_S = 1e9
_CHECK_S = 1.0


class MaskCounter:
    """Counts the masks that a node publishes, without looking into them."""

    def __init__(self, namespace: str) -> None:
        """Subscribes; ROS must have been started."""
        self.count = 0
        self.node = Node("mask_counter", namespace=namespace)
        self.node.create_subscription(
            Image, "segmentation/mask", self._add, qos_profile_sensor_data, raw=True
        )

    def wait_until(self, count: int, node: Process) -> None:
        """Returns at that mask.

        Raises:
            BenchmarkError: the node has ended, or no mask comes.
        """
        silent_s = 0.0
        while self.count < count:
            before = self.count
            rclpy.spin_once(self.node, timeout_sec=_CHECK_S)
            silent_s = 0.0 if self.count > before else silent_s + _CHECK_S
            if silent_s:
                node.check()
            if silent_s > PATIENCE_S:
                raise BenchmarkError(f"no mask came for {PATIENCE_S:g} s")

    def _add(self, _message: bytes) -> None:
        self.count += 1


def resident_mb(model: str, engine: str, counts: Sequence[int]) -> Iterator[float]:
    """Runs a node and yields its resident memory at certain frames.

    Args:
        model: name of a shipped model or folder of a bundle.
        engine: of the node.
        counts: after how many masks to look, ascending.

    Yields:
        MB of 10^6 bytes for each count.

    Raises:
        BenchmarkError: a process ended, or no mask comes.
    """
    namespace = f"/attendseg_memory_{os.getpid()}"
    rclpy.init()
    counter = MaskCounter(namespace)
    try:
        with tempfile.TemporaryDirectory() as logs, ExitStack() as stack:
            processes = {}
            for module, parameters in (
                ("segmentation_node", {"model": model, "engine": engine}),
                ("benchmark_camera", {"rate_hz": 0.0, "duration_s": _ENDLESS_S}),
            ):
                arguments = ["-m", f"attendseg_ros.ros.{module}"]
                arguments += ros_arguments(namespace, parameters)
                process = Process(module, arguments, Path(logs) / module)
                processes[module] = stack.enter_context(process)
            node = processes["segmentation_node"]
            for count in counts:
                counter.wait_until(count, node)
                yield node.memory_mb()["resident"]
    finally:
        counter.node.destroy_node()
        rclpy.shutdown()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmark.memory_growth", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--model", default="street")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--frames", type=int, default=100_000, help="(default: %(default)s)")
    parser.add_argument(
        "--looks", type=int, default=20, help="rows to print (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    if not 2 <= options.looks <= options.frames:
        parser.error(f"--looks must be 2 to --frames, got {options.looks} of {options.frames}")
    host = machine()
    print(f"{host['cpu']}, {host['logical_processors']} processors")
    print("| frames | resident MB |\n|---|---|")
    counts = [options.frames * look // options.looks for look in range(1, options.looks + 1)]
    seen = []
    looks = zip(counts, resident_mb(options.model, options.engine, counts), strict=True)
    try:
        for count, megabytes in tqdm(looks, total=len(counts), desc="looks", leave=False):
            seen.append(megabytes)
            tqdm.write(f"| {count:,} | {megabytes:.1f} |")
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"from frame {counts[0]:,} to frame {counts[-1]:,}: {seen[-1] - seen[0]:+.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(stopping.run("benchmark.memory_growth", main))
