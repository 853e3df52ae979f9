# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A program that is told to stop ends in order where it can, and in time in any case."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.logged_process import LoggedProcess

from attendseg_ros.stopping import CUT_OFF, GRACE_S, IN_ORDER, INTERRUPTED

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def program(folder: Path, work: str) -> LoggedProcess:
    """A program whose work is given; it has said "here" by then."""
    code = f"""
import sys, threading, time
from pathlib import Path
from attendseg_ros import placing, stopping
folder = Path({str(folder)!r})
def work():
{work}
sys.exit(stopping.run("program", work))
"""
    return LoggedProcess([sys.executable, "-c", code], folder / "log")


def stop(process: LoggedProcess, by: signal.Signals) -> int:
    process.wait_for_log("here")
    return process.stop(by)


@pytest.mark.parametrize("by", STOPS)
def test_it_ends_in_order(tmp_path: Path, by: signal.Signals) -> None:
    work = """
    try:
        print("here")
        time.sleep(1000)
    finally:
        print("in order")
"""
    process = program(tmp_path, work)
    assert stop(process, by) == INTERRUPTED
    assert process.log().split("\n") == ["here", "in order", "", "program: interrupted", ""]


@pytest.mark.parametrize(
    "hang",
    [
        "time.sleep(1000)",
        "threading.Thread(target=time.sleep, args=(1000,)).start()",
        "threading.Lock().acquire() and threading.Event().wait()",
    ],
)
def test_what_hangs_is_not_waited_for(tmp_path: Path, hang: str) -> None:
    work = f"""
    with placing.Placing(folder / "out") as made:
        try:
            made.unfinished.write_text("half")
            print("here")
            time.sleep(1000)
        finally:
            {hang}
"""
    process = program(tmp_path, work)
    process.wait_for_log("here")
    started = time.monotonic()
    assert process.stop(signal.SIGTERM) == INTERRUPTED
    # Generous: the machine may do other work; what hangs would hang for a quarter of an hour.
    assert time.monotonic() - started < GRACE_S + 20.0
    assert "Traceback" not in process.log()
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


@pytest.mark.parametrize("hang", [True, False], ids=["hangs", "breaks off its removal"])
def test_no_temporary_folder_stays(tmp_path: Path, hang: bool) -> None:
    work = f"""
    import tempfile
    from attendseg_ros import temporary
    tempfile.tempdir = str(folder)
    def removal(path, *args, **kwargs):
        print("here")
        time.sleep(1000)
    with temporary.temporary_folder() as made:
        (made / "half").write_text("half")
        if {hang}:
            try:
                print("here")
                time.sleep(1000)
            finally:
                time.sleep(1000)
        tempfile.TemporaryDirectory._rmtree = removal
"""
    assert stop(program(tmp_path, work), signal.SIGTERM) == INTERRUPTED
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_the_second_signal_does_not_cut_short_what_the_first_began(tmp_path: Path) -> None:
    work = """
    try:
        print("here")
        time.sleep(1000)
    finally:
        print("ending")
        time.sleep(0.5)
        print("in order")
"""
    process = program(tmp_path, work)
    process.wait_for_log("here")
    process._process.send_to_group(signal.SIGINT)
    process.wait_for_log("ending")
    assert process.stop(signal.SIGTERM) == INTERRUPTED
    assert "in order" in process.log()


def test_a_library_that_turns_the_stop_into_an_error_leaves_no_traceback(tmp_path: Path) -> None:
    work = """
    try:
        print("here")
        time.sleep(1000)
    except BaseException as error:
        raise RuntimeError("cut off") from error
"""
    process = program(tmp_path, work)
    assert stop(process, signal.SIGINT) == INTERRUPTED
    assert "Traceback" not in process.log()


LAST_WORDS = """
    with stopping.last_words(lambda: "so far"):
        try:
            print("here")
            time.sleep(1000)
        finally:
            {}
"""


@pytest.mark.parametrize(
    ("end", "how"),
    [
        ("print('in order')", IN_ORDER),
        ("raise RuntimeError('cut off')", IN_ORDER),
        ("time.sleep(1000)", CUT_OFF),
    ],
    ids=["in order", "another error", "hangs"],
)
def test_the_last_words_are_said_however_it_ends(tmp_path: Path, end: str, how: str) -> None:
    process = program(tmp_path, LAST_WORDS.format(end))
    assert stop(process, signal.SIGTERM) == INTERRUPTED
    assert process.log().splitlines()[-2:] == ["so far", f"program: {how}"]


def test_a_line_that_cannot_be_told_keeps_no_program_that_hangs(tmp_path: Path) -> None:
    words = LAST_WORDS.replace('"so far"', "1 / 0").format("time.sleep(1000)")
    process = program(tmp_path, words)
    assert stop(process, signal.SIGTERM) == INTERRUPTED


def test_last_words_are_of_their_block_alone(tmp_path: Path) -> None:
    work = """
    with stopping.last_words(lambda: "so far"):
        pass
    print("here")
    time.sleep(1000)
"""
    process = program(tmp_path, work)
    assert stop(process, signal.SIGTERM) == INTERRUPTED
    assert process.log().splitlines() == ["here", "", "program: interrupted"]


def test_the_status_is_the_works(tmp_path: Path) -> None:
    assert program(tmp_path, "    return 7").wait() == 7


def test_an_error_of_the_work_is_the_programs(tmp_path: Path) -> None:
    process = program(tmp_path, "    raise ValueError('of its own')")
    assert process.wait() == 1
    assert "ValueError: of its own" in process.log()


@pytest.mark.parametrize("module", ["attendseg_ros", "attendseg_ros.ros.segmentation_node"])
def test_ctrl_c_while_modules_are_imported_ends_it_at_once(tmp_path: Path, module: str) -> None:
    # An import that takes long, as torch's on a small board.
    # One write: the signal may come between a line and its end.
    (tmp_path / "cv2.py").write_text("import os, time; os.write(1, b'here\\n'); time.sleep(1000)")
    process = LoggedProcess(
        [sys.executable, "-m", module],
        tmp_path / "log",
        {"PYTHONPATH": f"{tmp_path}:{':'.join(filter(None, sys.path))}"},
    )
    assert stop(process, signal.SIGINT) == -signal.SIGINT
    assert process.log() == "here\n"


def test_a_sigint_that_was_ignored_at_birth_is_heeded() -> None:
    code = "import sys, time; from attendseg_ros import stopping; "
    code += "sys.exit(stopping.run('program', lambda: print('here', flush=True) or time.sleep(99)))"
    words = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-c", code]
    process = subprocess.Popen(words, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"here\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == INTERRUPTED
    process.stdout.close()
