# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The keys of model.yaml, and those in one that nobody reads.

They are no error: a later version of this package may write what this one does without. Most are
slips of a hand, though, and the field that was meant then has the value of one left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attendseg_ros.labels.class_mapping import KEYS as KEYS_OF_CLASSES
from attendseg_ros.near_names import nearest
from attendseg_ros.shortening import shortened

KEYS = (
    *("format_version", "name", "description", "precision", "target", "sha256"),
    *("input_size", "input_sizes", "size_multiple", "output_stride"),
    *("output", "decoding", "background_channel", "output_size"),
    *KEYS_OF_CLASSES,
    *("counts", "scores", "license", "calibration", "familiarity"),
)
"""Of the file itself."""

COUNTS = ("parameters", "macs", "weight_bytes")

_MEASURED = ("held_out", "seen_in_training", "images")
_SECTIONS = {
    "counts": COUNTS,
    "license": ("weights", "license_url", "commercial_use", "data"),
    "calibration": (
        *("temperature", "temperature_of", "ece_before", "ece_after", "bins"),
        *_MEASURED,
    ),
    "familiarity": ("ranges", "training_images", "false_alarms", *_MEASURED),
}
_RANGE = ("input_size", "typical", "least")


def unread_keys(description: Mapping[str, Any], file: Path) -> list[str]:
    """Names the keys that have no effect, a line each.

    Args:
        description: content of the file, of the right form.
        file: its path.
    """
    sections: list[tuple[str, Mapping[str, Any], tuple[str, ...]]] = [("", description, KEYS)]
    for name, keys in _SECTIONS.items():
        if isinstance(description.get(name), Mapping):
            sections.append((f"{name}.", description[name], keys))
    if "familiarity" in description:
        sections += [
            ("familiarity.ranges.", entry, _RANGE) for entry in description["familiarity"]["ranges"]
        ]
    return [
        f"{file}: {line}"
        for prefix, values, keys in sections
        for line in _unread(prefix, values, keys)
    ]


def _unread(prefix: str, values: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[str]:
    for key in values:
        if key in keys:
            continue
        near = nearest(str(key), [known for known in keys if known not in values])
        meant = f"the nearest is {prefix}{near}" if near else f"known are {', '.join(keys)}"
        yield f"{prefix}{shortened(key)} has no effect: there is no such key; {meant}"
