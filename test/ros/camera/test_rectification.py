# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Raw or rectified: by the name of the images' topic, unless the user says."""

from __future__ import annotations

import pytest

from attendseg_ros.ros.camera.rectification import is_rectified

RECTIFIED = [
    "/camera/image_rect",
    "/camera/image_rect_color",
    "/camera/image_rect_mono",
    "/camera/camera/infra1/image_rect_raw",
    "/zed/zed_node/rgb/color/rect/image",
    "/zed/zed_node/left/image_rect_gray",
    "/stereo/left_rectified",
    "/cam/rectified/image_raw",
    "/cam/image_rectified",
    "/cam/image_rect/compressed",
    "/cam/Image_Rect",
    "/rect",
]
RAW = [
    "/image",
    "/camera/image_raw",
    "/camera/camera/color/image_raw",
    "/zed/zed_node/rgb/color/raw/image",
    "/zed/zed_node/rgb_raw/image_raw_color",
    "/cam/image_unrectified",
    "/cam/image_not_rectified",
    "/cam/image_un_rect",
    "/rectangle/image_raw",
    "/camera_rect/image_raw",
    "/direct/image",
    "/rectify_node/image_color",
    "/world/default/model/x500_mono_cam_0/link/camera_link/sensor/camera/image",
]


@pytest.mark.parametrize("topic", RECTIFIED)
def test_names_of_rectified_images(topic: str) -> None:
    assert is_rectified(topic, "auto")


@pytest.mark.parametrize("topic", RAW)
def test_any_other_name_is_of_a_raw_image(topic: str) -> None:
    assert not is_rectified(topic, "auto")


@pytest.mark.parametrize("topic", [RECTIFIED[0], RAW[0]])
def test_what_the_user_says_wins(topic: str) -> None:
    assert is_rectified(topic, "yes")
    assert not is_rectified(topic, "no")
