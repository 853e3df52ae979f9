# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What somebody who makes a bundle says of its weights."""

from __future__ import annotations

from typing import NamedTuple

from attendseg_ros.errors import DataError
from attendseg_ros.terms.licenses import commercial_use_of
from attendseg_ros.terms.terms import NOT_STATED


class Claim(NamedTuple):
    """What is said of the weights.

    Attributes:
        weights_license: their licence.
        commercial_use: whether it is said that they may be used commercially.
    """

    weights_license: str = NOT_STATED
    commercial_use: bool = False

    @property
    def is_of_commercial_use(self) -> bool:
        """Whether the flag or the licence's name claims commercial use."""
        return self.commercial_use or commercial_use_of(self.weights_license) is True

    @property
    def in_words(self) -> str:
        """The option that claims it."""
        if commercial_use_of(self.weights_license) is True:
            return f"weights licence '{self.weights_license}'"
        return "--commercial-use"

    def check(self) -> None:
        """Checks that it does not contradict itself.

        Raises:
            DataError: it does.
        """
        if not self.weights_license.strip():
            raise DataError("--weights-license must not be empty: name a licence, or leave it out")
        if not self.commercial_use:
            return
        if self.weights_license == NOT_STATED:
            raise DataError("--commercial-use needs --weights-license: under which one is it?")
        if commercial_use_of(self.weights_license) is False:
            raise DataError(
                f"--commercial-use contradicts --weights-license '{self.weights_license}', which "
                "forbids it: leave one of the two out"
            )
