# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A model that gives NaN for some images: none of them is labelled or scored, and each is named."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from support import bags
from support.faulty_bundle import BAD, marked, write_bad_logits
from support.tiny_bundle import painted, stripes

Result = Callable[..., dict[str, Any]]
Refusal = Callable[..., str]
Command = Callable[..., "subprocess.CompletedProcess[str]"]

SIZE = (128, 64)
LABELS = stripes(*SIZE, count=4)
GOOD = painted(LABELS)
SAYS = "engine 'onnxruntime' with model 'tiny'"
OPTIONS = ("--engine", "onnxruntime", "--threads", 1)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bad_logits(tmp_path_factory.mktemp("models") / "nan", np.nan, input_size=SIZE)


def write_images(folder: Path, *names: str) -> Path:
    """Pictures of which those with "bad" in their names make NaN."""
    folder.mkdir(parents=True)
    for name in names:
        rgb = marked(GOOD, BAD) if "bad" in name else GOOD
        cv2.imwrite(str(folder / f"{name}.png"), rgb[..., ::-1])
    return folder


def write_labels(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True)
    for name in names:
        cv2.imwrite(str(folder / f"{name}.png"), LABELS)


def test_segment_leaves_the_image_out_and_names_it(
    result_of: Result, faulty: Path, tmp_path: Path
) -> None:
    images, out = write_images(tmp_path / "in", "a", "bad", "c"), tmp_path / "out"
    result = result_of("segment", images, "-o", out, "--model", faulty, *OPTIONS)
    assert result["frames"] == 2
    (line,) = result["skipped"]
    assert line.startswith("bad: ")
    assert SAYS in line
    assert sorted(path.stem for path in (out / "masks").iterdir()) == ["a", "c"]
    assert sorted(path.stem for path in (out / "overlays").iterdir()) == ["a", "c"]
    mask = cv2.imread(str(out / "masks" / "c.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(mask, LABELS)


def test_segment_of_nothing_but_such_images_fails(
    attendseg: Command, faulty: Path, tmp_path: Path
) -> None:
    images = write_images(tmp_path / "in", "bad")
    process = attendseg("segment", images, "-o", tmp_path / "out", "--model", faulty, *OPTIONS)
    assert process.returncode == 2
    assert process.stdout == ""
    # After the progress of the images that were read.
    line = process.stderr.splitlines()[-1]
    assert "no mask of any image" in line
    assert SAYS in line


def test_a_bag_gets_no_mask_of_the_image(result_of: Result, faulty: Path, tmp_path: Path) -> None:
    store = bags.typestore_of("mcap")
    images = [
        bags.raw_image(store, marked(GOOD, BAD) if n == 1 else GOOD, "rgb8", 1000 + n)
        for n in range(3)
    ]
    bag = bags.write_bag(tmp_path, "mcap", [("/camera/image_raw", bags.IMAGE, images)])
    out = tmp_path / "out.mcap"
    result = result_of("segment", bag, "-o", out, "--model", faulty, *OPTIONS)
    assert result["frames"] == 2
    (line,) = result["skipped"]
    assert line.startswith("image 1 on /camera/image_raw: ")
    assert SAYS in line


def test_evaluate_scores_no_set_with_such_an_image(
    refusal_of: Refusal, result_of: Result, faulty: Path, tmp_path: Path
) -> None:
    root = tmp_path / "set"
    write_images(root / "val", "a", "bad")
    write_labels(root / "valannot", "a", "bad")
    line = refusal_of("evaluate", faulty, "--data", root, "--split", "val", *OPTIONS)
    assert "image bad" in line
    assert SAYS in line
    write_images(root / "test", "a")
    write_labels(root / "testannot", "a")
    assert result_of("evaluate", faulty, "--data", root, "--split", "test", *OPTIONS)["images"] == 1
