# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The command `attendseg`: one file per verb."""
