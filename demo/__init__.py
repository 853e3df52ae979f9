# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The demonstration: camera and node as two processes over real middleware, measured and shown."""
