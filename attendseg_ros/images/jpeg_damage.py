# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What libjpeg's words on a picture mean for who is to rely on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attendseg_ros.images.bad_image import BadImageError, Reason

# What it says where it has made up blocks. All else is of no matter: bytes that are too many stand
# in every picture of some cameras, as Logitech's C270.
_ENDS_EARLY = "premature end of data segment"
_DAMAGE = {
    _ENDS_EARLY: "data end before the blocks that they are to fill",
    "bad Huffman code": "there is a code that its tables do not have",
    "bad arithmetic code": "there is a code that makes no sense",
    "Inconsistent progression": "a scan refines what no scan before it brought",
    "instead of RST": "a restart marker is lost",
}


_LITTLE = 2.0
"""Units of blocks that may be made up: encoders that leave out their last bits cost one, and its
neighbours' colours."""


def check_heard(said: Iterable[str], made_up: Callable[[], float]) -> None:
    """Refuses a JPEG of whose blocks some are made up, by libjpeg's own word.

    A changed byte shifts all blocks behind it, so that a mask of them is one of no scene.

    Args:
        said: libjpeg's lines.
        made_up: says of how many units of blocks a decoder made up the content, at the end of data.

    Raises:
        BadImageError: says what is the matter, in our words.
    """
    for line in said:
        for sign, meaning in _DAMAGE.items():
            if sign in line and not (sign == _ENDS_EARLY and made_up() <= _LITTLE):
                raise BadImageError(
                    Reason.UNDECODABLE, f"the JPEG's data are damaged on their way: {meaning}"
                )
