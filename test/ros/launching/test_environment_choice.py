# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which model and classes a node gets, by arguments, robot and parameter file.

The table and the models are made here: whatever is shipped, what is missing is missing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.model_packages import install_models
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.labels import ClassTable
from attendseg_ros.ros.launching.environment_choice import Choice, Wishes, choose
from attendseg_ros.ros.launching.environments import Environment, EnvironmentsError
from attendseg_ros.ros.parameters.settings import Settings

ROOT = Path(__file__).parents[3]
CONFIG = ROOT / "config"

MEADOW = Environment("meadow", "meadow", "", ("grass",), ("hedge",), ("sky",))
CELLAR = Environment("cellar", "cellar", "", ("floor",), ("wall", "barrel"), ())
TABLE = {row.name: row for row in (MEADOW, CELLAR)}

EMPTY = {"traversable_classes": [""], "obstacle_classes": [""]}


def bundle(folder: Path, classes: Sequence[str]) -> Path:
    """A bundle of these classes, in a folder of its name."""
    table = ClassTable.from_mapping({"classes": list(classes)})
    return write_tiny_bundle(folder, classes=table, overrides={"name": folder.name})


@pytest.fixture(autouse=True)
def meadow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which a package has the model of the meadow, and nothing that of the cellar."""
    made = bundle(tmp_path / "made" / "meadow", MEADOW.classes)
    prefix = install_models(tmp_path / "prefix", "field_models", {"meadow": made})
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(prefix))
    monkeypatch.chdir(tmp_path)
    return made


def chosen(
    environment: str = "",
    model: str | Path = "",
    robot: str = "",
    params_file: str | Path = CONFIG / "ground_robot.yaml",
    node: str = "/segmentation",
) -> Choice:
    """The choice for a robot that is named as the environment in its row."""
    wishes = Wishes(
        environment=environment,
        model=str(model),
        robot=f"{robot}_bot",
        robots_environment=robot,
        params_file=str(params_file),
        config=CONFIG,
        node=node,
    )
    choice = choose(TABLE, wishes)
    for line in (*choice.notes, *choice.warnings):
        assert "\n" not in line
    return choice


def written(folder: Path, node: str = "/**", **parameters: Any) -> Path:
    """A parameter file of the user's own."""
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump({node: {"ros__parameters": parameters}}))
    return path


def test_an_environment_brings_its_model_and_classes() -> None:
    choice = chosen("meadow")
    assert choice.environment is MEADOW
    assert choice.parameters == {"model": "meadow", **MEADOW.lists}
    assert choice.notes == ("environment meadow: model meadow",)
    assert choice.warnings == ()


def test_so_does_a_robot_in_its_usual_place() -> None:
    choice = chosen(robot="meadow")
    assert choice.environment is MEADOW
    assert choice.parameters == {"model": "meadow", **MEADOW.lists}
    (note,) = choice.notes
    assert "environment meadow of robot meadow_bot: model meadow" in note
    assert choice.warnings == ()


def test_what_is_asked_for_wins_over_the_robot(tmp_path: Path) -> None:
    file = written(tmp_path, model="street", traversable_classes=["road"])
    for choice in (chosen("meadow", robot="cellar"), chosen("meadow", params_file=file)):
        assert choice.parameters == {"model": "meadow", **MEADOW.lists}


@pytest.mark.parametrize("file", ["ground_robot.yaml", "segmentation.yaml", "drone.yaml"])
def test_without_an_environment_the_parameter_file_holds(file: str) -> None:
    assert chosen(params_file=CONFIG / file) == Choice()


def test_a_missing_model_that_was_asked_for_is_refused_with_those_there_are() -> None:
    with pytest.raises(EnvironmentsError) as caught:
        chosen("cellar")
    message = str(caught.value)
    assert message.startswith("environment:=cellar: model 'cellar' is not installed")
    assert "environments with a model here: meadow;" in message
    for way in ("attendseg train", "attendseg import", "model:=<its folder>", "docs/bundles.md"):
        assert way in message


def test_a_folder_that_happens_to_have_the_name_is_not_the_model(tmp_path: Path) -> None:
    bundle(tmp_path / "cellar", CELLAR.classes)
    with pytest.raises(EnvironmentsError, match="model 'cellar' is not installed"):
        chosen("cellar")


def test_a_robot_whose_model_is_missing_starts_with_one_warning() -> None:
    choice = chosen(robot="cellar")
    assert choice.environment is None
    assert choice.parameters == {}
    assert choice.notes == ()
    (warning,) = choice.warnings
    assert warning.startswith("environment cellar of robot cellar_bot is not in effect")
    assert f"Model {Settings.model} runs in its place" in warning
    assert "environments with a model here: meadow;" in warning
    assert "attendseg train" in warning


def test_a_model_that_is_broken_or_another_s_counts_as_missing(tmp_path: Path) -> None:
    made = bundle(tmp_path / "made" / "cellar", ["floor", "wall"])
    install_models(tmp_path / "prefix", "cellar_models", {"cellar": made})
    with pytest.raises(EnvironmentsError, match="lacks 'barrel'"):
        chosen("cellar")
    assert "lacks 'barrel'" in chosen(robot="cellar").warnings[0]
    installed = tmp_path / "prefix" / "share" / "cellar_models" / "models" / "cellar"
    (installed / "model.onnx").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(EnvironmentsError, match=r"environment:=cellar: .*model\.onnx"):
        chosen("cellar")
    assert chosen(robot="cellar").parameters == {}


@pytest.mark.parametrize("robot", ["", "meadow"])
def test_an_environment_that_is_not_in_the_table_is_refused(robot: str) -> None:
    with pytest.raises(EnvironmentsError, match="'medow': the nearest is 'meadow'"):
        chosen("medow", robot=robot)
    with pytest.raises(EnvironmentsError) as caught:
        chosen("campus", robot=robot)
    message = str(caught.value)
    assert "no environment 'campus'; there are meadow, cellar" in message
    assert "with a model here: meadow; to bring another" in message


def test_a_robot_s_row_that_names_no_environment_says_where() -> None:
    with pytest.raises(EnvironmentsError, match=r"robots\.yaml: cellr_bot: .*nearest is 'cellar'"):
        chosen(robot="cellr")


@pytest.mark.parametrize(
    "said",
    [
        {"model": "street"},
        {"classes": ["road"]},
        {"traversable_classes": ["road"]},
        {"painted_classes": ["unlabelled"]},
    ],
)
def test_a_parameter_file_that_names_a_model_or_classes_wins_over_the_robot(
    said: dict[str, Any], tmp_path: Path
) -> None:
    file = written(tmp_path, **said)
    choice = chosen(robot="meadow", params_file=file)
    assert choice.parameters == {}
    (note,) = choice.notes
    (name,) = said
    assert f"{file} names {name}" in note
    assert "environment:=meadow would win" in note
    # Model and classes are the user's own business then.
    assert chosen(robot="meadow", params_file=file, model="street").parameters == {}


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("/**", {"max_rate_hz": 5.0}),
        ("/**", {"obstacle_classes": [""]}),
        ("/other/segmentation", {"model": "street"}),
    ],
)
def test_one_that_names_neither_leaves_the_robot_its_environment(
    section: str, said: dict[str, Any], tmp_path: Path
) -> None:
    choice = chosen(robot="meadow", params_file=written(tmp_path, section, **said))
    assert choice.parameters["model"] == "meadow"


def test_one_for_a_node_in_a_namespace_is_for_that_node(tmp_path: Path) -> None:
    file = written(tmp_path, "/a/segmentation", model="street")
    assert chosen(robot="meadow", params_file=file, node="/a/segmentation").parameters == {}
    assert chosen(robot="meadow", params_file=file, node="/b/segmentation").parameters != {}


def test_a_parameter_file_that_cannot_be_read_is_left_to_the_node(tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("/**: [")
    assert chosen(robot="meadow", params_file=file).parameters["model"] == "meadow"


@pytest.mark.parametrize(
    "asked", [{"environment": "cellar"}, {"robot": "cellar"}, {"environment": "meadow"}, {}]
)
def test_a_user_s_model_gets_the_classes_of_the_environment_that_it_fits(
    asked: dict[str, str], tmp_path: Path
) -> None:
    own = bundle(tmp_path / "my_cellar", CELLAR.classes[::-1])
    choice = chosen(model=own, **asked)
    assert choice.environment is CELLAR
    assert choice.parameters == CELLAR.lists
    if asked.get("environment") == "meadow":
        (warning,) = choice.warnings
        assert "model my_cellar lacks 'grass', 'hedge' of environment meadow" in warning
        assert "cellar" in warning
    else:
        assert choice.notes == ("model my_cellar has the classes of environment cellar",)
        assert choice.warnings == ()


def test_a_class_that_the_environment_does_not_know_is_warned_of(tmp_path: Path) -> None:
    own = bundle(tmp_path / "guarded", [*CELLAR.classes, "person"])
    choice = chosen("cellar", own)
    assert choice.parameters == CELLAR.lists
    (warning,) = choice.warnings
    assert "model guarded has 'person'" in warning


@pytest.mark.parametrize("asked", [{"environment": "cellar"}, {"robot": "cellar"}, {}])
def test_a_model_that_fits_no_environment_gets_no_half_of_a_list(
    asked: dict[str, str], tmp_path: Path
) -> None:
    own = bundle(tmp_path / "yard", ["grass", "floor", "wall"])
    choice = chosen(model=own, **asked)
    assert choice.environment is None
    assert choice.parameters == EMPTY
    (warning,) = choice.warnings
    assert ("lacks 'barrel' of environment cellar" in warning) == ("environment" in asked)
    assert "until a params_file names its classes: grass, floor, wall" in warning


def test_but_the_lists_of_a_parameter_file_of_one_s_own_hold(tmp_path: Path) -> None:
    own = bundle(tmp_path / "yard", ["grass", "floor", "wall"])
    file = written(tmp_path, traversable_classes=["grass"])
    choice = chosen("cellar", own, params_file=file)
    assert choice.parameters == {}
    (warning,) = choice.warnings
    assert f"the lists of {file} hold" in warning


def test_a_file_without_classes_and_a_robot_without_a_place_leave_a_model_alone() -> None:
    assert chosen(model="street", params_file=CONFIG / "segmentation.yaml") == Choice()
    assert chosen(model="drone", params_file=CONFIG / "drone.yaml") == Choice()


@pytest.mark.parametrize("asked", [{"environment": "cellar"}, {"robot": "cellar"}, {}])
def test_a_model_that_cannot_be_loaded_is_left_to_the_node(asked: dict[str, str]) -> None:
    assert chosen(model="/nowhere", **asked) == Choice()
