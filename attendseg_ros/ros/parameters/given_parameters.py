# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which parameters a user gave this node and where, as far as ROS lets them go to waste silently.

A name that no parameter has, and a section that fits no node, are no faults to ROS: it goes on with
the defaults. The command line and its parameter files are read a second time here, to say so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from attendseg_ros.documents import parse_yaml, read_yaml
from attendseg_ros.errors import DataError, one_line
from attendseg_ros.near_names import nearest
from attendseg_ros.ros.parameters.parameter_values import in_words
from attendseg_ros.ros.parameters.qos_parameters import PREFIX
from attendseg_ros.shortening import shortened_text

_VALUES = "ros__parameters"

_OF_RCL = (
    (re.compile(r"\s*,? at [^\s,]+\.c:\d+"), ""),
    (re.compile(r"^(failed to initialize rcl|error creating node): "), ""),
    (re.compile("Will not support aliasing"), "aliases (*name) are not taken: write the value out"),
)
"""Of its texts, what only its authors need, and what a user can do."""


class Given(NamedTuple):
    """One value that somebody gave."""

    node: str
    name: str
    value: Any
    source: str


class Source(NamedTuple):
    """A parameter file, or one `-p` of the command line."""

    name: str
    content: Any


class GivenParameters:
    """What the command line gives the node of one full name."""

    def __init__(self, arguments: Sequence[str], node: str) -> None:
        """Reads the command line and its files.

        Args:
            arguments: of the process.
            node: the full name of the node: "/robot/segmentation".
        """
        self._node = node
        self._own: dict[str, Given] = {}
        self._problems: list[str] = []
        for source in _sources(arguments, self._problems):
            given = list(_given(source))
            own = [one for one in given if fits(one.node, node)]
            self._own.update({one.name: one for one in own})
            sections = list(dict.fromkeys(one.node for one in given))
            if sections and not own:
                self._problems.append(self._nothing_fits(source.name, sections))

    def source_of(self, name: str) -> str:
        """Where a parameter's value comes from, as a prefix for messages; empty if unknown."""
        return f"{self._own[name].source}: " if name in self._own else ""

    def warnings(self, declared: Collection[str]) -> list[str]:
        """What has no effect and was surely meant to have one, a line each.

        Args:
            declared: the names of the node's parameters.
        """
        return [*self._problems, *self._without_effect(declared, of_qos=False)]

    def qos_warnings(self, declared: Collection[str]) -> list[str]:
        """The same of the QoS of topics, which can be judged once these are in use.

        Args:
            declared: the names of the node's parameters, also of those that it declares later.
        """
        return self._without_effect(declared, of_qos=True)

    def _without_effect(self, declared: Collection[str], *, of_qos: bool) -> list[str]:
        alike = sorted(name for name in declared if name.startswith(PREFIX) == of_qos)
        lines = []
        for given in self._own.values():
            if given.name in declared or given.name.startswith(PREFIX) != of_qos:
                continue
            near = nearest(given.name, alike)
            hint = f"the nearest is {near}" if near else "see `ros2 param list`"
            lines.append(
                f"{given.source}: {shortened_text(given.name)} has no effect: this node has no "
                f"such parameter; {hint}"
            )
        return lines

    def _nothing_fits(self, source: str, sections: list[str]) -> str:
        near = nearest(self._node, sections)
        listed = shortened_text(", ".join(sections))
        meant = f"; the nearest is {near}" if near and len(sections) > 1 else ""
        return (
            f"{source}: has no effect: it is for {listed}{meant}, and this node is {self._node}: "
            f"write {self._node} or /** there"
        )


def given_by_file(path: str, node: str) -> dict[str, Any]:
    """What a parameter file gives a node, by the parameter's name.

    Args:
        path: the file.
        node: the node's full name.

    Raises:
        DataError: the file cannot be read.
    """
    source = Source(path, read_yaml(path))
    return {one.name: one.value for one in _given(source) if fits(one.node, node)}


def fits(pattern: str, node: str) -> bool:
    """Whether a section of a parameter file is for a node.

    Args:
        pattern: the section's name; `*` stands for one token and `**` for any number of them.
        node: the node's full name.
    """
    tokens = [token for token in pattern.split("/") if token]
    parts = {"*": r"/[^/]+", "**": r"(/[^/]+)*"}
    expression = "".join(parts.get(token, "/" + re.escape(token)) for token in tokens)
    return re.fullmatch(expression, node) is not None


def problem_of(arguments: Sequence[str]) -> str:
    """What is wrong with values that rcl refused as a whole; empty if nothing can be seen."""
    problems: list[str] = []
    for source in _sources(arguments, problems, after=""):
        if misplaced := _outside_values(source.content):
            problems.append(
                f"{source.name}: {misplaced} stands outside of {_VALUES}: write the node's name or "
                f"/**, below it {_VALUES}, and below that the parameters"
            )
        for node, values in _sections(source.content, ""):
            if not isinstance(values, dict):
                problems.append(
                    f"{source.name}: {_VALUES} of {shortened_text(node)} holds no parameters: put "
                    "some below it, or leave it out"
                )
        for given in _given(source):
            value = given.value
            if value is None:
                problems.append(
                    f"{source.name}: {given.name} has no value: give one, or leave it out"
                )
            if isinstance(value, list) and any(isinstance(item, (list, dict)) for item in value):
                problems.append(
                    f"{source.name}: {given.name} must be a list of values, with no list in it, "
                    f"got {in_words(value)}"
                )
            elif isinstance(value, list) and len({type(item) for item in value}) > 1:
                problems.append(
                    f"{source.name}: {given.name} must be a list of one kind of values, all with "
                    f"a decimal point or none, got {in_words(value)}"
                )
    return problems[0] if problems else ""


def without_places(text: str) -> str:
    """What rcl says, on one line, without the lines of its own code that it came by."""
    for pattern, words in _OF_RCL:
        text = pattern.sub(words, text)
    return one_line(text)


def _sources(
    arguments: Sequence[str],
    problems: list[str],
    after: str = ": not checked for misspelled names",
) -> Iterator[Source]:
    in_ros = False
    words = iter(arguments)
    for word in words:
        if word in ("--ros-args", "--"):
            in_ros = word == "--ros-args"
        elif in_ros and word == "--params-file":
            path = next(words, "")
            try:
                yield Source(path, read_yaml(path))
            except DataError as error:
                problems.append(f"{error}{after}")
        elif in_ros and word in ("-p", "--param"):
            rule = next(words, "")
            name, _, text = rule.partition(":=")
            node, _, name = name.rpartition(":")
            try:
                value = parse_yaml(text, f"-p {shortened_text(rule)}")
            except DataError:
                value = text
            yield Source(f"-p {shortened_text(rule)}", {node or "/**": {_VALUES: {name: value}}})


def _given(source: Source) -> Iterator[Given]:
    for node, values in _sections(source.content, ""):
        for name, value in _named(values, ""):
            yield Given(node, name, value, source.name)


def _sections(content: Any, above: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(content, dict):
        return
    for key, value in content.items():
        if key == _VALUES:
            yield above or "/", value
        else:
            yield from _sections(value, f"{above}/{str(key).strip('/')}")


def _outside_values(content: Any, above: str = "") -> str:
    """The first name of a file that has a value and is below no `ros__parameters`; else empty."""
    if not isinstance(content, dict):
        return ""
    for key, value in content.items():
        if key == _VALUES:
            continue
        name = f"{above}.{key}" if above else str(key)
        if not isinstance(value, dict):
            return shortened_text(name)
        if found := _outside_values(value, name):
            return found
    return ""


def _named(values: Any, above: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(values, dict):
        return
    for key, value in values.items():
        name = f"{above}{key}"
        if isinstance(value, dict):
            yield from _named(value, f"{name}.")
        else:
            yield name, value
