# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The part of a model card that `attendseg calibrate` writes."""

from __future__ import annotations

from pathlib import Path

from attendseg_ros.deployment.bundle_folder import CARD_FILE
from attendseg_ros.files import write_atomically
from attendseg_ros.inference.confidence_calibration import ConfidenceCalibration
from attendseg_ros.inference.familiarity import Familiarity

HEADING = "## Confidence"
_NEXT = "\n## "


def section(calibration: ConfidenceCalibration, familiarity: Familiarity | None) -> str:
    """The part as Markdown, from what is in model.yaml."""
    how = "each half with the temperature of the other"
    if calibration.temperature_of:
        how = f"of `{calibration.temperature_of}`, trained in the same way without them"
    lines = [
        HEADING,
        "",
        f"Logits are divided by a temperature of {calibration.temperature:g}. Expected "
        f"calibration error ({calibration.bins} bins, all labelled pixels of the "
        f"{calibration.images} images of `{calibration.held_out}`, {how}): "
        f"{100 * calibration.ece_before:.2f} % before, "
        f"{100 * calibration.ece_after:.2f} % after."
        f"{_flattering(calibration.seen_in_training)}",
    ]
    if familiarity is not None:
        lines += [
            "",
            f"An image is foreign to it where the mean of the largest logits is below the limit in "
            f"model.yaml: {100 * familiarity.false_alarms:.1f} % of the "
            f"{familiarity.images} images of `{familiarity.held_out}`."
            f"{_flattering(familiarity.seen_in_training)}",
        ]
    return "\n".join(lines)


def _flattering(seen_in_training: bool) -> str:
    return " **The training saw them: expect more.**" if seen_in_training else ""


def write_to_card(
    folder: Path, calibration: ConfidenceCalibration, familiarity: Familiarity | None
) -> None:
    """Puts the part into a bundle's card, in place of an earlier one; a bundle may have no card."""
    path = folder / CARD_FILE
    if not path.is_file():
        return
    card = path.read_text(encoding="utf-8")
    new = section(calibration, familiarity)
    write_atomically(path, placed(card, new).encode())


def placed(card: str, part: str) -> str:
    """A card with the part in it: where it was, else before the licence, else at the end."""
    start = card.find(f"\n{HEADING}\n")
    if start >= 0:
        end = card.find(_NEXT, start + 1)
        rest = card[end + 1 :] if end >= 0 else ""
        before = card[: start + 1]
    else:
        at = card.find("\n## Licence")
        before, rest = (card[: at + 1], card[at + 1 :]) if at >= 0 else (card.rstrip() + "\n\n", "")
    return before + part + ("\n\n" + rest if rest else "\n")
