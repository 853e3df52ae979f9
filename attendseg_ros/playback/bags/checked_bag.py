# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Opens a finished bag and counts what is in it, before anyone is told that it is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from attendseg_ros.errors import DataError
from attendseg_ros.playback.bags.open_bag import open_bag


def check_bag(path: Path, written: Mapping[str, int]) -> None:
    """Reads a whole bag.

    Args:
        path: the bag.
        written: how many messages went onto each topic.

    Raises:
        DataError: they are not all in it, or it is damaged.
    """
    with open_bag(path) as reader:
        found = Counter(recorded.connection.topic for recorded in reader.messages())
        faults = [*reader.damage, *reader.notes]
    expected = Counter(written)
    if found != expected:
        topic = next(t for t in sorted({*found, *expected}) if found[t] != expected[t])
        faults.append(
            f"{expected[topic]} messages were written to {topic}, {found[topic]} are there"
        )
    if faults:
        raise DataError(f"{path.name} was written and is not whole: {'; '.join(faults)}")
