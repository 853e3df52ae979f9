# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Labelled sets as tools and other sets lay them out: recognised, to say what is to be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from attendseg_ros.pictures import is_of_the_system, natural_key, shortened, stem_key

_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar")
_LOSSY = (".jpg", ".jpeg", ".jfif", ".webp", ".avif", ".jp2")
_JOINTS = "_-. "
_LONGEST_HEAD = 4096


def what_is_there(root: Path, split: str) -> str:
    """What a folder holds in place of a split, for a sentence's end: "; it holds ...".

    Args:
        root: of the set.
        split: its name.

    Returns:
        The layout in words and what is to be done, where it is known; names else. "" where there
        is nothing to say.
    """
    if root.is_file():
        return f"; {root.name} is a file: unpack an archive first, and give the folder"
    entries = _entries(root)
    if not entries:
        return f"; {root} is empty" if root.is_dir() else ""
    other_case = [e for e in entries if e.casefold() in (split.casefold(), f"{split}annot")]
    if other_case and not set(other_case) & {split, f"{split}annot"}:
        return f"; it holds {shortened(other_case)}, and names differ by upper and lower case"
    return _layout(root, split, entries) or f"; it holds {shortened(entries)}"


def labels_there(folder: Path, image: Path, images: Sequence[Path]) -> str:
    """What a folder of labels holds in place of an image's, for a sentence's end.

    Args:
        folder: of the labels.
        image: the one without.
        images: all of the split.
    """
    entries = _entries(folder)
    if not entries:
        return f"; {folder.name}/ is empty"
    if archives := _archives(entries):
        return f"; {archives[0]} is there: unpack it first"
    taken = {stem_key(each) for each in images}
    own = stem_key(image).casefold()
    for name in entries:
        stem = stem_key(Path(name)).casefold()
        if stem == own:
            return f"; {name} is there: {_why_not(folder / name)}"
    for name in entries:
        stem = stem_key(Path(name))
        if stem not in taken and stem.casefold().startswith(
            tuple(own + joint for joint in _JOINTS)
        ):
            return f"; {name} is there: leave '{stem[len(own) :]}' out of the names"
    if taken.isdisjoint(stem_key(Path(name)) for name in entries):
        return f"; {folder.name}/ holds {shortened(entries)}"
    return ""


def _why_not(path: Path) -> str:
    """Why a file with an image's name is not its label."""
    suffix = path.suffix.lower()
    if suffix == ".png":
        return "names differ by upper and lower case, rename one"
    if suffix == ".json":
        return _json_kind(path)
    if suffix in _LOSSY:
        return "labels are PNGs, as lossy formats change ids along edges"
    return "labels are PNGs, save it as one"


def _layout(root: Path, split: str, entries: Sequence[str]) -> str:
    """A known layout and what is to be done with it; "" for none."""
    has = set(entries).__contains__
    inside = _entries(root / split)
    if archives := _archives(entries):
        return f"; {archives[0]} is there: unpack it first"
    if masks := [name for name in inside if name.endswith("_mask.png")]:
        return (
            f"; {split}/{masks[0]} is there, as Roboflow exports masks: move {split}/*_mask.png to "
            f"{split}annot/ without '_mask' in their names; _classes.csv has their ids"
        )
    for folder, names in (
        (root / split, inside),
        (root / "annotations", _entries(root / "annotations")),
    ):
        jsons = [name for name in names if name.lower().endswith(".json")]
        if jsons:
            return f"; {folder.name}/{jsons[0]} is there: {_json_kind(folder / jsons[0])}"
    for test, words in _LAYOUTS:
        if test(has):
            return f"; {words.format(split=split)}"
    datasets = [name for name in entries if (root / name / "ann").is_dir()]
    if datasets and has("meta.json"):
        return (
            f"; it is Supervisely's layout ({datasets[0]}/img, {datasets[0]}/ann): export it with "
            "'Export as masks', or draw its JSON into PNGs of class ids"
        )
    return ""


_Has = Callable[[str], bool]

_LAYOUTS: tuple[tuple[Callable[[_Has], bool], str], ...] = (
    (
        lambda has: has("JPEGImages") and has("SegmentationClass"),
        "it is Pascal VOC's layout, which CVAT exports too: copy JPEGImages/ as {split}/ and "
        "SegmentationClass/ as {split}annot/, by the names in ImageSets/Segmentation/; "
        "labelmap.txt has the colours for the class file",
    ),
    (
        lambda has: has("leftImg8bit") or has("gtFine"),
        "it is Cityscapes' layout: copy leftImg8bit/{split}/*/*_leftImg8bit.png to {split}/ and "
        "gtFine/{split}/*/*_gtFine_labelTrainIds.png to {split}annot/, both without these endings "
        "of their names",
    ),
    (
        lambda has: has("img_dir") and has("ann_dir"),
        "it is MMSegmentation's layout: copy img_dir/{split}/ as {split}/ and ann_dir/{split}/ as "
        "{split}annot/",
    ),
    (
        lambda has: has("images") and any(map(has, ("masks", "labels", "annotations"))),
        "it holds images/ beside the labels: copy the images as {split}/ and their label PNGs, of "
        "class ids or colours, as {split}annot/",
    ),
)


def _json_kind(path: Path) -> str:
    """What a JSON file of labels is, and what is to be done."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_LONGEST_HEAD)
    except OSError:
        head = b""
    if b'"shapes"' in head or b'"imageData"' in head:
        return (
            "LabelMe's polygons, which are not read: draw them into PNGs of class ids (labelme2voc)"
        )
    if any(word in head for word in (b'"annotations"', b'"images"', b'"segmentation"', b'"info"')):
        return (
            "COCO's polygons and runs, which are not read: draw them into PNGs of class ids, as "
            "with annToMask of pycocotools"
        )
    return "JSON, which is not read: draw what it tells into PNGs of class ids"


def _archives(names: Sequence[str]) -> list[str]:
    return [name for name in names if name.lower().endswith(_ARCHIVES)]


def _entries(folder: Path) -> list[str]:
    """Names in a folder but for hidden ones, in natural order; none where it cannot be read."""
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        return []
    shown = [name for name in names if not name.startswith(".") and not is_of_the_system(name)]
    return sorted(shown, key=natural_key)
