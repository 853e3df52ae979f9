# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From a segmentation network of others, an ONNX file, to a bundle. No torch is needed.

Nothing of a foreign file runs in this process before it has run within limits in another one.
"""
