# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A bundle's folder appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.deployment.bundle_folder import write_sections, written_whole
from attendseg_ros.errors import BundleError
from attendseg_ros.inference import load_bundle


def test_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "bundle"
    with written_whole(target) as folder:
        (folder / "model.onnx").write_text("new")
        assert not target.exists()
    assert (target / "model.onnx").read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["bundle"]


def test_what_is_no_bundles_stays_and_what_is_the_old_ones_goes(tmp_path: Path) -> None:
    target = tmp_path / "bundle"
    (target / "pictures").mkdir(parents=True)
    (target / "pictures" / "first.png").write_text("mine")
    for name in ("model.onnx", "MODEL_CARD.md", "notes.txt"):
        (target / name).write_text("old")
    with written_whole(target) as folder:
        (folder / "model.onnx").write_text("new")
    held = {str(f.relative_to(target)): f.read_text() for f in target.rglob("*") if f.is_file()}
    assert held == {"model.onnx": "new", "notes.txt": "old", "pictures/first.png": "mine"}


def test_a_bundle_that_another_run_has_put_there_meanwhile_is_said_at_once(tmp_path: Path) -> None:
    target = tmp_path / "bundle"
    target.mkdir()
    (target / "model.onnx").write_text("theirs")
    with (
        pytest.raises(BundleError, match="bundle exists already"),
        written_whole(target, replace=False),
    ):
        pytest.fail("the work has begun")
    assert (target / "model.onnx").read_text() == "theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_nothing_is_written_of_a_model_that_was_replaced_meanwhile(tmp_path: Path) -> None:
    """The temperature of one network would make the confidence of another one lie."""
    bundle = load_bundle(write_tiny_bundle(tmp_path / "bundle"))
    write_sections(bundle, {"scores": {"split": "val"}})
    path = bundle.path / "model.yaml"
    text = path.read_text().replace(bundle.sha256, "0" * 64)
    path.write_text(text)
    with pytest.raises(BundleError, match=r"model\.yaml: describes another model"):
        write_sections(bundle, {"scores": {"split": "train"}})
    assert path.read_text() == text


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
