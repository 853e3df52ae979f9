# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the time of a network goes, layer by layer, as its engine tells."""
