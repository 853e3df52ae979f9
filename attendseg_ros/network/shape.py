# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The shape of an AttendSeg network: what design exploration chooses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from attendseg_ros.documents import read_yaml
from attendseg_ros.errors import DataError
from attendseg_ros.shortening import shortened

BUILT_IN = {file.stem: file for file in sorted((Path(__file__).parent / "shapes").glob("*.yaml"))}

PATCH_KERNELS = (4, 8, 12)
DEPTHWISE_KERNELS = (3, 5)
CONDENSERS = ("blocks", "stages")


@dataclass(frozen=True)
class Stage:
    """The blocks of the encoder at one stride.

    Attributes:
        channels: of the stage's features.
        blocks: how many follow one another, 1 or more.
        embedding: channels of the condenser behind each block; 0: no condensers.
        entry_expansion: expansion of the first inverted residual, in channels of its input.
        expansion: expansion of the other inverted residuals, in channels of the stage.
    """

    channels: int
    blocks: int
    embedding: int
    entry_expansion: int = 1
    expansion: int = 1


@dataclass(frozen=True)
class Shape:
    """What the whole network is built of; the default is that of `drone`.

    Attributes:
        stem: channels of the 3x3 convolution to stride 2; 0: none, one convolution goes from the
            image to stride 4.
        stride_4: two dense 3x3 convolutions; one block.
        stride_8: dense residual blocks.
        stride_16: inverted residuals.
        stride_32: inverted residuals.
        decoder: channels of the decoder at strides 16 and 8.
        decoder_embedding: channels of the condenser in the decoder; 0: none.
        head: channels of the decoder at stride 4; 0: it ends at stride 8.
        patch_kernel: kernel of the convolution to stride 4 where there is no stem, of
            `PATCH_KERNELS`: 4 sees cells of 4x4 pixels, 12 does what a 3x3 convolution of pixels
            unshuffled by 4 does.
        depthwise_kernel: kernel of the inverted residuals and of the decoder's step at stride 16,
            of `DEPTHWISE_KERNELS`.
        condensers: "blocks": one behind each block; "stages": behind the last of each stage only.
    """

    stem: int = 24
    stride_4: Stage = Stage(40, 1, 16)
    stride_8: Stage = Stage(64, 2, 24)
    stride_16: Stage = Stage(128, 4, 32, entry_expansion=4, expansion=3)
    stride_32: Stage = Stage(160, 3, 40, entry_expansion=3, expansion=2)
    decoder: int = 64
    decoder_embedding: int = 24
    head: int = 48
    patch_kernel: int = 12
    depthwise_kernel: int = 5
    condensers: str = "blocks"

    def __post_init__(self) -> None:
        for name, value, least in self._numbers():
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise DataError(
                    f"shape: {name} must be a whole number from {least}, got {shortened(value)}"
                )
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if not isinstance(value, type(choices[0])) or value not in choices:
                raise DataError(
                    f"shape: {name} must be {' or '.join(map(str, choices))}, "
                    f"got {shortened(value)}"
                )

    @property
    def output_stride(self) -> int:
        """Input pixels a logit pixel, along each side."""
        return 4 if self.head else 8

    def to_mapping(self) -> dict[str, object]:
        """Returns plain values for YAML."""
        return asdict(self)

    @classmethod
    def from_mapping(cls, mapping: object) -> Shape:
        """The inverse of `to_mapping`; of the choices that have come later none must be there.

        Raises:
            DataError: the mapping has another form; the message names the entry.
        """
        values = _exactly("shape", mapping, cls)
        for name in _STAGES:
            values[name] = Stage(**_exactly(f"shape: {name}", values[name], Stage))
        return cls(**values)

    @classmethod
    def load(cls, path_or_name: Path | str) -> Shape:
        """Reads a shape from a YAML file, as `attendseg explore` writes it, or a built-in one.

        Args:
            path_or_name: a file, or a name of `BUILT_IN`.

        Raises:
            DataError: there is no such file, or its content is wrong.
        """
        path = BUILT_IN.get(str(path_or_name), Path(path_or_name))
        try:
            mapping = read_yaml(path)
        except DataError as error:
            raise DataError(
                f"cannot read a network's shape (built in: {', '.join(BUILT_IN)}): {error}"
            ) from error
        try:
            return cls.from_mapping(mapping)
        except DataError as error:
            raise DataError(f"{path}: {error}") from error

    def _numbers(self) -> list[tuple[str, object, int]]:
        numbers: list[tuple[str, object, int]] = []
        for field in fields(self):
            if field.name in _CHOICES:
                continue
            value = getattr(self, field.name)
            parts = asdict(value) if isinstance(value, Stage) else {"": value}
            for part, number in parts.items():
                may_be_none = field.name in ("stem", "head") or "embedding" in field.name + part
                least = 0 if may_be_none else 1
                numbers.append((f"{field.name} {part}".strip(), number, least))
        return numbers


_STAGES = ("stride_4", "stride_8", "stride_16", "stride_32")

_CHOICES: dict[str, tuple[int, ...] | tuple[str, ...]] = {
    "patch_kernel": PATCH_KERNELS,
    "depthwise_kernel": DEPTHWISE_KERNELS,
    "condensers": CONDENSERS,
}
"""They came later than the other entries, so that files of before do not have them."""


def _exactly(what: str, mapping: object, kind: type[Shape] | type[Stage]) -> dict[str, Any]:
    names = [field.name for field in fields(kind)]
    later = {name for name in names if name in _CHOICES}
    if not isinstance(mapping, Mapping) or set(mapping) | later != set(names):
        raise DataError(f"{what} must hold exactly {', '.join(names)}, got {shortened(mapping)}")
    return dict(mapping)
