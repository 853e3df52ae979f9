# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which files make up a bag: they decide themselves, and metadata.yaml helps with their order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attendseg_ros.documents import LARGE, parse_yaml
from attendseg_ros.errors import DataError
from attendseg_ros.pictures import natural_key
from attendseg_ros.playback.bags.scratch import kept
from attendseg_ros.playback.bags.unpacked import SUFFIXES as PACKED_SUFFIXES
from attendseg_ros.playback.bags.unpacked import unpack_file
from attendseg_ros.playback.file_kinds import (
    MCAP,
    ROS1,
    SQLITE,
    bag_kind,
    compression_of,
    head_of,
    what_it_is,
)

_KINDS = {".mcap": MCAP, ".db3": SQLITE, ".bag": ROS1}
_STORAGES = (MCAP, SQLITE)
_METADATA = "metadata.yaml"
_KEY = "rosbag2_bagfile_information"


@dataclass
class BagFiles:
    """The files of a bag.

    Attributes:
        kind: `MCAP`, `SQLITE` or `ROS1`.
        files: what to read, unpacked.
        in_order: whether that is known to be the order of recording.
        metadata: what is wrong with the metadata.yaml, in one sentence; "" for nothing.
        counted: the number of messages that it gives; 0 where it gives none.
        missing: whether it names files that are not there.
        damage: one line for each file that cannot be read.
    """

    kind: str = ""
    files: list[Path] = field(default_factory=list)
    in_order: bool = False
    metadata: str = ""
    counted: int = 0
    missing: bool = False
    damage: list[str] = field(default_factory=list)


def is_bag(path: Path) -> bool:
    """Whether a path names a bag: a bag's file, packed or not, or a ROS 2 bag's folder."""
    if not path.is_dir():
        return suffix_of(path) in _KINDS or bool(bag_kind(head_of(path)))
    if _storage_files(path):
        return True
    return _KEY.encode() in head_of(path / _METADATA)


def suffix_of(path: Path) -> str:
    """A bag's suffix in lower case, without that of its packing or of a recording under way."""
    name = Path(path.name.lower())
    while name.suffix in PACKED_SUFFIXES or name.suffix == ".active":
        name = name.with_suffix("")
    return name.suffix


def makes_one_bag(folder: Path) -> bool:
    """Whether a folder's metadata.yaml makes one bag of what lies in it."""
    return not _information(folder)[1]


def others_in(folder: Path) -> Callable[[str], bool]:
    """Which files in a ROS 2 bag's folder are not the bag's, by name: notes, other recordings."""
    named = _named_files(folder, _information(folder)[0])
    parts = {_METADATA, *(file.name for file in named.values() if file is not None)}

    def is_other(name: str) -> bool:
        stored = re.sub(r"-(wal|shm|journal)$", "", name)
        return stored not in parts and (stored == name or (folder / stored).exists())

    return is_other


def kind_of(path: Path) -> str:
    """`MCAP`, `SQLITE` or `ROS1` by a file's content; by its name where the content is packed."""
    head = head_of(path)
    packed = _KINDS.get(suffix_of(path), "") if compression_of(head) else ""
    return bag_kind(head) or packed


def find_files(path: Path) -> BagFiles:
    """Finds a bag's files, and unpacks those that were compressed as a whole.

    Args:
        path: a bag's file or folder.

    Raises:
        DataError: there is no bag.
    """
    found = _files_of_folder(path) if path.is_dir() else BagFiles(files=[path], in_order=True)
    kinds: dict[Path, str] = {}
    for file in found.files:
        try:
            plain = _unpacked(file, found.damage)
        except DataError as error:
            if len(found.files) == 1:
                raise
            found.damage.append(str(error))
            continue
        kind = bag_kind(head_of(plain))
        foreign = "" if kind else what_it_is(plain)
        if not kind and not foreign:
            # Damaged at its start, perhaps; the reader will say.
            kind = _KINDS.get(suffix_of(file), "")
        if kind:
            kinds[plain] = kind
        else:
            reason = f"it is {foreign}" if foreign else "it is of no known kind"
            found.damage.append(f"{file.name} cannot be read: {reason}")
    _choose_kind(path, found, kinds)
    return found


def by_time(files: list[Path], first_time: Callable[[Path], int | None]) -> list[Path]:
    """Puts the parts of a recording into its order where every part knows its first time."""
    times = {file: first_time(file) for file in files}
    known = {file: time for file, time in times.items() if time is not None}
    return sorted(files, key=lambda file: known[file]) if len(known) == len(files) else files


def _choose_kind(path: Path, found: BagFiles, kinds: dict[Path, str]) -> None:
    held = set(kinds.values())
    if not held:
        reason = "; ".join(found.damage) or found.metadata
        if found.metadata and found.damage:
            reason = f"{reason} ({found.metadata})"
        if not path.is_dir() and found.damage:
            reason = found.damage[0].partition(" cannot be read: ")[2] or reason
        raise DataError(f"{path}: cannot be read as a bag: {reason}")
    if len(held) > 1 and found.kind not in held:
        names = ", ".join(file.name for file in kinds)
        raise DataError(f"{path}: holds files of several kinds of bags; name one of them: {names}")
    kind = found.kind if found.kind in held else held.pop()
    stored = {MCAP: "MCAP", SQLITE: "SQLite", ROS1: "ROS 1"}[kind]
    if path.is_dir() and not found.metadata and found.kind != kind:
        found.metadata = f"{_METADATA} {_storage_in_words(found.kind)}; its files are {stored}"
    found.kind = kind
    found.files = [file for file, its in kinds.items() if its == kind]


def _storage_in_words(storage: str) -> str:
    return f"gives the storage as {storage!r}" if storage else "names no storage"


def _unpacked(file: Path, damage: list[str]) -> Path:
    if not compression_of(head_of(file)):
        return file
    name = Path(file.name)
    while _is_packed(name):
        name = name.with_suffix("")

    def unpack(folder: Path) -> tuple[Path, str]:
        return folder / name, unpack_file(file, folder / name)

    status = file.stat()
    target, reason = kept(file, (status.st_size, status.st_mtime_ns), unpack)
    if reason and not target.stat().st_size:
        raise DataError(f"{file}: cannot be read as a bag: {reason}")
    if reason:
        damage.append(f"{file.name}: {reason}")
    return target


def _files_of_folder(path: Path) -> BagFiles:
    found = _parts_of_folder(path)
    found.damage += [
        f"{file.name} belongs to no file that is there: what is only in it is not read"
        for suffix in ("-wal", "-journal")
        for file in sorted(path.glob(f"*.db3{suffix}"))
        if file.stat().st_size and not file.with_name(file.name.removesuffix(suffix)).exists()
    ]
    return found


def _parts_of_folder(path: Path) -> BagFiles:
    there = _storage_files(path)
    information, problem = _information(path)
    listed = "; read from what is there: " + ", ".join(file.name for file in there)
    if problem:
        return BagFiles(files=there, metadata=problem + (listed if there else ""))
    storage = information.get("storage_identifier")
    counted = information.get("message_count")
    found = BagFiles(
        kind=storage if isinstance(storage, str) else "",
        counted=counted if isinstance(counted, int) else 0,
    )
    located = _named_files(path, information)
    missing = [_last(name) for name, file in located.items() if file is None]
    # Two names may lead to one file, as "drive/drive_0.db3" and "drive_0.db3" do.
    found.files = list(dict.fromkeys(file for file in located.values() if file is not None))
    others = [file for file in there if file not in found.files]
    if missing or not located:
        are = "are" if len(missing) > 1 else "is"
        found.metadata = f"{_METADATA} names no files"
        if missing:
            found.metadata = f"{_METADATA} names {', '.join(missing)}, which {are} not there"
        found.files = sorted({*found.files, *others}, key=lambda file: natural_key(file.name))
        if found.files:
            read = ", ".join(file.name for file in found.files)
            found.metadata += f"; read from what is there: {read}"
        else:
            found.metadata += ", and there is no other .mcap or .db3 file"
        found.missing = bool(missing)
    else:
        found.in_order = True
        if others:
            left = ", ".join(file.name for file in others)
            found.metadata = f"{_METADATA} does not name {left}: not read"
    return found


def _named_files(folder: Path, information: dict[str, Any]) -> dict[str, Path | None]:
    """The files that a metadata.yaml names, each with where it lies; None: nowhere."""
    paths = information.get("relative_file_paths")
    names = [name for name in paths if isinstance(name, str)] if isinstance(paths, list) else []
    return {name: _located(folder, name) for name in names}


def _storage_files(path: Path) -> list[Path]:
    """Files of ROS 2 bags in a folder, in the natural order of their names."""
    try:
        entries = [file for file in path.iterdir() if file.is_file()]
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    files = {
        file.name: file
        for file in entries
        if _KINDS.get(suffix_of(file)) in _STORAGES and not file.name.startswith(".")
    }
    # A part that lies there packed and unpacked is one part.
    return sorted(
        (f for f in files.values() if not (_is_packed(f) and f.stem in files)),
        key=lambda file: natural_key(file.name),
    )


def _is_packed(file: Path) -> bool:
    return file.suffix.lower() in PACKED_SUFFIXES


def _located(folder: Path, name: str) -> Path | None:
    """Where a file lies that metadata.yaml names, by a path of this or of another machine."""
    candidates = [folder / _last(name)]
    if not Path(name).is_absolute() and ".." not in Path(name).parts:
        candidates.insert(0, folder / name)
    # Packed or unpacked since: the name in metadata.yaml stays what it was.
    candidates += [c.with_suffix("") for c in candidates if _is_packed(c)]
    candidates += [c.with_name(c.name + suffix) for c in candidates for suffix in PACKED_SUFFIXES]
    return next((candidate for candidate in candidates if _is_file(candidate)), None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    # A name that this file system cannot have: too long, for example.
    except OSError:
        return False


def _last(name: str) -> str:
    return re.split(r"[/\\]", name)[-1]


def _information(path: Path) -> tuple[dict[str, Any], str]:
    """What the metadata.yaml of a bag's folder says, or what is wrong with it."""
    file = path / _METADATA
    if not file.is_file():
        return {}, f"there is no {_METADATA}"
    try:
        if file.stat().st_size > LARGE.most_bytes:
            return {}, f"{_METADATA} is too long to be one"
        text = file.read_bytes()
        if not text.strip():
            return {}, f"{_METADATA} is empty"
        content = parse_yaml(text, str(file), limits=LARGE)
    except OSError as error:
        return {}, f"{_METADATA} cannot be read ({error.strerror})"
    except DataError:
        content = None
    information = content.get(_KEY) if isinstance(content, dict) else None
    if not isinstance(information, dict):
        foreign = what_it_is(file)
        if foreign in ("", "a text"):
            foreign = "not a description of a bag"
        return {}, f"{_METADATA} is {foreign}"
    return information, ""
