# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The shapes and input sizes that exploration chooses from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import optuna

from attendseg_ros.network.shape import CONDENSERS, DEPTHWISE_KERNELS, PATCH_KERNELS, Shape, Stage

_FIRST: Mapping[str, Mapping[str, int]] = {
    **{f"stem of {channels}": {"stem": channels} for channels in (16, 24, 32)},
    **{f"patches of {size}": {"stem": 0, "patch_kernel": size} for size in PATCH_KERNELS},
}
"""How the image gets to stride 4; each is one choice, so that none has parts without effect."""

NEAR_THE_SHIPPED = {
    "first": "stem of 16",
    "channels_4": 24,
    "channels_8": 48,
    "blocks_8": 2,
    "channels_16": 104,
    "blocks_16": 4,
    "expansion_16": 3,
    "channels_32": 176,
    "blocks_32": 3,
    "expansion_32": 2,
    "decoder": 48,
    "head": 24,
    "condensation": 4,
    "condensers": "blocks",
    "depthwise_kernel": 5,
}
"""Where exploration starts: the shape nearest to `compact`, that of all shipped models but one."""


def suggest(trial: optuna.trial.BaseTrial) -> Shape:
    """Draws a shape.

    Channels are multiples of 8, which vector instructions fill. Every stage keeps a condenser:
    they are what the network is; how many there are and how far they condense the channels is free.
    """

    def channels(name: str, low: int, high: int, step: int = 8) -> int:
        return trial.suggest_int(name, low, high, step=step)

    condensation = trial.suggest_categorical("condensation", [2, 4, 8])

    def embedding(of: int) -> int:
        return max(8, 8 * round(of / condensation / 8))

    c4, c8 = channels("channels_4", 24, 48), channels("channels_8", 40, 96)
    c16, c32 = channels("channels_16", 80, 160), channels("channels_32", 96, 192, 16)
    decoder = channels("decoder", 32, 96)
    first = _FIRST[trial.suggest_categorical("first", list(_FIRST))]
    return Shape(
        stem=first["stem"],
        stride_4=Stage(c4, 1, embedding(c4)),
        stride_8=Stage(c8, trial.suggest_int("blocks_8", 1, 3), embedding(c8)),
        stride_16=Stage(
            c16,
            trial.suggest_int("blocks_16", 2, 6),
            embedding(c16),
            entry_expansion=4,
            expansion=trial.suggest_int("expansion_16", 2, 4),
        ),
        stride_32=Stage(
            c32,
            trial.suggest_int("blocks_32", 1, 4),
            embedding(c32),
            entry_expansion=3,
            expansion=trial.suggest_int("expansion_32", 1, 3),
        ),
        decoder=decoder,
        decoder_embedding=embedding(decoder),
        # 0: the output's stride is 8.
        head=trial.suggest_categorical("head", [0, 16, 24, 32, 48, 64]),
        patch_kernel=first.get("patch_kernel", Shape.patch_kernel),
        depthwise_kernel=trial.suggest_categorical("depthwise_kernel", DEPTHWISE_KERNELS),
        condensers=trial.suggest_categorical("condensers", CONDENSERS),
    )


def size_name(size: tuple[int, int]) -> str:
    """How a choice of input size is spelled."""
    return "{}x{}".format(*size)


def suggest_size(
    trial: optuna.trial.BaseTrial, sizes: Sequence[tuple[int, int]]
) -> tuple[int, int]:
    """Draws one of several widths and heights."""
    by_name = {size_name(size): size for size in sizes}
    return by_name[trial.suggest_categorical("input_size", list(by_name))]
