# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is to be made of a frame: what somebody takes of it, and what the node itself watches."""

from __future__ import annotations

from dataclasses import dataclass

from attendseg_ros.inference import Bundle
from attendseg_ros.ros.outputs.output_images import ImageOutput, needs_confidence
from attendseg_ros.ros.outputs.publishers import Wanted
from attendseg_ros.ros.parameters.settings import Settings


@dataclass(frozen=True)
class Demand:
    """What is to be made of one frame.

    Attributes:
        wanted: the outputs that somebody takes, without those that the model cannot give.
        points: whether a cloud of it is due.
        shares: whether the classes' shares are wanted, or watched.
        placed: whether its pixels are placed in space.
        confidence: whether the network's confidence is needed, which costs a softmax.
        free_matters: whether something is made of what is free.
        colours: whether the image is needed at the size of its mask.
        without_confidence: whether ~/confidence is wanted of a model that gives none.
    """

    wanted: Wanted
    points: bool
    shares: bool
    placed: bool
    confidence: bool
    free_matters: bool
    colours: bool
    without_confidence: bool

    @classmethod
    def of(cls, wanted: Wanted, bundle: Bundle, settings: Settings, *, points: bool) -> Demand:
        """What follows from what is wanted.

        Args:
            wanted: the outputs that somebody takes.
            bundle: what labels the frame.
            settings: of the frame.
            points: whether a cloud of it is due.
        """
        refused = ImageOutput.CONFIDENCE in wanted.images and not bundle.gives_confidence
        if refused:
            wanted = wanted.without(ImageOutput.CONFIDENCE)
        shares = wanted.class_shares or bool(settings.min_free_share)
        placed = points or wanted.painted_points
        summed = wanted.landing_zone or wanted.class_shares
        return cls(
            wanted=wanted,
            points=points,
            shares=shares,
            placed=placed,
            confidence=placed or summed or needs_confidence(settings, wanted.images),
            free_matters=ImageOutput.TRAVERSABLE in wanted.painted or placed or shares,
            colours=ImageOutput.OVERLAY in wanted.images or placed,
            without_confidence=refused,
        )
