# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg segment` on images, a video and a bag, with a model whose answers are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from support import bags
from support.tiny_bundle import painted, stripes

from attendseg_ros.labels import ClassTable

Result = Callable[..., dict[str, Any]]

# Four stripes 32 pixels wide, at the network's own size: these come back exactly.
LABELS = stripes(128, 64, count=4)


def read(path: Path) -> NDArray[np.uint8]:
    content = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert content is not None, path
    return np.asarray(content, np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    images = tmp_path / "images"
    images.mkdir()
    for number in range(3):
        shown = np.roll(LABELS, 32 * number, axis=1)
        cv2.imwrite(str(images / f"frame_{number}.png"), painted(shown)[..., ::-1])
    return images


def test_a_folder_becomes_masks_and_overlays(
    result_of: Result, tiny: Path, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = result_of("segment", folder, "-o", out, "--model", tiny)
    assert result["frames"] == 3
    assert result["frames_per_second"] > 0
    assert result["skipped"] == []
    assert set(result["stage_times_ms"]) == {"resize", "network", "decode"}
    assert all(0 <= t["median"] <= t["p95"] for t in result["stage_times_ms"].values())
    for number in range(3):
        wanted = np.roll(LABELS, 32 * number, axis=1)
        np.testing.assert_array_equal(read(out / "masks" / f"frame_{number}.png"), wanted)
        # The image is painted in the class colours: an overlay of them changes nothing.
        overlay = read(out / "overlays" / f"frame_{number}.png")[..., ::-1]
        assert np.abs(overlay.astype(int) - painted(wanted)).max() <= 1


def test_a_single_image_in_the_kind_asked_for(
    result_of: Result, tiny: Path, folder: Path, tmp_path: Path
) -> None:
    image, out = folder / "frame_0.png", tmp_path / "out"
    result = result_of("segment", image, "-o", out, "--model", tiny, "--as", "colors")
    assert result["frames"] == 1
    assert [path.name for path in out.iterdir()] == ["colors"]
    colors = read(out / "colors" / "frame_0.png")[..., ::-1]
    np.testing.assert_array_equal(colors, ClassTable.load("camvid").palette()[LABELS])


def test_a_folder_becomes_a_video_which_becomes_masks(
    result_of: Result, tiny: Path, folder: Path, tmp_path: Path
) -> None:
    video = tmp_path / "overlay.mp4"
    assert result_of("segment", folder, "-o", video, "--model", tiny)["frames"] == 3
    assert video.stat().st_size > 0
    result = result_of("segment", video, "-o", tmp_path / "out", "--model", tiny)
    assert result["frames"] == 3
    masks = sorted((tmp_path / "out" / "masks").iterdir())
    # Compression blurs colours near the stripes' edges.
    assert (read(masks[0]) == LABELS).mean() > 0.8


def test_a_damaged_image_is_named_and_the_rest_is_done(
    result_of: Result, tiny: Path, folder: Path, tmp_path: Path
) -> None:
    (folder / "frame_1.png").write_bytes(b"no image")
    result = result_of("segment", folder, "-o", tmp_path / "out", "--model", tiny)
    assert result["frames"] == 2
    (skipped,) = result["skipped"]
    assert "frame_1.png" in skipped


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("missing", "-o", "out"), "missing: no such file or folder"),
        (("images", "-o", "out.mp4", "--as", "masks"), "out.mp4 is a video: give a folder"),
        (
            ("images", "-o", "images/frame_0.png"),
            "is a file, a pipe or a device: give a folder, or",
        ),
        (("images", "-o", "out.avi"), "out.avi: a video is written as NAME.mp4"),
        (("images", "-o", "out.PNG"), "out.PNG: give a folder: masks/ and overlays/"),
        (("images", "-o", "out.mcap"), "out.mcap: a bag is made of a bag alone"),
        (("images", "-o", "out", "--topic", "/camera"), "can be chosen only from a bag"),
        (("images", "-o", "out", "--outputs", "mask"), "--outputs is for a bag made of a bag"),
        (("images", "-o", "out.mp4", "--prefix", "/a"), "--prefix is for a bag made of a bag"),
        (("images", "-o", "out", "--threads", "-1"), "num_threads must be 0"),
    ],
)
def test_refusals(
    arguments: tuple[str, ...],
    reason: str,
    refusal_of: Callable[..., str],
    tiny: Path,
    folder: Path,
) -> None:
    paths = {
        word: str(folder.parent / word)
        for word in [
            "missing",
            "images",
            "out",
            "out.mp4",
            "out.avi",
            "out.PNG",
            "out.mcap",
            "images/frame_0.png",
        ]
    }
    words = [paths.get(word, word) for word in arguments]
    assert reason in refusal_of("segment", *words, "--model", tiny)


@pytest.mark.parametrize("out", ["out.mp4", "out"])
def test_what_is_there_is_replaced_by_force_alone(
    out: str,
    result_of: Result,
    refusal_of: Callable[..., str],
    tiny: Path,
    folder: Path,
    tmp_path: Path,
) -> None:
    words = ("segment", folder, "-o", tmp_path / out, "--model", tiny)
    result_of(*words)
    (file,) = tmp_path.glob("out.mp4" if out == "out.mp4" else "out/masks/frame_0.png")
    before = file.stat().st_ino
    others = file.with_name("of_another_run.png")
    others.write_text("kept")
    reason = refusal_of(*words)
    assert f"{file}: exists already" in reason
    assert "--force" in reason
    assert file.stat().st_ino == before
    result_of(*words, "--force")
    assert file.stat().st_ino != before
    assert others.read_text() == "kept"
    assert not [path for path in tmp_path.rglob("*") if "unfinished" in path.name]


@pytest.mark.parametrize("kind", ["folder", "video", "bag"])
def test_a_later_picture_that_is_there_is_said_before_the_work(
    kind: str,
    result_of: Result,
    refusal_of: Callable[..., str],
    tiny: Path,
    folder: Path,
    tmp_path: Path,
) -> None:
    source = folder
    if kind == "video":
        source = tmp_path / "road.mp4"
        result_of("segment", folder, "-o", source, "--model", tiny)
    elif kind == "bag":
        store = bags.typestore_of("mcap")
        images = [bags.raw_image(store, painted(LABELS), "rgb8", 1000 + n) for n in range(3)]
        source = bags.write_bag(tmp_path, "mcap", [("/camera", bags.IMAGE, images)])
    words = ("segment", source, "-o", tmp_path / "out", "--model", tiny, "--as", "masks")
    result_of(*words)
    *earlier, last = sorted((tmp_path / "out" / "masks").iterdir())
    assert earlier
    for file in earlier:
        file.unlink()
    # What comes after that would refuse this.
    assert f"{last}: exists already" in refusal_of(*words, "--threads", "-1")
    last.rename(last.with_name("of_another_000007.png"))
    assert result_of(*words)["frames"] == len(earlier) + 1


@pytest.mark.parametrize("out", ["images", "images/new", "images/new.mp4"])
def test_an_output_that_is_the_input_is_refused(
    out: str, refusal_of: Callable[..., str], tiny: Path, folder: Path
) -> None:
    before = sorted(folder.rglob("*"))
    reason = refusal_of("segment", folder, "-o", folder.parent / out, "--model", tiny)
    assert "lies inside the input that is read" in reason
    assert sorted(folder.rglob("*")) == before
