# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Arguments that several of `attendseg benchmark`'s measurements have."""

from __future__ import annotations

import argparse


def add_models(parser: argparse.ArgumentParser) -> None:
    """Adds which of our models to measure."""
    parser.add_argument(
        "--model",
        nargs="+",
        default=["street"],
        metavar="MODEL",
        help="names of models or bundle folders (default: street)",
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
