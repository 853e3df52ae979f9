# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which scene and model an environment of the demo has."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from attendseg_ros.inference import shipped_models
from attendseg_ros.ros.launching.environments import read_environments
from demo import scenes
from demo.errors import DemoError
from demo.scenes import SCENES, scene_of


@pytest.mark.parametrize("environment", SCENES)
def test_each_environment_has_its_own_model(repository: Path, environment: str) -> None:
    table = read_environments(repository / "config" / "environments.yaml")
    assert scene_of(environment).model() == table[environment].model
    assert table[environment].model in shipped_models()


def test_a_slip_of_the_pen_is_told_the_nearest() -> None:
    with pytest.raises(DemoError, match=r"'indor': the nearest is 'indoor'; there are street, ind"):
        scene_of("indor")


def test_an_environment_without_a_scene_is_told_those_there_are() -> None:
    with pytest.raises(DemoError, match=r"no scene is rendered for environment 'offroad'"):
        scene_of("offroad")


def test_a_model_that_is_not_installed_is_named(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = yaml.safe_load((repository / "config" / "environments.yaml").read_text())
    table["indoor"]["model"] = "no_such_model"
    path = tmp_path / "environments.yaml"
    path.write_text(yaml.safe_dump(table))
    monkeypatch.setattr(scenes, "_TABLE", path)
    with pytest.raises(DemoError, match=r"'no_such_model' is not installed; .* here: street"):
        scene_of("indoor").model()
