# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Boards by their processors, as Linux on them tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CORES = 4


@dataclass(frozen=True)
class Board:
    """A board of four equal cores.

    Attributes:
        name: for people.
        cpu: qemu's name of the processor.
        part: of its cores, Arm's number in /proc/cpuinfo.
        features: as /proc/cpuinfo lists them.
    """

    name: str
    cpu: str
    part: str
    features: str


BOARDS = {
    # Without the dot product of bytes: what 8 bits run on differs from the other's.
    "pi4": Board("Raspberry Pi 4", "cortex-a72", "0xd08", "fp asimd evtstrm crc32 cpuid"),
    "pi5": Board(
        "Raspberry Pi 5",
        "cortex-a76",
        "0xd0b",
        "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc "
        "dcpop asimddp",
    ),
}


def write_processor(root: Path, board: Board) -> None:
    """Writes what /proc and /sys of a board say of its processor.

    qemu shows an emulated program the files below its root in place of the host's. ONNX Runtime
    looks there for Arm cores and, on finding x86's, ends with a segmentation fault.

    Args:
        root: of the emulated system.
        board: whose files.
    """
    cores = [
        f"processor\t: {core}\nBogoMIPS\t: 108.00\nFeatures\t: {board.features}\n"
        "CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\n"
        f"CPU part\t: {board.part}\nCPU revision\t: 3\n"
        for core in range(CORES)
    ]
    _write(root / "proc" / "cpuinfo", "\n".join(cores))
    folder, every = root / "sys/devices/system/cpu", f"0-{CORES - 1}"
    for name in ("possible", "present", "online"):
        _write(folder / name, every)
    for core in range(CORES):
        topology = {
            **dict.fromkeys(("physical_package_id", "cluster_id"), "0"),
            **dict.fromkeys(("cluster_cpus_list", "core_siblings_list"), every),
            "core_id": str(core),
            "thread_siblings_list": str(core),
        }
        for name, value in topology.items():
            _write(folder / f"cpu{core}" / "topology" / name, value)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.rstrip("\n") + "\n")
