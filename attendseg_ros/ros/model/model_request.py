# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the parameters ask the network for, one request after another, and what is in effect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from attendseg_ros.inference import Bundle
from attendseg_ros.ros.parameters.parameter_table import CLASS_LISTS, OF_CONFIDENCE
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.size_policy import Size


@dataclass(frozen=True)
class ModelRequest:
    """What the parameters ask for: their values, and the model that these fit."""

    settings: Settings
    bundle: Bundle
    paced: Size | None = None
    """The input size in place of the parameters' own, to keep `target_latency_ms`."""
    refused: Size | None = None
    """The size asked for to that end which cannot run; the one before goes on."""
    attempt: int = 0
    """Tells apart what was asked for twice."""

    @property
    def size(self) -> Size:
        """Width and height of the network's input."""
        return self.paced or self.unpaced

    @property
    def unpaced(self) -> Size:
        """The same by the parameters alone."""
        return self.settings.network_size or self.bundle.input_size


class ModelRequests:
    """The request that counts, of all that came one after another; callers take turns.

    What runs is given to each method by its bundle and its input size. Bundles are compared by
    identity: one that was read anew is another one.
    """

    def __init__(self, settings: Settings, bundle: Bundle) -> None:
        """Begins with what runs.

        Args:
            settings: the parameters it was made from.
            bundle: its model.
        """
        self._now = ModelRequest(settings, bundle)
        self._in_effect = settings

    @property
    def now(self) -> ModelRequest:
        """What runs, or what is being prepared."""
        return self._now

    def follow(self, settings: Settings, bundle: Bundle, *, anew: bool) -> bool:
        """Takes new parameters over.

        Args:
            settings: their values.
            bundle: the model they fit.
            anew: whether the model or the input size is among what was set.

        Returns:
            Whether what is asked for now has to be prepared.
        """
        before, asked = self._now, ModelRequest(settings, bundle)
        if settings.target_latency_ms and (bundle, asked.size) == (before.bundle, before.unpaced):
            asked = replace(asked, paced=before.paced, refused=before.refused)
        anew = anew or asked.size != before.size
        self._now = replace(asked, attempt=before.attempt + anew)
        return anew

    def pace(self, size: Size, settings: Settings) -> bool:
        """Asks for another input size than the parameters say.

        Args:
            size: the input size.
            settings: the parameters that it was chosen by.

        Returns:
            False, and nothing changes, when others have been set since.
        """
        if self._now.settings is not settings:
            return False
        attempt = self._now.attempt + 1
        self._now = replace(self._now, paced=size, refused=None, attempt=attempt)
        return True

    def stop_pacing(self, request: ModelRequest, size: Size) -> None:
        """Stays at the input size that runs, when it was not the parameters that asked.

        Args:
            request: cannot run.
            size: the input size that runs.
        """
        now = self._now
        if request.paced and (now.bundle, now.paced) == (request.bundle, request.paced):
            self._now = replace(now, paced=size, refused=request.paced)

    def take_back(self, request: ModelRequest, bundle: Bundle, size: Size) -> dict[str, Any]:
        """Gives up a request that failed.

        Args:
            request: cannot run.
            bundle: the model that runs.
            size: the input size that runs.

        Returns:
            The parameters that told of it, with the values in effect; empty when something else
            has been asked for since.
        """
        asked, now = self._now, self._in_effect
        if asked.attempt != request.attempt or asked.size != request.size:
            return {}
        names = ("model", "input_size", *_bound_to(bundle))
        values = {name: getattr(now, name) for name in names}
        if asked.bundle is bundle:
            values = {"input_size": now.input_size}
        settings = replace(asked.settings, **values)
        paced = size if settings.target_latency_ms else None
        self._now = ModelRequest(settings, bundle, paced, attempt=asked.attempt + 1)
        return values

    def take_effect(self, request: ModelRequest, bundle: Bundle, size: Size) -> None:
        """Notes that a request has come to run.

        Args:
            request: what it was made from.
            bundle: the model that runs.
            size: the input size that runs.
        """
        self._in_effect = request.settings
        self.settle(bundle, size)

    def settle(self, bundle: Bundle, size: Size) -> None:
        """Notes that all that is asked for is in effect, if so.

        Args:
            bundle: the model that runs.
            size: the input size that runs.
        """
        if self._now.bundle is bundle:
            settled = self._now.size == size
            given = self._now.settings.input_size if settled else self._in_effect.input_size
            self._in_effect = replace(self._now.settings, input_size=given)

    def settings_for(self, bundle: Bundle) -> Settings:
        """The parameters for a frame of this moment.

        Args:
            bundle: the model that runs.
        """
        settings = self._now.settings
        if self._now.bundle is not bundle:
            # Classes set together with another model are that model's.
            own = {name: getattr(self._in_effect, name) for name in _bound_to(bundle)}
            settings = replace(settings, **own)
        return settings


def _bound_to(bundle: Bundle) -> tuple[str, ...]:
    """The parameters whose values for another model may not fit this one."""
    return CLASS_LISTS if bundle.gives_confidence else (*CLASS_LISTS, *OF_CONFIDENCE)
