# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Prints how soon after its start the node sends its first mask: `python -m benchmark.start_up`."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from subprocess import DEVNULL

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image

from attendseg_ros import stopping
from attendseg_ros.benchmark.machine import machine
from attendseg_ros.benchmark.processes import ros_arguments
from attendseg_ros.import_path import environment, python_command
from attendseg_ros.processes import Process

PATIENCE_S = 120.0

PAUSE_S = 2.0
"""In which the middleware forgets the node before."""

CAMERA = "attendseg_ros.ros.synthetic_camera_node"
NODE = "attendseg_ros.ros.segmentation_node"


def seconds_to_first_mask(model: str, engine: str, runs: int, *, first: bool) -> list[float]:
    """Starts the node again and again while a camera of 640x480 at 30 Hz goes on.

    Args:
        model: name of a shipped model or folder of a bundle.
        engine: of the node.
        runs: how often.
        first: each start is the first one on its machine: nothing has been compiled before.

    Returns:
        For each start the seconds from executing the process to the arrival of the first mask in
        another process.

    Raises:
        TimeoutError: no mask came.
    """
    namespace = f"/attendseg_start_up_{os.getpid()}"
    arrived = threading.Event()
    rclpy.init()
    listener = Node("listener", namespace=namespace)
    listener.create_subscription(
        Image, "segmentation/mask", lambda _: arrived.set(), qos_profile_sensor_data
    )
    executor = SingleThreadedExecutor()
    executor.add_node(listener)
    thread = threading.Thread(target=_spin, args=(executor,))
    thread.start()
    camera: Process | None = None
    try:
        camera = _start(CAMERA, namespace, {}, ["-r", "image_raw:=image"])
        time.sleep(PAUSE_S)
        with tempfile.TemporaryDirectory() as cache:
            if not first:
                _once(namespace, model, engine, arrived, cache)
            times = []
            for run in range(runs):
                folder = f"{cache}/{run}" if first else cache
                times.append(_once(namespace, model, engine, arrived, folder))
            return times
    finally:
        if camera is not None:
            camera.end()
        executor.shutdown()
        # An executor that still waits when its context ends takes the whole process with it.
        thread.join()
        listener.destroy_node()
        rclpy.shutdown()


def _spin(executor: SingleThreadedExecutor) -> None:
    with contextlib.suppress(ExternalShutdownException):
        executor.spin()


def _once(namespace: str, model: str, engine: str, arrived: threading.Event, cache: str) -> float:
    arrived.clear()
    started = time.monotonic()
    with _start(NODE, namespace, {"model": model, "engine": engine}, cache=cache):
        if not arrived.wait(PATIENCE_S):
            raise TimeoutError(f"no mask in {PATIENCE_S:g} s")
        took_s = time.monotonic() - started
    time.sleep(PAUSE_S)
    return took_s


def _start(
    module: str,
    namespace: str,
    parameters: dict[str, str],
    remappings: Sequence[str] = (),
    cache: str = "",
) -> Process:
    arguments = ros_arguments(namespace, parameters)
    return Process(
        python_command("-m", module, *arguments, *remappings),
        environment=environment({"XDG_CACHE_HOME": cache}),
        stdout=DEVNULL,
        stderr=DEVNULL,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.start_up", description=__doc__)
    parser.add_argument("--model", default="street")
    parser.add_argument("--engines", nargs="+", default=["auto", "openvino", "onnxruntime"])
    parser.add_argument("--runs", type=int, default=7, help="starts of each (default: %(default)s)")
    options = parser.parse_args(arguments)
    host = machine()
    print(f"{host['cpu']}, {host['logical_processors']} processors, load {host['load_average']}")
    print("| engine | start | median s | slowest s | starts |\n|---|---|---|---|---|")
    for engine, first in itertools.product(options.engines, (True, False)):
        times = seconds_to_first_mask(options.model, engine, options.runs, first=first)
        start = "first on a machine" if first else "later"
        print(
            f"| {engine} | {start} | {statistics.median(times):.2f} | {max(times):.2f} "
            f"| {options.runs} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(stopping.run("benchmark.start_up", main))
