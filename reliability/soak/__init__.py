# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A node that works for an hour while everything around it goes wrong: `make soak`.

`cameras` feeds it, `torments` chooses what goes wrong next, `figures` keeps count, and
`python -m reliability.soak` runs them in one thread with the node in its own process.
"""
