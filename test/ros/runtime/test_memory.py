# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Resident memory of the node's process (VmRSS) around its states and its models."""

from __future__ import annotations

import ctypes
import platform
import re
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from support.proc import threads
from support.ros_client import wait_until
from support.segmentation_rig import Rig

from attendseg_ros.import_path import environment, python_command

SIZE = (1024, 1024)
"""At this input the engine's working memory stands out from Python's and the middleware's."""


@pytest.fixture
def rig(tmp_path: Path, tiny_path: Path) -> Iterator[Rig]:
    parameters = {"autostart": "false", "input_size": str(list(SIZE))}
    with Rig(tmp_path, tiny_path, parameters) as rig:
        yield rig


def resident_mb(rig: Rig) -> float:
    status = Path(f"/proc/{rig.process.pid}/status").read_text()
    (kilobytes,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
    return int(kilobytes) / 1024


def change(rig: Rig, *transitions: int) -> None:
    for transition in transitions:
        request = ChangeState.Request(transition=Transition(id=transition))
        assert rig.client.call(ChangeState, "segmentation/change_state", request).success


def up(rig: Rig) -> None:
    change(rig, Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE)


def down(rig: Rig) -> None:
    change(rig, Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_CLEANUP)


def test_clean_up_gives_memory_back_and_cycles_do_not_grow(rig: Rig) -> None:
    camera = rig.client.node.create_publisher(type(rig.painted()), "image", 1)
    masks = rig.output("mask")
    used, idle, idle_threads = [], [], []
    for _ in range(6):
        up(rig)
        rig.mask(camera, rig.painted(1280, 720), masks)
        used.append(resident_mb(rig))
        down(rig)
        idle.append(resident_mb(rig))
        idle_threads.append(len(threads(rig.process.pid)))
    # The first cycle imports the engine, which stays; what comes on top with each is the model's.
    assert used[-1] - idle[-1] > 20.0, (used, idle)
    assert idle[-1] - idle[1] < 15.0, idle
    assert used[-1] - used[1] < 30.0, used
    assert idle_threads[-1] <= idle_threads[1], idle_threads


def test_switching_models_does_not_grow(rig: Rig, tiny_path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for file in tiny_path.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    up(rig)
    used, count = [], 0
    for _ in range(6):
        for model in (other, tiny_path):
            rig.client.must_set(model=str(model))
            count += 1
            # One line at the configuration.
            rig.process.wait_for_log("model tiny (int8", count + 1)
        wait_until(lambda: rig.value("network", "loading") == "", "the model before to be freed")
        used.append(resident_mb(rig))
    assert used[-1] - used[1] < 30.0, used


def page_faults(rig: Rig) -> int:
    """How often the kernel had to find a page of memory for the node (minflt of proc(5))."""
    after_name = Path(f"/proc/{rig.process.pid}/stat").read_text().rpartition(")")[2]
    return int(after_name.split()[7])


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other libraries keep what they keep")
def test_large_images_use_the_memory_of_those_before(rig: Rig) -> None:
    up(rig)
    camera = rig.client.node.create_publisher(type(rig.painted()), "image", 1)
    masks = rig.output("mask")
    image = rig.painted(1920, 1080)
    pages = len(image.data) // 4096

    def frames(count: int) -> None:
        for _ in range(count):
            image.header.stamp = rig.client.node.get_clock().now().to_msg()
            rig.mask(camera, image, masks)

    frames(4)
    before = page_faults(rig)
    frames(6)
    # Even one copy to new memory would be all its pages; there are three.
    assert page_faults(rig) - before < 6 * pages // 2

    large = resident_mb(rig)
    rig.mask(camera, rig.painted(640, 480), masks)
    wait_until(
        lambda: resident_mb(rig) < large - 2 * len(image.data) / 2**20,
        "what the large images took to be given back",
    )


OF_MANY_THREADS = """
import ctypes, sys, threading
import attendseg_ros.ros.segmentation_node
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
together = threading.Barrier(12)
def work():
    library.malloc(5000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
library.fopen.restype = ctypes.c_void_p
library.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
library.fclose.argtypes = [ctypes.c_void_p]
out = library.fopen(sys.argv[1].encode(), b"w")
library.malloc_info(0, out)
library.fclose(out)
"""


def heaps_of_many_threads(folder: Path, **variables: str) -> int:
    told = folder / "malloc.xml"
    command = python_command("-c", OF_MANY_THREADS, str(told))
    subprocess.run(command, check=True, env=environment(variables))
    return len(re.findall("<heap nr=", told.read_text()))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other libraries have no arenas")
def test_threads_share_one_heap_unless_the_user_says_otherwise(tmp_path: Path) -> None:
    assert heaps_of_many_threads(tmp_path) == 1
    assert heaps_of_many_threads(tmp_path, MALLOC_ARENA_MAX="5") == 5


AFTER_EACH_SIZE = """
import ctypes, gc, sys
import attendseg_ros.ros
import numpy as np
from attendseg_ros.inference import Segmenter, load_bundle

class Info(ctypes.Structure):  # mallinfo2(3)
    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd",
        "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
    )]

library = ctypes.CDLL(None)
library.mallinfo2.restype = Info
bundle = load_bundle(sys.argv[1])
for width in range(64, 64 * 9, 64):
    segmenter = Segmenter(bundle, "openvino", 1, (width, 64))
    segmenter.segment(np.zeros((64, width, 3), np.uint8))
    segmenter.close()
    del segmenter
    gc.collect()
    info = library.mallinfo2()
    print(info.hblkhd + info.uordblks)
"""


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "mallinfo2") or not find_spec("openvino"),
    reason="needs OpenVINO, and glibc 2.33 to count by",
)
def test_an_input_size_that_ran_leaves_nothing(tiny_path: Path) -> None:
    command = python_command("-c", AFTER_EACH_SIZE, str(tiny_path))
    done = subprocess.run(command, check=True, env=environment(), stdout=subprocess.PIPE)
    used = [int(line) for line in done.stdout.split()]
    assert len(used) == 8
    # This small network's machine code is 125 KB a size. What comes once, such as a thread's
    # memory, is no matter.
    steps = [later - earlier for earlier, later in pairwise(used[1:])]
    assert median(steps) < 30_000, used
