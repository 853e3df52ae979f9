# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Everything that comes from outside, thrown at the doors it comes in by.

`doors` names them, `mutations` draws inputs for the tests, `coverage` is one process of libFuzzer,
and `python -m reliability.fuzz` runs it for each door.
"""
