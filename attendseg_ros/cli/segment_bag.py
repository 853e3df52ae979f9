# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg segment BAG -o NEW_BAG`: the part of the verb that makes a bag of a bag."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from attendseg_ros import stopping
from attendseg_ros.cli.verb import need_packages
from attendseg_ros.errors import DataError
from attendseg_ros.inference import AUTO, Bundle, Segmenter
from attendseg_ros.playback.bags.bag_source import BagSource
from attendseg_ros.playback.bags.label_journal import LabelJournal, settings_of
from attendseg_ros.playback.bags.labelled_bag import LabelledBag
from attendseg_ros.playback.labeller import Labeller
from attendseg_ros.progress import progress_of


def run(arguments: argparse.Namespace, source: BagSource, bundle: Bundle) -> dict[str, Any]:
    """Labels a bag; goes on where an earlier run with the same settings was stopped.

    Raises:
        AttendSegError: the user's input is unfit.
    """
    if arguments.out.suffix.lower() == ".mcap" or source.is_mcap:
        need_packages("segment BAG to MCAP", "mcap")
    if not arguments.topic and len(source.image_topics) > 1:
        raise DataError(
            f"{source.path}: images on several topics; choose one with --topic: "
            + ", ".join(source.image_topics)
        )
    bag = LabelledBag(
        source, arguments.out, arguments.outputs, arguments.prefix, force=arguments.force
    )
    engine = _engine(arguments.engine, bag.journal_path)
    with closing(Segmenter(bundle, engine, arguments.threads)) as segmenter:
        labeller = Labeller(
            segmenter,
            min_confidence=arguments.min_confidence,
            kept_classes=arguments.classes,
            confidence="confidence" in arguments.outputs,
        )
        with bag.open_journal(_made_with(arguments, segmenter)) as journal:
            with stopping.last_words(
                lambda: f"{len(journal)} images are labelled; the same command goes on from there"
            ):
                counts = _label_and_write(bag, journal, labeller, source, arguments)
            journal.remove()
    for line in source.notes:
        print(f"note: {source.path}: {line}", file=sys.stderr)
    for line in bag.damage:
        print(
            f"warning: {source.path}: {line}; {bag.messages} messages were read and are in the "
            "output",
            file=sys.stderr,
        )
    return {
        "engine": segmenter.engine_name,
        "notes": source.notes,
        "skipped": bag.skipped,
        "damage": bag.damage,
        "messages": bag.messages,
        "times": labeller.times,
        **counts,
    }


def _label_and_write(
    bag: LabelledBag,
    journal: LabelJournal,
    labeller: Labeller,
    source: BagSource,
    arguments: argparse.Namespace,
) -> Mapping[str, Any]:
    started = time.monotonic()
    new = 0
    making = bag.make(journal, labeller, labeller.classes, arguments.min_confidence)
    # Closed, and so without what is unfinished, before the journal is.
    with closing(making) as messages:
        for is_new in progress_of(
            messages, total=source.message_count, desc="labelling and copying", unit="message"
        ):
            new += is_new
    elapsed_s = time.monotonic() - started
    return {
        "frames": bag.frames,
        "from_earlier_run": bag.frames - new,
        "frames_per_second": new / elapsed_s,
        "times_real_time": new / source.rate_hz / elapsed_s,
    }


def _engine(wanted: str, journal: Path) -> str:
    """The engine of the run that is resumed, so that its choice is not measured again."""
    return str(settings_of(journal).get("engine", AUTO)) if wanted == AUTO else wanted


def _made_with(arguments: argparse.Namespace, segmenter: Segmenter) -> dict[str, Any]:
    return {
        "model": segmenter.bundle.sha256,
        "engine": segmenter.engine_name,
        "min_confidence": arguments.min_confidence,
        "classes": sorted(arguments.classes),
        "confidence": "confidence" in arguments.outputs,
    }
