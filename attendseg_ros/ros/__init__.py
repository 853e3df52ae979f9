# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ROS 2 shell: nodes that carry messages to the ROS-free core and back."""

import os

from attendseg_ros.ros.runtime.memory import keep_what_images_take, share_one_heap

# NumPy and OpenCV each bring an OpenBLAS, which takes 8 MB for threads when it is loaded. Nothing
# here multiplies matrices.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# oneDNN, which OpenVINO computes with, keeps the machine code of the last 1024 operations in case a
# network to come has the same: 3 MB for each input size of each model that ever ran.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "0")

# Importing rclpy starts threads already.
share_one_heap()
keep_what_images_take()
