# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Print in one line why this Python cannot build the package; print nothing where it can.

Called with `wheels` when ROS 2 comes from PyPI, with `sourced` when a ROS 2 is sourced. Runs in
Python 2.7 and any 3.x, so that a Python that is too old is told so and does not stumble.
"""

import os
import platform
import sys
import sysconfig


def problem(ros):
    """Return what is missing, or an empty text."""
    version = platform.python_version()
    if sys.version_info < (3, 10):
        return "is Python " + version + ": 3.10 or newer is needed"
    if ros == "wheels":
        if sys.version_info >= (3, 14):
            return "is Python " + version + ": ROS 2 on PyPI is for 3.10 to 3.13"
        if not sys.platform.startswith("linux") or platform.machine() != "x86_64":
            where = sys.platform + " " + platform.machine()
            return "runs on " + where + ": ROS 2 on PyPI is for Linux x86_64; source a ROS 2 first"
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return "has no venv module: install python3-venv"
    if not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")):
        return "has no C headers (Python.h): install python3-dev"
    return ""


if __name__ == "__main__":
    print(problem(sys.argv[1]))
