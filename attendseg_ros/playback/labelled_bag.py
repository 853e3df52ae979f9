# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A bag with everything that was in the input bag, and the node's outputs for one camera."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

from attendseg_ros.errors import DataError, ImageError
from attendseg_ros.labels import ClassTable, blend, colorize
from attendseg_ros.playback.bag import BagSource
from attendseg_ros.playback.bag_messages import (
    LABEL_INFO_TYPE,
    RAW_TYPE,
    ImageDecoder,
    image_message,
    label_info_message,
    message_types,
)
from attendseg_ros.playback.bag_reader import BagReader, Recorded, mcap_files, open_bag
from attendseg_ros.playback.bag_writer import BagWriter, Ros1Writer, SqliteWriter
from attendseg_ros.playback.frames import Image
from attendseg_ros.playback.image_sinks import make_folder
from attendseg_ros.playback.label_journal import ImageKey, LabelJournal, Labels
from attendseg_ros.playback.open import is_bag
from attendseg_ros.playback.outputs import IMAGE_OUTPUTS, LABEL_INFO

_OVERLAY_ALPHA = 0.5  # the node's, unless told otherwise


class LabelledBag:
    """Makes the new bag in two steps: label what is not in the journal yet, then write it all.

    The bag appears under its name when it is complete. Until then there is the journal,
    `.<name>.labels`, from which another run goes on.
    """

    def __init__(
        self,
        source: BagSource,
        path: Path,
        outputs: Collection[str] = ("mask",),
        prefix: str = "/segmentation",
        *,
        force: bool = False,
    ) -> None:
        """Checks that the bag can be made, and writes nothing.

        Args:
            source: The bag and its image topic.
            path: The new bag: .bag for ROS 1; for ROS 2 an .mcap file or a folder.
            outputs: Of `OUTPUTS`.
            prefix: Stands before the outputs' names to make their topics.
            force: Replaces what is there when the new bag is complete.

        Raises:
            DataError: The output exists or is of the wrong kind, or the bag has such topics.
        """
        self._source = source
        self._path = path
        self._topics = {name: f"{prefix.rstrip('/')}/{name}" for name in outputs}
        self.skipped: list[str] = []
        self.damage: list[str] = []
        self.messages = 0
        self._check_output(force)
        with open_bag(source.path) as reader:
            held = {connection.topic for connection in reader.connections}
            is_ros2 = reader.is_ros2
        both = sorted(held.intersection(self._topics.values()))
        if both:
            raise DataError(
                f"{source.path}: holds {', '.join(both)} already; choose other names with a prefix"
            )
        suffix = path.suffix.lower()
        if is_ros2 and suffix in (".bag", ".db3"):
            raise DataError(f"{path}: a ROS 2 bag is written as NAME.mcap or as a folder")
        if not is_ros2 and suffix != ".bag":
            raise DataError(f"{path}: a ROS 1 bag is written as NAME.bag")

    @property
    def journal_path(self) -> Path:
        """The file in which results are put by."""
        return self._path.parent / f".{self._path.name}.labels"

    def open_journal(self, made_with: Mapping[str, Any]) -> LabelJournal:
        """Opens the journal, with the results of an earlier run made with the same.

        Raises:
            DataError: It cannot be written, or another run is writing it.
        """
        make_folder(self._path.parent)
        return LabelJournal(self.journal_path, made_with)

    def label(self, journal: LabelJournal, label: Callable[[Image], Labels]) -> Iterator[bool]:
        """Labels the images whose results are not in the journal.

        Args:
            journal: Gets the results.
            label: From uint8 (H, W, 3) to a result.

        Yields:
            For each image whether it was labelled now.

        Raises:
            DataError: No image at all can be labelled.
        """
        self.skipped, self.damage = [], []
        labelled = 0
        with open_bag(self._source.path) as reader:
            decoder = ImageDecoder(reader.is_ros2)
            for index, recorded in enumerate(reader.messages(self._source.topic)):
                key = ImageKey.of(recorded.time_ns, recorded.data)
                is_new = key not in journal
                try:
                    if is_new:
                        image = decoder.decode(recorded.data, recorded.connection.msgtype)
                        journal.put(key, label(image.rgb))
                    labelled += 1
                except ImageError as error:
                    self.skipped.append(f"image {index} on {self._source.topic}: {error}")
                yield is_new and key in journal
            self.damage = list(reader.damage)
        if not labelled:
            reason = (self.skipped or self.damage or ["it is empty"])[0]
            raise DataError(f"{self._source.path}: no image can be labelled; first: {reason}")

    def write(
        self, journal: LabelJournal, classes: ClassTable, threshold: float = 0.0
    ) -> Generator[None, None, None]:
        """Copies every message, and puts the results right after the images they belong to.

        Args:
            journal: With all results.
            classes: What the ids mean.
            threshold: Confidence, 0 to 1, below which pixels were made unlabelled.

        Yields:
            Once a message of the input.

        Raises:
            DataError: The bag cannot be written.
        """
        # rosbag2 names a bag's file after its folder, so the name lies in a temporary folder.
        temporary = self._path.parent / f".{self._path.name}.unfinished"
        if temporary.exists():
            shutil.rmtree(temporary)
        temporary.mkdir()
        unfinished = temporary / self._path.name
        self.messages = 0
        try:
            with open_bag(self._source.path) as reader:
                with _open_writer(unfinished, self._source.path, reader) as writer:
                    topics = self._topics
                    painter = _Painter(writer, reader.is_ros2, topics, classes, threshold)
                    for recorded in reader.messages():
                        writer.copy(recorded)
                        self._paint(painter, recorded, journal)
                        yield
                self.damage = list(reader.damage)
            self._put_in_place(unfinished)
        except (OSError, sqlite3.Error) as error:
            raise DataError(f"{self._path}: cannot be written: {error}") from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def _paint(self, painter: _Painter, recorded: Recorded, journal: LabelJournal) -> None:
        self.messages += 1
        if recorded.connection.topic == self._source.topic:
            key = ImageKey.of(recorded.time_ns, recorded.data)
            if key in journal:
                painter.paint(recorded, journal.get(key))

    def _put_in_place(self, unfinished: Path) -> None:
        for path in [unfinished, *unfinished.rglob("*")]:
            descriptor = os.open(path, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
        if self._path.is_dir():
            shutil.rmtree(self._path)
        unfinished.replace(self._path)

    def _check_output(self, force: bool) -> None:
        path, source = self._path, self._source.path
        if not path.exists():
            return
        if path.resolve() in (source.resolve(), *source.resolve().parents):
            raise DataError(f"{path}: is the bag that is read; name another")
        if not force:
            raise DataError(f"{path}: exists already; name a bag that does not, or give --force")
        if not is_bag(path):
            raise DataError(f"{path}: is no bag, so it is not replaced")


class _Painter:
    """Results to the messages of the chosen outputs."""

    def __init__(
        self,
        writer: BagWriter,
        is_ros2: bool,
        topics: Mapping[str, str],
        classes: ClassTable,
        threshold: float,
    ) -> None:
        self._writer = writer
        self._store = message_types(is_ros2)
        self._decoder = ImageDecoder(is_ros2)
        self._classes = classes
        self._palette = classes.palette()
        self._threshold = threshold
        self._label_info: Any = None
        if LABEL_INFO in topics:
            self._label_info = writer.add_topic(topics[LABEL_INFO], LABEL_INFO_TYPE, latched=True)
        self._images = {
            name: writer.add_topic(topic, RAW_TYPE)
            for name, topic in topics.items()
            if name in IMAGE_OUTPUTS
        }

    def paint(self, recorded: Recorded, labels: Labels) -> None:
        """Writes the outputs for an image, all with its header and its recording time."""
        message_type = recorded.connection.msgtype
        header = self._decoder.message(recorded.data, message_type).header
        if self._label_info is not None:
            # Once, and before the first mask: that is what readers of the masks rely on.
            names = label_info_message(self._classes, self._threshold, header.stamp, self._store)
            self._writer.write(self._label_info, recorded.time_ns, names)
            self._label_info = None
        for name, topic in self._images.items():
            pixels = self._pixels(name, labels, recorded)
            message = image_message(pixels, header, self._store)
            self._writer.write(topic, recorded.time_ns, message)

    def _pixels(self, name: str, labels: Labels, recorded: Recorded) -> Image:
        if name == "mask":
            return labels.mask
        if name == "confidence":
            assert labels.confidence is not None
            return labels.confidence
        colors = colorize(labels.mask, self._palette)
        if name == "color_mask":
            return colors
        rgb = self._decoder.decode(recorded.data, recorded.connection.msgtype).rgb
        return blend(rgb, colors, _OVERLAY_ALPHA)


def _open_writer(path: Path, source: Path, reader: BagReader) -> BagWriter:
    """Starts a bag of the kind that the path asks for."""
    store = message_types(reader.is_ros2)
    if not reader.is_ros2:
        return Ros1Writer(path, reader.connections, store)
    if path.suffix.lower() == ".mcap" or mcap_files(source):
        from attendseg_ros.playback.mcap_writer import McapWriter

        return McapWriter(path, reader, store)
    return SqliteWriter(path, reader.connections, store)
