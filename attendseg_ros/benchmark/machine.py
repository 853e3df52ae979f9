# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a measurement ran on: without it no number can be compared."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import attendseg_ros
from attendseg_ros.inference.engine import physical_cores

# What decides how fast convolutions run, in 8 bits above all: x86 and Arm.
_FLAGS_OF_NOTE = (
    "avx2",
    "avx_vnni",
    "avx512f",
    "avx512_vnni",
    "avx512_bf16",
    "amx_int8",
    "amx_bf16",
    "asimd",
    "asimddp",
    "i8mm",
    "bf16",
    "sve",
)

_LIBRARIES = (
    "numpy",
    "opencv-python-headless",
    "onnxruntime",
    "onnxruntime-gpu",
    "openvino",
    "onnx",
    "torch",
    "transformers",
    "ros-rclpy",
    "ros-fastdds",
)


def machine() -> dict[str, Any]:
    """Describes this machine at this moment, as plain values for JSON.

    The load average is of the moment of the call: call it before measuring, for a machine that was
    busy with other things gives numbers that mean nothing.
    """
    info = _cpuinfo()
    flags = set((info.get("flags") or info.get("Features") or "").split())
    return {
        "cpu": info.get("model name") or platform.processor() or platform.machine(),
        "architecture": platform.machine(),
        "logical_processors": len(os.sched_getaffinity(0)),
        "physical_cores": physical_cores(),
        "flags": [flag for flag in _FLAGS_OF_NOTE if flag in flags],
        "gpus": gpus(),
        "governor": _text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "os": _os_name(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "attendseg_ros": attendseg_ros.__version__,
        "libraries": _versions(),
        "ros_distro": os.environ.get("ROS_DISTRO"),
        "middleware": os.environ.get("RMW_IMPLEMENTATION"),
        "load_average": [round(value, 2) for value in os.getloadavg()],
    }


def in_words(facts: dict[str, Any]) -> dict[str, str]:
    """The machine in a few lines to print above a table."""
    libraries = ", ".join(f"{name} {version}" for name, version in facts["libraries"].items())
    load = facts["load_average"][0]
    busy = load > 0.25 * facts["logical_processors"]
    return {
        "processor": (
            f"{facts['cpu']}, {facts['physical_cores']} cores, "
            f"{facts['logical_processors']} logical ({' '.join(facts['flags']) or 'no flags'})"
        ),
        **({"GPU": ", ".join(facts["gpus"])} if facts.get("gpus") else {}),
        "system": f"{facts['os']}, Linux {facts['kernel']}, {facts['memory_gb']} GB",
        "versions": f"Python {facts['python']}, {libraries}",
        "load before": f"{load:g}" + (" (busy: do not trust these numbers)" if busy else ""),
    }


def gpus(proc: Path = Path("/proc")) -> list[str]:
    """The NVIDIA GPUs by name; of a Jetson the board, which decides what its GPU is.

    Args:
        proc: where the kernel tells of them.
    """
    found = []
    for file in sorted(proc.glob("driver/nvidia/gpus/*/information")):
        for line in (_text(str(file)) or "").splitlines():
            name, _, value = line.partition(":")
            if name == "Model":
                found.append(value.strip())
    board = (_text(str(proc / "device-tree/model")) or "").strip("\0")
    return [*found, board] if "NVIDIA" in board else found


def _cpuinfo() -> dict[str, str]:
    """The first processor's entries of /proc/cpuinfo."""
    first = (_text("/proc/cpuinfo") or "").split("\n\n")[0]
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _os_name() -> str:
    for line in (_text("/etc/os-release") or "").splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip('"')
    return platform.system()


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _text(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return None
