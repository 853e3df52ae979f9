# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Batch normalisation folded into the convolutions, as the deployed network runs it."""

from __future__ import annotations

import copy

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from attendseg_ros.network.blocks import ConvNormAct


def folded(network: nn.Module) -> nn.Module:
    """Returns an evaluation copy of a network with every ConvNormAct's normalisation folded.

    The copy computes the same function; the original is left as it was.
    """
    result = copy.deepcopy(network).eval()
    for module in result.modules():
        if isinstance(module, ConvNormAct):
            convolution, norm = module.conv, module.norm
            assert isinstance(convolution, nn.Conv2d)
            assert isinstance(norm, nn.BatchNorm2d)
            module.conv = fuse_conv_bn_eval(convolution, norm)
            module.norm = nn.Identity()
    return result
