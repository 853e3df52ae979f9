# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A set of data that weights come from, and its terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from attendseg_ros.errors import DataError, one_line
from attendseg_ros.shortening import shortened
from attendseg_ros.terms.licenses import commercial_use_of, known_license


@dataclass(frozen=True)
class Source:
    """What is known of a set. An empty text means unknown.

    Attributes:
        name: what people call it; empty where only its terms were told.
        license: what it is licensed under, or its terms in words.
        license_url: where these are.
        attribution: who made it, the year, and where it is found.
        commercial_use: whether weights made of it may be used commercially; None: unknown.
    """

    name: str
    license: str = ""
    license_url: str = ""
    attribution: str = ""
    commercial_use: bool | None = None

    @property
    def allows_commercial_use(self) -> bool | None:
        """The same, but for a licence that forbids what `commercial_use` says."""
        return False if commercial_use_of(self.license) is False else self.commercial_use

    @classmethod
    def from_mapping(cls, value: object, where: str) -> Source:
        """Reads what a YAML file says of a set; unknown is what it leaves out.

        Args:
            value: a mapping of whatever is known.
            where: what messages call it.

        Raises:
            DataError: it has another form.
        """
        known = [field.name for field in fields(cls)]
        if not isinstance(value, Mapping) or not set(value) <= set(known):
            raise DataError(
                f"{where} must be a mapping of {', '.join(known)}, got {shortened(value)}"
            )
        texts = {key: text_or_empty(value, key, f"{where}: ") for key in known[:-1]}
        license_ = known_license(texts["license"])
        if license_ is not None and not texts["license_url"]:
            texts["license_url"] = license_.url
        return cls(**texts, commercial_use=yes_or_no(value, f"{where}: "))

    def to_mapping(self) -> dict[str, Any]:
        """Plain values for YAML and JSON; None for what is unknown."""
        return {key: None if value == "" else value for key, value in asdict(self).items()}


def text_or_empty(values: Mapping[Any, Any], key: str, prefix: str) -> str:
    """A text on one line that shows as it is; empty where there is none.

    Raises:
        DataError: it is something else than a text.
    """
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise DataError(f"{prefix}{key} must be a text, got {shortened(value)}")
    text = "".join(letter if letter.isprintable() else " " for letter in value)
    return "" if text.strip().lower() == "unknown" else one_line(text)


def yes_or_no(values: Mapping[Any, Any], prefix: str) -> bool | None:
    """What `commercial_use` says; None where it says nothing.

    Raises:
        DataError: it is neither true nor false.
    """
    value = values.get("commercial_use")
    if value is not None and not isinstance(value, bool):
        raise DataError(
            f"{prefix}commercial_use must be true or false, or left out where it is unknown, got "
            f"{shortened(value)}"
        )
    return value
