# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Groups: what is held out whole, and what is kept away from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from attendseg_ros.errors import DataError
from attendseg_ros.labels import UNLABELLED
from attendseg_ros.training.group_scores import group_score, mean_over_groups
from attendseg_ros.training.groups import Grouping, Groups, find_groups
from attendseg_ros.training.metrics import ConfusionMatrix

NAMES = [f"barn_{number}" for number in (10, 2, 1, 3)] + [f"yard_{number}" for number in range(6)]
IMAGES = [Path("train", f"{name}.jpg") for name in NAMES]


def groups_of(spelling: str, images: list[Path] = IMAGES) -> Groups:
    return find_groups(Grouping.load(spelling, Path("nowhere")), images)


def names_of(groups: Groups, name: str) -> list[str]:
    return [NAMES[position] for position in groups.of[name]]


def test_a_prefix_is_a_group_in_natural_order() -> None:
    groups = groups_of("prefix")
    assert list(groups.of) == ["barn", "yard"]
    assert names_of(groups, "barn") == ["barn_1", "barn_2", "barn_3", "barn_10"]
    assert (groups.gap(None), groups.warning) == (0, "")


def test_blocks_are_contiguous_and_alike() -> None:
    groups = groups_of("blocks:3")
    assert [len(positions) for positions in groups.of.values()] == [3, 4, 3]
    assert names_of(groups, "1") == ["barn_1", "barn_2", "barn_3"]
    groups = groups_of("prefix/blocks:2")
    assert list(groups.of) == ["barn.1", "barn.2", "yard.1", "yard.2"]
    assert names_of(groups, "barn.2") == ["barn_3", "barn_10"]


def test_a_gap_keeps_neighbours_of_a_block_out_of_training() -> None:
    groups = groups_of("prefix/blocks:3")
    assert groups.gap(None) == 1
    others, in_gap = groups.others(["yard.2"], 1)
    assert [NAMES[position] for position in others] == [*NAMES[:4], "yard_0", "yard_5"]
    assert in_gap == 2
    others, in_gap = groups.others(["yard.1"], 0)
    assert (len(others), in_gap) == (8, 0)
    # The first of another sequence is nobody's neighbour.
    assert groups.others(["barn.3"], 5) == ([4, 5, 6, 7, 8, 9], 3)


def test_accents_on_and_beside_their_letters_are_the_same(tmp_path: Path) -> None:
    """On macOS they are apart: of two groups of one name one was trained on, the other was not."""
    whole, apart = "caf\u00e9", "cafe\u0301"
    images = [Path("train", f"{name}.jpg") for name in (f"{whole}_1", f"{apart}_2", "yard_1")]
    groups = groups_of("prefix", images)
    assert dict(groups.of) == {whole: (0, 1), "yard": (2,)}
    assert groups.chosen([apart]) == {whole: (0, 1)}
    file = tmp_path / "groups.yaml"
    file.write_text(f"groups: {{{apart}: ['{whole}*'], other: [yard_1]}}\n")
    groups = groups_of(str(file), images)
    assert dict(groups.of) == {whole: (0, 1), "other": (2,)}
    assert groups.chosen([whole]) == groups.chosen([apart])


def test_patterns_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "groups.yaml"
    file.write_text("groups:\n  near: ['barn_?', yard_0]\n  far: ['*_10', 'train/yard_[1-9]']\n")
    grouping = Grouping.load(None, tmp_path)
    assert grouping == Grouping.load("groups.yaml", tmp_path)
    assert grouping == Grouping.from_plain(grouping.to_plain())
    groups = find_groups(grouping, IMAGES)
    assert names_of(groups, "near") == ["barn_1", "barn_2", "barn_3", "yard_0"]
    assert names_of(groups, "far")[0] == "barn_10"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("groups: {a: ['barn_*']}", r"yard_0\.jpg: is in no group; .*'train/\*'"),
        ("groups: {a: ['*'], b: ['yard_*']}", r"yard_0\.jpg: is in the groups a and b"),
        ("groups: {all: ['*']}", "all 10 images are of one group, 'all', and two are needed"),
        ("groups: []", "must hold 'groups: {NAME: "),
        ("groups: {0001: ['*']}", "group 1: .*in quotes"),
        ("groups: {no: ['*']}", "group False: .*in quotes .* yes or no"),
        ("groups: {2024-01-31: ['*']}", "group 2024-01-31: .*in quotes .* a date"),
        ("groups: {../a: ['*']}", r"without slashes, .*a dot$"),
        ('groups: {"a\\nb": ["*"]}', "of one line"),
        ("groups: {a: [yard_0, 0017]}", r"got \['yard_0', 15\]: put in quotes"),
        ("groups: {a: [1]}", "must be a list of images' names"),
        ("groups: {a: ['*']}\nextra: 1", "and nothing else"),
        ("groups: [", r"mine\.yaml: line \d"),
    ],
)
def test_refuses_a_file_that_does_not_tell_groups(
    tmp_path: Path, content: str, reason: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(content)
    with pytest.raises(DataError, match=reason):
        groups_of(str(file))


def test_a_path_in_the_set_is_a_pattern_too() -> None:
    patterns = {"near": ("train/barn_*.jpg",), "far": ("train/yard_?.jpg",)}
    groups = find_groups(Grouping(patterns=patterns), IMAGES)
    assert [len(positions) for positions in groups.of.values()] == [4, 6]
    assert groups.warning == ""


def test_a_group_that_no_image_is_in_is_named() -> None:
    patterns = {"barn": ("barn_*",), "yard": ("yard_*",), "shed": ("shde_*",)}
    groups = find_groups(Grouping(patterns=patterns), IMAGES)
    assert list(groups.of) == ["barn", "yard"]
    assert groups.warning == "no image fits the patterns of: shed"
    with pytest.raises(DataError, match=r"'shed' has no image here: .* barn, yard"):
        groups.chosen(["shed"])


def test_refuses_what_leaves_groups_open() -> None:
    with pytest.raises(DataError, match=r"nowhere: its groups are unknown.*--groups prefix"):
        Grouping.load(None, Path("nowhere"))
    with pytest.raises(DataError, match=r"no file sequence.*--groups blocks:N"):
        groups_of("sequence")
    with pytest.raises(DataError, match=r"left1\.png: its group is unknown.*'_'"):
        groups_of("prefix", [Path("left1.png")])
    with pytest.raises(DataError, match=r"one group, 'barn'.*prefix/blocks:N"):
        groups_of("prefix", IMAGES[:4])
    with pytest.raises(DataError, match="two blocks or more"):
        groups_of("blocks:1")
    with pytest.raises(DataError, match="5 blocks of 4 images of barn"):
        groups_of("prefix/blocks:5")
    with pytest.raises(DataError, match="no group 'shed': the groups are barn, yard"):
        groups_of("prefix").chosen(["shed"])


def test_groups_of_single_frames_are_doubted() -> None:
    frames = [Path(f"{number:04}_left.png") for number in range(6)]
    assert groups_of("prefix", frames).warning.startswith("6 of 6 groups are of one image (0000")


def matrix(truth: list[int], found: list[int]) -> ConfusionMatrix:
    confusion = ConfusionMatrix(3)
    confusion.update(np.array([found], np.uint8), np.array([truth], np.uint8))
    return confusion


def test_a_class_that_a_group_does_not_show_is_left_out_and_named() -> None:
    names = ["low", "high", "rare"]
    first = group_score(matrix([0, 0, 1, 1], [0, 0, 1, 2]), names, 1)
    assert first["per_class_iou"] == {"low": 1.0, "high": 0.5, "rare": None}
    assert first["classes_without_pixels"] == ["rare"]
    assert first["mean_iou"] == 0.75
    second = group_score(matrix([0, 0, UNLABELLED, 2], [0, 1, 0, 2]), names, 1)
    assert second["per_class_iou"] == {"low": 0.5, "high": None, "rare": 1.0}
    nothing = group_score(matrix([UNLABELLED], [0]), names, 1)
    assert (nothing["mean_iou"], nothing["pixel_accuracy"]) == (None, None)
    mean = mean_over_groups({"a": first, "b": second, "c": nothing})
    assert mean["per_class_iou"] == {"low": 0.75, "high": 0.5, "rare": 1.0}
    assert mean["mean_iou"] == 0.75
    assert mean["pixel_accuracy"] == pytest.approx((3 / 4 + 2 / 3) / 2)
    assert mean["classes_without_pixels"] == []
