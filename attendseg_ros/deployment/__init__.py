# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From a trained network to a bundle: calibration, 8-bit quantization, export, checks.

Imports nothing here, so that scoring a bundle works where torch is not installed.
"""
