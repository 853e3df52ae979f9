# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""MCAP files made of others, and the metadata.yaml of their folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from mcap.reader import make_reader
from rosbags.highlevel import AnyReader
from support import bags
from support.labelled_bags import MASK, decoded, drive, label


def test_an_mcap_file_keeps_every_field_of_every_record(tmp_path: Path) -> None:
    path = bags.write_rich_mcap(tmp_path / "drive.mcap")
    out = tmp_path / "labelled.mcap"
    label(path, out)

    def content(bag: Path) -> dict[str, Any]:
        with bag.open("rb") as stream:
            reader = make_reader(stream, validate_crcs=True)
            summary = reader.get_summary()
            assert summary is not None
            header = reader.get_header()
            messages = [
                (
                    (s.name, s.encoding, s.data) if s else None,
                    (c.topic, c.message_encoding, c.metadata),
                    (m.log_time, m.publish_time, m.sequence, m.data),
                )
                for s, c, m in reader.iter_messages()
                if c.topic != MASK
            ]
            attachments = [(a.name, a.media_type, a.data) for a in reader.iter_attachments()]
            metadata = [(m.name, m.metadata) for m in reader.iter_metadata()]
            compressions = {index.compression for index in summary.chunk_indexes}
            return {
                "profile": header.profile,
                "messages": messages,
                "attachments": attachments,
                "metadata": metadata,
                "compressions": compressions,
            }

    before, after = content(path), content(out)
    # Counts of the input's messages would be wrong for the output.
    before["metadata"] = [entry for entry in before["metadata"] if entry[0] != "rosbag2"]
    assert len(before["messages"]) == 12
    assert before["compressions"] == {"lz4"}
    assert after == before
    assert len(decoded(out, MASK)) == 4


def test_a_folder_speaks_of_qos_as_its_recorder_did(tmp_path: Path) -> None:
    """In words from Jazzy on, which is version 9 of metadata.yaml, before that in numbers."""
    label(bags.write_rich_mcap(tmp_path / "new.mcap"), tmp_path / "new", ("mask", "label_info"))
    label(drive(tmp_path, "mcap"), tmp_path / "old", ("mask", "label_info"))
    for name, version in (("new", 9), ("old", 8)):
        text = (tmp_path / name / "metadata.yaml").read_text()
        information = yaml.safe_load(text)["rosbag2_bagfile_information"]
        assert information["version"] == version
        with AnyReader([tmp_path / name]) as reader:
            found: dict[str, Any] = {c.topic: c for c in reader.connections}
        assert information["message_count"] == sum(c.msgcount for c in found.values())
        (mask,) = found[MASK].ext.offered_qos_profiles
        (names,) = found["/segmentation/label_info"].ext.offered_qos_profiles
        assert (mask.reliability.name, mask.durability.name) == ("RELIABLE", "VOLATILE")
        assert (names.reliability.name, names.durability.name) == ("RELIABLE", "TRANSIENT_LOCAL")
        if name == "new":
            (camera,) = found["/camera"].ext.offered_qos_profiles
            assert (camera.reliability.name, camera.depth) == ("BEST_EFFORT", 5)
