# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs a node until it is told to stop, and leaves no traceback behind."""

from __future__ import annotations

import errno
import gc
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

import rclpy
from rclpy.exceptions import NameValidationException, ParameterException
from rclpy.executors import ExternalShutdownException
from rclpy.logging import get_logger
from rclpy.node import Node
from rclpy.utilities import remove_ros_args

from attendseg_ros import stopping
from attendseg_ros.errors import AttendSegError, one_line
from attendseg_ros.partial_import import import_without
from attendseg_ros.ros.parameters.given_parameters import problem_of, without_places
from attendseg_ros.ros.runtime.given_names import name_in_words, problem_of_names
from attendseg_ros.ros.runtime.log_files import without_log_file
from attendseg_ros.ros.runtime.safety_net import GuardedExecutor, SafetyNet
from attendseg_ros.shortening import shortened, shortened_text
from attendseg_ros.standard_streams import open_closed_ones

_ARGUMENTS = "-p NAME:=VALUE, --params-file FILE, -r FROM:=TO, --log-level LEVEL, ..."

STOPS = (signal.SIGINT, signal.SIGTERM)

NodeT = TypeVar("NodeT", bound=Node)


def run(
    make_node: Callable[[], NodeT],
    args: Sequence[str] | None = None,
    start: Callable[[NodeT], None] | None = None,
    ends: type[Exception] | tuple[()] = (),
) -> int:
    """Makes a node and spins it until Ctrl-C, SIGTERM, SIGHUP or a shut-down of the context.

    Args:
        make_node: makes the node, which `destroy_node` must bring to an end.
        args: the command line; None takes the process's own.
        start: called with the node before it spins.
        ends: what a callback of the node raises to end it; anything else goes into its net.

    Returns:
        The exit status: 0 after a stop that was asked for, 1 when the node cannot start.
        After a signal the process ends here, at the latest after `stopping.GRACE_S`.
    """
    open_closed_ones()
    # With the first message comes the generator of message classes, and a parser with its grammar
    # for that: 7 MB and 20 ms, for what no node does.
    import_without("rosidl_generator_py", "rosidl_generator_py.generate_py_impl")
    # As a KeyboardInterrupt, Ctrl-C could strike within any call, rclpy's own C++ included. The
    # handlers that rclpy installs over these end the spinning, and call these. Left alone, SIGHUP
    # would end the node on the spot, and its shared memory would stay behind.
    for number in stopping.heeded():
        signal.signal(number, lambda *_: None)
    with stopping.in_time("attendseg_ros", status=0) as asked:
        status = _run(make_node, args, start, ends)
        if asked.is_set():
            # A node that is still referred to keeps its participant, and with it 20 MB of shared
            # memory that no other process gives back.
            gc.collect()
            stopping.leave(status)
        return status


def _run(
    make_node: Callable[[], NodeT],
    args: Sequence[str] | None,
    start: Callable[[NodeT], None] | None,
    ends: type[Exception] | tuple[()],
) -> int:
    node: NodeT | None = None
    given = sys.argv if args is None else args
    # After a signal no executor can be made, and a half-made one writes a traceback as it is
    # deleted: it is made first, and signals wait until it is there.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        taken, without_log = without_log_file(given)
        rclpy.init(args=taken)
        executor = GuardedExecutor(ends)
    except (RuntimeError, UnicodeError) as error:
        # A command line that rcl cannot read; there is no logger yet.
        text = _at_start(error) or without_places(str(error))
        print(problem_of(given) or problem_of_names(given) or text, file=sys.stderr)
        return 1
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    try:
        for said in filter(None, (without_log, _without_effect(given))):
            get_logger("attendseg_ros").warning(said)
        node = make_node()
        executor.net = getattr(node, "net", None) or SafetyNet(node.get_logger().error)
        if start is not None:
            start(node)
        executor.add_node(node)
        executor.spin()
    except ExternalShutdownException:
        pass
    except Exception as error:
        # While the context is being shut down any call to ROS may fail: that is no fault.
        if rclpy.ok():
            if not (text := _at_start(error)):
                raise
            get_logger("attendseg_ros").fatal(text)
            return 1
    finally:
        # One stop comes as several signals: from the terminal, and again from launch. The second
        # must not cut short what the first one began.
        for again in STOPS:
            signal.signal(again, lambda *_: None)
        if node is not None:
            node.destroy_node()
        rclpy.try_shutdown()
    return 0


def _without_effect(given: Sequence[str]) -> str:
    """Which arguments nobody reads, in words: none of our nodes has any but those of ROS."""
    others = " ".join(remove_ros_args(given)[1:])
    behind = f"has no effect: arguments stand behind --ros-args ({_ARGUMENTS})"
    return f"{shortened(others)} {behind}" if others else ""


def _at_start(error: BaseException) -> str:
    """What keeps a node from starting, in words; empty where a traceback tells more."""
    if isinstance(error, UnicodeEncodeError):
        return f"the command line is not in UTF-8: {shortened(error.object)}"
    if type(error).__name__ == "UnknownROSArgsError":
        # Its text is the list of them.
        return f"ROS has no such arguments: {shortened_text(error)}: it has {_ARGUMENTS}"
    if isinstance(error, (AttendSegError, ParameterException)):
        return one_line(error)
    if isinstance(error, NameValidationException):
        return name_in_words(error)
    if "invalid node name" in str(error):
        return without_places(str(error))
    if "error not set" in str(error) and os.environ.get("ROS_SECURITY_STRATEGY") == "Enforce":
        return "security is enforced: set ROS_SECURITY_KEYSTORE to the folder of its keys"
    if os.strerror(errno.EMFILE) in str(error):
        # Each library that meets it says it in its own way, down in a longer text.
        most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return f"this process may have {most} files open at a time, too few for a node: ulimit -n"
    return ""
