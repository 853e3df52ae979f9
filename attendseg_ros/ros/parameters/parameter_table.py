# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The segmentation node's parameters: one table that everything else is made from."""

from __future__ import annotations

from dataclasses import dataclass

from attendseg_ros.inference import AUTO, ENGINE_NAMES
from attendseg_ros.inference.engine import MOST_THREADS
from attendseg_ros.inference.engines import LARGEST_SIDE
from attendseg_ros.inference.familiarity import USUAL_LIMIT
from attendseg_ros.pictures import MAX_PIXELS
from attendseg_ros.ros.camera.rectification import CHOICES as RECTIFIED_CHOICES
from attendseg_ros.ros.parameters.parameter_spec import one_of, parameter, specs_of

IMAGE_TRANSPORTS = ("raw", "compressed")
ENGINES = (AUTO, *ENGINE_NAMES)

WITHOUT_CLASS = "unlabelled"
"""What `painted_classes` calls points without a class."""

AHEAD = (0.25, 0.5, 0.5, 0.5)
"""The middle of the lower half: what a robot rolls onto next."""

CLASS_LISTS = (
    "classes",
    "traversable_classes",
    "obstacle_classes",
    "points_classes",
    "painted_classes",
)
"""Parameters that name classes, and so must fit the model."""

OF_CONFIDENCE = ("min_confidence", "temporal_smoothing")
"""Parameters that must be 0 for a model that gives no confidence."""


@dataclass(frozen=True)
class ParameterTable:
    """A field's name, type and default are the parameter's; its metadata hold the rest."""

    model: str = parameter(
        "street",
        "Name of a model, pkg://package/name, or path of a bundle's folder; loaded in the "
        "background.",
    )
    engine: str = parameter(
        AUTO,
        "Inference engine; auto takes the fastest of those installed, measured once for a machine, "
        "model and size.",
        live=False,
        constraints=one_of(ENGINES),
    )
    num_threads: int = parameter(
        0,
        "Processor threads of the network; 0: all physical cores but one, from two to four.",
        live=False,
        limits=(0, MOST_THREADS),
    )
    image_transport: str = parameter(
        "raw",
        "raw subscribes to sensor_msgs/Image, compressed to CompressedImage on <image>/compressed.",
        live=False,
        constraints=one_of(IMAGE_TRANSPORTS),
    )
    cameras: tuple[str, ...] = parameter(
        ("",),
        "Names of several cameras, whose topics are <camera>/image and ~/<camera>/mask; [''] is "
        "one camera without a name.",
        live=False,
        constraints="names of one topic token each, or ['']",
    )
    autostart: bool = parameter(
        True,
        "Configure and activate at start; false waits for the lifecycle services.",
        live=False,
    )
    overlay_alpha: float = parameter(
        0.5, "Weight of the class colours in ~/overlay.", limits=(0.0, 1.0)
    )
    jpeg_quality: int = parameter(
        80,
        "JPEG quality of ~/color_mask/compressed and ~/overlay/compressed.",
        limits=(1, 100),
    )
    min_confidence: float = parameter(
        0.0, "Pixels the network is less sure of become unlabelled (255).", limits=(0.0, 1.0)
    )
    classes: tuple[str, ...] = parameter(
        ("",),
        "Names of the classes to keep, all others become unlabelled (255); [''] keeps all.",
        constraints="names of the model's classes, or ['']",
    )
    output_size: tuple[int, ...] = parameter(
        (0, 0),
        "Width and height, in pixels, of the images that come out; [0, 0] is the camera image's.",
        constraints="[width, height] of at most max_pixels, or [0, 0]",
    )
    roi: tuple[int, ...] = parameter(
        (0, 0, 0, 0),
        "Part of the camera image that the network sees: x, y, width and height in its pixels; the "
        "rest is 255. [0, 0, 0, 0] is all of it.",
        constraints="[x, y, width, height] inside the image, or [0, 0, 0, 0]",
    )
    temporal_smoothing: float = parameter(
        0.0,
        "Weight of earlier frames where the image stays the same, against flicker; 0 is off.",
        limits=(0.0, 0.95),
    )
    traversable_classes: tuple[str, ...] = parameter(
        ("",),
        "Names of the classes that are free (0) in ~/traversable; [''] is none.",
        constraints="names of the model's classes, or ['']",
    )
    obstacle_classes: tuple[str, ...] = parameter(
        ("",),
        "Names of the classes that are occupied (100); those in neither list are unknown (255).",
        constraints="names of the model's classes, or ['']",
    )
    ahead_region: tuple[float, ...] = parameter(
        AHEAD,
        "Where ahead is, in ~/class_shares: x, y, width and height as shares of the image.",
        constraints="[x, y, width, height] inside 0 to 1",
    )
    min_free_share: float = parameter(
        0.0,
        "WARN when a smaller share of ahead_region is of traversable_classes; 0 is off. Keeps the "
        "network running.",
        limits=(0.0, 1.0),
    )
    height_above_ground_m: float = parameter(
        0.0,
        "Height of a camera looking straight down, for ~/landing_zone without depth; 0: unknown.",
        limits=(0.0, 10000.0),
    )
    height_source: str = parameter(
        "auto",
        "Where ~/landing_zone has its height from; auto: from depth where its topic is remapped or "
        "published, else from height_above_ground_m. One never stands in for the other.",
        constraints=one_of(("auto", "depth", "parameter")),
    )
    landing_min_radius_px: float = parameter(
        20.0, "Smallest radius of a landing zone, in pixels of the image.", limits=(0.0, 16384.0)
    )
    landing_min_radius_m: float = parameter(
        0.0,
        "The same in metres, in its place; no zone while metres are not known; 0 takes pixels.",
        limits=(0.0, 1000.0),
    )
    landing_hysteresis: float = parameter(
        0.2,
        "A landing zone is kept while it is safe and at most this share smaller than the largest.",
        limits=(0.0, 1.0),
    )
    landing_frames: int = parameter(
        3, "Frames in a row that must show a landing zone before it counts.", limits=(1, 1000)
    )
    image_is_rectified: str = parameter(
        "auto",
        "Whether lens distortion is undone in the images, for metres; auto goes by the topic's "
        "name: image_rect*, */rect/*, *rectified*.",
        constraints=one_of(RECTIFIED_CHOICES),
    )
    ground_frame: str = parameter(
        "base_footprint",
        "Frame whose plane z = 0 is the ground, for ~/ground_grid and ~/ground_scan; with "
        "camera_height_m, it lies below the camera and looks where that looks.",
    )
    ground_plane_source: str = parameter(
        "auto",
        "Where the camera's pose above the ground comes from; auto: from camera_height_m and its "
        "like where that is above 0, else from TF. One never stands in for the other.",
        constraints=one_of(("auto", "tf", "parameters")),
    )
    camera_height_m: float = parameter(
        0.0,
        "Height of the lens above the ground, for ~/ground_grid without TF; 0: unknown.",
        limits=(0.0, 1000.0),
    )
    camera_pitch_deg: float = parameter(
        -90.0,
        "How far the camera looks down from the horizon; -90, straight up: unknown.",
        limits=(-90.0, 90.0),
    )
    camera_roll_deg: float = parameter(
        0.0,
        "How far the camera is turned clockwise about its view, seen from behind.",
        limits=(-180.0, 180.0),
    )
    ground_tf_tolerance_ms: float = parameter(
        100.0,
        "Most that a moving transform may be older or younger than the image.",
        limits=(0.0, 10000.0),
    )
    ground_size_m: float = parameter(
        10.0,
        "Side of ~/ground_grid, whose middle is the origin of ground_frame.",
        limits=(0.1, 1000.0),
    )
    ground_resolution_m: float = parameter(
        0.05, "Side of a cell of ~/ground_grid.", limits=(0.005, 10.0)
    )
    ground_min_range_m: float = parameter(
        0.0, "Ground nearer to the point below the camera is not mapped.", limits=(0.0, 1000.0)
    )
    ground_max_range_m: float = parameter(
        10.0, "Ground farther from the point below the camera is not mapped.", limits=(0.1, 1000.0)
    )
    max_cell_stretch: float = parameter(
        2.0,
        "Ground of which one pixel covers more than so many cells is not mapped.",
        limits=(0.01, 1000.0),
    )
    ground_max_rate_hz: float = parameter(
        0.0, "Most ground maps in a second; 0 is one for every mask.", limits=(0.0, 1000.0)
    )
    max_rate_hz: float = parameter(
        0.0, "Most frames processed in a second; 0 is unlimited.", limits=(0.0, 1000.0)
    )
    max_pixels: int = parameter(
        MAX_PIXELS,
        "Most pixels of an image; a larger one is refused before memory is taken for it.",
        limits=(1, 200_000_000),
    )
    input_size: tuple[int, ...] = parameter(
        (0, 0),
        "Width and height, in pixels, at which the network sees the image; [0, 0] is the model's.",
        constraints=f"multiples of the model's size_multiple up to {LARGEST_SIDE}, or [0, 0]",
    )
    target_latency_ms: float = parameter(
        0.0,
        "Keeps the p95 of camera to mask below, by the model's smaller input_sizes; 0 is off.",
        limits=(0.0, 60000.0),
    )
    depth_tolerance_ms: float = parameter(
        20.0,
        "Most that the stamps of an image and of its depth may differ, for ~/points.",
        limits=(0.0, 1000.0),
    )
    points_classes: tuple[str, ...] = parameter(
        ("",),
        "Names of the classes to keep in ~/points, all others become NaN; [''] keeps all.",
        constraints="names of the model's classes, or ['']",
    )
    points_min_range_m: float = parameter(
        0.0, "Points nearer to the camera become NaN; 0 is off.", limits=(0.0, 1000.0)
    )
    points_max_range_m: float = parameter(
        0.0, "Points farther from the camera become NaN; 0 is off.", limits=(0.0, 1000.0)
    )
    points_max_rate_hz: float = parameter(
        0.0, "Most clouds in a second; 0 is one for every mask.", limits=(0.0, 1000.0)
    )
    T_camera_lidar: tuple[float, ...] = parameter(
        (0.0,),
        "For ~/painted_points: the 16 numbers, row by row, that take a lidar's points to the "
        "camera's optical frame; of several cameras one after the other. [0.0] takes TF.",
        constraints="16 numbers of a rotation and a translation for each camera, or [0.0]",
    )
    painted_classes: tuple[str, ...] = parameter(
        ("",),
        "Names of the classes to keep in ~/painted_points, all other points are left out; "
        "unlabelled keeps those without a class and those not in view. [''] keeps all.",
        constraints="names of the model's classes, unlabelled, or ['']",
    )
    painting_tolerance_ms: float = parameter(
        50.0,
        "Most that the stamps of a cloud and of its mask may differ, and of a moving transform.",
        limits=(0.0, 1000.0),
    )
    painting_ring_gap_deg: float = parameter(
        1.0,
        "Largest angle between two rings of the lidar: what lies behind gaps in what is in front "
        "stays 255. 0 looks at the very pixel only.",
        limits=(0.0, 10.0),
    )
    engine_timeout_s: float = parameter(
        2.0,
        "An engine that keeps a frame longer, and longer than five times its first run, hangs and "
        "is replaced; 0 is off.",
        limits=(0.0, 3600.0),
    )
    lazy: bool = parameter(
        True, "Run the network only while somebody subscribes to one of the outputs."
    )
    diagnostics_period_s: float = parameter(
        1.0, "Seconds between two reports on /diagnostics.", limits=(0.1, 60.0)
    )
    min_rate_warn_hz: float = parameter(
        0.0, "WARN when fewer masks a second come out; 0 is off.", limits=(0.0, 1000.0)
    )
    min_rate_error_hz: float = parameter(
        0.0, "ERROR when fewer masks a second come out; 0 is off.", limits=(0.0, 1000.0)
    )
    max_latency_warn_ms: float = parameter(
        0.0, "WARN when the p95 of camera to mask is longer; 0 is off.", limits=(0.0, 60000.0)
    )
    max_latency_error_ms: float = parameter(
        0.0, "ERROR when the p95 of camera to mask is longer; 0 is off.", limits=(0.0, 60000.0)
    )
    max_age_warn_s: float = parameter(
        1.0,
        "WARN when the last image, or the last mask while masks are wanted, is older; 0 is off.",
        limits=(0.0, 3600.0),
    )
    max_age_error_s: float = parameter(
        5.0,
        "ERROR when the last image, or the last mask while masks are wanted, is older; 0 is off.",
        limits=(0.0, 3600.0),
    )
    max_drop_ratio_warn: float = parameter(
        1.0,
        "WARN when a larger share of frames is replaced by newer ones unprocessed; 1 is off.",
        limits=(0.0, 1.0),
    )
    max_foreignness_warn: float = parameter(
        USUAL_LIMIT,
        "WARN when images are more foreign to the model, in the median of the last 15; 1 is the "
        "limit of its own images, 0 is off.",
        limits=(0.0, 100.0),
    )
    max_missing_ratio_warn: float = parameter(
        0.1,
        "WARN when a larger share of the camera's frames never arrives (gaps in its stamps); 1 is "
        "off.",
        limits=(0.0, 1.0),
    )


SCHEMA = specs_of(ParameterTable)
