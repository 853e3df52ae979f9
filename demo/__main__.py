# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Command line of the demo: `python -m demo [INPUT] [--seconds 30]`."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

from attendseg_ros import stopping
from attendseg_ros.errors import AttendSegError
from demo.run import Options, run_demo
from demo.scenes import SCENES


def parse(arguments: list[str] | None = None) -> Options:
    """Reads the command line; prints help or what is wrong with it and exits."""
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description="Runs camera and segmentation node as two processes over ROS 2, then writes "
        "pictures, a video, a recording and a table of what was measured.",
    )
    parser.add_argument(
        "input",
        nargs="?",
        type=Path,
        help="image, folder of images, video or bag to play (default: a synthetic street, "
        "whose true classes are known)",
    )
    parser.add_argument(
        "--seconds",
        type=_seconds,
        default=30.0,
        help="how long to run at most (default: %(default)g)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("demo_output"),
        help="folder for everything that is written (default: %(default)s)",
    )
    parser.add_argument(
        "--model",
        help="name of a shipped model or path of a bundle (default: the environment's)",
    )
    parser.add_argument(
        "--environment",
        default="street",
        help=f"where the synthetic camera is: {' or '.join(SCENES)} (default: %(default)s)",
    )
    parser.add_argument(
        "--engine", default="auto", help="inference engine (default: auto, the fastest installed)"
    )
    parser.add_argument(
        "--seed",
        type=int,
        help="which synthetic street or building (default: one with something of every class)",
    )
    return Options(**vars(parser.parse_args(arguments)))


def main(arguments: list[str] | None = None) -> int:
    """Runs the demo; returns the exit status."""
    options = parse(arguments)

    def work() -> int:
        try:
            with stopping.last_words(lambda: "both processes are stopped, nothing is recorded"):
                run_demo(options)
        except AttendSegError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        return 0

    return stopping.run("demo", work)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 1.0 <= seconds <= 3600.0 or not math.isfinite(seconds):
        raise argparse.ArgumentTypeError(f"must be from 1 to 3600, got {text}")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
