# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in a demo."""

from __future__ import annotations

from attendseg_ros.errors import AttendSegError


class DemoError(AttendSegError):
    """The demo cannot go on; the message says why."""
