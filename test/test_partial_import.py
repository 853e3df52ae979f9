# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A module comes without a part where it can, whole where it cannot, and what is loaded stays."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from attendseg_ros.partial_import import import_without

PACKAGE = {
    "tolerant_whole/__init__.py": (
        "try:\n    from tolerant_whole import part\nexcept ImportError:\n    part = None\n"
    ),
    "tolerant_whole/part.py": "",
    "strict_whole/__init__.py": "from strict_whole import part\n",
    "strict_whole/part.py": "",
}


@pytest.fixture(autouse=True)
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, text in PACKAGE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if "_whole" in name]:
        del sys.modules[name]


def test_a_part_is_left_out_and_can_be_had_later() -> None:
    whole = import_without("tolerant_whole", "tolerant_whole.part")
    assert whole.part is None
    assert "tolerant_whole.part" not in sys.modules
    assert import_without("tolerant_whole.part").__name__ == "tolerant_whole.part"


def test_a_module_that_needs_the_part_has_it() -> None:
    whole = import_without("strict_whole", "strict_whole.part")
    assert whole.part.__name__ == "strict_whole.part"


def test_a_part_that_is_loaded_stays() -> None:
    part = import_without("tolerant_whole.part")
    import_without("tolerant_whole", "tolerant_whole.part")
    assert sys.modules["tolerant_whole.part"] is part


def test_a_module_that_is_not_there() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_whole"):
        import_without("no_such_whole", "no_such_whole.part")
    assert "no_such_whole.part" not in sys.modules
