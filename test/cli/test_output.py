# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the command prints, and readers that leave before its end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest


def run_without_a_reader(
    repository: Path, arguments: list[str], *, stderr_too: bool = False
) -> subprocess.CompletedProcess[str]:
    """Runs the command with a stdout, and where asked a stderr, that nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return subprocess.run(
            [sys.executable, "-m", "attendseg_ros", *arguments],
            cwd=repository,
            stdout=writing,
            stderr=writing if stderr_too else subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        os.close(writing)


@pytest.mark.parametrize(
    "arguments",
    [
        ["info", "--list"],
        ["info", "{tiny}", "--json"],
        ["--help"],
        ["train", "--help"],
    ],
)
def test_a_reader_that_leaves_is_no_failure(
    repository: Path, tiny: Path, arguments: list[str]
) -> None:
    words = [word.format(tiny=tiny) for word in arguments]
    process = run_without_a_reader(repository, words)
    assert (process.returncode, process.stderr) == (0, "")


def test_a_refusal_that_nobody_reads_is_still_one(repository: Path) -> None:
    process = run_without_a_reader(repository, ["info", "highway"], stderr_too=True)
    assert process.returncode == 2


def test_a_pipe_into_head_ends_well(repository: Path, tiny: Path) -> None:
    script = f'set -o pipefail; "{sys.executable}" -m attendseg_ros info "{tiny}" | head -n 1'
    process = subprocess.run(
        ["bash", "-c", script],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (process.returncode, process.stderr) == (0, "")
    assert process.stdout.startswith("model ")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "iso-8859-1"])
def test_names_that_a_terminal_cannot_show_are_escaped(
    tmp_path: Path, repository: Path, tiny: Path, encoding: str
) -> None:
    (tmp_path / "in").mkdir()
    cv2.imwrite(str(tmp_path / "in" / "x.png"), np.zeros((8, 8, 3), np.uint8))
    for name in (b"stra\xdfe.txt", "走.txt".encode()):
        (tmp_path / "in" / os.fsdecode(name)).write_text("no picture")
    arguments = ["segment", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--model", str(tiny)]
    process = subprocess.run(
        [sys.executable, "-m", "attendseg_ros", *arguments],
        cwd=repository,
        env=os.environ | {"PYTHONIOENCODING": f"{encoding}:strict"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert rb"stra\udcdfe.txt: no picture by its name" in process.stdout
    shown = "走".encode() if encoding == "utf-8" else rb"\u8d70"
    assert shown + b".txt" in process.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said_in_one_line(repository: Path, tiny: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        process = subprocess.run(
            [sys.executable, "-m", "attendseg_ros", "info", str(tiny)],
            cwd=repository,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
    assert process.returncode == 2
    assert process.stderr == ("attendseg info: cannot write the result: No space left on device\n")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_closed_streams_change_nothing(
    tmp_path: Path, repository: Path, tiny: Path, closed: str
) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (64, 128, 3), np.uint8)
    # Cut off, and yet a video: FFmpeg complains to stderr, whatever that is by now.
    writer = cv2.VideoWriter(
        str(tmp_path / "in.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (128, 64)
    )
    for _ in range(5):
        writer.write(picture)
    writer.release()
    content = (tmp_path / "in.avi").read_bytes()
    (tmp_path / "in.avi").write_bytes(content[: len(content) // 2])
    for name, how in (("usual", ""), ("closed", closed)):
        out = tmp_path / f"{name}.mp4"
        script = f'exec "$0" -m attendseg_ros segment "$1" -o "$2" --model "$3" {how}'
        process = subprocess.run(
            ["bash", "-c", script, sys.executable, tmp_path / "in.avi", out, tiny],
            cwd=repository,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert process.returncode == 0, process.stderr
        assert process.stdout.startswith(b"input ") == (" >&-" not in f" {how}")
    assert (tmp_path / "closed.mp4").read_bytes() == (tmp_path / "usual.mp4").read_bytes()


def test_what_is_printed_with_closed_streams_goes_into_no_file(tmp_path: Path) -> None:
    code = (
        "from attendseg_ros.standard_streams import open_closed_ones; import os, sys\n"
        "open_closed_ones()\n"
        "file = open(sys.argv[1], 'wb')\n"
        "for number in (1, 2): os.write(number, b'a library says')\n"
        "print('so do we'); print('and here', file=sys.stderr); sys.stdin.read()\n"
        "os.system('echo a child too; echo and here >&2')\n"
    )
    path = tmp_path / "file"
    process = subprocess.run(
        ["bash", "-c", 'exec "$0" -c "$1" "$2" >&- 2>&- <&-', sys.executable, code, path],
        timeout=60,
        check=False,
    )
    assert process.returncode == 0
    assert path.read_bytes() == b""
