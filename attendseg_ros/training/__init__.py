# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Training on labelled sets: data, augmentation, loss, loop and metrics.

Imports nothing here, so that the data sets and metrics can be used where torch is not installed.
"""
