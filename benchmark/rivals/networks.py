# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The list of rivals: how each is built, what is published of it, and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

CLASSES = 11
"""CamVid's, in SegNet's split."""


@dataclass(frozen=True)
class Accuracy:
    """A published pixel accuracy on CamVid, as a share, and who says so."""

    value: float
    source: str


@dataclass(frozen=True)
class Rival:
    """A network to compare with.

    Attributes:
        name: of the network.
        build: makes it, in evaluation mode, mapping float (1, 3, H, W) to logits.
        needs: python packages that building takes.
        size_multiple: what width and height of its input must be multiples of.
        output_stride: input pixels a logit pixel, along each side.
        source: paper or library.
        accuracy: where one is published for CamVid.
        note: what differs from the published network, and what is not published.
    """

    name: str
    build: Callable[[], nn.Module]
    needs: tuple[str, ...]
    size_multiple: int
    output_stride: int
    source: str
    accuracy: Accuracy | None = None
    note: str = ""


def _refinenet() -> nn.Module:
    from benchmark.rivals.refinenet import RefineNet101

    return RefineNet101(CLASSES).eval()


def _edgesegnet() -> nn.Module:
    from benchmark.rivals.edgesegnet import EdgeSegNet

    return EdgeSegNet(CLASSES).eval()


def _fast_scnn() -> nn.Module:
    from benchmark.rivals.fast_scnn import FastScnn

    return FastScnn(CLASSES).eval()


def _segformer() -> nn.Module:
    from benchmark.rivals.library import segformer_b0

    return segformer_b0(CLASSES)


def _deeplab() -> nn.Module:
    from benchmark.rivals.library import deeplab_mobilenet_v2

    return deeplab_mobilenet_v2(CLASSES)


def _mobilevit() -> nn.Module:
    from benchmark.rivals.library import mobilevit_small

    return mobilevit_small(CLASSES)


RIVALS: tuple[Rival, ...] = (
    Rival(
        "RefineNet-101",
        _refinenet,
        ("torch",),
        size_multiple=32,
        output_stride=4,
        source="Lin, Milan, Shen, Reid: RefineNet (arXiv 1611.06612)",
        note="The paper that AttendSeg compares itself with gives 85.7 M parameters for its "
        "RefineNet; which one that is, is not published.",
    ),
    Rival(
        "EdgeSegNet",
        _edgesegnet,
        ("torch",),
        size_multiple=32,
        output_stride=1,
        source="Lin, Chwyl, Wong: EdgeSegNet (arXiv 1905.04222)",
        accuracy=Accuracy(0.892, "quoted from arXiv 1905.04222"),
        note="It is quoted with about 7 M parameters (28.3 MB); the modules as drawn add up to "
        "fewer. Code and weights are not published: ours is what is drawn.",
    ),
    Rival(
        "Fast-SCNN",
        _fast_scnn,
        ("torch",),
        size_multiple=192,
        output_stride=8,
        source="Poudel, Liwicki, Cipolla: Fast-SCNN (arXiv 1902.04502)",
        note="Its pyramid takes multiples of 192: its input is larger than the image, as ours is.",
    ),
    Rival(
        "SegFormer-B0",
        _segformer,
        ("torch", "transformers"),
        size_multiple=32,
        output_stride=4,
        source="transformers (arXiv 2105.15203)",
        note="The products of attention are no layers and are not among the MACs.",
    ),
    Rival(
        "DeepLabV3+ MobileNetV2",
        _deeplab,
        ("torch", "transformers"),
        size_multiple=32,
        output_stride=16,
        source="transformers (arXiv 1801.04381, 1802.02611)",
        note="With output stride 16.",
    ),
    Rival(
        "MobileViT-S",
        _mobilevit,
        ("torch", "transformers"),
        size_multiple=32,
        output_stride=16,
        source="transformers (arXiv 2110.02178), with a DeepLabV3 head",
        note="With output stride 16. The products of attention are not among the MACs.",
    ),
)
