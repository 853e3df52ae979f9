# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The benchmark of foreign images: its rates, by hand, and over folders and a video."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from support.bags import IMAGE, START_NS, raw_image, typestore_of, write_bag
from support.familiar_bundle import FAMILIARITY
from support.tiny_bundle import painted, stripes, write_tiny_bundle
from support.videos import even_video

from attendseg_ros.benchmark.foreign import SYNTHETIC, ForeignPlan, auroc, measure_foreign
from attendseg_ros.benchmark.tables import markdown
from attendseg_ros.errors import BundleError, DataError

OWN, OTHERS = 5, 3


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    """A model whose own images are painted in its colours."""
    return write_tiny_bundle(tmp_path / "scenes", overrides={"familiarity": FAMILIARITY})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    for index in range(OWN):
        cv2.imwrite(str(folder / f"{index}.png"), painted(stripes(128, 64))[..., ::-1])
    return folder


@pytest.fixture
def fog(tmp_path: Path) -> Path:
    folder = tmp_path / "fog"
    folder.mkdir()
    for index in range(OTHERS):
        cv2.imwrite(str(folder / f"{index}.png"), np.full((48, 64, 3), 120 + index, np.uint8))
    return folder


def measured(model: Path, home: Path, *foreign: Path, images: int = 200) -> dict[str, Any]:
    return measure_foreign(ForeignPlan(str(model), "onnxruntime", 1, [home], foreign, images))


def test_own_images_raise_no_alarm_and_others_do(
    scenes: Path, home: Path, fog: Path, tmp_path: Path
) -> None:
    clip = even_video(tmp_path / "clip.mp4", 8)
    results = measured(scenes, home, fog, clip)
    rows = {row["name"]: row for row in results["sources"]}
    own, foreign = rows["home"], rows["fog"]
    assert (own["kind"], own["images"], own["alarms"], own["auroc"]) == ("home", OWN, 0.0, None)
    assert (foreign["kind"], foreign["images"]) == ("foreign", OTHERS)
    assert (foreign["alarms"], foreign["auroc"]) == (1.0, 1.0)
    assert foreign["foreignness"]["p50"] > 1.0 > own["foreignness"]["p50"]
    assert rows["clip.mp4"]["images"] == 8
    noise = rows["noise of single pixels"]
    assert noise["kind"] == "synthetic"
    assert noise["images"] == min(OWN, SYNTHETIC)
    assert noise["alarms"] == 1.0
    assert own["show_nothing"] == noise["show_nothing"] == 0.0
    assert own["least_contrast"] > 20.0
    for kind in ("one colour", "lens covered"):
        assert rows[kind]["show_nothing"] == 1.0
    assert "| fog " in markdown(results)


def test_the_most_images_are_spread_over_all(scenes: Path, home: Path, fog: Path) -> None:
    results = measured(scenes, home, fog, images=2)
    assert [row["images"] for row in results["sources"][:2]] == [2, 2]


def test_the_area_under_the_curve_is_the_chance_counted_by_hand() -> None:
    # Of the six pairs three are the right way round and one is equal.
    assert auroc([0.1, 0.5, 0.9], [0.9, 0.4]) == pytest.approx(3.5 / 6)


def test_a_model_without_ranges_is_refused(tmp_path: Path, home: Path) -> None:
    with pytest.raises(BundleError, match="run 'attendseg calibrate' on it first"):
        measured(write_tiny_bundle(tmp_path / "plain"), home)


def test_what_holds_no_picture_is_named(scenes: Path, home: Path, tmp_path: Path) -> None:
    empty, text = tmp_path / "empty", tmp_path / "notes.txt"
    empty.mkdir()
    text.write_text("no video")
    with pytest.raises(DataError, match="empty: a folder with no image in it"):
        measured(scenes, home, empty)
    with pytest.raises(DataError, match=r"notes\.txt"):
        measured(scenes, home, text)
    with pytest.raises(DataError, match="nowhere: no such file or folder"):
        measured(scenes, home, tmp_path / "nowhere")


def test_a_broken_picture_is_left_out_and_named(
    scenes: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "broken.png").write_bytes(b"x")
    assert measured(scenes, home)["sources"][0]["images"] == OWN
    assert "left out: broken.png" in capsys.readouterr().err


def test_a_bag_of_ones_own_is_looked_at(scenes: Path, home: Path, tmp_path: Path) -> None:
    store, image = typestore_of("mcap"), painted(stripes(128, 64))
    messages = [raw_image(store, image, "rgb8", START_NS + i) for i in range(3)]
    bag = write_bag(tmp_path, "mcap", [("/camera/image_raw", IMAGE, messages)])
    row = measured(scenes, home, bag, images=2)["sources"][1]
    assert (row["name"], row["images"], row["alarms"]) == ("drive", 2, 0.0)
