# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which images of a set belong together: sequences, buildings, blocks of time.

Images of one drive or one room look alike, so a score on some of them tells nothing of a network
that was trained on their neighbours. Groups are what is held out whole.
"""

from __future__ import annotations

import fnmatch
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attendseg_ros import documents, shortening
from attendseg_ros.errors import DataError
from attendseg_ros.pictures import natural_key, one_form, shortened, stem_key

GROUPS_FILE = "groups.yaml"
PREFIX = "prefix"

HOW_TO_NAME = (
    "give --groups prefix (a group is what stands before the first '_' of an image's name), "
    "--groups blocks:N (N blocks of images in the order of their names), "
    "--groups prefix/blocks:N (both), or a YAML file of groups: {NAME: [PATTERN, ...]}"
)

_SPELLING = re.compile(r"(?:(prefix)|(?:(prefix)/)?blocks:([0-9]{1,9}))")
_NAME = re.compile(r"[^/\\\s.][^/\\\n\r]*")


@dataclass(frozen=True)
class Grouping:
    """How a set's images are told apart into groups.

    Attributes:
        by_prefix: what stands before the first "_" of a name counts.
        blocks: how many blocks a prefix's images, or all, are cut into; 0: none.
        patterns: names of groups with the patterns of their images; empty: not by patterns.
        spelling: as the user gave it: "prefix", "blocks:4", "prefix/blocks:4"; else "".
    """

    by_prefix: bool = False
    blocks: int = 0
    patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spelling: str = ""

    def __hash__(self) -> int:
        return hash((self.spelling, tuple(self.patterns)))

    @classmethod
    def load(cls, spelling: str | None, data: Path) -> Grouping:
        """Reads what a user gave for groups: a spelling, or the path of a YAML file.

        Args:
            spelling: none for the file `GROUPS_FILE` of the set.
            data: folder of the set, in which a file may lie.

        Raises:
            DataError: it is neither.
        """
        if spelling is not None and _SPELLING.fullmatch(spelling):
            return cls.from_plain(spelling)
        given = Path(spelling or GROUPS_FILE).expanduser()
        places = [given, data / given] if spelling else [data / given]
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            raise DataError(
                f"{data}: its groups are unknown: no file {' or '.join(map(str, places))}; "
                f"{HOW_TO_NAME}"
            )
        content = documents.read_yaml(path, limits=documents.LARGE)
        try:
            return cls.from_plain(content)
        except DataError as error:
            raise DataError(f"{path}: {error}") from error

    @classmethod
    def from_plain(cls, value: object) -> Grouping:
        """The inverse of `to_plain`; a mapping is what a file holds.

        Raises:
            DataError: it has another form.
        """
        if isinstance(value, str):
            found = _SPELLING.fullmatch(value)
            if found is None:
                raise DataError(f"groups '{value}': {HOW_TO_NAME}")
            blocks = int(found[3] or 0)
            if found[3] and blocks < 2:
                raise DataError(f"groups '{value}': two blocks or more are needed to hold one out")
            return cls(by_prefix=bool(found[1] or found[2]), blocks=blocks, spelling=value)
        groups = value.get("groups") if isinstance(value, Mapping) and len(value) == 1 else None
        if not isinstance(groups, Mapping) or not groups:
            raise DataError("must hold 'groups: {NAME: [PATTERN, ...]}' and nothing else")
        patterns: dict[str, tuple[str, ...]] = {}
        for name, given in groups.items():
            own = _patterns(name, given)
            patterns[one_form(name)] = (*patterns.get(one_form(name), ()), *own)
        return cls(patterns=patterns)

    def to_plain(self) -> str | dict[str, Any]:
        """Plain values for YAML: the spelling, or the mapping of a file."""
        if self.spelling:
            return self.spelling
        return {"groups": {name: list(given) for name, given in self.patterns.items()}}


def _patterns(name: object, given: object) -> tuple[str, ...]:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise DataError(
            f"group {shortening.shortened(name)}: a group's name is a text of one line without "
            f"slashes, which does not begin with a dot{shortening.unquoted(name)}"
        )
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list) or not given or not all(isinstance(p, str) for p in given):
        raise DataError(
            f"group {name}: must be a list of images' names or patterns, got "
            f"{shortening.shortened(given)}{shortening.unquoted(given)}"
        )
    return tuple(map(one_form, given))


@dataclass(frozen=True)
class Groups:
    """A set's images, told apart.

    Attributes:
        of: positions of each group's images in the set, in the order of their names.
        sequences: every image once, in runs within which neighbours may look alike.
        block_length: images in the shortest block; 0 where groups are no blocks.
        warning: what makes the groups doubtful; empty: nothing.
        without_images: names of groups that no image is in, as of those in other splits.
    """

    of: Mapping[str, tuple[int, ...]]
    sequences: Sequence[Sequence[int]]
    block_length: int = 0
    warning: str = ""
    without_images: Sequence[str] = ()

    def chosen(self, names: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """Some of the groups.

        Raises:
            DataError: there is no such group; the message names those there are.
        """
        names = [one_form(name) for name in names]
        for name in names:
            if name in self.without_images:
                raise DataError(
                    f"group '{name}' has no image here: none fits its patterns; the groups with "
                    f"images are {shortened([*self.of], 20)}"
                )
            if name not in self.of:
                raise DataError(f"no group '{name}': the groups are {shortened([*self.of], 20)}")
        return {name: self.of[name] for name in names}

    def gap(self, wanted: int | None) -> int:
        """Images left out on each side of what is held out: a tenth of a block if None."""
        return math.ceil(self.block_length / 10) if wanted is None else wanted

    def others(self, held_out: Sequence[str], gap: int) -> tuple[list[int], int]:
        """What may be trained on when some groups are held out.

        Args:
            held_out: names of groups.
            gap: how many neighbours on each side of their images are left out as well.

        Returns:
            Positions of images in the set, in order, and how many the gap took.
        """
        held = {position for group in self.chosen(held_out).values() for position in group}
        near: set[int] = set()
        for sequence in self.sequences:
            places = [place for place, position in enumerate(sequence) if position in held]
            for place in places:
                near.update(sequence[max(0, place - gap) : place + gap + 1])
        everything = {position for sequence in self.sequences for position in sequence}
        return sorted(everything - held - near), len(near - held)


def find_groups(grouping: Grouping, images: Sequence[Path]) -> Groups:
    """Tells a set's images apart.

    Args:
        grouping: how.
        images: files of the set, in its order.

    Raises:
        DataError: an image is in no group or in several, or there are fewer than two groups.
    """
    ordered = sorted(range(len(images)), key=lambda i: natural_key(stem_key(images[i])))
    if grouping.patterns:
        groups = _by_patterns(grouping.patterns, images, ordered)
        empty = [name for name in grouping.patterns if name not in groups]
        warning = f"no image fits the patterns of: {shortened(empty)}" if empty else ""
        found = Groups(groups, [ordered], warning=warning, without_images=empty)
    elif grouping.by_prefix:
        groups = _by_prefix(images, ordered)
        found = Groups(groups, [*groups.values()], warning=_doubts(groups))
        if grouping.blocks:
            found = _in_blocks(groups, grouping.blocks)
    else:
        found = _in_blocks({"": tuple(ordered)}, grouping.blocks)
    if len(found.of) < 2:
        (name,) = found.of
        raise DataError(
            f"all {len(images)} images are of one group, '{name}', and two are needed to hold one "
            f"out: {HOW_TO_NAME}"
        )
    return found


def _by_prefix(images: Sequence[Path], ordered: Sequence[int]) -> dict[str, tuple[int, ...]]:
    groups: dict[str, list[int]] = {}
    for position in ordered:
        prefix, underscore, _ = stem_key(images[position]).partition("_")
        if not (prefix and underscore):
            raise DataError(
                f"{images[position]}: its group is unknown, since nothing stands before a '_' "
                f"in its name: {HOW_TO_NAME}"
            )
        groups.setdefault(prefix, []).append(position)
    return {name: tuple(positions) for name, positions in groups.items()}


def _doubts(groups: Mapping[str, tuple[int, ...]]) -> str:
    single = [name for name, positions in groups.items() if len(positions) == 1]
    if len(single) * 2 <= len(groups):
        return ""
    return (
        f"{len(single)} of {len(groups)} groups are of one image ({shortened(single)}): if these "
        "are frames of a sequence, their neighbours are trained on and the score tells nothing; "
        f"{HOW_TO_NAME}"
    )


def _in_blocks(sequences: Mapping[str, tuple[int, ...]], blocks: int) -> Groups:
    """Cuts each sequence into blocks as long as each other, or longer by one image."""
    groups = {}
    for name, positions in sequences.items():
        if len(positions) < blocks:
            raise DataError(
                f"{blocks} blocks of {len(positions)} images"
                f"{f' of {name}' if name else ''}: give no more blocks than images"
            )
        cuts = [round(len(positions) * block / blocks) for block in range(blocks + 1)]
        for block in range(blocks):
            title = f"{name}.{block + 1}" if name else str(block + 1)
            groups[title] = positions[cuts[block] : cuts[block + 1]]
    return Groups(groups, [*sequences.values()], min(map(len, groups.values())))


def _by_patterns(
    patterns: Mapping[str, tuple[str, ...]], images: Sequence[Path], ordered: Sequence[int]
) -> dict[str, tuple[int, ...]]:
    groups: dict[str, list[int]] = {name: [] for name in patterns}
    for position in ordered:
        image = images[position]
        stem = stem_key(image)
        in_split = f"{image.parent.name}/{stem}"
        names = {stem, f"{stem}{image.suffix}", in_split, f"{in_split}{image.suffix}"}
        found = [
            group
            for group, given in patterns.items()
            if any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in given)
        ]
        if len(found) != 1:
            what = f"is in the groups {' and '.join(found)}" if found else "is in no group"
            raise DataError(
                f"{image}: {what}; each image must fit the patterns of one group, such as "
                f"'{image.stem}' or '{image.parent.name}/*'"
            )
        groups[found[0]].append(position)
    # A group of images in another split is none of this one's.
    return {name: tuple(positions) for name, positions in groups.items() if positions}
