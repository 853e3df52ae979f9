# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which of some names somebody meant who wrote another one."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches


def nearest(name: str, names: Sequence[str]) -> str:
    """The name that was probably meant; empty where none is near."""
    # A letter swapped or left out counts; underscores and case do not.
    by_plain = {plain(candidate): candidate for candidate in names}
    found = get_close_matches(plain(name), list(by_plain), n=1, cutoff=0.6)
    return by_plain[found[0]] if found else ""


def hint(name: str, known: Sequence[str]) -> str:
    """The nearest of the names that there are, as the end of a message; empty if none is near."""
    near = nearest(name, known)
    return f": the nearest is {near!r}" if near else ""


def plain(name: str) -> str:
    """A name without what people leave out or write otherwise: image_topic, imageTopic."""
    return name.replace("_", "").replace("-", "").replace(".", "").lower()
