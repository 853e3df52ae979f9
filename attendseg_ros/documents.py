# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Small YAML and JSON files, read so that no file can end, stall or fill the process that reads it.

A file may come from anywhere: a download, another robot, an editor that crashed. PyYAML alone lets
through what costs memory (aliases that multiply), time (numbers of a million digits) or the process
(brackets nested beyond the stack), and reports the rest as whatever Python happened to raise.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from attendseg_ros.errors import AttendSegError, DataError, one_line
from attendseg_ros.shortening import cut, shortened, shortened_text

MOST_BYTES = 1 << 18
"""Far above any class table, bundle description or parameter file."""

MOST_LEVELS = 32
MOST_ITEMS = 20_000
"""Values in a document, those that aliases repeat counted as often as they are there."""


class Limits(NamedTuple):
    """How large a document may be.

    Attributes:
        most_bytes: of the text.
        most_items: values in it, those that aliases repeat counted as often as they are there.
    """

    most_bytes: int = MOST_BYTES
    most_items: int = MOST_ITEMS


USUAL = Limits()

LARGE = Limits(most_bytes=32 << 20, most_items=2_000_000)
"""For what grows with data: a bag of a thousand topics has a megabyte, a set a line an image."""

LONGEST_NUMBER = 100
"""Characters of a number or date; a million digits would take minutes to convert."""

_LONGEST_REASON = 300

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml, ten times as fast, where PyYAML was built with it."""


class _Values(_Loader):  # type: ignore[misc]  # one of two classes, chosen at run time
    """Makes values of nodes; whatever cannot be made is reported with its line."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        is_number = node.tag.rpartition(":")[2] in ("int", "float", "timestamp")
        if is_number and len(node.value) > LONGEST_NUMBER:
            raise _error(node, f"a number of {len(node.value)} characters")
        try:
            return super().construct_object(node, deep)
        except (yaml.YAMLError, RecursionError):
            raise
        except Exception as error:
            kind = node.tag.rpartition(":")[2]
            what = f"{shortened(node.value)} is no {kind}" if kind else "cannot be read"
            raise _error(node, f"{what}: {error}") from error


def read_yaml(
    path: str | Path, error: type[AttendSegError] = DataError, limits: Limits = USUAL
) -> Any:
    """Reads a YAML file of plain values (mappings, lists, texts, numbers).

    Args:
        path: a file in UTF-8 or, with a byte order mark, UTF-16.
        error: what to raise.
        limits: other ones than those of small files.

    Raises:
        error: the file cannot be read or is no such YAML. The message names file and line; the
            cause is a FileNotFoundError where there is no such file.
    """
    content = read_small_file(path, error, limits.most_bytes)
    return parse_yaml(content, str(path), error, limits)


def parse_yaml(
    content: bytes | str,
    source: str,
    error: type[AttendSegError] = DataError,
    limits: Limits = USUAL,
) -> Any:
    """The same for YAML that is in memory already.

    Args:
        content: the text.
        source: what messages call it.
        error: what to raise.
        limits: other ones than those of small files.

    Raises:
        error: the content is no such YAML.
    """
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    try:
        text = _decoded(data, limits.most_bytes)
        _check_extent(text, limits.most_items)
        loader = _Values(text)
        try:
            node = loader.get_single_node()
            _check_keys(node)
            return None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = "" if mark is None else f" line {mark.line + 1}:"
        reason = ", ".join(filter(None, (problem.context, problem.problem)))
        raise error(f"{source}:{line} {_reason(reason)}") from problem
    except yaml.reader.ReaderError as problem:
        line = f" line {_line_at(data, problem.position)}:"
        raise error(f"{source}:{line} {_reason(problem)}") from problem
    except UnicodeDecodeError as problem:
        line = f" line {_line_at(data, problem.start)}:"
        raise error(
            f"{source}:{line} this is no {problem.encoding.upper()} text: {problem.reason}"
        ) from problem
    except Exception as problem:
        # Whatever is left, a RecursionError for one, is a fault of the file all the same.
        raise error(
            f"{source}: cannot be read: {type(problem).__name__}: {_reason(problem)}"
        ) from problem


def parse_json(content: bytes | str, source: str, error: type[AttendSegError] = DataError) -> Any:
    """Reads JSON.

    Raises:
        error: it is none; the message names the source.
    """
    try:
        return json.loads(content)
    except Exception as problem:  # a ValueError, or a RecursionError of nested brackets
        raise error(f"{source}: no JSON that can be read: {_reason(problem)}") from problem


def read_small_file(
    path: str | Path, error: type[AttendSegError] = DataError, most_bytes: int = MOST_BYTES
) -> bytes:
    """Reads a whole regular file; a pipe or a device would have no end.

    Raises:
        error: there is no such file, it is none, or it is longer than `most_bytes`.
    """
    try:
        # Opening a pipe without this waits until somebody writes into it.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise error(f"{path} is not a file: a folder, pipe or device cannot be read")
            if status.st_size > most_bytes:
                # Two gigabytes of a hole take ten seconds to read.
                raise _too_long(path, error, most_bytes)
            with open(handle, "rb", closefd=False) as file:
                # Python takes memory for all that is asked for before it reads: with strict
                # overcommit, or under a limit, two gigabytes of it are refused.
                content = file.read(min(most_bytes, status.st_size) + 1)
        finally:
            os.close(handle)
    except FileNotFoundError as problem:
        raise error(f"{path} is missing") from problem
    except (OSError, ValueError, MemoryError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise error(f"{shortened_text(path)} cannot be read: {_reason(reason)}") from problem
    if len(content) > most_bytes:
        # It has grown meanwhile.
        raise _too_long(path, error, most_bytes)
    return content


def _too_long(path: str | Path, error: type[AttendSegError], most_bytes: int) -> AttendSegError:
    return error(f"{path} is longer than {most_bytes} bytes: this is not such a file")


def _decoded(data: bytes, most_bytes: int) -> str:
    if len(data) > most_bytes:
        raise ValueError(f"longer than {most_bytes} bytes")
    is_utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    return data.decode("utf-16" if is_utf16 else "utf-8-sig")


def _check_extent(text: str, most_items: int) -> None:
    """Counts levels and values from the stream of events, which needs neither stack nor memory."""
    open_items: list[tuple[str | None, int, int]] = []
    anchored: dict[str, tuple[int, int]] = {}
    items, levels = 0, 0  # of what is open, the innermost
    for event in _events(text):
        size, height = 1, 0
        if isinstance(event, yaml.CollectionStartEvent):
            if len(open_items) >= MOST_LEVELS:
                raise _error(event, f"nested more than {MOST_LEVELS} levels deep")
            open_items.append((event.anchor, items, levels))
            items, levels = 0, 0
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, before, levels_before = open_items.pop()
            size, height = items + 1, levels + 1
            items, levels = before, levels_before
            if anchor:
                anchored[anchor] = (size, height)
        elif isinstance(event, yaml.AliasEvent):
            if any(anchor == event.anchor for anchor, _, _ in open_items):
                raise _error(event, f"alias *{event.anchor} stands within what it names")
            size, height = anchored.get(event.anchor or "", (1, 0))
        elif isinstance(event, yaml.ScalarEvent):
            if any("\ud800" <= character <= "\udfff" for character in event.value):
                raise _error(event, "half of a surrogate pair, which is not text")
            if event.anchor:
                anchored[event.anchor] = (1, 0)
        else:
            continue
        items += size
        levels = max(levels, height)
        if items > most_items:
            raise _error(event, f"more than {most_items} values, aliases counted")
        if len(open_items) + height > MOST_LEVELS:
            raise _error(event, f"nested more than {MOST_LEVELS} levels deep by aliases")


def _events(text: str) -> Iterator[Any]:
    loader = _Loader(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        with contextlib.suppress(AttributeError):
            loader.dispose()


def _check_keys(root: Any) -> None:
    """Refuses a key that occurs twice, of which one value would be lost without a word."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            keys: dict[tuple[str, str], Any] = {}
            for key, value in node.value:
                waiting += [key, value]
                if not isinstance(key, yaml.ScalarNode) or key.tag.endswith(":merge"):
                    continue
                first = keys.setdefault((key.tag, key.value), key)
                if first is not key:
                    where = first.start_mark.line + 1
                    raise _error(key, f"key {shortened(key.value)} occurs twice (line {where})")


def _error(at: Any, problem: str) -> yaml.MarkedYAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, at.start_mark)


def _line_at(data: bytes, position: int) -> int:
    return data[:position].count(b"\n") + 1


def _reason(reason: object) -> str:
    return cut(one_line(reason), _LONGEST_REASON)
