# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Installs the part without ROS with pip: the library and the command `attendseg`.

The ROS package is built by colcon, from CMakeLists.txt.
"""

from __future__ import annotations

from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).resolve().parent
RUNTIME = [
    line
    for line in (HERE / "requirements" / "runtime.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
OPENVINO = [line for line in RUNTIME if line.startswith("openvino")]

setup(
    name="attendseg_ros",
    version="0.1.0",
    description="Semantic segmentation of camera images on the robot, at camera rate, no cloud",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0 AND CC-BY-4.0 AND CC-BY-NC-4.0",
    author="attendseg_ros contributors",
    maintainer="attendseg_ros maintainers",
    python_requires=">=3.10",
    packages=find_packages(include=["attendseg_ros*"], exclude=["attendseg_ros.ros*"]),
    package_data={
        "attendseg_ros": [
            "py.typed",
            "labels/*.yaml",
            "models/*.md",
            "models/*/*",
            "network/shapes/*.yaml",
        ]
    },
    install_requires=[line for line in RUNTIME if line not in OPENVINO],
    extras_require={
        "benchmark": ["matplotlib>=3.5", "onnx>=1.16"],
        "import": ["onnx>=1.16"],
        "openvino": OPENVINO,
        "train": ["onnx>=1.16", "torch>=2.6"],
        "explore": ["onnx>=1.16", "optuna>=4.2", "torch>=2.6"],
    },
    entry_points={"console_scripts": ["attendseg = attendseg_ros.__main__:main"]},
    zip_safe=False,
)
