# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pages of libraries are let go, and nothing that differs from a library's file is lost."""

from __future__ import annotations

import _ctypes
import ctypes
import mmap
import shutil
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from attendseg_ros.ros.runtime.start_up_code import unmap_start_up_code

_PADDING = 9
"""A byte of an ELF file's identification that nobody reads (elf(5): EI_PAD)."""


def resident_file_mb() -> float:
    status = Path("/proc/self/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("RssFile")]
    return float(line.split()[1]) / 1e3


def address_of(library: Path) -> int:
    """Where the head of a library's file is mapped."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, rights, offset, *rest = line.split()
        if rest[-1] == str(library) and int(offset, 16) == 0:
            assert rights == "r--p"
            return int(span.split("-")[0], 16)
    raise AssertionError(f"{library} is not mapped")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library of which this process has the only copy."""
    copy = tmp_path / "library.so"
    shutil.copy(_ctypes.__file__, copy)
    return copy


def test_libraries_leave_the_resident_memory_and_go_on_working() -> None:
    image = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    before = cv2.resize(image, (160, 120), interpolation=cv2.INTER_AREA)
    resident = resident_file_mb()
    unmap_start_up_code()
    assert resident_file_mb() < 0.7 * resident
    np.testing.assert_array_equal(
        before, cv2.resize(image, (160, 120), interpolation=cv2.INTER_AREA)
    )


def test_a_page_that_was_written_to_stays(library: Path) -> None:
    loaded = ctypes.CDLL(str(library))
    address = address_of(library)
    system = ctypes.CDLL(None, use_errno=True)
    system.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    # As a debugger or a tracer does.
    assert not system.mprotect(address, mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE)
    byte = ctypes.c_uint8.from_address(address + _PADDING)
    assert byte.value == 0
    byte.value = 0x5A
    assert not system.mprotect(address, mmap.PAGESIZE, mmap.PROT_READ)
    unmap_start_up_code()
    assert byte.value == 0x5A
    assert loaded is not None


def test_no_library_is_held_for_good(library: Path) -> None:
    handle = _ctypes.dlopen(str(library), 0)
    unmap_start_up_code()
    _ctypes.dlclose(handle)
    assert str(library) not in Path("/proc/self/maps").read_text()


def test_threads_that_compute_meanwhile_get_the_same_results() -> None:
    image = np.random.default_rng(1).integers(0, 256, (240, 320, 3), np.uint8)
    wanted = cv2.GaussianBlur(image, (9, 9), 0)
    wrong: list[int] = []
    done = threading.Event()

    def compute() -> None:
        while not done.is_set():
            wrong.extend([1] * int(not np.array_equal(wanted, cv2.GaussianBlur(image, (9, 9), 0))))

    threads = [threading.Thread(target=compute) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        unmap_start_up_code()
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong
