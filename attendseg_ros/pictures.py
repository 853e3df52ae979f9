# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which files of a folder are pictures, one list for all readers; and how large they may be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MAX_PIXELS = 50_000_000
"""Most pixels of an image where no other limit is given; as RGB they take 150 MB."""

# fmt: off
PICTURE_SUFFIXES = frozenset({
    ".avif", ".bmp", ".dib", ".gif", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".mpo", ".pbm",
    ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp",
})
# fmt: on
"""Endings of pictures that OpenCV reads, in lower case."""

_CONVERT = {
    suffix: kind
    for kind, suffixes in {
        "HEIC": ".heic .heif .hif",
        "a camera's raw format": ".arw .cr2 .cr3 .dng .nef .orf .raf .raw .rw2",
        "JPEG XL": ".jxl",
        "a drawing": ".eps .pdf .psd .svg .xcf",
    }.items()
    for suffix in suffixes.split()
}
"""Pictures to their owner, but not to OpenCV."""

_OF_THE_SYSTEM = frozenset(
    {".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", ".directory", "__macosx"}
)
"""What desktops leave in folders on their own, in lower case; `._*` (AppleDouble) besides."""


_NO_PICTURE = "no picture by its name"


@dataclass(frozen=True)
class PictureFolder:
    """What a folder holds.

    Attributes:
        path: the folder.
        pictures: files that are pictures by their names, in natural order.
        left_out: a line for every other entry, "NAME: why"; but for what desktops leave behind.
    """

    path: Path
    pictures: tuple[Path, ...]
    left_out: tuple[str, ...]


def list_pictures(folder: Path) -> PictureFolder:
    """Looks through a folder, not into the folders in it.

    Raises:
        OSError: the folder cannot be read.
    """
    pictures, left_out = [], []
    for entry in sorted(folder.iterdir(), key=lambda entry: natural_key(entry.name)):
        if is_of_the_system(entry.name):
            continue
        reason = _why_not(entry)
        if reason is None:
            pictures.append(entry)
        else:
            left_out.append(f"{entry.name}: {reason}")
    return PictureFolder(folder, tuple(pictures), tuple(left_out))


def shown_entries(left_out: Sequence[str]) -> str:
    """What a folder without a picture holds, for a message: names, and reasons worth a word."""
    return shortened([line.removesuffix(f": {_NO_PICTURE}") for line in left_out])


def is_of_the_system(name: str) -> bool:
    """Whether a file's name is one that desktops give: `._*`, `.DS_Store`, `Thumbs.db`, ..."""
    return name.startswith("._") or name.lower() in _OF_THE_SYSTEM


def kind_not_read(path: Path) -> str | None:
    """What a picture's file is that OpenCV does not read, by its name; None: none of those."""
    return _CONVERT.get(path.suffix.lower())


def _why_not(entry: Path) -> str | None:
    """Why an entry of a folder is not read as a picture; None: it is."""
    suffix = entry.suffix.lower()
    if entry.is_dir():
        return "a folder, which is not looked into"
    if not entry.exists():
        return "a link to nothing"
    if entry.name.startswith("."):
        return "hidden"
    if suffix in PICTURE_SUFFIXES:
        return None if entry.is_file() else "no regular file"
    kind = kind_not_read(entry)
    if kind is not None:
        return f"{kind}, which is not read: convert it to JPEG or PNG"
    return _NO_PICTURE


def shortened(names: Sequence[str], shown: int = 5) -> str:
    """A list of names for a message: the first few and how many more there are."""
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return (", ".join(names[:shown]) or "nothing") + more


def stem_key(path: Path) -> str:
    """A file's stem by which files belong together.

    macOS takes letters with accents apart (NFD) where others keep them whole (NFC): both count
    as the same name.
    """
    return one_form(path.stem)


def one_form(name: str) -> str:
    """A name with its accents on their letters (NFC): what looks the same is the same."""
    return unicodedata.normalize("NFC", name)


def natural_key(name: str) -> list[tuple[int, str]]:
    """A sort key by which numbers in names count as numbers: 2 before 10."""
    parts = re.findall(r"\d+|\D+", name)
    # Numbers sort before text, as digits do in ASCII; a tuple keeps the two comparable.
    return [(int(part), "") if part.isdecimal() else (2**63, part.lower()) for part in parts]


def evenly_spaced(count: int, most: int) -> list[int]:
    """Positions of at most `most` of `count` pictures, the first and the last among them."""
    if most >= count:
        return list(range(count))
    if most == 1:
        return [0]
    return [round(step * (count - 1) / (most - 1)) for step in range(most)]
