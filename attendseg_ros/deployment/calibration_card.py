# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The part of a model card that `attendseg calibrate` writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attendseg_ros.deployment.bundle_folder import CARD_FILE
from attendseg_ros.errors import BundleError
from attendseg_ros.inference.confidence_calibration import ConfidenceCalibration
from attendseg_ros.inference.familiarity import Familiarity

HEADING = "## Confidence"
_LICENCE = "## Licence"


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


def card_with(
    folder: Path, calibration: ConfidenceCalibration, familiarity: Familiarity | None
) -> str | None:
    """A bundle's card with the part in place of an earlier one; None where a bundle has no card.

    Raises:
        BundleError: the card is no text.
    """
    path = folder / CARD_FILE
    if not path.is_file():
        return None
    try:
        card = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BundleError(
            f"{path}: is not UTF-8, so nothing is put into it: save it as UTF-8, or remove it"
        ) from None
    return placed(card, section(calibration, familiarity))


def placed(card: str, part: str) -> str:
    """A card with the part in it: where it was, else before the licence, else at the end."""
    lines = card.splitlines(keepends=True)
    chapters = _chapters(lines)
    start = next((at for at, title in chapters.items() if title == HEADING), None)
    if start is None:
        start = next((at for at, title in chapters.items() if title == _LICENCE), None)
        end = start
    else:
        end = next((at for at in chapters if at > start), None)
    if start is None:
        return card.rstrip() + "\n\n" + part + "\n"
    rest = "" if end is None else "".join(lines[end:])
    return "".join(lines[:start]) + part + ("\n\n" + rest if rest else "\n")


def _chapters(lines: Sequence[str]) -> dict[int, str]:
    """The headings that end a part, by their lines: of the first and second level, not in code."""
    found: dict[int, str] = {}
    fence = ""
    for at, line in enumerate(lines):
        text = line.strip()
        marks = next((mark for mark in ("```", "~~~") if text.startswith(mark)), "")
        if fence:
            fence = "" if marks == fence else fence
        elif marks:
            fence = marks
        elif text.startswith(("# ", "## ")):
            found[at] = text
    return found
