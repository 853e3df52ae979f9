# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Networks out of bundles compute what the bundle computes, and training goes on from there."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from attendseg_ros.deployment.bundle_folder import write_model
from attendseg_ros.deployment.float_twin import float_twin
from attendseg_ros.deployment.graph import float_graph, with_image_input
from attendseg_ros.deployment.quantize import quantized
from attendseg_ros.errors import DataError
from attendseg_ros.inference import available_engines, create_engine, load_bundle
from attendseg_ros.inference.engine import INPUT_NAME
from attendseg_ros.inference.registry import shipped_models
from attendseg_ros.labels import ClassTable
from attendseg_ros.network.attendseg import build_attendseg
from attendseg_ros.network.blocks import is_convolution_weight
from attendseg_ros.network.shape import BUILT_IN, Shape
from attendseg_ros.training import loop
from attendseg_ros.training.bundle_weights import network_of_bundle, shape_of, spread_normalisation
from attendseg_ros.training.checkpoint import BEST_FILE, LAST_FILE, load_checkpoint, load_trained
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.descent import Ancestor, descent
from attendseg_ros.training.distillation import Teacher
from attendseg_ros.training.groups import Grouping
from attendseg_ros.training.samples import normalised

IMAGE = np.random.default_rng(5).integers(0, 256, (1, 128, 192, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("name", "shape"),
    # The image of street is read in blocks of pixels.
    [("drone", Shape()), ("indoor", Shape.load("compact")), ("street", Shape.load("compact"))],
)
def test_a_bundles_network_computes_what_the_bundle_does(name: str, shape: Shape) -> None:
    network = network_of_bundle(Path(name))
    assert not network.training
    assert shape_of(network.state_dict()) == shape
    twin = onnxruntime.InferenceSession(float_twin(load_bundle(name)).model)
    (expected,) = twin.run(None, {INPUT_NAME: IMAGE})
    images = normalised(torch.from_numpy(IMAGE))
    with torch.no_grad():
        torch.testing.assert_close(network(images), torch.from_numpy(expected), atol=1e-4, rtol=0)
        # Knowing what goes through it changes nothing but how training begins.
        spread_normalisation(network, [images, torch.randn(3, 3, 128, 64)])
        torch.testing.assert_close(network(images), torch.from_numpy(expected), atol=1e-4, rtol=0)
        network.train()
        torch.testing.assert_close(
            network(torch.cat([images] * 4))[0][0],
            network(images)[0][0],
            atol=0.05,
            rtol=0,
        )


def test_every_normalisation_has_the_moments_of_what_goes_through_it() -> None:
    network = network_of_bundle(Path("indoor"))
    torch.manual_seed(0)
    images = torch.randn(4, 3, 128, 128)
    spread_normalisation(network, [images[:1], images[1:]])
    seen = []
    norm = network.encoder.stem.get_submodule("norm")
    assert isinstance(norm, torch.nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    norm.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    with torch.no_grad():
        network(images)
    torch.testing.assert_close(norm.running_mean, seen[0].mean(dim=(0, 2, 3)), atol=1e-4, rtol=0)
    torch.testing.assert_close(
        norm.running_var, seen[0].var(dim=(0, 2, 3), correction=0), atol=1e-3, rtol=1e-3
    )


def test_all_shapes_are_known_by_their_weights() -> None:
    for name in BUILT_IN:
        shape = Shape.load(name)
        weights = build_attendseg(3, shape).state_dict()
        # An only block has no expansion of further ones, whatever the file says.
        again = build_attendseg(3, shape_of(weights)).state_dict()
        assert {n: w.shape for n, w in again.items()} == {n: w.shape for n, w in weights.items()}


NEW_CHOICES = (
    replace(Shape(), stem=0, patch_kernel=8, head=0, depthwise_kernel=3, condensers="stages"),
    replace(Shape(), stem=0, patch_kernel=12),
    replace(Shape.load("compact"), condensers="stages"),
)


@pytest.mark.parametrize("shape", NEW_CHOICES)
def test_later_choices_are_known_by_their_weights(shape: Shape) -> None:
    assert shape_of(build_attendseg(3, shape).state_dict()) == shape


@pytest.mark.parametrize("shape", [NEW_CHOICES[0], Shape()])
def test_a_new_bundle_gives_its_network_back(shape: Shape, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = build_attendseg(2, shape)
    # What is equal is stored once, under one name: biases and scales of a network not trained.
    for parameter in network.parameters():
        if not is_convolution_weight(parameter):
            torch.nn.init.uniform_(parameter, 0.2, 1.0)
    network.eval()
    model = with_image_input(quantized(float_graph(network), list(np.repeat(IMAGE, 2, axis=0))))
    folder = written(model, shape, tmp_path / "bundle")
    again = network_of_bundle(folder)
    assert shape_of(again.state_dict()) == shape
    twin = onnxruntime.InferenceSession(float_twin(load_bundle(folder)).model)
    (expected,) = twin.run(None, {INPUT_NAME: IMAGE})
    with torch.no_grad():
        found = again(normalised(torch.from_numpy(IMAGE)))
    torch.testing.assert_close(found, torch.from_numpy(expected), atol=1e-3, rtol=1e-3)
    stride = shape.output_stride
    assert expected.shape == (1, 2, IMAGE.shape[1] // stride, IMAGE.shape[2] // stride)
    for engine in ("onnxruntime", "openvino", "torch"):
        if available_engines()[engine] is None:
            with closing(create_engine(engine, load_bundle(folder), (192, 128), 1)) as runner:
                # What 8-bit activations cost; pixels in a wrong order would leave nothing alike.
                difference = np.abs(runner.infer(IMAGE[0]) - expected[0]).mean()
                assert difference < 0.25 * np.abs(expected).mean()


def written(model: onnx.ModelProto, shape: Shape, folder: Path) -> Path:
    folder.mkdir()
    fields = {
        "name": "new",
        "description": "A shape of later choices.",
        "precision": "int8",
        "input_size": [192, 128],
        "size_multiple": 64,
        "output_stride": shape.output_stride,
        "counts": {"parameters": 1, "macs": 1, "weight_bytes": 1},
        "scores": {},
        "license": {"weights": "none", "data": "none"},
    }
    classes = ClassTable.from_mapping({"classes": ["ground", "obstacle"]})
    write_model(folder, model.SerializeToString(), fields, classes)
    return folder


@pytest.fixture
def short(short: TrainingConfig) -> TrainingConfig:
    """It begins with a shipped model."""
    return replace(short, shape=Shape.load("compact"), start_from=Path("indoor"))


def test_training_starts_from_a_shipped_model(short: TrainingConfig) -> None:
    # A rate of nearly nothing: what comes out is what it started from.
    loop.run(replace(short, learning_rate=1e-9, weight_decay=0.0, ema_decay=0.0))
    trained = load_trained(short.run, 2, short.shape)
    origin = network_of_bundle(Path("indoor"))
    name = "encoder.stem.conv.weight"
    torch.testing.assert_close(
        trained.state_dict()[name], origin.state_dict()[name], atol=1e-5, rtol=0
    )
    assert trained.head.weight.shape[0] == 2
    assert load_checkpoint(short.run / BEST_FILE)["epoch"] == 1


def test_a_share_of_what_it_started_from_is_kept(short: TrainingConfig, tmp_path: Path) -> None:
    config = replace(short, learning_rate=1e-2)
    loop.run(config)
    halfway = replace(config, keep_start=0.75, run=tmp_path / "kept")
    loop.run(halfway)
    name = "encoder.stem.conv.weight"
    start = network_of_bundle(Path("indoor")).state_dict()[name]
    last = load_checkpoint(config.run / LAST_FILE)["average"][f"module.{name}"]
    best = load_checkpoint(halfway.run / BEST_FILE)["model"][name]
    torch.testing.assert_close(best, 0.75 * start + 0.25 * last)
    assert not torch.equal(best, last)
    # It does not change how training goes.
    kept_last = load_checkpoint(halfway.run / LAST_FILE)["average"][f"module.{name}"]
    torch.testing.assert_close(kept_last, last, atol=0, rtol=0)
    with pytest.raises(DataError, match="keep_start must be from 0 to below 1, got 1"):
        replace(config, keep_start=1.0)
    with pytest.raises(DataError, match="no start_from"):
        replace(config, keep_start=0.5, start_from=None)


def test_it_can_be_grown(short: TrainingConfig) -> None:
    loop.run(replace(short, shape=Shape.load("teacher"), start_from=Path("drone")))
    assert (short.run / BEST_FILE).exists()


def test_it_can_be_cut(short: TrainingConfig) -> None:
    loop.run(replace(short, start_from=Path("drone"), learning_rate=1e-9, ema_decay=0.0))
    name = "encoder.stem.conv.weight"
    cut = load_trained(short.run, 2, short.shape).get_parameter(name)
    whole = network_of_bundle(Path("drone")).get_parameter(name)
    distances = (cut[:, None] - whole[None]).abs().amax(dim=(2, 3, 4))
    nearest = distances.min(dim=1)
    assert nearest.values.max() < 1e-5
    assert len(set(nearest.indices.tolist())) == short.shape.stem


def test_its_terms_are_handed_down(short: TrainingConfig) -> None:
    ancestors = descent(short)
    assert [each.run for each in ancestors] == ["indoor", "run"]
    assert ancestors[0].sources == load_bundle("indoor").license.data
    taught = descent(replace(short, start_from=None, teacher=(Path("street"),)))
    assert "CamVid" in [each.name for each in taught[0].sources if not each.commercial_use]


def test_weights_that_allow_less_than_their_data_hand_that_down(
    short: TrainingConfig, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(shipped_models()["indoor"], folder)
    text = (folder / "model.yaml").read_text()
    changed = text.replace("commercial_use: true\n  data:", "commercial_use: false\n  data:")
    assert changed != text
    (folder / "model.yaml").write_text(changed)
    (ancestor, _) = descent(replace(short, start_from=folder))
    assert isinstance(ancestor, Ancestor)
    assert ancestor.sources[-1].name == "the weights of 'indoor'"
    assert ancestor.sources[-1].allows_commercial_use is False


def test_what_a_bundle_saw_is_said_to_be_unknown(short: TrainingConfig) -> None:
    held_out = replace(short, groups=Grouping.load("blocks:2", short.data), hold_out=("2",), gap=0)
    notes = loop.run(held_out)["notes"]
    assert any("whether indoor was trained on what is held out is unknown" in n for n in notes)


def test_a_bundle_teaches(short: TrainingConfig) -> None:
    config = replace(short, classes=load_bundle("indoor").classes)
    teacher = Teacher(replace(config, teacher=(Path("indoor"),)))
    images = normalised(torch.from_numpy(IMAGE))
    with torch.no_grad():
        expected = network_of_bundle(Path("indoor"))(images).softmax(dim=1)
    torch.testing.assert_close(teacher(images), expected, atol=0.03, rtol=0)
    with pytest.raises(DataError, match="indoor: was trained on other classes"):
        Teacher(replace(short, teacher=(Path("indoor"),)))


def test_another_networks_bundle_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "foreign"
    shutil.copytree(shipped_models()["indoor"], folder)
    model = onnx.load(str(folder / "model.onnx"))
    for value in model.graph.initializer:
        value.name = value.name.replace("encoder.stem", "backbone.first")
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = name.replace("encoder.stem", "backbone.first")
    onnx.save(model, str(folder / "model.onnx"))
    text = (folder / "model.yaml").read_text()
    digest = load_bundle("indoor").sha256
    own = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    (folder / "model.yaml").write_text(text.replace(digest, own))
    with pytest.raises(DataError, match=r"foreign: is not a network of ours .*encoder\.stem"):
        network_of_bundle(folder)
    (folder / "model.onnx").write_bytes(b"damaged")
    with pytest.raises(DataError, match="foreign"):
        network_of_bundle(folder)
