# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a camera was above the ground when it took an image: from TF or from parameters."""

from __future__ import annotations

from math import dist, hypot

from std_msgs.msg import Header

from attendseg_ros.clocks import NANOSECONDS
from attendseg_ros.geometry.transforms import NoTransform, TransformError
from attendseg_ros.navigation.ground_plane import CameraPose
from attendseg_ros.ros.ground.ground_report import NoGround, NoGroundError
from attendseg_ros.ros.ground.transform_topics import HINT, TransformTopics
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.timing import stamp_ns

JUMP_M, JUMP_DEG = 0.2, 10.0
"""A camera that moves or turns farther in its robot's frame from one image to the next jumps."""

STRAIGHT_UP_DEG = -90.0
"""A camera that looks so sees no ground: the value of a pitch that nobody has told."""

NEXT_NS = NANOSECONDS
"""Images farther apart are not one after the other."""

ROAMS_M = 3.0
"""No mast or arm carries a camera so far over its robot. A frame in which one goes farther stays
behind, as `odom` and `map` do, while grid and scan are of what is around its origin."""

SETTLED_NS = NANOSECONDS
"""After a jump no pose is believed for as long: of two that take turns, either may be wrong."""

_REASONS = {
    NoTransform.MISSING: NoGround.NO_TRANSFORM,
    NoTransform.MALFORMED: NoGround.NO_TRANSFORM,
    NoTransform.LATE: NoGround.LATE,
    NoTransform.IN_TURNS: NoGround.JUMP,
}


def by_parameters(settings: Settings) -> bool:
    """Whether the pose is to come from parameters; one source never stands in for the other."""
    if settings.ground_plane_source != "auto":
        return settings.ground_plane_source == "parameters"
    return settings.camera_height_m > 0.0


class CameraPoses:
    """The poses of one camera from image to image."""

    def __init__(self, transforms: TransformTopics, *, several: bool) -> None:
        """Begins with no pose.

        Args:
            transforms: where TF comes from.
            several: whether the node has several cameras, which one set of parameters cannot place.
        """
        self._transforms = transforms
        self._several = several
        self._last: tuple[int, CameraPose] | None = None
        self._jump: tuple[int, str] | None = None
        self._begun: tuple[tuple[str, str], tuple[float, float]] | None = None

    def at(self, header: Header, settings: Settings) -> CameraPose:
        """The pose of the camera in the ground frame.

        Raises:
            NoGroundError: it is not known.
        """
        if by_parameters(settings):
            return self._given(settings)
        return self._measured(header, settings)

    def doubt(self, header: Header, settings: Settings) -> str:
        """What speaks against the pose of an image that has one, in words; empty if nothing."""
        if by_parameters(settings):
            return ""
        return self._transforms.doubt(settings.ground_frame, header.frame_id)

    def _given(self, settings: Settings) -> CameraPose:
        if self._several:
            raise NoGroundError(
                NoGround.NO_POSE,
                "camera_height_m, camera_pitch_deg and camera_roll_deg place one camera, and there "
                "are several: publish their frames on /tf_static and leave camera_height_m unset",
            )
        for name, unset in (("camera_height_m", 0.0), ("camera_pitch_deg", STRAIGHT_UP_DEG)):
            if getattr(settings, name) == unset:
                raise NoGroundError(
                    NoGround.NO_POSE, f"{name} is {unset:g}, not set; measure it on the robot"
                )
        return CameraPose.mounted(
            settings.camera_height_m, settings.camera_pitch_deg, settings.camera_roll_deg
        )

    def _measured(self, header: Header, settings: Settings) -> CameraPose:
        if not self._transforms.installed:
            raise NoGroundError(
                NoGround.NO_POSE,
                f"{HINT}, or set camera_height_m, camera_pitch_deg and camera_roll_deg",
            )
        camera, ground = header.frame_id, settings.ground_frame
        if not camera:
            raise NoGroundError(
                NoGround.NO_FRAME, f"it has no transform to {ground!r}; let the driver name it"
            )
        moment_ns = stamp_ns(header.stamp)
        tolerance_ns = round(settings.ground_tf_tolerance_ms * 1e6)
        try:
            found = self._transforms.find(ground, camera, moment_ns, tolerance_ns)
        except TransformError as error:
            detail = str(error).partition(": ")[2]
            raise NoGroundError(_REASONS[error.reason], detail) from error
        x, y, z = found.translation.tolist()
        pose = CameraPose((x, y, z), tuple(found.rotation.ravel().tolist()))
        self._check_jump(pose, moment_ns, camera, ground)
        self._check_roaming((x, y), (camera, ground), settings.ground_size_m)
        return pose

    def _check_roaming(
        self, place: tuple[float, float], frames: tuple[str, str], size_m: float
    ) -> None:
        """Refuses a camera that is not about the origin of its ground frame, where the map is."""
        if self._begun is None or self._begun[0] != frames:
            self._begun = frames, place
        camera, ground = frames
        moved_m, away_m = dist(place, self._begun[1]), hypot(*place)
        if moved_m > ROAMS_M:
            how_far = f"has moved by {moved_m:.1f} m in {ground!r}"
        elif away_m > max(ROAMS_M, size_m):
            how_far = f"is {away_m:.1f} m from the origin of {ground!r}"
        else:
            return
        raise NoGroundError(
            NoGround.STAYS_BEHIND,
            f"{camera!r} {how_far}, around which the map is: that must be a frame that moves "
            "with the robot, as base_footprint does, and not odom or map",
        )

    def _check_jump(self, pose: CameraPose, moment_ns: int, camera: str, ground: str) -> None:
        """Refuses a pose far from that of the image before, and all until none has jumped again."""
        last, self._last = self._last, (moment_ns, pose)
        if last is not None and 0 <= moment_ns - last[0] <= NEXT_NS:
            metres, degrees = pose.moved_from(last[1])
            if metres > JUMP_M or degrees > JUMP_DEG:
                self._jump = (moment_ns, f"{metres:.2f} m and {degrees:.0f} degrees")
        if self._jump is None:
            return
        jump_ns, how_far = self._jump
        if not 0 <= moment_ns - jump_ns < SETTLED_NS:
            self._jump = None
            return
        raise NoGroundError(
            NoGround.JUMP,
            f"from {camera!r} to {ground!r}: {how_far} from one image to the next; is it published "
            "twice?",
        )
