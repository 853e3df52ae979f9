# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bundles: what is read from a good one, and with which words each bad one is refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from support.tiny_bundle import write_tiny_bundle

import attendseg_ros
from attendseg_ros.errors import BundleError
from attendseg_ros.inference import load_bundle, shipped_models
from attendseg_ros.labels import UNLABELLED, ClassTable
from attendseg_ros.terms import Source, Terms


def test_everything_in_model_yaml_is_read(tmp_path: Path) -> None:
    scores = {"val": {"mean_iou": 0.7}}
    path = write_tiny_bundle(
        tmp_path / "b", input_size=(192, 128), overrides={"name": "lane", "scores": scores}
    )
    bundle = load_bundle(path)
    assert bundle.path == path
    assert bundle.name == "lane"
    assert bundle.precision == "int8"
    assert bundle.input_size == (192, 128)
    assert bundle.input_sizes == ((192, 128),)
    assert (bundle.size_multiple, bundle.output_stride) == (64, 4)
    assert bundle.classes == ClassTable.load("camvid")
    assert bundle.counts.parameters == 11 * 49
    assert bundle.scores == scores
    assert bundle.license == Terms.of("Apache-2.0", (), None)
    assert bundle.model == (path / "model.onnx").read_bytes()
    assert load_bundle(str(path)) == bundle


def test_terms_are_read(tmp_path: Path) -> None:
    sources = (Source("Trail", "MIT", "", "A. Walker, 2020", True), Source("lawn"))
    terms = Terms.of("MIT", sources, True)
    assert terms.commercial_use is None, "of lawn nobody knows"
    path = write_tiny_bundle(tmp_path / "b", overrides={"license": terms.to_mapping()})
    found = load_bundle(path).license
    assert [each.name for each in found.data] == ["Trail", "lawn"]
    assert (found.weights, found.commercial_use) == ("MIT", None)


def test_all_that_the_class_file_says_is_read(tmp_path: Path) -> None:
    table = {
        "classes": [{"id": 4, "name": "low", "color": [1, 2, 3], "merges": {"mud": [4, 5, 6]}}],
        "ignored_ids": [9],
        "ignored_colors": [[255, 0, 0]],
        "label_values": "colors",
    }
    classes = ClassTable.from_mapping(table)
    bundle = load_bundle(write_tiny_bundle(tmp_path / "b", classes=classes))
    assert bundle.classes.to_mapping() == table
    assert bundle.classes.id_of_label_color((255, 0, 0)) == UNLABELLED


def copy_of(tiny_path: Path, folder: Path) -> Path:
    return Path(shutil.copytree(tiny_path, folder))


def refusal(path: str | Path) -> str:
    with pytest.raises(BundleError) as caught:
        load_bundle(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_truncated_model_is_refused(tiny_path: Path, tmp_path: Path) -> None:
    model = copy_of(tiny_path, tmp_path / "b") / "model.onnx"
    model.write_bytes(model.read_bytes()[:-100])
    message = refusal(model.parent)
    assert str(model) in message
    assert "truncated or was changed" in message
    assert "copy the whole bundle again" in message


def test_one_changed_bit_is_refused(tiny_path: Path, tmp_path: Path) -> None:
    model = copy_of(tiny_path, tmp_path / "b") / "model.onnx"
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    model.write_bytes(content)
    assert "truncated or was changed" in refusal(model.parent)


@pytest.mark.parametrize("file", ["model.onnx", "model.yaml"])
def test_a_missing_file_is_refused(tiny_path: Path, tmp_path: Path, file: str) -> None:
    path = copy_of(tiny_path, tmp_path / "b")
    (path / file).unlink()
    assert f"{path / file} is missing" in refusal(path)


def test_input_sizes_are_read_the_largest_first(tmp_path: Path) -> None:
    sizes = [[64, 64], [192, 128], [128, 64]]
    path = write_tiny_bundle(tmp_path / "b", overrides={"input_sizes": sizes})
    assert load_bundle(path).input_sizes == ((192, 128), (128, 64), (64, 64))


@pytest.mark.parametrize("version", [2, "1", None, True])
def test_another_format_version_is_refused(tmp_path: Path, version: object) -> None:
    message = refusal(write_tiny_bundle(tmp_path / "b", overrides={"format_version": version}))
    assert "format_version must be 1, the one this version of attendseg_ros reads" in message
    assert repr(version) in message


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"name": ""}, "name must be a text of one line, of 1 to 100 characters, got ''"),
        ({"name": "a\nb"}, "name must be a text of one line, of 1 to 100 characters, got 'a"),
        ({"name": "red \x1b[31m"}, "name must be a text of one line"),
        ({"name": "x" * 100_000}, "name must be a text of one line, of 1 to 100 characters"),
        ({"description": None}, "description must be a text"),
        ({"precision": "int4"}, "precision must be one of int8, fp32, got 'int4'"),
        ({"sha256": "abc"}, "sha256 must be 64 lower-case hexadecimal digits, got 'abc'"),
        ({"input_size": [100, 64]}, "input_size must be [width, height], each a positive mul"),
        ({"input_size": [0, 64]}, "input_size must be"),
        ({"input_size": 64}, "input_size must be"),
        ({"input_sizes": [[64, 64]]}, "with input_size [128, 64] among them, got [[64, 64]]"),
        ({"input_sizes": [[128, 64], [128, 64]]}, "input_sizes must be a list of [width, height]"),
        ({"input_sizes": [[128, 64], [100, 64]]}, "each a positive multiple of 64, none twice"),
        ({"input_sizes": [128, 64]}, "input_sizes must be"),
        ({"input_sizes": 704}, "input_sizes must be"),
        ({"size_multiple": 0}, "size_multiple must be an integer of at least 1, got 0"),
        ({"output_stride": "4"}, "output_stride must be an integer of at least 1, got '4'"),
        ({"classes": []}, "classes is empty"),
        ({"classes": [{"id": 0, "name": "x"}]}, "classes[0] must be"),
        ({"ignored_ids": [3]}, "ignored_ids holds 3"),
        ({"counts": []}, "counts must be a mapping"),
        ({"counts": {"parameters": 1, "macs": -1, "weight_bytes": 1}}, "counts.macs must be"),
        ({"counts": {"parameters": 1}}, "counts.macs must be an integer of at least 0, got"),
        ({"scores": None}, "scores must be a mapping"),
        ({"license": {"weights": "MIT"}}, "license.data must be a list of sets"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(
    tmp_path: Path, overrides: dict[str, Any], words: str
) -> None:
    path = write_tiny_bundle(tmp_path / "b", overrides=overrides)
    message = refusal(path)
    assert str(path / "model.yaml") in message
    assert words in message


@pytest.mark.parametrize("text", ["- 1", "", "a: [", "\x00\x01"])
def test_a_model_yaml_that_is_no_mapping_is_refused(
    tiny_path: Path, tmp_path: Path, text: str
) -> None:
    path = copy_of(tiny_path, tmp_path / "b")
    (path / "model.yaml").write_text(text)
    assert str(path / "model.yaml") in refusal(path)


def test_an_unknown_model_is_refused_with_the_shipped_ones(
    tiny_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The package may lie in two folders: modules in one, generated messages in another.
    copy_of(tiny_path, tmp_path / "models" / "gravel")
    monkeypatch.setattr(attendseg_ros, "__path__", [*attendseg_ros.__path__, str(tmp_path)])
    assert "gravel" in shipped_models()
    assert load_bundle("gravel").path == tmp_path / "models" / "gravel"
    message = refusal("steet")
    assert "no model 'steet'" in message
    assert "gravel" in message


def test_a_file_in_place_of_the_folder_is_refused(tiny_path: Path) -> None:
    message = refusal(tiny_path / "model.onnx")
    assert f"is a file: give the bundle's folder, {tiny_path}" in message


@pytest.mark.parametrize("name", ["", "/no/such/folder"])
def test_a_path_that_does_not_exist_is_refused(name: str) -> None:
    assert "no model" in refusal(name)


def test_what_the_system_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    path = write_tiny_bundle(tmp_path / "b")
    (path / "model.yaml").unlink()
    (path / "model.yaml").symlink_to("n" * 300)
    with pytest.raises(
        BundleError, match=r"^[^\[\]]*/model\.yaml cannot be read: File name too long$"
    ):
        load_bundle(path)
