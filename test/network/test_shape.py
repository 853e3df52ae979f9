# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A network's shape: written, read, refused, and obeyed by the network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
import yaml
from torch.nn import functional

from attendseg_ros.errors import DataError
from attendseg_ros.network.attendseg import build_attendseg
from attendseg_ros.network.blocks import DepthwiseConv
from attendseg_ros.network.condenser import AttentionCondenser
from attendseg_ros.network.counting import count
from attendseg_ros.network.shape import BUILT_IN, PATCH_KERNELS, Shape, Stage

SMALL = Shape(
    stem=8,
    stride_4=Stage(8, 2, 0),
    stride_8=Stage(16, 1, 8),
    stride_16=Stage(24, 1, 8, entry_expansion=2, expansion=2),
    stride_32=Stage(32, 2, 0, entry_expansion=2, expansion=1),
    decoder=16,
    decoder_embedding=0,
    head=8,
)


def condensers(shape: Shape) -> int:
    network = build_attendseg(3, shape)
    return sum(isinstance(module, AttentionCondenser) for module in network.modules())


def test_a_file_brings_back_the_same_shape(tmp_path: Path) -> None:
    path = tmp_path / "shape.yaml"
    path.write_text(yaml.safe_dump(SMALL.to_mapping()))
    assert Shape.load(path) == SMALL


@pytest.mark.parametrize("name", sorted(set(BUILT_IN) - {"teacher"}))
def test_built_in_shapes_are_found_by_name_and_keep_the_budget(name: str) -> None:
    counts = count(build_attendseg(11, Shape.load(name)), (512, 384))
    assert counts.parameters <= 1_190_000
    assert counts.macs <= 2_000_000_000


def test_the_shape_for_the_ablation_has_no_condensers_and_the_same_budget() -> None:
    without = Shape.load("no_condensers")
    assert condensers(without) == 0
    shipped, ablated = (count(build_attendseg(11, s), (512, 384)) for s in (Shape(), without))
    assert ablated.parameters == pytest.approx(shipped.parameters, rel=0.02)
    assert ablated.macs == pytest.approx(shipped.macs, rel=0.02)


def test_every_shape_gives_logits_at_a_quarter_of_the_size() -> None:
    network = build_attendseg(3, SMALL).eval()
    with torch.no_grad():
        assert network(torch.zeros(1, 3, 64, 128)).shape == (1, 3, 16, 32)


def test_without_a_head_logits_are_an_eighth_of_the_size() -> None:
    shape = replace(SMALL, head=0)
    network = build_attendseg(3, shape)
    logits, at_16 = network(torch.zeros(2, 3, 64, 128))
    assert logits.shape == (2, 3, 64 // shape.output_stride, 128 // shape.output_stride)
    assert shape.output_stride == 8
    assert at_16.shape == (2, 3, 4, 8)


@pytest.mark.parametrize("kernel", PATCH_KERNELS)
def test_without_a_stem_one_convolution_goes_to_stride_4(kernel: int) -> None:
    network = build_attendseg(3, replace(SMALL, stem=0, patch_kernel=kernel)).eval()
    first = network.encoder.get_submodule("stride_4.0.0.conv")
    assert isinstance(first, torch.nn.Conv2d)
    assert first.weight.shape == (8, 3, kernel, kernel)
    with torch.no_grad():
        assert network.encoder(torch.zeros(1, 3, 64, 128))[0].shape == (1, 8, 16, 32)


def test_patches_of_12_see_what_unshuffled_pixels_do() -> None:
    network = build_attendseg(3, replace(SMALL, stem=0, patch_kernel=12))
    weight = network.encoder.get_parameter("stride_4.0.0.conv.weight")
    image = torch.randn(1, 3, 64, 128)
    # (out, 3, 3 cells of 4 rows, 3 cells of 4 columns) as (out, 48, 3, 3).
    cells = weight.reshape(8, 3, 3, 4, 3, 4).permute(0, 1, 3, 5, 2, 4).reshape(8, 48, 3, 3)
    expected = functional.conv2d(functional.pixel_unshuffle(image, 4), cells, padding=1)
    found = network.encoder.get_submodule("stride_4.0.0.conv")(image)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_condensers_behind_stages_are_one_each_and_leave_the_names() -> None:
    shape = replace(Shape(), condensers="stages")
    assert condensers(shape) == 1 + 1 + 1 + 1 + 1
    every = build_attendseg(3, Shape()).state_dict()
    assert build_attendseg(3, shape).state_dict().keys() <= every.keys()


def test_the_depthwise_kernel_is_that_of_every_inverted_residual_and_the_decoder() -> None:
    network = build_attendseg(3, replace(Shape(), depthwise_kernel=3))
    depthwise = [m for m in network.modules() if isinstance(m, DepthwiseConv)]
    assert {m.kernel_size for m in depthwise} == {(3, 3)}


def test_a_mapping_of_before_the_later_choices_is_the_default() -> None:
    old = Shape().to_mapping()
    for name in ("patch_kernel", "depthwise_kernel", "condensers"):
        del old[name]
    assert Shape.from_mapping(old) == Shape()


def test_an_embedding_of_0_leaves_the_condensers_out() -> None:
    assert condensers(SMALL) == SMALL.stride_8.blocks + SMALL.stride_16.blocks
    assert condensers(Shape()) == 1 + 2 + 4 + 3 + 1


def test_blocks_and_channels_cost_parameters() -> None:
    def parameters(shape: Shape) -> int:
        return sum(p.numel() for p in build_attendseg(3, shape).parameters())

    deeper = replace(SMALL, stride_16=replace(SMALL.stride_16, blocks=2))
    wider = replace(SMALL, stride_32=replace(SMALL.stride_32, channels=40))
    assert parameters(SMALL) < min(parameters(deeper), parameters(wider))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"stem": -1}, ("stem", "from 0", "-1")),
        ({"decoder": 0}, ("decoder", "from 1", "0")),
        ({"patch_kernel": 6}, ("patch_kernel", "4 or 8 or 12", "6")),
        ({"depthwise_kernel": "5"}, ("depthwise_kernel", "3 or 5", "5")),
        ({"condensers": "none"}, ("condensers", "blocks or stages", "none")),
        ({"head": 2.5}, ("head", "whole number", "2.5")),
        ({"decoder_embedding": -1}, ("decoder_embedding", "from 0", "-1")),
        ({"stride_16": Stage(24, 0, 8)}, ("stride_16 blocks", "from 1", "0")),
    ],
    ids=str,
)
def test_numbers_that_make_no_network_are_refused(
    change: dict[str, object], words: tuple[str, ...]
) -> None:
    with pytest.raises(DataError) as refusal:
        Shape.from_mapping({**SMALL.to_mapping(), **_plain(change)})
    assert all(word in str(refusal.value) for word in words)


@pytest.mark.parametrize("text", ["[1, 2]", "stem: 8", "{", "stem: 1\nstride_4: 3"])
def test_a_file_of_another_form_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "shape.yaml"
    path.write_text(text)
    with pytest.raises(DataError, match=r"shape\.yaml"):
        Shape.load(path)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.yaml"):
        Shape.load(tmp_path / "nowhere.yaml")


def _plain(change: dict[str, object]) -> dict[str, object]:
    return {k: v.__dict__ if isinstance(v, Stage) else v for k, v in change.items()}
