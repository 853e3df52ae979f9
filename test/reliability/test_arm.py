# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The parts of `make arm` that need no emulator: files of a board, images, bounds."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import cv2
import numpy as np
import pytest
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.errors import AttendSegError, DataError
from attendseg_ros.inference import Segmenter, load_bundle
from reliability.arm import label_maps, system
from reliability.arm.__main__ import described
from reliability.arm.agreement import LEAST, agreements
from reliability.arm.boards import BOARDS, write_processor
from reliability.arm.images import in_both_ways, pictures, rendered
from reliability.arm.system import ArmError, prepare


def test_a_board_has_four_arm_cores(tmp_path: Path) -> None:
    write_processor(tmp_path, BOARDS["pi4"])
    write_processor(tmp_path, BOARDS["pi5"])
    lines = (tmp_path / "proc/cpuinfo").read_text().splitlines()
    assert sum(line.startswith("processor\t:") for line in lines) == 4
    # That of the board written last.
    assert {line for line in lines if "CPU part" in line} == {"CPU part\t: 0xd0b"}
    cpus = tmp_path / "sys/devices/system/cpu"
    assert (cpus / "present").read_text() == "0-3\n"
    assert (cpus / "cpu2/topology/thread_siblings_list").read_text() == "2\n"


def test_both_ways_label_what_a_segmenter_labels(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path / "tiny")
    images = rendered(2, load_bundle(bundle).classes)
    given = tmp_path / "images.npz"
    label_maps.save(given, in_both_ways(images, [(128, 64), (64, 64)]))
    result = subprocess.run(
        [sys.executable, label_maps.__file__, given, tmp_path / "out.npz", bundle],
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"onnxruntime": ' in result.stdout
    with np.load(tmp_path / "out.npz") as found, Segmenter.load(bundle, "onnxruntime") as segment:
        maps = dict(found)
        names = [f"{bundle}/{way}/{name}" for way in ("network", "whole") for name in images]
        assert sorted(maps) == sorted(names)
        for name, image in images.items():
            whole = maps[f"{bundle}/whole/{name}"]
            np.testing.assert_array_equal(whole, segment(image).labels)
            assert maps[f"{bundle}/network/{name}"].shape == (64, 128)


def test_pictures_are_spread_over_the_folder(tmp_path: Path) -> None:
    for number in range(5):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((8, 8, 3), number, np.uint8))
    found = pictures(tmp_path, 3)
    assert {name: int(image[0, 0, 0]) for name, image in found.items()} == {"0": 0, "2": 2, "4": 4}
    assert len(pictures(tmp_path, 9)) == 5
    (tmp_path / "0.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"0\.png cannot be read"):
        pictures(tmp_path, 3)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no pictures"):
        pictures(tmp_path, 3)


def test_the_worst_image_decides(tmp_path: Path) -> None:
    blank = np.zeros((10, 100), np.uint8)
    one_off, many_off = blank.copy(), blank.copy()
    one_off[0, 0] = 1
    many_off[0] = 1
    here = {f"{tmp_path}/street/{way}/{n}": blank for way in LEAST for n in ("a", "b")}
    there = {**here, f"{tmp_path}/street/network/a": one_off}
    found = {one.way: one for one in agreements(here, there)}
    assert found["network"].model == "street"
    assert found["network"].share == pytest.approx(0.9995)
    assert found["network"].fewest == pytest.approx(0.999)
    assert all(one.is_enough for one in found.values())
    there = {**here, f"{tmp_path}/street/network/a": many_off}
    missed = agreements(here, there)
    assert [one.way for one in missed if not one.is_enough] == ["network"]
    (line,) = (line for line in described({"pi4": missed}).splitlines() if "MISSED" in line)
    expected = "| Raspberry Pi 4 | cortex-a72 | street | network | 2 | 95.0000 % | 90.0000 % |"
    assert line.startswith(expected)


def test_other_images_are_not_compared() -> None:
    blank = np.zeros((10, 100), np.uint8)
    with pytest.raises(ValueError, match="cannot be compared"):
        agreements({"street/whole/a": blank}, {})
    with pytest.raises(ValueError, match=r"label maps of \(10, 100\) and \(5, 100\)"):
        agreements({"street/whole/a": blank}, {"street/whole/a": blank[:5]})


def test_a_system_without_apt_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ArmError, match="no apt-get and no dpkg-deb here: run this on Debian"):
        prepare(tmp_path / "arm")
    assert issubclass(ArmError, AttendSegError)
    assert not (tmp_path / "arm").exists()


def test_a_system_that_is_there_is_taken_while_its_versions_are_those_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools, root = tmp_path / "tools", tmp_path / "arm" / "root"
    tools.mkdir()
    for name in ("apt-get", "dpkg-deb", "qemu-aarch64-static"):
        # They fail at once: a system that is made anew is an error here.
        (tools / name).write_text("#!/bin/sh\necho told to; exit 3\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/python3.11").touch()
    versions = [f"{name}=={metadata.version(name)}" for name in system._PINNED]
    (tmp_path / "arm/complete").write_text("\n".join(versions))
    made = prepare(tmp_path / "arm")
    assert made.qemu == tools / "qemu-aarch64-static"
    assert made.python == root / "usr/bin/python3.11"
    with pytest.raises(ArmError, match="qemu-aarch64-static ended with 3: told to"):
        made.run(BOARDS["pi4"], ["-c", "pass"], [])
    (tmp_path / "arm/complete").write_text("onnxruntime==0.1")
    with pytest.raises(ArmError, match="apt-get ended with 3: told to"):
        prepare(tmp_path / "arm")
    assert not (tmp_path / "arm/complete").exists()
