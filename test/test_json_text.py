# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""JSON for readers that keep to RFC 8259."""

from __future__ import annotations

import json
import math
import os
from typing import Any

import pytest

from attendseg_ros.json_text import to_json


def _no_constant(name: str) -> Any:
    pytest.fail(f"{name} is no JSON")


def test_what_is_not_finite_becomes_null() -> None:
    value = {"a": [1.5, math.nan, (math.inf, {"b": -math.inf})], "c": 7, "d": None, "e": True}
    text = to_json(value)
    assert json.loads(text, parse_constant=_no_constant) == {
        "a": [1.5, None, [None, {"b": None}]],
        "c": 7,
        "d": None,
        "e": True,
    }
    assert json.loads(to_json(value, indent=2)) == json.loads(text)


def test_any_name_of_a_file_is_found_again() -> None:
    name = b"caf\xe9 \xc3\xa9\n"
    text = to_json({"path": os.fsdecode(name)})
    assert text.isascii()
    assert os.fsencode(json.loads(text)["path"]) == name
