# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The shipped models on emulated Arm boards: do they label as on x86?"""
