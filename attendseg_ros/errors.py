# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The errors raised for bad input: one line each, saying what is wrong and what would be right."""


class AttendSegError(Exception):
    """Anything a user's input, file or installation can do wrong; the message is one line."""


class BundleError(AttendSegError):
    """A model bundle that is missing, damaged or not what its model.yaml says."""


class EngineError(AttendSegError):
    """An inference engine that is unknown, not installed or refuses the network."""


class LogitsError(EngineError):
    """A network's result that is not finite: no mask can be made of it."""


class ImageError(AttendSegError):
    """An image or mask of a shape, type or size that cannot be used."""


class DataError(AttendSegError):
    """A data set, image folder, video or bag that cannot be used."""


class ClassTableError(AttendSegError):
    """A class table with a missing, wrong or repeated entry, or a class nobody knows."""


class BenchmarkError(AttendSegError):
    """A measurement that cannot be taken, or a process of it that did not do its part."""


def one_line(reason: object) -> str:
    """Returns an error's text, or any other, on one line: libraries break theirs."""
    return " ".join(str(reason).split())


def reason_of(error: BaseException) -> str:
    """Returns an error on one line for a message that names the file itself.

    Of the system's errors that is their words alone: no number, and no file a second time.
    """
    return (isinstance(error, OSError) and error.strerror) or one_line(error)


def described(error: BaseException) -> str:
    """Returns an error on one line, with the name of its type unless it is one of ours.

    What Python and libraries raise often says little without its type: a KeyError's text is a key.
    """
    text = one_line(error)
    return text if isinstance(error, AttendSegError) else f"{type(error).__name__}: {text}"
