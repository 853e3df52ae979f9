# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A bag is what its files are; metadata.yaml helps, and what is wrong with it is said once."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.labelled_bags import MASK, drive, label, raw

from attendseg_ros.documents import MOST_BYTES
from attendseg_ros.errors import DataError
from attendseg_ros.playback import open_source
from attendseg_ros.playback.bags.open_bag import open_bag

ROS2_KINDS = ("sqlite3", "mcap")
SUFFIXES = {"sqlite3": ".db3", "mcap": ".mcap"}
STORAGES = {"sqlite3": "SQLite", "mcap": "MCAP"}

Read = tuple[list[tuple[str, int, bytes]], list[str], list[str]]
Change = Callable[[dict[str, Any]], object]


def read(bag: Path) -> Read:
    """Messages, damage and notes."""
    with open_bag(bag) as reader:
        messages = [(m.connection.topic, m.time_ns, m.data) for m in reader.messages()]
        return messages, list(reader.damage), list(reader.notes)


def edit(bag: Path, change: Change) -> None:
    """Changes what metadata.yaml says."""
    file = bag / "metadata.yaml"
    content = yaml.safe_load(file.read_text())
    change(content["rosbag2_bagfile_information"])
    file.write_text(yaml.safe_dump(content, sort_keys=False))


@pytest.mark.parametrize("kind", ROS2_KINDS)
@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "there is no metadata.yaml"),
        (b"", "metadata.yaml is empty"),
        (b" \n\n", "metadata.yaml is empty"),
        (b"a: [b\nc: }", "metadata.yaml is not a description of a bag"),
        (b"- 1\n- 2\n", "metadata.yaml is not a description of a bag"),
        (b"rosbag2_bagfile_information:\n", "metadata.yaml is not a description of a bag"),
        (b"rosbag2_bagfile_information: 7\n", "metadata.yaml is not a description of a bag"),
        (b"[" * 3000, "metadata.yaml is not a description of a bag"),
        (random.Random(1).randbytes(700), "metadata.yaml is not a description of a bag"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "metadata.yaml is a Git LFS pointer"),
    ],
    ids=[
        "missing", "empty", "blank", "broken", "list", "no content", "number", "deep", "junk", "lfs"
    ],
)  # fmt: skip
def test_a_metadata_file_of_no_use_is_said_in_one_sentence_and_costs_nothing(
    tmp_path: Path, kind: str, content: bytes | None, what: str
) -> None:
    bag = drive(tmp_path, kind)
    expected, _, _ = read(bag)
    (bag / "metadata.yaml").unlink()
    if content is not None:
        (bag / "metadata.yaml").write_bytes(content)
    messages, damage, (note,) = read(bag)
    assert messages == expected
    assert damage == []
    assert note.startswith(what)
    assert note.endswith(f"; read from what is there: drive{SUFFIXES[kind]}")
    assert open_source(bag).notes == [note]


def test_the_metadata_of_a_very_large_bag_is_read(tmp_path: Path) -> None:
    bag = drive(tmp_path, "mcap")
    more = {f"/topic_{number:05}": "- history: 1" for number in range(20_000)}
    edit(bag, lambda information: information.update(custom_data=more))
    assert (bag / "metadata.yaml").stat().st_size > MOST_BYTES
    assert read(bag)[1:] == ([], [])


@pytest.mark.parametrize("kind", ROS2_KINDS)
@pytest.mark.parametrize("storage", [None, "", "rocksdb", "other"])
def test_the_files_say_of_which_storage_they_are(
    tmp_path: Path, kind: str, storage: str | None
) -> None:
    bag = drive(tmp_path, kind)
    expected, _, _ = read(bag)
    said = {"sqlite3": "mcap", "mcap": "sqlite3"}[kind] if storage == "other" else storage
    edit(bag, lambda information: information.update(storage_identifier=said))
    messages, damage, (note,) = read(bag)
    assert (messages, damage) == (expected, [])
    names = f"gives the storage as '{said}'" if said else "names no storage"
    assert note == f"metadata.yaml {names}; its files are {STORAGES[kind]}"
    label(bag, tmp_path / "labelled")
    assert sorted(m for m in raw(tmp_path / "labelled") if m[0] != MASK) == sorted(expected)
    assert (tmp_path / "labelled" / f"labelled{SUFFIXES[kind]}").is_file()


def _without_a_topic(information: dict[str, Any]) -> None:
    information["topics_with_message_count"].pop()


def _other_hashes(information: dict[str, Any]) -> None:
    for topic in information["topics_with_message_count"]:
        topic["topic_metadata"]["type_description_hash"] = "RIHS01_" + "7" * 64


def _other_qos(information: dict[str, Any]) -> None:
    for topic in information["topics_with_message_count"]:
        topic["topic_metadata"]["offered_qos_profiles"] = "- history: 1\n  depth: 99\n"


def _other_counts(information: dict[str, Any]) -> None:
    information["message_count"] = 5
    for topic in information["topics_with_message_count"]:
        topic["message_count"] = 0


def _nothing_but_paths(information: dict[str, Any]) -> None:
    for key in [*information]:
        if key not in ("relative_file_paths", "storage_identifier"):
            del information[key]


def _version(version: object) -> Change:
    return lambda information: information.update(version=version)


CONTRADICTIONS: dict[str, Change] = {
    "a topic missing": _without_a_topic,
    "hashes": _other_hashes,
    "qos": _other_qos,
    "counts": _other_counts,
    "nothing but paths": _nothing_but_paths,
    **{f"version {v}": _version(v) for v in (1, 2, 3, 4, 5, 6, 7, 9, 10, 99, "new")},
}


@pytest.mark.parametrize("kind", ROS2_KINDS)
@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_topics_and_counts_are_those_of_the_files(tmp_path: Path, kind: str, name: str) -> None:
    bag = drive(tmp_path, kind)
    expected, _, _ = read(bag)
    edit(bag, CONTRADICTIONS[name])
    assert read(bag) == (expected, [], [])
    with open_bag(bag) as reader:
        assert {c.topic: c.msgcount for c in reader.connections} == {
            "/chat": 5,
            "/camera/image_raw": 3,
        }


@pytest.mark.parametrize("kind", ROS2_KINDS)
@pytest.mark.parametrize("written", ["drive/{}", "/home/robot/drive/{}", "C:\\bags\\{}", "../{}"])
def test_paths_of_another_place_lead_to_the_files(tmp_path: Path, kind: str, written: str) -> None:
    bag = drive(tmp_path, kind)
    expected = read(bag)
    name = f"drive{SUFFIXES[kind]}"
    edit(bag, lambda information: information.update(relative_file_paths=[written.format(name)]))
    assert read(bag) == expected


@pytest.mark.parametrize("kind", ROS2_KINDS)
def test_a_file_of_two_names_is_read_once(tmp_path: Path, kind: str) -> None:
    bag = drive(tmp_path, kind)
    expected = read(bag)
    name = f"drive{SUFFIXES[kind]}"
    edit(bag, lambda information: information.update(relative_file_paths=[f"drive/{name}", name]))
    assert read(bag) == expected


@pytest.mark.parametrize("kind", ROS2_KINDS)
def test_a_renamed_part_is_read(tmp_path: Path, kind: str) -> None:
    bag = drive(tmp_path, kind)
    expected, _, _ = read(bag)
    name, other = f"drive{SUFFIXES[kind]}", f"monday{SUFFIXES[kind]}"
    (bag / name).rename(bag / other)
    messages, damage, (note,) = read(bag)
    assert (messages, damage) == (expected, [])
    assert note == (
        f"metadata.yaml names {name}, which is not there; read from what is there: {other}, "
        "with all 8 messages that it counts"
    )


@pytest.mark.parametrize("kind", ROS2_KINDS)
def test_a_missing_part_is_damage(tmp_path: Path, kind: str) -> None:
    bag = drive(tmp_path, kind)
    expected, _, _ = read(bag)
    name, other = f"drive{SUFFIXES[kind]}", f"drive_1{SUFFIXES[kind]}"
    edit(
        bag,
        lambda information: information.update(relative_file_paths=[name, other], message_count=20),
    )
    messages, (damage,), notes = read(bag)
    assert (messages, notes) == (expected, [])
    assert damage == (
        f"metadata.yaml names {other}, which is not there; read from what is there: {name}, "
        "with 8 of 20 messages that it counts"
    )
    assert any(damage in line for line in _skipped(bag))


def _skipped(bag: Path) -> list[str]:
    source = open_source(bag)
    list(source)
    return source.skipped


@pytest.mark.parametrize("kind", ROS2_KINDS)
def test_a_bag_without_any_of_its_files_is_refused(tmp_path: Path, kind: str) -> None:
    bag = drive(tmp_path, kind)
    name = f"drive{SUFFIXES[kind]}"
    (bag / name).unlink()
    with pytest.raises(DataError) as caught:
        open_source(bag)
    assert str(caught.value) == (
        f"{bag}: cannot be read as a bag: metadata.yaml names {name}, which is not there, and "
        "there is no other .mcap or .db3 file"
    )


@pytest.mark.parametrize("kind", ROS2_KINDS)
def test_a_file_that_metadata_does_not_name_is_no_part(tmp_path: Path, kind: str) -> None:
    """Say, an output that was written into the bag's folder."""
    bag = drive(tmp_path, kind)
    expected, _, _ = read(bag)
    suffix = SUFFIXES[kind]
    shutil.copy(bag / f"drive{suffix}", bag / f"labelled{suffix}")
    note = f"metadata.yaml does not name labelled{suffix}: not read"
    assert read(bag) == (expected, [], [note])


@pytest.mark.parametrize("kind", ROS2_KINDS)
@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty (0 bytes)"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "a Git LFS pointer"),
        (bytes(10_000), "nothing but zeros"),
    ],
    ids=["empty", "lfs", "zeros"],
)
def test_a_part_of_no_use_does_not_cost_the_others(
    tmp_path: Path, kind: str, content: bytes, what: str
) -> None:
    bag = drive(tmp_path, kind)
    expected, _, _ = read(bag)
    (bag / "metadata.yaml").unlink()
    name = f"drive_1{SUFFIXES[kind]}"
    (bag / name).write_bytes(content)
    messages, (damage,), _ = read(bag)
    assert messages == expected
    assert damage.startswith(f"{name} cannot be read: it is {what}")


def test_a_name_may_lie_about_the_content(tmp_path: Path) -> None:
    for kind, wrong in (("mcap", ".db3"), ("sqlite3", ".mcap"), ("ros1", ".mcap")):
        folder = tmp_path / kind
        folder.mkdir()
        bag = drive(folder, kind)
        file = bag if bag.is_file() else bag / f"drive{SUFFIXES[kind]}"
        renamed = tmp_path / f"{kind}{wrong}"
        shutil.copy(file, renamed)
        assert read(renamed) == (read(bag)[0], [], [])


def test_files_of_two_kinds_are_no_one_bag(tmp_path: Path) -> None:
    bag = drive(tmp_path, "mcap")
    (tmp_path / "other").mkdir()
    shutil.copy(drive(tmp_path / "other", "sqlite3") / "drive.db3", bag)
    (bag / "metadata.yaml").unlink()
    with pytest.raises(
        DataError, match=r"several kinds.*name one of them: drive\.db3, drive\.mcap"
    ):
        open_source(bag)


def test_a_folder_of_bags_names_them(tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / str(number)).mkdir()
        drive(tmp_path / str(number), "ros1").rename(tmp_path / f"{number}.bag")
    with pytest.raises(DataError, match=r"7 bags, read them one by one: 0\.bag, 1\.bag, .*\.\.\."):
        open_source(tmp_path)


def test_the_ghost_files_of_another_system_are_no_parts(tmp_path: Path) -> None:
    bag = drive(tmp_path, "mcap")
    expected, _, _ = read(bag)
    (bag / "._drive.mcap").write_bytes(b"\0\5\x16\7")
    assert read(bag) == (expected, [], [])


@pytest.mark.parametrize("kind", ROS2_KINDS)
@pytest.mark.parametrize("name", ["x" * 300 + ".db3", "a\0b", None, 7, ""])
def test_a_name_that_no_file_can_have_costs_nothing(
    tmp_path: Path, kind: str, name: str | int | None
) -> None:
    bag = drive(tmp_path, kind)
    expected, _, _ = read(bag)
    edit(bag, lambda information: information.update(relative_file_paths=[name]))
    messages, damage, notes = read(bag)
    assert messages == expected
    assert damage == []
    assert "; read from what is there: " in notes[0]
