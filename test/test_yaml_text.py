# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""YAML that can be read again, whatever bytes the names in it are made of."""

from __future__ import annotations

import os

import pytest

from attendseg_ros.documents import parse_yaml
from attendseg_ros.yaml_text import shown_name, to_yaml, with_names

LATIN = os.fsdecode("café".encode("latin-1"))


@pytest.mark.parametrize("name", ["café", LATIN, "a\nb: c", "\x01\x7f\x85", "no", "0017", "🙂", ""])
def test_any_name_is_read_again(name: str) -> None:
    value = {"paths": [name, {"deeper": (name, 1.5, None)}], name: True}
    again = with_names(parse_yaml(to_yaml(value, keeps_names=True), "test"))
    assert again == {"paths": [name, {"deeper": [name, 1.5, None]}], name: True}


def test_for_a_reader_bytes_that_are_no_text_are_shown() -> None:
    assert parse_yaml(to_yaml({"title": LATIN}), "test") == {"title": "caf\\xe9"}
    assert shown_name(f"é {LATIN}") == "é caf\\xe9"
    assert shown_name("half \ud800") == "half \\ud800"
    assert shown_name(7) == 7
