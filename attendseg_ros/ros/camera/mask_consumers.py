# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Those of one camera who make more of its masks: clouds, landing zones, ground maps, alarms."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo

from attendseg_ros.ros.depth.depth_topic import DepthTopic
from attendseg_ros.ros.depth.ground_distance import GroundDistance
from attendseg_ros.ros.depth.points import SemanticPoints
from attendseg_ros.ros.ground.ground_maps import GroundMaps
from attendseg_ros.ros.ground.transform_topics import TransformTopics
from attendseg_ros.ros.health.landing_report import LandingReport
from attendseg_ros.ros.health.limits import Finding, hold_against
from attendseg_ros.ros.lidar.lidar_poses import LidarPoses
from attendseg_ros.ros.lidar.painted_points import PaintedPoints
from attendseg_ros.ros.outputs.class_shares import FreeAhead
from attendseg_ros.ros.outputs.landing import LandingZones
from attendseg_ros.ros.outputs.publishers import Outputs
from attendseg_ros.ros.parameters.live_parameters import Parameters
from attendseg_ros.ros.parameters.settings import Settings


@dataclass(frozen=True)
class MaskConsumers:
    """What one camera's masks go into besides the images that are published.

    Attributes:
        points: makes clouds of masks and depth.
        painted: paints a lidar's clouds.
        distance: knows how far below the camera the ground is.
        landing: finds landing zones.
        ahead: watches how much is free ahead.
        ground: maps the ground.
    """

    points: SemanticPoints
    painted: PaintedPoints
    distance: GroundDistance
    landing: LandingZones
    ahead: FreeAhead
    ground: GroundMaps

    @classmethod
    def make(
        cls,
        node: LifecycleNode,
        parameters: Parameters,
        outputs: Outputs,
        transforms: TransformTopics,
        *,
        several: bool,
    ) -> MaskConsumers:
        """Makes those of one camera; where one cannot be made, the others leave no thread.

        Args:
            node: owns the subscriptions.
            parameters: gives those of the moment.
            outputs: where the camera's results go; it knows the camera's name.
            transforms: what /tf says, for all cameras.
            several: whether the node has several cameras.
        """
        camera = outputs.camera
        depth = DepthTopic(node, camera)
        report = LandingReport(camera.status("landing"))
        distance = GroundDistance(node, outputs, depth, report)
        with ExitStack() as undo:
            points = SemanticPoints(node, lambda: parameters.settings, outputs, depth)
            undo.callback(points.close)
            poses = LidarPoses(transforms, parameters.settings.camera_names.index(camera))
            painted = PaintedPoints(node, lambda: parameters.settings, outputs, poses)
            undo.callback(painted.close)
            made = cls(
                points=points,
                painted=painted,
                distance=distance,
                landing=LandingZones(node, camera, distance, report),
                ahead=FreeAhead(camera.status("ahead")),
                ground=GroundMaps(node, outputs, transforms, several=several),
            )
            undo.pop_all()
        return made

    def take_camera_info(self, message: CameraInfo) -> None:
        """Hands a camera_info to those that keep the newest."""
        self.points.camera_info = message
        self.painted.camera_info = message

    def follow_demand(self, settings: Settings) -> None:
        """Joins the inputs that are wanted now, and leaves those that are not."""
        self.points.follow_demand()
        self.painted.follow_demand()
        self.distance.follow_demand(settings)
        self.ground.follow_demand(settings)

    def check_silence(self, settings: Settings) -> None:
        """Logs which wanted input has been silent for a while."""
        self.points.check_silence()
        self.painted.check_silence()
        self.distance.follow_demand(settings)
        self.ground.follow_demand(settings)

    def statuses(self, settings: Settings, no_masks: list[Finding]) -> list[DiagnosticStatus]:
        """The status of each that is wanted.

        Args:
            settings: of this moment.
            no_masks: why none come; empty while they do.
        """
        # Each counts what it makes of a mask: without masks it would tell of the last for ever.
        made_of_masks = [
            *self.points.statuses(),
            *self.painted.statuses(),
            *self.distance.statuses(),
            *self.ground.statuses(),
        ]
        # How old the last free share is, that one knows itself.
        return [
            *(hold_against(status, no_masks) for status in made_of_masks),
            *self.ahead.statuses(settings),
        ]

    def begin_anew(self) -> None:
        """Forgets what would be taken for of a moment that is to come once more."""
        self.points.begin_anew()
        self.painted.begin_anew()
        self.distance.begin_anew()

    def close(self) -> None:
        """Ends what the frames left to do; to be called once none is being processed."""
        self.points.close()
        self.painted.close()
        self.distance.close()
        self.ground.close()
