# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Models by name: shipped, of other packages in the ament index, and what stands wrong in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.model_packages import install_models

from attendseg_ros.errors import BundleError
from attendseg_ros.inference import find_bundle, known_models, load_bundle, shipped_models

Source = Callable[..., None]


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Source:
    """Makes AMENT_PREFIX_PATH name some prefixes and no others."""

    def name(*prefixes: Path) -> None:
        monkeypatch.setenv("AMENT_PREFIX_PATH", ":".join(map(str, prefixes)))

    return name


@pytest.fixture
def forest(tmp_path: Path, tiny_path: Path, source: Source) -> Path:
    """A prefix in which the package forest_models has the models pines and oaks."""
    bundles = {"pines": tiny_path, "oaks": tiny_path}
    prefix = install_models(tmp_path / "forest", "forest_models", bundles)
    source(prefix)
    return prefix


def models_of(prefix: Path, package: str = "forest_models") -> Path:
    return prefix / "share" / package / "models"


def refusal(name: str) -> str:
    with pytest.raises(BundleError) as caught:
        load_bundle(name)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    "name",
    [
        "pines",
        "pkg://forest_models/pines",
        "pkg:/forest_models/pines",
        "pkg://forest_models/pines/",
    ],
)
def test_a_registered_model_is_found(forest: Path, name: str) -> None:
    assert load_bundle(name).path == models_of(forest) / "pines"
    # As a path it has lost a slash.
    assert find_bundle(Path(name)) == models_of(forest) / "pines"


def test_all_models_are_known_the_shipped_ones_first(forest: Path) -> None:
    registry = known_models()
    assert registry.problems == ()
    shipped = [f"pkg://attendseg_ros/{name}" for name in shipped_models()]
    registered = ["pkg://forest_models/oaks", "pkg://forest_models/pines"]
    assert [model.uri for model in registry.models] == shipped + registered
    assert registry.models[-1].path == models_of(forest) / "pines"


@pytest.mark.usefixtures("forest")
def test_shipped_models_have_a_package_too() -> None:
    assert find_bundle("pkg://attendseg_ros/street") == shipped_models()["street"]


def test_an_entry_lists_bundles_and_folders_of_them(
    tmp_path: Path, tiny_path: Path, source: Source
) -> None:
    entry = "share/a/models/one\n\n  share/a/more \r\n"
    prefix = install_models(tmp_path / "p", "a", {"one": tiny_path, "hidden": tiny_path}, entry)
    install_models(prefix, "a", {}, entry)
    (prefix / "share/a/more").mkdir()
    (prefix / "share/a/models/hidden").rename(prefix / "share/a/more/two")
    source(prefix)
    registry = known_models()
    assert registry.problems == ()
    assert [model.name for model in registry.models if model.package == "a"] == ["one", "two"]


def test_two_packages_with_a_name_are_told_apart_by_their_packages(
    tmp_path: Path, tiny_path: Path, source: Source
) -> None:
    first = install_models(tmp_path / "1", "a_models", {"lawn": tiny_path})
    second = install_models(tmp_path / "2", "b_models", {"lawn": tiny_path})
    source(second, first)
    message = refusal("lawn")
    assert "registered by several packages" in message
    assert "give pkg://a_models/lawn or pkg://b_models/lawn" in message
    assert find_bundle("pkg://b_models/lawn") == models_of(second, "b_models") / "lawn"


def test_a_shipped_name_means_the_shipped_model(
    tmp_path: Path, tiny_path: Path, source: Source
) -> None:
    prefix = install_models(tmp_path / "p", "a", {"street": tiny_path})
    source(prefix)
    assert find_bundle("street") == shipped_models()["street"]
    assert find_bundle("pkg://a/street") == models_of(prefix, "a") / "street"


def test_a_package_counts_as_the_first_prefix_has_it(
    tmp_path: Path, tiny_path: Path, source: Source
) -> None:
    overlay = install_models(tmp_path / "overlay", "a", {"lawn": tiny_path})
    underlay = install_models(tmp_path / "underlay", "a", {"lawn": tiny_path, "old": tiny_path})
    source(overlay, underlay)
    assert find_bundle("lawn") == models_of(overlay, "a") / "lawn"
    assert "package a has pkg://a/lawn" in refusal("pkg://a/old")


def test_a_name_comes_before_a_folder_beside_the_process(
    forest: Path, tiny_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pines").symlink_to(tiny_path)
    assert find_bundle("pines") == models_of(forest) / "pines"
    assert find_bundle("./pines") == Path("pines")


@pytest.mark.usefixtures("forest")
def test_a_model_that_a_package_lacks_is_refused_with_those_it_has() -> None:
    message = refusal("pkg://forest_models/beeches")
    assert "pkg://forest_models/beeches" in message
    assert "package forest_models has pkg://forest_models/oaks, pkg://forest_models/p" in message
    assert "package forest_models has" in refusal("pkg://forest_models")
    assert "package forest_models has" in refusal("pkg://forest_models/models/pines")


@pytest.mark.usefixtures("forest")
@pytest.mark.parametrize(
    "name", ["pkg://desert/dunes", "package://desert/dunes", "pkg://", "pkg:/"]
)
def test_a_package_without_models_is_refused_with_those_that_have_some(name: str) -> None:
    message = refusal(name)
    assert "no such package registers models" in message
    assert "attendseg_ros, forest_models" in message


@pytest.mark.usefixtures("forest")
def test_an_unknown_name_is_refused_with_all_names() -> None:
    message = refusal("pins")
    assert "street" in message
    assert "pkg://forest_models/pines" in message


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("/etc", "relative to the prefix"),
        ("share/../../other", "relative to the prefix"),
        ("share/a/nothing", "is not there"),
        ("share/a", "holds no bundle"),
        ("share/a/\0", "lists 'share/a/"),
        ("x" * 5000, "File name too long"),
        (b"\xff\xfe\x01", "no UTF-8 text"),
        ("share\n" * 100_000, "longer than"),
    ],
)
def test_a_bad_entry_is_told_and_others_go_on(
    forest: Path, tiny_path: Path, entry: str | bytes, words: str
) -> None:
    install_models(forest, "a", {"lawn": tiny_path}, entry)
    registry = known_models()
    assert "pines" in [model.name for model in registry.models]
    assert "a" not in [model.package for model in registry.models]
    assert all(problem.startswith("a: ") for problem in registry.problems)
    assert words in registry.problems[0]
    for name in ("pkg://a/lawn", "lawn"):
        message = refusal(name)
        assert "no model" in message
        assert words in message


def test_a_bad_line_leaves_the_good_ones(tmp_path: Path, tiny_path: Path, source: Source) -> None:
    entry = "share/a/gone\nshare/a/models\n"
    source(install_models(tmp_path / "p", "a", {"lawn": tiny_path}, entry))
    registry = known_models()
    assert registry.models[-1].uri == "pkg://a/lawn"
    (problem,) = registry.problems
    assert "share/a/gone' " not in problem
    assert "is not there" in problem


def test_folders_and_hidden_files_in_the_index_do_no_harm(forest: Path) -> None:
    index = forest / "share/ament_index/resource_index/attendseg_ros_models"
    (index / ".hidden").touch()
    (index / "folder").mkdir()
    registry = known_models()
    (problem,) = registry.problems
    assert problem.startswith("folder: ")
    assert "is not a file" in problem
    assert find_bundle("pines")


@pytest.mark.parametrize("path", ["", ":", "/no/such/prefix::/etc/passwd"])
def test_prefixes_without_models_are_none(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENT_PREFIX_PATH", path)
    assert {model.package for model in known_models().models} == {"attendseg_ros"}
    monkeypatch.delenv("AMENT_PREFIX_PATH")
    assert known_models().problems == ()


def test_a_damaged_model_is_refused_by_its_file(forest: Path) -> None:
    (models_of(forest) / "pines" / "model.yaml").write_text("format_version: 7\n")
    assert "format_version must be 1" in refusal("pines")
