# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Arguments that several of `attendseg benchmark`'s measurements have."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from attendseg_ros.errors import EngineError
from attendseg_ros.inference import available_engines
from attendseg_ros.inference.engines import PROCESSOR_ENGINES


def add_models(parser: argparse.ArgumentParser) -> None:
    """Adds which of our models to measure."""
    parser.add_argument(
        "--model",
        nargs="+",
        default=["street"],
        metavar="MODEL",
        help="names of models or bundle folders (default: street)",
    )


def add_model(parser: argparse.ArgumentParser) -> None:
    """Adds which one of our models to measure."""
    parser.add_argument(
        "--model",
        default="street",
        metavar="MODEL",
        help="name of a model or bundle folder (default: %(default)s)",
    )


def add_repeats(parser: argparse.ArgumentParser) -> None:
    """Adds how often each case is run."""
    parser.add_argument(
        "--repeats",
        type=positive,
        default=200,
        metavar="N",
        help="measured runs of each case (default: %(default)s)",
    )


def positive(text: str) -> int:
    """A count, from the command line.

    Raises:
        argparse.ArgumentTypeError: it is no whole number above 0.
    """
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"must be a whole number above 0, got '{text}'")
    return int(text)


def at_least(least: int) -> Callable[[str], int]:
    """A count of at least so many, for argparse's `type`."""

    def count(text: str) -> int:
        value = positive(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"must be {least} or more, got {value}")
        return value

    return count


def above_zero(text: str, rule: str = "must be a number above 0") -> float:
    """A number above zero, from the command line.

    Raises:
        argparse.ArgumentTypeError: it is none; the message begins with the rule.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{rule}, got '{text}'")
    return value


def installed_engines() -> list[str]:
    """The engines that a node chooses from with "auto".

    torch is there to check the others, not to be fast, and a GPU is asked for by name.

    Raises:
        EngineError: none is installed.
    """
    missing = available_engines()
    found = [name for name in PROCESSOR_ENGINES if name != "torch" and missing[name] is None]
    if not found:
        raise EngineError("no engine is installed: pip install onnxruntime")
    return found
