# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The options that tell terms, of verbs that make bundles."""

from __future__ import annotations

import argparse

from attendseg_ros.cli.verb import given_path
from attendseg_ros.errors import DataError
from attendseg_ros.terms import NOT_STATED, Source, Terms
from attendseg_ros.terms.claim import Claim
from attendseg_ros.terms.terms import of_text
from attendseg_ros.terms.told import read_terms

FORM = "name, license, attribution and commercial_use of the set, or a list of such"


def add_terms(parser: argparse.ArgumentParser, commercial_use: str, terms: str, data: str) -> None:
    """Adds them.

    Args:
        parser: to add to.
        commercial_use: when a claim of commercial use is refused.
        terms: when the file of terms counts.
        data: what the text about the data is of.
    """
    group = parser.add_argument_group("terms, for model.yaml and the model card")
    group.add_argument(
        "--weights-license",
        default=NOT_STATED,
        metavar="NAME",
        help="licence of the weights, such as 'CC BY 4.0' (default: %(default)s)",
    )
    group.add_argument(
        "--commercial-use",
        action="store_true",
        help=f"say that the weights may be used commercially; {commercial_use}",
    )
    group.add_argument(
        "--terms", type=given_path, metavar="FILE", help=f"YAML file with {FORM}; {terms}"
    )
    group.add_argument(
        "--data-license",
        default=NOT_STATED,
        metavar="TEXT",
        help=f"{data} (default: %(default)s)",
    )


def told(arguments: argparse.Namespace, name: str) -> tuple[Source, ...] | None:
    """What the file of terms says; None where there is none.

    Args:
        arguments: of the verb.
        name: of a set that the file does not name.

    Raises:
        DataError: it is wrong.
    """
    return None if arguments.terms is None else read_terms(arguments.terms, name)


def stated_terms(arguments: argparse.Namespace, name: str) -> Terms:
    """The terms of weights of others, of which nothing is known but what is stated.

    Raises:
        DataError: the file of terms is wrong, or commercial use is claimed and not all of it
            allows it.
    """
    claim = Claim(arguments.weights_license, arguments.commercial_use)
    claim.check()
    data = told(arguments, name)
    if data is None:
        data = of_text(arguments.data_license)
    terms = Terms.of(claim.weights_license, data, claim.commercial_use or None)
    if claim.commercial_use and not terms.commercial_use:
        forbidding = [each.name or each.license for each in data if not each.allows_commercial_use]
        raise DataError(
            f"--commercial-use: it is not known that {' and '.join(forbidding) or 'the data'} "
            "may be used commercially: tell the terms of all data with --terms FILE"
        )
    return terms
