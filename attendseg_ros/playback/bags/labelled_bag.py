# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A bag with everything that was in the input bag, and the node's outputs for one camera."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

from attendseg_ros.errors import DataError, ImageError, LogitsError
from attendseg_ros.labels import ClassTable
from attendseg_ros.placing import Placing, check_apart, hidden_name, real_place
from attendseg_ros.playback.bags.bag_files import is_bag, makes_one_bag, others_in
from attendseg_ros.playback.bags.bag_messages import DecodedImage, ImageDecoder
from attendseg_ros.playback.bags.bag_reader import BagReader, Recorded
from attendseg_ros.playback.bags.bag_source import BagSource, holds_images
from attendseg_ros.playback.bags.bag_writer import BagWriter
from attendseg_ros.playback.bags.checked_bag import check_bag
from attendseg_ros.playback.bags.label_journal import ImageKey, LabelJournal, Labels
from attendseg_ros.playback.bags.open_bag import open_bag
from attendseg_ros.playback.bags.output_messages import OutputMessages
from attendseg_ros.playback.bags.threaded_writer import open_writer
from attendseg_ros.playback.file_kinds import ROS1, in_words
from attendseg_ros.playback.frames import Image
from attendseg_ros.playback.image_sinks import make_folder
from attendseg_ros.shortening import shortened_text

_TOPIC = re.compile(r"(/[A-Za-z_][A-Za-z0-9_]*)+")
_LONGEST_TOPIC = 247


class LabelledBag:
    """Makes the new bag in one pass: every message is read once, copied, and an image labelled.

    The bag appears under its name when it is complete. Until then there is the journal,
    `.<name>.labels`, from which another run takes the results that are there already.

    Attributes:
        skipped: one line for each image without outputs.
        damage: one line for each place of the input that cannot be read.
        messages: number of messages that were copied.
        frames: number of images with outputs.
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
            source: the bag and its image topic.
            path: the new bag: .bag for ROS 1; for ROS 2 an .mcap file or a folder.
            outputs: of `OUTPUTS`.
            prefix: stands before the outputs' names to make their topics.
            force: replaces what is there when the new bag is complete.

        Raises:
            DataError: the output exists or is of the wrong kind, the prefix makes no name of a
                topic, or the bag has such topics.
        """
        self._source = source
        self._name = path
        self._path = real_place(path)
        self._force = force
        self._topics = {name: _topic(prefix, name) for name in outputs}
        self.skipped: list[str] = []
        self.damage: list[str] = []
        self.messages = 0
        self.frames = 0
        self._check_output()
        with open_bag(source.path) as reader:
            held = {connection.topic for connection in reader.connections}
            kind, is_ros2 = reader.kind, reader.is_ros2
        both = sorted(held.intersection(self._topics.values()))
        if both:
            raise DataError(
                f"{source.path}: holds {', '.join(both)} already; choose other names with a prefix"
            )
        _check_kind(path, kind, is_ros2)

    @property
    def journal_path(self) -> Path:
        """The file in which results are saved."""
        return self._path.parent / hidden_name(self._path.name, ".labels")

    def open_journal(self, made_with: Mapping[str, Any]) -> LabelJournal:
        """Opens the journal, with the results of an earlier run made with the same.

        Raises:
            DataError: it cannot be written, another run is writing it, or it holds results of
                other settings and nothing may be replaced.
        """
        make_folder(self._path.parent)
        return LabelJournal(self.journal_path, made_with, replace=self._force)

    def make(
        self,
        journal: LabelJournal,
        label: Callable[[Image], Labels],
        classes: ClassTable,
        threshold: float = 0.0,
    ) -> Generator[bool, None, None]:
        """Copies every message, and puts an image's outputs right after it.

        Closed before its end, or when it raises, it leaves no bag, and the journal as it is.

        Args:
            journal: has the results of an earlier run, and gets the others one by one.
            label: from uint8 (H, W, 3) to a result in its own arrays.
            classes: what the ids mean.
            threshold: confidence, 0 to 1, below which pixels were made unlabelled.

        Yields:
            For each message of the input whether it is an image that was labelled now.

        Raises:
            DataError: the bag cannot be written, or no image at all can be labelled.
        """
        try:
            with Placing(self._path, others_in(self._path), replace=self._force) as placing:
                # Another run may have ended since the first look.
                self._check_output()
                with (
                    open_bag(self._source.path) as reader,
                    open_writer(placing.unfinished, reader) as writer,
                ):
                    painter = OutputMessages(
                        writer, reader.is_ros2, self._topics, classes, threshold
                    )
                    yield from self._copy_and_label(reader, writer, painter, journal, label)
                check_bag(placing.unfinished, writer.written)
        except (OSError, sqlite3.Error) as error:
            raise DataError(f"{self._name}: cannot be written: {in_words(error)}") from error

    def _copy_and_label(
        self,
        reader: BagReader,
        writer: BagWriter,
        painter: OutputMessages,
        journal: LabelJournal,
        label: Callable[[Image], Labels],
    ) -> Iterator[bool]:
        self.skipped, self.damage, self.messages, self.frames = [], [], 0, 0
        decoder = ImageDecoder(reader.is_ros2)
        images = 0
        for recorded in reader.messages():
            # First, so that it is written while the image is labelled.
            writer.copy(recorded)
            self.messages += 1
            is_new = False
            connection = recorded.connection
            is_image = holds_images(connection, reader.is_ros2)
            if is_image and connection.topic == self._source.topic:
                try:
                    labels, image, is_new = _labels_of(recorded, journal, label, decoder)
                except (ImageError, LogitsError) as error:
                    self.skipped.append(f"image {images} on {self._source.topic}: {error}")
                else:
                    painter.paint(recorded, labels, image)
                    self.frames += 1
                images += 1
            yield is_new
        self.damage = list(reader.damage)
        if images == len(self.skipped):
            reason = (self.skipped or self.damage or ["it is empty"])[0]
            raise DataError(f"{self._source.path}: no image can be labelled; first: {reason}")

    def _check_output(self) -> None:
        path, source = self._path, self._source.path
        check_apart(self._name, [source], "bag")
        if not path.exists():
            return
        if not self._force:
            raise DataError(
                f"{self._name}: exists already; name a bag that does not, or give --force"
            )
        if not is_bag(path):
            raise DataError(f"{self._name}: is not a bag, so it is not replaced")
        if path.is_dir() and not makes_one_bag(path):
            raise DataError(
                f"{self._name}: holds recordings and no metadata.yaml that makes one bag of them, "
                "so it is not replaced; name another bag"
            )
        if path.is_dir() and path.suffix.lower() in (".bag", ".mcap"):
            raise DataError(
                f"{self._name}: is a folder, so the file {path.name} cannot replace it; name "
                "another bag"
            )


def _topic(prefix: str, name: str) -> str:
    """The full name of an output's topic.

    Raises:
        DataError: ROS has no such names.
    """
    topic = f"/{prefix.strip('/')}/{name}" if prefix.strip("/") else f"/{name}"
    if not _TOPIC.fullmatch(topic) or len(topic) > _LONGEST_TOPIC:
        raise DataError(
            f"--prefix {shortened_text(prefix)}: makes the topic {shortened_text(topic)}, and ROS "
            "takes letters, digits, _ and /, no digit behind a /, and "
            f"{_LONGEST_TOPIC} characters at most"
        )
    return topic


def _check_kind(path: Path, kind: str, is_ros2: bool) -> None:
    suffix = path.suffix.lower()
    if kind == ROS1:
        if suffix != ".bag":
            raise DataError(f"{path}: a ROS 1 bag is written as NAME.bag")
    elif not is_ros2:
        if suffix != ".mcap":
            raise DataError(f"{path}: ROS 1 messages in MCAP are written as NAME.mcap")
    elif suffix in (".bag", ".db3"):
        raise DataError(f"{path}: a ROS 2 bag is written as NAME.mcap or as a folder")


def _labels_of(
    recorded: Recorded,
    journal: LabelJournal,
    label: Callable[[Image], Labels],
    decoder: ImageDecoder,
) -> tuple[Labels, DecodedImage | None, bool]:
    """An image's result, the image where it was decoded, and whether the result is of this run.

    It is from the journal, or computed now and saved there.

    Raises:
        ImageError: the image cannot be labelled.
        LogitsError: the network's result for it is not finite.
    """
    key = ImageKey.of(recorded.time_ns, recorded.data)
    if key in journal:
        image = _decoded(recorded, decoder) if decoder.remembers else None
        # The same image twice in a bag, at the same time, has its result once.
        return journal.get(key), image, key not in journal.earlier
    image = _decoded(recorded, decoder)
    labels = label(image.rgb)
    journal.record(key, labels)
    return labels, image, True


def _decoded(recorded: Recorded, decoder: ImageDecoder) -> DecodedImage:
    return decoder.decode(recorded.data, recorded.connection.msgtype)
