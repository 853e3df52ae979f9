# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The terms of a bundle: of its weights, and of the data that they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attendseg_ros.errors import DataError
from attendseg_ros.shortening import shortened
from attendseg_ros.terms.licenses import commercial_use_of, known_license
from attendseg_ros.terms.source import Source, text_or_empty, yes_or_no

NOT_STATED = "not stated"
_NOTHING = ("", "none", NOT_STATED)


@dataclass(frozen=True)
class Terms:
    """Who may use weights, and what for.

    Attributes:
        weights: their licence, or "not stated".
        license_url: where its text is; empty: unknown.
        commercial_use: whether they may be used commercially; None: unknown. True only where
            whoever made them said so and every set that they come from allows it.
        data: the sets that they come from; empty: unknown.
    """

    weights: str = NOT_STATED
    license_url: str = ""
    commercial_use: bool | None = None
    data: tuple[Source, ...] = ()

    @classmethod
    def of(
        cls,
        weights: str,
        data: Sequence[Source],
        commercial_use: bool | None,
        license_url: str = "",
    ) -> Terms:
        """Terms in which nothing is more than what all of it together allows.

        Args:
            weights: licence of the weights.
            data: what they come from.
            commercial_use: what is said of them.
            license_url: where the licence's text is; that of a known one is added.
        """
        known = known_license(weights)
        allowed = {each.allows_commercial_use for each in data} or {None}
        if False in (*allowed, commercial_use, commercial_use_of(weights)):
            commercial_use = False
        elif allowed != {True}:
            commercial_use = None
        return cls(
            weights=weights,
            license_url=license_url or (known.url if known is not None else ""),
            commercial_use=commercial_use,
            data=tuple(data),
        )

    @classmethod
    def from_mapping(cls, value: Mapping[str, Any]) -> Terms:
        """Reads `license` of model.yaml, in which `data` may also be a text.

        Raises:
            DataError: it has another form; the message begins with the field's name.
        """
        weights = value.get("weights")
        if not isinstance(weights, str) or not weights.strip():
            raise DataError(
                f"license.weights must be a text that is not empty, got {shortened(weights)}"
            )
        return cls.of(
            text_or_empty(value, "weights", "license.") or NOT_STATED,
            _sources(value.get("data")),
            yes_or_no(value, "license."),
            text_or_empty(value, "license_url", "license."),
        )

    def to_mapping(self) -> dict[str, Any]:
        """Plain values for YAML and JSON; None for what is unknown."""
        return {
            "weights": self.weights,
            "license_url": self.license_url or None,
            "commercial_use": self.commercial_use,
            "data": [each.to_mapping() for each in self.data],
        }


def of_text(data: str) -> tuple[Source, ...]:
    """What somebody wrote about the data, in place of their names and terms."""
    return () if data.strip().lower() in _NOTHING else (Source(name="", license=data),)


def _sources(data: object) -> tuple[Source, ...]:
    if isinstance(data, str) and data.strip():
        return of_text(text_or_empty({"data": data}, "data", "license."))
    if not isinstance(data, list):
        raise DataError(
            f"license.data must be a list of sets, or a text about them, got {shortened(data)}"
        )
    return tuple(
        Source.from_mapping(entry, f"license.data[{index}]") for index, entry in enumerate(data)
    )
