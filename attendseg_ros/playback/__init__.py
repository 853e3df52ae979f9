# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Images, folders, videos and bags read and written without ROS.

`playback.labelled_bag.LabelledBag` is not imported here: it needs rosbags, nothing else does.
"""

from attendseg_ros.playback.frames import Frame, Source
from attendseg_ros.playback.image_sinks import ColorSink, MaskSink, OverlaySink
from attendseg_ros.playback.open import open_source
from attendseg_ros.playback.sink import Sink
from attendseg_ros.playback.video_sink import OverlayVideoSink, VideoWriter

__all__ = [
    "ColorSink",
    "Frame",
    "MaskSink",
    "OverlaySink",
    "OverlayVideoSink",
    "Sink",
    "Source",
    "VideoWriter",
    "open_source",
]
