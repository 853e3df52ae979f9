# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Gives every run of the tests its own ROS domain; finds the data beside the repository."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import re
import signal
import sys
import tempfile
from importlib.abc import MetaPathFinder
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


# Which tests need ROS 2, and which train, measure or start node after node. Folders, or files that
# differ from their folder.
ROS = {
    *("demo", "launch", "reliability", "ros", "test_config.py", "test_healthcheck.py"),
    *("test_import_path.py", "test_model_packages.py", "test_package.py", "test_readme.py"),
    *("test_segment_bag.py", "test_sros2_policy.py", "test_stopping.py", "test_views.py"),
}
SLOW = {
    *("benchmark", "cli", "demo", "deployment", "exploration", "network", "reliability", "ros"),
    *("training", "test_engines_script.py", "test_install_engines.py", "test_model_packages.py"),
    *("test_import_path.py", "test_package.py", "test_stopping.py"),
}
# Images in, masks and /diagnostics out: the one test of a node that is not slow.
QUICK = {"test_healthcheck.py"}

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


def _marks(path: Path) -> set[str]:
    """The markers of a test file, by the folder that it stands in."""
    parts = {*path.parts, path.name}
    marks = {name for name, places in (("ros", ROS), ("slow", SLOW)) if parts & places}
    return marks - {"slow"} if path.name in QUICK else marks


def _left_out(config: pytest.Config) -> set[str]:
    """The markers that `-m` leaves out by `not ros` or `not slow`, alone or joined by `and`."""
    expression = config.option.markexpr
    if re.search(r"\bor\b|\(", expression):
        return set()
    return set(re.findall(r"\bnot (ros|slow)\b", expression))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Calls a test of a signal by the signal's name, not its number, as from Python 3.11 on."""
    return val.name if isinstance(val, signal.Signals) else None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves unread what `-m` leaves out, with the conftest.py of a folder: it may need ROS."""
    left_out = _left_out(config)
    if collection_path.is_dir():
        # A folder of slow tests may hold a quick one.
        left_out -= {"slow"}
    elif not collection_path.name.startswith("test_"):
        return None
    is_left_out = not left_out.isdisjoint(_marks(collection_path.relative_to(ROOT / "test")))
    return True if is_left_out else None


class _NoRos(MetaPathFinder):
    """Refuses ROS to tests that are said to need none."""

    def find_spec(self, fullname: str, *_: object) -> None:
        """Raises ImportError for rclpy; finds nothing else."""
        if fullname == "rclpy":
            raise ImportError('a test without the marker "ros" imports rclpy: see test/conftest.py')


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks each test by its folder."""
    for item in items:
        for name in _marks(item.path.relative_to(ROOT / "test")):
            item.add_marker(name)


def pytest_configure(config: pytest.Config) -> None:
    """Sets, before anything imports rclpy, the environment that nodes under test inherit."""
    global _domain_lock, _cache
    config.addinivalue_line("markers", "ros: needs ROS 2")
    config.addinivalue_line("markers", "slow: trains, measures or starts node after node")
    if "ros" in _left_out(config):
        sys.meta_path.insert(0, _NoRos())
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


def pytest_report_header() -> list[str]:
    """Says what is left out, and why."""
    missing = [name for name in NEEDS if not _is_installed(NEEDS[name])]
    return [f"left out: test/{name} needs {NEEDS[name]}" for name in missing]


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
