# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A network with the encoder of EfficientNet-Lite0: it learns, teaches, and goes on no robot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from attendseg_ros.deployment.export import ExportConfig, export
from attendseg_ros.errors import DataError
from attendseg_ros.training import loop
from attendseg_ros.training.backbone import BackboneNetwork, _SamePadding, backbone_network
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.descent import against_commercial_use, all_sources, descent
from attendseg_ros.training.distillation import Teacher


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A file such as the package holds, of random weights: the encoder and its classifier."""
    torch.manual_seed(1)
    published = BackboneNetwork(2).encoder.state_dict()
    published["_conv_head.weight"] = torch.zeros(1280, 320, 1, 1)
    published["_fc.bias"] = torch.zeros(1000)
    path = tmp_path / "efficientnet-lite0.pth"
    torch.save(published, path)
    return path


@pytest.fixture
def taught(short: TrainingConfig, weights: Path, tmp_path: Path) -> TrainingConfig:
    """A finished run with a backbone."""
    config = replace(short, run=tmp_path / "backbone", backbone=weights)
    loop.run(config)
    return config


def test_it_begins_with_the_published_encoder(weights: Path) -> None:
    network = backbone_network(5, weights)
    published = torch.load(weights, weights_only=True)
    own = network.encoder.state_dict()
    assert len(own) > 200
    assert all(torch.equal(value, published[name]) for name, value in own.items())


def test_its_convolutions_are_padded_where_the_weights_were_trained() -> None:
    """TensorFlow's "SAME" pads even sizes below and on the right at stride 2, torch all round."""
    convolution = _SamePadding(1, 1, 3, 2)
    torch.nn.init.zeros_(convolution.weight)
    with torch.no_grad():
        convolution.weight[0, 0, 0, 0] = 1.0
    image = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert torch.equal(convolution(image), image[..., ::2, ::2])


def test_it_gives_logits_as_attendseg_does() -> None:
    network = BackboneNetwork(5)
    images = torch.zeros(2, 3, 64, 128)
    sizes = [tuple(logits.shape) for logits in network(images)]
    assert sizes == [(2, 5, 16, 32), (2, 5, 8, 16), (2, 5, 4, 8)]
    assert network.eval()(images).shape == (2, 5, 16, 32)


def test_a_run_with_a_backbone_is_resumed_and_teaches(
    taught: TrainingConfig, short: TrainingConfig
) -> None:
    assert TrainingConfig.load(taught.run) == taught
    again = loop.run(replace(taught, epochs=1))
    assert again["epoch"] == 1
    probabilities = Teacher(replace(short, teacher=(taught.run,)))(torch.rand(2, 3, 64, 128))
    assert probabilities.shape == (2, 2, 16, 32)
    torch.testing.assert_close(probabilities.sum(dim=1), torch.ones(2, 16, 32))
    pupil = replace(short, teacher=(taught.run,))
    assert loop.run(pupil)["epoch"] == 1


def test_what_it_saw_before_is_in_the_descent_of_its_pupils(
    taught: TrainingConfig, short: TrainingConfig
) -> None:
    ancestors = descent(replace(short, teacher=(taught.run,)))
    (imagenet,) = (s for s in all_sources(ancestors) if s.name.startswith("ImageNet"))
    assert imagenet.license == "Apache-2.0"
    assert "github.com/tensorflow/tpu" in imagenet.attribution
    assert not any("ImageNet" in line for line in against_commercial_use(ancestors))


def test_it_is_neither_exported_nor_gone_on_from(
    taught: TrainingConfig, short: TrainingConfig, tmp_path: Path
) -> None:
    words = "has a backbone that no robot runs: it can teach"
    with pytest.raises(DataError, match=words):
        export(ExportConfig(run=taught.run, bundle=tmp_path / "bundle"))
    assert not (tmp_path / "bundle").exists()
    with pytest.raises(DataError, match=words):
        loop.run(replace(short, start_from=taught.run))
    with pytest.raises(DataError, match="two beginnings"):
        replace(taught, start_from=short.run)


@pytest.mark.parametrize("content", ["text", "another network"])
def test_a_file_of_something_else_is_refused(
    short: TrainingConfig, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "weights.pth"
    if content == "text":
        path.write_text("<html>Not found</html>")
    else:
        torch.save({"conv1.weight": torch.zeros(8, 3, 3, 3)}, path)
    with pytest.raises(DataError, match=str(path)):
        loop.run(replace(short, backbone=path))
    assert not short.run.exists()
