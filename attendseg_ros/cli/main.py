# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Entry point of the command `attendseg`."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from attendseg_ros import stopping
from attendseg_ros.cli import (
    benchmark,
    calibrate,
    evaluate,
    explore,
    export,
    import_,
    info,
    output,
    rank,
    segment,
    train,
)
from attendseg_ros.cli.parser import Parser
from attendseg_ros.cli.verb import Verb
from attendseg_ros.errors import AttendSegError, one_line
from attendseg_ros.json_text import to_json

VERBS: tuple[Verb, ...] = (
    segment,
    info,
    evaluate,
    train,
    export,
    calibrate,
    import_,
    explore,
    rank,
    benchmark,
)

EXIT_BAD_INPUT = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one verb.

    The result alone goes to stdout, as text or with --json as one JSON object; progress, warnings
    and whatever a library prints go to stderr.

    Args:
        argv: arguments; None for the command line's.

    Returns:
        The exit status: 0, 2 for bad input (as argparse has it), 130 when interrupted by Ctrl-C,
        SIGTERM or SIGHUP. A reader of stdout that leaves early, as `head` does, changes nothing.
    """
    try:
        arguments = _parser().parse_args(argv)
        verb: Verb = arguments.verb
        return stopping.run(f"attendseg {verb.NAME}", lambda: _run(verb, arguments))
    except BrokenPipeError:
        # Of the help, which argparse prints; verbs go through `output`.
        return 0
    finally:
        output.finish()


def _run(verb: Verb, arguments: argparse.Namespace) -> int:
    try:
        with contextlib.redirect_stdout(sys.stderr):
            result = verb.run(arguments)
    except (AttendSegError, OSError) as error:
        output.print_error(f"attendseg {verb.NAME}: {_in_words(error)}")
        return EXIT_BAD_INPUT
    text = to_json(result, indent=2) if arguments.json else verb.describe(result)
    problem = output.print_result(text)
    if problem:
        output.print_error(f"attendseg {verb.NAME}: {problem}")
        return EXIT_BAD_INPUT
    return 0


def _in_words(error: AttendSegError | OSError) -> str:
    if not isinstance(error, OSError) or not error.strerror:
        return one_line(error)
    if error.filename is not None:
        return one_line(f"{error.filename}: {error.strerror}")
    if not _has_current_folder():
        return "the current folder, which paths begin at, does not exist any more: cd to another"
    return one_line(error.strerror)


def _has_current_folder() -> bool:
    try:
        Path.cwd()
    except OSError:
        return False
    return True


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="attendseg", description="Semantic segmentation on the robot, without ROS."
    )
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    for verb in VERBS:
        own = verbs.add_parser(verb.NAME, help=verb.HELP, description=verb.HELP)
        verb.add_arguments(own)
        own.add_argument("--json", action="store_true", help="print the result as JSON")
        own.set_defaults(verb=verb)
    return parser
