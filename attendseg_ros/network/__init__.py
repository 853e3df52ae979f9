# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The AttendSeg network in torch: its shape, attention condensers, counts, folding.

Imports nothing here, so that a shape can be read where torch is not installed.
"""
