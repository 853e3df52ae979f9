# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The shapes that exploration chooses from."""

from __future__ import annotations

import optuna

from attendseg_ros.network.shape import Shape, Stage

NEAR_THE_SHIPPED = {
    "stem": 24,
    "channels_4": 40,
    "channels_8": 64,
    "blocks_8": 2,
    "channels_16": 128,
    "blocks_16": 4,
    "expansion_16": 3,
    "channels_32": 160,
    "blocks_32": 3,
    "expansion_32": 2,
    "decoder": 64,
    "head": 48,
    "condensation": 4,
}
"""Where exploration starts: the shape nearest to that of the shipped models."""


def suggest(trial: optuna.trial.BaseTrial) -> Shape:
    """Draws a shape.

    Channels are multiples of 8, which vector instructions fill. Every stage keeps its condensers:
    they are what the network is; how far they condense the channels is free.
    """

    def channels(name: str, low: int, high: int, step: int = 8) -> int:
        return trial.suggest_int(name, low, high, step=step)

    condensation = trial.suggest_categorical("condensation", [2, 4, 8])

    def embedding(of: int) -> int:
        return max(8, 8 * round(of / condensation / 8))

    c4, c8 = channels("channels_4", 24, 48), channels("channels_8", 40, 96)
    c16, c32 = channels("channels_16", 80, 160, 16), channels("channels_32", 96, 192, 16)
    decoder = channels("decoder", 40, 96)
    return Shape(
        stem=channels("stem", 16, 32),
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
        head=channels("head", 32, 64),
    )
