# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""JSON that every reader takes: RFC 8259 has no NaN and no infinity, which Python writes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def to_json(value: Any, indent: int | None = None) -> str:
    """Writes plain values as JSON, in ASCII; a number that is not finite becomes null.

    Args:
        value: mappings, lists, tuples, texts, numbers, None. Bytes of a file's name that are no
            UTF-8 stay what `os.fsdecode` made of them, escaped, so that `os.fsencode` finds the
            file again.
        indent: spaces a level; None for a single line.
    """
    return json.dumps(_finite(value), indent=indent, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return value
