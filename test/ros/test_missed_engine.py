# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A node where only ONNX Runtime is installed says once, at start, what is missed."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from support.segmentation_rig import Rig

MODULE = "attendseg_ros.ros.segmentation_node"
# To the node OpenVINO looks as if it was not installed.
WITHOUT_OPENVINO = (
    "-c",
    f"import sys; sys.modules['openvino'] = None\nfrom {MODULE} import main\nsys.exit(main())",
)
MISSED = "OpenVINO is not installed"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="OpenVINO is missed on x86 only")
def test_the_node_says_once_that_openvino_is_missed(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path, {"engine": "auto"}, program=WITHOUT_OPENVINO) as rig:
        rig.process.wait_for_log("runs on onnxruntime")
        for transition in (
            Transition.TRANSITION_DEACTIVATE,
            Transition.TRANSITION_CLEANUP,
            Transition.TRANSITION_CONFIGURE,
        ):
            request = ChangeState.Request(transition=Transition(id=transition))
            assert rig.client.call(ChangeState, "segmentation/change_state", request).success
        line = rig.process.wait_for_log(MISSED)
        assert "WARN" in line
        assert "scripts/install_engines.bash" in line
        assert rig.process.log().count(MISSED) == 1
