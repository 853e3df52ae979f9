# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Values and texts from anywhere, as messages show them: on one line, and never long."""

from __future__ import annotations

import reprlib
from datetime import date, datetime

from attendseg_ros.errors import one_line

_LONGEST_VALUE = 100

_JOINERS = "\u200c\u200d"
"""Not printable for Python, and parts of words in Persian and in the scripts of India."""


class _Shortening(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxstring = self.maxother = self.maxlong = 60

    def repr_int(self, x: int, level: int) -> str:  # noqa: ARG002  # reprlib's signature
        # Python refuses to write numbers of thousands of digits.
        return f"a number of {x.bit_length()} bits" if x.bit_length() > 256 else repr(x)

    def repr_date(self, x: date, level: int) -> str:  # noqa: ARG002  # reprlib's signature
        return x.isoformat()

    def repr_datetime(self, x: datetime, level: int) -> str:  # noqa: ARG002  # the same
        return x.isoformat(" ")


def shortened(value: object) -> str:
    """A value as messages show it: `repr` of at most some hundred characters, whatever it is."""
    try:
        text = _Shortening().repr(value)
    except Exception as problem:
        text = f"a {type(value).__name__} ({type(problem).__name__})"
    return cut(one_line(text), _LONGEST_VALUE)


def shortened_text(value: object) -> str:
    """A text as messages show it: on one line, its middle left out where it is long."""
    text = one_line(str(value).replace("\0", "\\0"))
    return cut(text.encode("utf-8", "replace").decode(), _LONGEST_VALUE)


def is_name(text: object) -> bool:
    """Whether something can be a name, which messages, tables and topics show as it is.

    That is a text of one line, of characters that show, and not longer than a value in a message.
    """
    return (
        isinstance(text, str)
        and 0 < len(text.strip()) <= len(text) <= _LONGEST_VALUE
        and all(letter.isprintable() or letter in _JOINERS for letter in text)
    )


NAME = f"a text of one line, of 1 to {_LONGEST_VALUE} characters"
"""What `is_name` asks for, in words."""


def unquoted(value: object) -> str:
    """What to add to a message where YAML made something else of a text without quotes.

    Args:
        value: in place of a text, or a list in which such a value stands.

    Returns:
        "", or ": put ... in quotes".
    """
    values = value if isinstance(value, list) else [value]
    if any(isinstance(one, bool | int | float | date) or one is None for one in values):
        return ": put in quotes what YAML takes for a number, a date, nothing, or yes or no"
    return ""


def cut(text: str, longest: int) -> str:
    """A text of at most so many characters: its middle is left out where it is longer."""
    if len(text) <= longest:
        return text
    half = (longest - 3) // 2
    return f"{text[:half]}...{text[-half:]}"
