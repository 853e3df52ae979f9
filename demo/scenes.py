# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the synthetic camera of the demo is, and which model that calls for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from attendseg_ros.near_names import hint
from attendseg_ros.ros.launching.environment_choice import is_here
from attendseg_ros.ros.launching.environments import environment_named, read_environments
from demo.errors import DemoError

_TABLE = Path(__file__).parent.parent / "config" / "environments.yaml"


@dataclass(frozen=True)
class Scene:
    """What the synthetic camera renders for an environment.

    Attributes:
        environment: the row of config/environments.yaml.
        name: the camera's parameter `scene`.
        shown: what the demo calls it.
        seed: of one in good light with something of every class in it; training never saw it.
        rate_hz: of the camera: rendering is not to take all of the machine.
    """

    environment: str
    name: str
    shown: str
    seed: int
    rate_hz: float

    def model(self) -> str:
        """The environment's model.

        Raises:
            DemoError: it is not installed; the message names what is.
        """
        rows = read_environments(_TABLE)
        own = environment_named(rows, self.environment, str(_TABLE))
        if not is_here(own):
            here = [name for name in SCENES if is_here(rows[name])]
            raise DemoError(
                f"environment {own.name}: model {own.model!r} is not installed; environments "
                f"with a model and a scene here: {', '.join(here) or 'none'}; --model takes another"
            )
        return own.model


SCENES = {
    scene.environment: scene
    for scene in (
        Scene("street", "street", "street", seed=13, rate_hz=30.0),
        Scene("indoor", "rooms", "building", seed=34, rate_hz=4.0),
    )
}


def scene_of(environment: str) -> Scene:
    """The scene of an environment.

    Raises:
        DemoError: none is rendered for it; the message names the nearest, and those there are.
    """
    if environment in SCENES:
        return SCENES[environment]
    raise DemoError(
        f"no scene is rendered for environment {environment!r}{hint(environment, list(SCENES))}; "
        "there are "
        f"{', '.join(SCENES)}, and INPUT plays pictures of your own"
    )
