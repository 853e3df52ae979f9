# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg import`: an ordinary bundle comes out, which every verb takes, or nothing at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml
from support.foreign_graphs import Foreign, class_table, image_of, painted

from attendseg_ros.inference import load_bundle
from attendseg_ros.labels.classes import BUILT_IN
from attendseg_ros.terms import Terms

SIZE = (96, 64)

Results = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("classes") / "mine.yaml"
    file.write_text(yaml.safe_dump(class_table().to_mapping()))
    return file


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Foreign(ends_in="softmax", bgr=True).write(
        tmp_path_factory.mktemp("networks") / "network.onnx"
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A labelled set that the network knows exactly."""
    folder = tmp_path_factory.mktemp("data")
    for part in ("val", "valannot"):
        (folder / part).mkdir()
    for number in range(12):
        mask = np.roll(painted(*SIZE), 8 * number, axis=1)
        rgb = image_of(mask)
        cv2.imwrite(str(folder / "val" / f"{number}.png"), rgb[..., ::-1])
        cv2.imwrite(str(folder / "valannot" / f"{number}.png"), mask)
    return folder


def options(network: Path, bundle: Path, classes: Path) -> list[object]:
    # Mean and std are of blue, green and red: a network that takes BGR is told so.
    told = ["--mean", 0.485, 0.456, 0.406, "--std", 0.229, 0.224, 0.225, "--bgr"]
    return ["import", network, "-o", bundle, "--classes", classes, *told, "--input-size", "96x64"]


@pytest.fixture(scope="module")
def imported(
    result_of: Results, network: Path, classes: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    bundle = tmp_path_factory.mktemp("bundles") / "foreign"
    return result_of(*options(network, bundle, classes))


def test_terms_are_unknown_unless_they_are_told(
    imported: dict[str, Any],
    result_of: Results,
    refusal_of: Callable[..., str],
    network: Path,
    classes: Path,
    tmp_path: Path,
) -> None:
    assert load_bundle(imported["bundle"]).license == Terms()
    terms = tmp_path / "terms.yaml"
    terms.write_text("{name: Streets, license: MIT, commercial_use: true}")
    command = [*options(network, tmp_path / "told", classes), "--weights-license", "Apache-2.0"]
    refusal = refusal_of(*command, "--commercial-use", "--data-license", "streets, mostly")
    assert "it is not known that streets, mostly may be used commercially" in refusal
    assert "--terms FILE" in refusal_of(*command, "--commercial-use")
    bundle = result_of(*command, "--commercial-use", "--terms", terms)["bundle"]
    license_ = load_bundle(bundle).license
    assert (license_.weights, license_.commercial_use) == ("Apache-2.0", True)
    assert [each.name for each in license_.data] == ["Streets"]
    card = Path(bundle, "MODEL_CARD.md").read_text()
    assert "| Streets | [MIT](https://opensource.org/license/mit) | yes |" in card


def test_it_says_what_it_found(imported: dict[str, Any]) -> None:
    assert imported["input_size"] == list(SIZE)
    assert imported["network_input"] == "input float32 (1, 3, H, W)"
    assert imported["pixels"].startswith("(BGR / 255 - [0.485, 0.456, 0.406])")
    assert imported["output"] == "probabilities"
    assert imported["size_multiple"] == 1
    assert imported["engines"]["onnxruntime"] == {"agreement": 1.0, "problem": None}
    assert imported["engines"]["openvino"]["agreement"] > 0.99
    assert load_bundle(imported["bundle"]).decoding == "image"
    card = Path(imported["bundle"], "MODEL_CARD.md").read_text()
    assert "imported from `network.onnx`" in card


def test_other_verbs_take_it(
    imported: dict[str, Any], result_of: Results, data: Path, tmp_path: Path
) -> None:
    bundle = imported["bundle"]
    told = result_of("info", bundle)
    assert told["macs"] == imported["macs"]
    assert told["takes_other_sizes"]
    assert told["gives_confidence"]
    scored = result_of("evaluate", bundle, "--data", data, "--engine", "openvino")
    assert scored["mean_iou"] == 1.0
    result_of("segment", data / "val", "-o", tmp_path / "out", "--model", bundle)
    masks = list((tmp_path / "out").rglob("*.png"))
    assert len(masks) >= 12


def test_the_benchmark_measures_it(imported: dict[str, Any], result_of: Results) -> None:
    result = result_of(
        "benchmark", "latency", "--model", imported["bundle"], "--engine", "onnxruntime"
    )
    assert result


def test_a_bundle_is_replaced_only_when_asked(
    imported: dict[str, Any], refusal_of: Callable[..., str], network: Path, classes: Path
) -> None:
    bundle = Path(imported["bundle"])
    before = (bundle / "model.onnx").read_bytes()
    assert "--force" in refusal_of(*options(network, bundle, classes))
    wrong = refusal_of(*options(network, bundle, classes), "--background", "half", "--force")
    assert "sigmoid" in wrong
    assert (bundle / "model.onnx").read_bytes() == before


def test_nothing_is_left_of_what_was_refused(
    refusal_of: Callable[..., str], network: Path, tmp_path: Path
) -> None:
    line = refusal_of(*options(network, tmp_path / "bundles" / "new", Path("cityscapes")))
    assert "4 channels" in line
    assert "19 classes" in line
    assert list(tmp_path.rglob("*.onnx")) == []
    assert list(tmp_path.rglob("*.yaml")) == []


@pytest.mark.parametrize("evaluated", [False, True])
def test_8_bits_have_a_price(
    evaluated: bool, result_of: Results, network: Path, classes: Path, data: Path, tmp_path: Path
) -> None:
    more = ["--evaluate", data] if evaluated else []
    result = result_of(
        *options(network, tmp_path / "int8", classes),
        *("--quantize", "--calibrate", data / "val", *more),
    )
    price = result["quantization"]
    assert price["loss_of"] == ("mean_iou" if evaluated else "pixels")
    assert price["loss"] <= 0.05
    assert price["images"] == (12 if evaluated else 3)
    bundle = load_bundle(tmp_path / "int8")
    assert bundle.precision == "int8"
    assert bundle.scores["quantization"]["loss"] == price["loss"]
    card = (tmp_path / "int8" / "MODEL_CARD.md").read_text()
    assert result["price"] in card
    float_twin = result_of(
        "evaluate",
        tmp_path / "int8",
        "--data",
        data,
        "--precision",
        "fp32",
        "--engine",
        "onnxruntime",
    )
    assert float_twin["mean_iou"] > 0.9


def test_options_of_8_bits_need_each_other(
    refusal_of: Callable[..., str], network: Path, classes: Path, tmp_path: Path, data: Path
) -> None:
    told = options(network, tmp_path / "int8", classes)
    assert "--calibrate FOLDER" in refusal_of(*told, "--quantize")
    assert "--quantize" in refusal_of(*told, "--calibrate", data)
    assert "--max-loss is for 8 bits" in refusal_of(*told, "--max-loss", "0")
    eight = (*told, "--quantize", "--calibrate", data)
    assert "--split is of the labelled set of --evaluate" in refusal_of(*eight, "--split", "val")
    assert "holds no picture" in refusal_of(*told, "--quantize", "--calibrate", data)


def test_a_multiple_that_cannot_be_is_refused(
    attendseg: Any, refusal_of: Callable[..., str], network: Path, classes: Path, tmp_path: Path
) -> None:
    told = [*options(network, tmp_path / "float", classes), "--size-multiple"]
    for none in ("0", "-4"):
        process = attendseg(*told, none)
        assert process.returncode == 2
        assert f"must be a whole number above 0, got '{none}'" in process.stderr
    assert "--size-multiple 7777: does not fit an input of" in refusal_of(*told, "7777")
    assert not (tmp_path / "float").exists()


def test_the_documentation_knows_every_option_and_set(attendseg: Any, repository: Path) -> None:
    page = (repository / "docs" / "own_network.md").read_text()
    told = set(re.findall(r"--[a-z][a-z-]+", attendseg("import", "--help").stdout))
    of_cards = {"--name", "--description", "--data-license", "--split"}
    common = {"--help", "--json", "--force", "--bundle"}
    shown = set(re.findall(r"`[^`]*`|```.*?```", page, re.DOTALL))
    options = {option for text in shown for option in re.findall(r"--[a-z][a-z-]+", text)}
    assert told - of_cards - common <= options
    for name in BUILT_IN:
        assert f"`{name}`" in page


def test_a_model_without_confidence_says_so(
    result_of: Results, refusal_of: Callable[..., str], classes: Path, data: Path, tmp_path: Path
) -> None:
    network = Foreign(ends_in="hidden_ids", bgr=True).write(tmp_path / "network.onnx")
    bundle = tmp_path / "foreign"
    assert result_of(*options(network, bundle, classes))["output"] == "class_ids"
    assert not result_of("info", bundle)["gives_confidence"]
    line = refusal_of(
        *("segment", data / "val", "-o", tmp_path / "out", "--model", bundle),
        *("--min-confidence", 0.5),
    )
    assert "class ids without confidence" in line


def test_a_name_that_is_none_is_said_before_the_work(
    refusal_of: Callable[..., str], network: Path, classes: Path, tmp_path: Path
) -> None:
    command = options(network, tmp_path / "a\nb", classes)
    said = refusal_of(*command)
    assert "without --name the folder's name is the model's, which must be a text of one" in said
    command = options(network, tmp_path / "bundle", classes)
    assert "--name is the model's" in refusal_of(*command, "--name", "x" * 101)
    assert [entry.name for entry in tmp_path.iterdir()] == []
