# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The demonstration: camera and node as two processes over real middleware, measured and shown."""

from __future__ import annotations

# As it is run, Ctrl-C then ends it without a traceback of an import.
import attendseg_ros as attendseg_ros
