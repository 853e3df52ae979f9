# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Gives every run of the tests a ROS domain of its own; finds the data beside the repository."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import signal
import tempfile
from pathlib import Path
from typing import IO, Any

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Domains above 101 use ports that Linux also gives to outgoing connections.
DOMAINS = 100

# What tests need beyond the packages that rosdep installs on a robot. `make test` installs it all;
# `colcon test` runs what can run.
NEEDS = {
    "benchmark": "torch",
    "cli": "torch",
    "demo": "onnx",
    "deployment": "torch",
    "importing": "onnx",
    "inference": "onnx",
    "network": "torch",
    "playback": "rosbags",
    "ros": "onnx",
    "test_model_packages.py": "onnx",
    "test_readme.py": "onnx",
    "test_sros2_policy.py": "onnx",
    "training": "torch",
}


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


# What `colcon test` leaves out unless it is told to test everything: what trains, measures or
# starts node after node. Of the nodes' tests it runs one: images in, masks and /diagnostics out.
SLOW = {
    *("benchmark", "cli", "demo", "deployment", "exploration", "network", "reliability"),
    *("ros", "training"),
}
QUICK_IN_ROS = {"conftest.py", "test_healthcheck.py"}

collect_ignore = [name for name, module in NEEDS.items() if not _is_installed(module)]

_HANDLERS: dict[signal.Signals, Any] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGHUP: signal.SIG_DFL,
}

_domain_lock: IO[str] | None = None
_cache: tempfile.TemporaryDirectory[str] | None = None


def _claim_domain() -> tuple[int, IO[str]]:
    """Returns a domain that no other run of the tests on this host uses, and the lock that says so.

    The lock goes with the process, however it ends.
    """
    for attempt in range(DOMAINS):
        domain = 1 + (os.getpid() + attempt) % DOMAINS
        path = Path(tempfile.gettempdir()) / f"attendseg_ros_test_domain_{domain}"
        try:
            lock = path.open("a")
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        return domain, lock
    raise RuntimeError(f"all {DOMAINS} ROS domains are taken by other runs of the tests")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the choice of `colcon test`."""
    parser.addoption("--quick", action="store_true", help="only what is quick: some minutes")


def _left_out_by_quick() -> list[str]:
    here = Path(__file__).parent
    nodes = [f"ros/{path.name}" for path in (here / "ros").iterdir()]
    return [*sorted(SLOW - {"ros"}), *sorted(set(nodes) - {f"ros/{name}" for name in QUICK_IN_ROS})]


def pytest_configure(config: pytest.Config) -> None:
    """Sets, before anything imports rclpy, the environment that nodes under test inherit."""
    global _domain_lock, _cache
    if config.getoption("quick"):
        collect_ignore.extend(_left_out_by_quick())
    # A shell that starts the tests in the background has every process below ignore these.
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, _HANDLERS[number])
    domain, _domain_lock = _claim_domain()
    # Networks that engines compile stay out of the user's own folder.
    _cache = tempfile.TemporaryDirectory(prefix="attendseg_ros_cache_")
    profile = str(ROOT / "config" / "fastdds_large_images.xml")
    os.environ.update(
        XDG_CACHE_HOME=_cache.name,
        ROS_DOMAIN_ID=str(domain),
        RMW_IMPLEMENTATION="rmw_fastrtps_cpp",
        # The second name of each is Humble's.
        ROS_AUTOMATIC_DISCOVERY_RANGE="LOCALHOST",
        FASTDDS_DEFAULT_PROFILES_FILE=profile,
        FASTRTPS_DEFAULT_PROFILES_FILE=profile,
    )
    if os.environ.get("ROS_DISTRO") == "humble":
        os.environ["ROS_LOCALHOST_ONLY"] = "1"


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Says what is left out, and why."""
    missing = [name for name in NEEDS if not _is_installed(NEEDS[name])]
    lines = [f"left out: test/{name} needs {NEEDS[name]}" for name in missing]
    if config.getoption("quick"):
        lines.append(f"left out by --quick: test/{', test/'.join(sorted(SLOW))}")
    return lines


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root folder of the sources."""
    return ROOT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Folder with CamVid and recordings beside the repository, not part of it."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no folder shared/ with data beside the repository")
    return folder
