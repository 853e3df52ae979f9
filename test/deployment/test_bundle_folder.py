# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A bundle's folder appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendseg_ros.deployment.bundle_folder import written_whole


def test_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "bundle"
    with written_whole(target) as folder:
        (folder / "model.onnx").write_text("new")
        assert not target.exists()
    assert (target / "model.onnx").read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["bundle"]


@pytest.mark.parametrize("interruption", [RuntimeError, KeyboardInterrupt])
def test_leaves_the_old_one_when_interrupted(
    tmp_path: Path, interruption: type[BaseException]
) -> None:
    target = tmp_path / "bundle"
    target.mkdir()
    (target / "model.onnx").write_text("old")

    def write_half() -> None:
        with written_whole(target) as folder:
            (folder / "model.onnx").write_text("half")
            raise interruption

    with pytest.raises(interruption):
        write_half()
    assert (target / "model.onnx").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
