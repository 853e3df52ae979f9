# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Plain values as YAML that can be read again, whatever bytes a name in them is made of.

Names of files are bytes, and Python shows those that are no UTF-8 by halves of surrogate pairs,
which no YAML may hold.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import yaml


def to_yaml(value: Any, *, keeps_names: bool = False, **options: Any) -> bytes:
    r"""Writes plain values as YAML in UTF-8, in their order.

    Args:
        value: mappings, lists, texts, numbers, None.
        keeps_names: a text with bytes that are no UTF-8 is written as bytes (`!!binary`), of which
            `with_names` makes the same text again; else such bytes are shown, as in `caf\xe9`.
        options: of `yaml.safe_dump`.
    """
    plain = _mapped(value, _bytes_where_needed if keeps_names else shown_name)
    text: str = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, **options)
    return text.encode()


def with_names(value: Any) -> Any:
    """What was read of `to_yaml(..., keeps_names=True)`, with texts in place of bytes."""
    return _mapped(value, lambda each: os.fsdecode(each) if isinstance(each, bytes) else each)


def shown_name(value: Any) -> Any:
    """A text that any file can hold, with bytes that are no UTF-8 shown; other values as is."""
    if not isinstance(value, str) or _is_text(value):
        return value
    try:
        return os.fsencode(value).decode(errors="backslashreplace")
    except UnicodeEncodeError:
        return value.encode(errors="backslashreplace").decode()


def _bytes_where_needed(value: Any) -> Any:
    return os.fsencode(value) if isinstance(value, str) and not _is_text(value) else value


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, Mapping):
        return {change(key): _mapped(entry, change) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(entry, change) for entry in value]
    return change(value)
