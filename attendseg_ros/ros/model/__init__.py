# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The network that runs: made, called, watched, and exchanged for another."""
