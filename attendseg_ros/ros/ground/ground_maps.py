# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ground map of one camera, made of each mask while somebody wants it."""

from __future__ import annotations

import re

import numpy as np
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from numpy.typing import NDArray
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from attendseg_ros.errors import described
from attendseg_ros.geometry import Lens
from attendseg_ros.navigation.ground_map import Grid, GroundMap
from attendseg_ros.navigation.ground_plane import CameraPose, GroundError
from attendseg_ros.navigation.horizon import Horizon
from attendseg_ros.navigation.polar_view import PolarView, View
from attendseg_ros.ros.camera.calibration import Calibration
from attendseg_ros.ros.depth.depth_errors import DepthError
from attendseg_ros.ros.ground.camera_poses import CameraPoses, by_parameters
from attendseg_ros.ros.ground.grid_output import GridOutput
from attendseg_ros.ros.ground.ground_messages import to_scan
from attendseg_ros.ros.ground.ground_report import GroundReport, NoGround, NoGroundError
from attendseg_ros.ros.ground.horizon_watch import HorizonWatch
from attendseg_ros.ros.ground.transform_topics import TransformTopics
from attendseg_ros.ros.messages.frame_names import to_be_placed
from attendseg_ros.ros.outputs.publishers import Outputs
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.throttle import RateLimit, Throttle

_NUMBERS = re.compile(r"[0-9.]+")

SAME_M, SAME_DEG = 0.002, 0.05
"""A camera that has moved less is where it was: a tenth of a cell, a pixel at most."""


HOLDS_S = 0.5
"""How long the last map holds while masks make none: then the robot has moved."""

_PATIENCE_S = 5.0
"""How long it holds without masks where no parameter says when their absence is an error."""


def longest_s(settings: Settings) -> float:
    """How long the last map holds while no masks come."""
    rates = [rate for rate in (settings.ground_max_rate_hz, settings.max_rate_hz) if rate]
    pause_s = 2.0 / min(rates) if rates else 0.0
    return max(HOLDS_S, settings.max_age_error_s or _PATIENCE_S, pause_s)


class GroundMaps:
    """Maps the ground in the masks of one camera.

    `update` is for the thread that segments, everything else is for the executor's.
    """

    def __init__(
        self, node: LifecycleNode, outputs: Outputs, transforms: TransformTopics, *, several: bool
    ) -> None:
        """Prepares.

        Args:
            node: for its logger.
            outputs: where maps go, and who asks for them.
            transforms: where the camera's pose may come from.
            several: whether the node has several cameras.
        """
        self._node = node
        self._outputs = outputs
        self._transforms = transforms
        self._calibration = Calibration(node, outputs.camera)
        self._poses = CameraPoses(transforms, several=several)
        self._report = GroundReport(outputs.camera.status("ground"))
        self._rate_limit = RateLimit()
        self._throttle = Throttle()
        self._wanted = False
        self._map: GroundMap | None = None
        self._made_of: tuple[object, ...] = ()
        self._pose: CameraPose | None = None
        self._horizon: Horizon | None = None
        self._watch = HorizonWatch()
        self._grid = GridOutput(outputs.publish_ground_grid)

    def follow_demand(self, settings: Settings) -> None:
        """Reads transforms while a map is wanted whose pose they tell."""
        self._wanted = self._outputs.ground_wanted()
        self._transforms.follow_demand(self, wanted=self._wanted and not by_parameters(settings))
        self._take_back(self._node.get_clock().now().to_msg(), longest_s(settings))

    def statuses(self) -> list[DiagnosticStatus]:
        """The status of the ground map since the last call; none while nobody wants it."""
        return [self._report.status()] if self._wanted else []

    def close(self) -> None:
        """Takes the last map back, and needs no transforms any more."""
        self._take_back(self._node.get_clock().now().to_msg(), 0.0)
        self._wanted = False
        self._transforms.follow_demand(self, wanted=False)

    def update(
        self,
        occupancy: NDArray[np.uint8],
        settings: Settings,
        camera_info: CameraInfo | None,
        image_size: tuple[int, int],
        header: Header,
    ) -> None:
        """Takes in a mask, and publishes its map unless the rate is limited.

        Args:
            occupancy: uint8 (H, W), the pixels of ~/traversable.
            settings: of this frame.
            camera_info: the camera's; None if none has come.
            image_size: width and height of the camera's image.
            header: of the image.
        """
        if not self._rate_limit.allows(settings.ground_max_rate_hz):
            return
        try:
            self._publish(occupancy, settings, camera_info, image_size, header)
        except NoGroundError as error:
            self._refuse(error.reason, str(error))
        except GroundError as error:
            self._refuse(NoGround.NOT_IN_VIEW, f"{NoGround.NOT_IN_VIEW.value}: {error}")
        except DepthError as error:
            self._refuse(NoGround.CAMERA, str(error))
        except Exception as error:
            # The mask is fine: what fails here must cost the map alone. News end with ROS.
            if self._node.context.ok():
                text = described(error)
                self._refuse(NoGround.INTERNAL, f"{NoGround.INTERNAL.value}: {text}")
        else:
            return
        self._take_back(header.stamp, HOLDS_S)

    def _publish(
        self,
        occupancy: NDArray[np.uint8],
        settings: Settings,
        camera_info: CameraInfo | None,
        image_size: tuple[int, int],
        header: Header,
    ) -> None:
        if not (settings.free_classes or settings.occupied_classes):
            raise NoGroundError(
                NoGround.NO_CLASSES, "traversable_classes and obstacle_classes are empty"
            )
        rows, columns = occupancy.shape
        lens = self._calibration.lens(camera_info, *image_size, settings, (columns, rows))
        pose = self._poses.at(header, settings)
        ground_map = self._map_of(lens, pose, settings)
        wanted = self._outputs.ground_scan_wanted()
        cells, scan = ground_map.update(occupancy, scan=wanted)
        there = to_be_placed(Header(stamp=header.stamp, frame_id=settings.ground_frame))
        if scan is not None:
            self._outputs.publish_ground_scan(to_scan(scan, there))
        if self._outputs.ground_grid_wanted():
            self._grid.send(cells, ground_map.grid, there)
        merged, doubts = self._outputs.merged_grid, [self._poses.doubt(header, settings)]
        if self._horizon is not None:
            doubts.append(self._watch.doubt(self._horizon.free_above(occupancy)))
        if merged is not None and merged.wanted():
            doubts.append(merged.add(self._outputs.camera.name, cells, ground_map.grid, there))
        doubt = "; ".join(filter(None, doubts))
        if doubt and self._throttle.ready(_NUMBERS.sub("", doubt)):
            self._node.get_logger().warning(f"{self._report.name}: {doubt}")
        x, y, z = pose.position
        self._report.record_published(
            f"from {z:.3f} m above {settings.ground_frame}, x {x:.3f} m, y {y:.3f} m, looking "
            f"{round(pose.pitch_deg, 1) + 0.0:.1f} degrees down",
            doubt,
        )

    def _map_of(self, lens: Lens, pose: CameraPose, settings: Settings) -> GroundMap:
        """The map of before while nothing that it is made of has changed."""
        made_of = (
            lens,
            settings.ground_size_m,
            settings.ground_resolution_m,
            settings.ground_min_range_m,
            settings.ground_max_range_m,
            settings.max_cell_stretch,
        )
        if self._map is not None and self._pose is not None and made_of == self._made_of:
            metres, degrees = pose.moved_from(self._pose)
            if metres < SAME_M and degrees < SAME_DEG:
                return self._map
        self._map = None
        view = View(
            project=lens.project,
            width=lens.camera.width,
            height=lens.camera.height,
            pixels_per_radian=max(lens.camera.fx, lens.camera.fy),
            pose=pose,
            min_range_m=settings.ground_min_range_m,
            max_range_m=settings.ground_max_range_m,
            coarsest_m=settings.max_cell_stretch * settings.ground_resolution_m,
        )
        grid = Grid.of_size(settings.ground_size_m, settings.ground_resolution_m)
        self._map, self._made_of, self._pose = GroundMap(PolarView(view), grid), made_of, pose
        self._horizon = Horizon(lens, pose)
        return self._map

    def _take_back(self, stamp: Time, older_than_s: float) -> None:
        if not self._node.context.ok():
            return
        self._grid.take_back(stamp, older_than_s)
        if self._outputs.merged_grid is not None:
            self._outputs.merged_grid.take_back(self._outputs.camera.name, stamp, older_than_s)

    def _refuse(self, reason: NoGround, detail: str) -> None:
        self._report.record_failure(reason)
        if reason is NoGround.NO_TRANSFORM and self._transforms.just_opened:
            return
        # Numbers differ from mask to mask, where the cause is the same.
        if self._throttle.ready(_NUMBERS.sub("", detail)):
            self._node.get_logger().warning(
                f"no map on {self._outputs.camera.output('ground_grid')} for a mask: {detail}"
            )
