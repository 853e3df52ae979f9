# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg segment` from a bag to a bag, as a user runs it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mcap.reader import make_reader
from numpy.typing import NDArray
from support import bags
from support.ros_client import wait_until
from support.tiny_bundle import painted, stripes

Result = Callable[..., dict[str, Any]]
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Stopped = Callable[[Path, signal.Signals], tuple[int, str]]

OPTIONS = ("--engine", "onnxruntime", "--threads", 1)

# Four stripes 32 pixels wide, at the network's own size: these come back exactly.
LABELS = stripes(128, 64, count=4)


def images(count: int) -> list[Any]:
    store = bags.typestore_of("mcap")
    return [bags.raw_image(store, painted(LABELS), "rgb8", 1000 + n) for n in range(count)]


def drive(folder: Path, count: int = 3) -> Path:
    return bags.write_bag(folder, "mcap", [("/camera/image_raw", bags.IMAGE, images(count))])


def messages(path: Path, topic: str) -> list[bytes]:
    with path.open("rb") as stream:
        return [m.data for _, _, m in make_reader(stream).iter_messages(topics=[topic])]


def masks(path: Path, topic: str = "/segmentation/mask") -> list[NDArray[np.uint8]]:
    store = bags.typestore_of("mcap")
    found: list[Any] = [store.deserialize_cdr(m, bags.IMAGE) for m in messages(path, topic)]
    return [mask.data.reshape(mask.height, mask.width) for mask in found]


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_bag_becomes_a_labelled_bag(result_of: Result, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mcap"
    result = result_of("segment", drive(tmp_path), "-o", out, "--model", tiny)
    assert result["frames"] == 3
    assert result["messages"] == 3
    assert result["from_earlier_run"] == 0
    assert result["skipped"] == result["damage"] == []
    assert result["times_real_time"] > 0
    assert set(result["stage_times_ms"]) == {"resize", "network", "decode"}
    assert len(masks(out)) == 3
    np.testing.assert_array_equal(masks(out)[2], LABELS)
    assert len(messages(out, "/segmentation/label_info")) == 1
    assert len(messages(out, "/camera/image_raw")) == 3


def test_topics_outputs_and_classes_can_be_chosen(
    result_of: Result, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mcap"
    options = ("--outputs", "mask", "confidence", "--prefix", "/front/seg", "--classes", "road")
    result_of("segment", drive(tmp_path), "-o", out, "--model", tiny, *options)
    with out.open("rb") as stream:
        topics = {channel.topic for _, channel, _ in make_reader(stream).iter_messages()}
    assert topics == {"/camera/image_raw", "/front/seg/mask", "/front/seg/confidence"}
    np.testing.assert_array_equal(
        masks(out, "/front/seg/mask")[0], np.where(LABELS == 3, LABELS, 255)
    )


def test_uncertain_pixels_can_be_dropped(result_of: Result, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mcap"
    result_of("segment", drive(tmp_path), "-o", out, "--model", tiny, "--min-confidence", 1.0)
    assert set(np.unique(masks(out)[0])) <= {*np.unique(LABELS), 255}
    assert (masks(out)[0] == 255).any()


@pytest.fixture
def stopped(
    tiny: Path, tmp_path: Path, repository: Path, environment: dict[str, str]
) -> Callable[[Path, signal.Signals], tuple[int, str]]:
    """Labels a bag to out.mcap until there are some results; status and stderr."""

    def run(bag: Path, number: signal.Signals) -> tuple[int, str]:
        out, journal = tmp_path / "out.mcap", tmp_path / ".out.mcap.labels"
        words = [str(word) for word in ("segment", bag, "-o", out, "--model", tiny, *OPTIONS)]
        with subprocess.Popen(
            [sys.executable, "-m", "attendseg_ros", *words],
            cwd=repository,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            wait_until(lambda: journal.exists() and journal.stat().st_size > 2000, "some results")
            process.send_signal(number)
            _, err = process.communicate()
        return process.returncode, err

    return run


def test_a_killed_run_goes_on_and_ends_with_the_same_file(
    result_of: Result, stopped: Stopped, tiny: Path, tmp_path: Path
) -> None:
    bag, whole, out = drive(tmp_path, 400), tmp_path / "whole.mcap", tmp_path / "out.mcap"
    result_of("segment", bag, "-o", whole, "--model", tiny, *OPTIONS)
    status, _ = stopped(bag, signal.SIGKILL)
    assert status == -signal.SIGKILL
    assert not out.exists()
    result = result_of("segment", bag, "-o", out, "--model", tiny, *OPTIONS)
    assert 0 < result["from_earlier_run"] <= result["frames"] == 400
    assert out.read_bytes() == whole.read_bytes()
    assert names_in(tmp_path) == ["drive", "out.mcap", "whole.mcap"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_leaves_its_results_and_no_half_of_a_bag(
    result_of: Result,
    refusal_of: Callable[..., str],
    stopped: Stopped,
    tiny: Path,
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    bag = drive(tmp_path, 400)
    status, err = stopped(bag, number)
    assert status == 130
    assert names_in(tmp_path) == [".out.mcap.labels", "drive"]
    told = re.search(r"(\d+) images are labelled; the same command goes on from there", err)
    assert told
    assert "Traceback" not in err
    out = tmp_path / "out.mcap"
    other = ("segment", bag, "-o", out, "--model", tiny, *OPTIONS, "--min-confidence", 0.5)
    assert "results of a run with another min_confidence" in refusal_of(*other)
    result = result_of("segment", bag, "-o", out, "--model", tiny, *OPTIONS)
    # One more where the signal came between writing the last result and counting it.
    assert result["from_earlier_run"] - int(told[1]) in (0, 1)
    assert len(masks(out)) == 400


def test_a_cut_off_bag_is_labelled_as_far_as_it_goes(
    attendseg: Command, tiny: Path, tmp_path: Path
) -> None:
    bag = drive(tmp_path, 100) / "drive.mcap"
    content = bag.read_bytes()
    bag.write_bytes(content[: len(content) * 9 // 10])
    out = tmp_path / "out.mcap"
    process = attendseg("segment", bag, "-o", out, "--model", tiny)
    assert process.returncode == 0, process.stderr
    (warning,) = [line for line in process.stderr.splitlines() if line.startswith("warning: ")]
    count = len(masks(out))
    assert 40 <= count < 100
    assert "drive.mcap: cut off or damaged behind message" in warning
    assert f"{count} messages were read and are in the output" in warning
    assert f"behind message {count}" in process.stdout


def test_what_is_odd_about_a_bag_is_said_once_and_is_no_damage(
    attendseg: Command, result_of: Result, tiny: Path, tmp_path: Path
) -> None:
    bag = drive(tmp_path)
    (bag / "metadata.yaml").write_text("")
    process = attendseg("segment", bag, "-o", tmp_path / "out.mcap", "--model", tiny)
    assert process.returncode == 0, process.stderr
    said = [line for line in process.stderr.splitlines() if "metadata.yaml" in line]
    note = "metadata.yaml is empty; read from what is there: drive.mcap"
    assert said == [f"note: {bag}: {note}"]
    result = result_of("segment", bag, "-o", tmp_path / "again.mcap", "--model", tiny)
    assert (result["notes"], result["damage"], result["frames"]) == ([note], [], 3)


def test_names_with_a_leading_dash_relative_to_the_current_folder(
    tiny: Path, tmp_path: Path, repository: Path, environment: dict[str, str]
) -> None:
    drive(tmp_path).rename(tmp_path / "-drive")
    words = ("segment", "--out=-out #1:2.mcap", "--model", tiny, "--", "-drive")
    paths = f"{repository}{os.pathsep}{environment.get('PYTHONPATH', '')}"
    process = subprocess.run(
        [sys.executable, "-m", "attendseg_ros", *map(str, words)],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": paths},
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert process.returncode == 0, process.stderr
    assert len(masks(tmp_path / "-out #1:2.mcap")) == 3


def test_images_that_cannot_be_decoded_are_named(
    result_of: Result, tiny: Path, tmp_path: Path
) -> None:
    broken = images(3)
    broken[1].data = broken[1].data[:-1]
    bag = bags.write_bag(tmp_path, "mcap", [("/camera", bags.IMAGE, broken)])
    result = result_of("segment", bag, "-o", tmp_path / "out.mcap", "--model", tiny)
    assert (result["frames"], result["messages"]) == (2, 3)
    (line,) = result["skipped"]
    assert line.startswith("image 1 on /camera: ")


def test_pictures_of_a_bag(result_of: Result, tiny: Path, tmp_path: Path) -> None:
    options = ("--model", tiny, "--as", "masks")
    result = result_of("segment", drive(tmp_path), "-o", tmp_path / "out", *options)
    assert result["frames"] == 3
    assert len(list((tmp_path / "out" / "masks").iterdir())) == 3


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ((), "images on several topics; choose one with --topic: /left, /right"),
        (("--topic", "/up"), "no images on topic /up; there are some on /left, /right"),
        (("--topic", "/left", "--min-confidence", 2), "min_confidence must be from 0.0 to 1.0"),
        (("--topic", "/left", "--classes", "lava"), "lava"),
        (("--topic", "/left", "-o", "out.bag"), "is written as NAME.mcap or as a folder"),
    ],
)
def test_refusals(
    options: tuple[object, ...],
    reason: str,
    refusal_of: Callable[..., str],
    tiny: Path,
    tmp_path: Path,
) -> None:
    topics: bags.Topics = [(name, bags.IMAGE, images(1)) for name in ("/left", "/right")]
    bag = bags.write_bag(tmp_path, "mcap", topics)
    given = [tmp_path / word if word == "out.bag" else word for word in options]
    out = () if "-o" in options else ("-o", tmp_path / "out.mcap")
    line = refusal_of("segment", bag, *out, "--model", tiny, *given)
    assert reason in line
    assert names_in(tmp_path) == ["drive"]


def test_a_bag_without_images_and_an_empty_one(
    refusal_of: Callable[..., str], tiny: Path, tmp_path: Path
) -> None:
    store = bags.typestore_of("mcap")
    text = store.types[bags.STRING](data="hello")
    bag = bags.write_bag(tmp_path, "mcap", [("/chat", bags.STRING, [text])])
    line = refusal_of("segment", bag, "-o", tmp_path / "out.mcap", "--model", tiny)
    assert "no topic with images" in line
    assert "/chat (std_msgs/msg/String)" in line
    (tmp_path / "empty").mkdir()
    empty = bags.write_bag(tmp_path / "empty", "mcap", [("/image", bags.IMAGE, [])])
    line = refusal_of("segment", empty, "-o", tmp_path / "out.mcap", "--model", tiny)
    assert "no topic with images" in line


@pytest.mark.parametrize(("out", "missing"), [("out", "rosbags"), ("out.mcap", "rosbags mcap")])
def test_says_what_bags_need_beyond_the_node(
    repository: Path, tmp_path: Path, out: str, missing: str
) -> None:
    (tmp_path / "drive.mcap").write_bytes(b"\x89MCAP0\r\n")
    script = (
        "import sys; sys.modules.update(dict.fromkeys(['rosbags', 'mcap']))\n"
        "from attendseg_ros.cli.main import main\n"
        "sys.exit(main())"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, "segment", tmp_path / "drive.mcap", "-o", tmp_path / out],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 2
    (line,) = run.stderr.splitlines()
    assert line.startswith("attendseg segment: 'segment BAG' needs the Python package rosbags")
    assert line.endswith(f", which the node does without: pip install {missing}")
