# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Options that are given twice, or that do nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from attendseg_ros.cli.main import _parser

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            "train --data d --classes c -o r --teacher A --teacher B",
            "argument --teacher: is given twice; give all values at once: --teacher A B",
        ),
        (
            "segment picture.png -o one --out two",
            "argument -o/--out: is given twice; leave one of them out",
        ),
        (
            "evaluate street --data d --threads 0 --threads 0",
            "argument --threads: is given twice; leave one of them out",
        ),
        (
            "benchmark latency -o a.json -o b.json",
            "argument -o/--output: is given twice; leave one of them out",
        ),
    ],
)
def test_an_option_that_is_given_twice_is_refused(
    attendseg: Command, arguments: str, words: str
) -> None:
    process = attendseg(*arguments.split())
    assert process.returncode == 2
    assert process.stderr.splitlines()[-1].endswith(f"error: {words}")


def test_the_same_command_can_be_parsed_again(tmp_path: Path) -> None:
    parser = _parser()
    for _ in range(2):
        arguments = parser.parse_args(["info", str(tmp_path)])
        assert arguments.model == str(tmp_path)
        arguments = parser.parse_args(["segment", "a", "-o", "b", "--classes", "road", "car"])
        assert arguments.classes == ["road", "car"]
