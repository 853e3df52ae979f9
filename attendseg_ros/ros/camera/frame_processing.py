# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The way of one frame in the worker's thread: convert, segment, paint, publish."""

from __future__ import annotations

from collections.abc import Mapping

from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from attendseg_ros.errors import LogitsError, described
from attendseg_ros.images.bad_image import BadImageError, Reason
from attendseg_ros.images.sample_bits import SampleBits
from attendseg_ros.inference import RoiError, Segmentation
from attendseg_ros.inference.resize import Resizer
from attendseg_ros.labels import UNLABELLED
from attendseg_ros.msg import ClassShares, LandingZone
from attendseg_ros.ros.camera.frame_account import FrameAccount
from attendseg_ros.ros.camera.frame_demand import Demand
from attendseg_ros.ros.camera.looks import Looks
from attendseg_ros.ros.camera.mask_consumers import MaskConsumers
from attendseg_ros.ros.camera.scaled_camera_info import ScaledCameraInfo
from attendseg_ros.ros.depth.depth_errors import DepthError
from attendseg_ros.ros.depth.points import SegmentedImage
from attendseg_ros.ros.messages.conversion import ImageMessage, to_rgb
from attendseg_ros.ros.messages.image_messages import pixels_of
from attendseg_ros.ros.model.hangs import EngineHangError
from attendseg_ros.ros.model.model_switch import ModelSwitch
from attendseg_ros.ros.outputs.class_shares import to_class_shares
from attendseg_ros.ros.outputs.labelled_frame import LabelledFrame, Pixels
from attendseg_ros.ros.outputs.output_images import ImageOutput, OutputImages
from attendseg_ros.ros.outputs.publishers import Outputs
from attendseg_ros.ros.parameters.parameter_table import WITHOUT_CLASS
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.ros.runtime.memory import give_back_freed
from attendseg_ros.streaming.stamp_clock import Receipt
from attendseg_ros.streaming.timing import FrameTimes, Stopwatch, stamp_ns


class FrameProcessor:
    """Turns image messages into published masks; no frame, however broken, ends it."""

    def __init__(
        self,
        node: LifecycleNode,
        models: ModelSwitch,
        outputs: Outputs,
        account: FrameAccount,
        consumers: MaskConsumers,
    ) -> None:
        """Prepares for one camera's frames of one activation.

        Args:
            node: for its clock and logger.
            models: gives the network and the parameters of each frame.
            outputs: where results go.
            account: told of every frame that is out, or refused.
            consumers: those who make more of the masks.
        """
        self._node = node
        self._models = models
        # The account's: another may have taken its place since that was opened.
        self._segmenter = account.segmenter
        self._account = account
        self._outputs = outputs
        self._consumers = consumers
        self._camera = outputs.camera
        self._painter = OutputImages(self._segmenter.bundle.classes)
        self._bits = SampleBits()
        self._resizer: tuple[tuple[int, int], Resizer] | None = None
        self._scaled_info = ScaledCameraInfo()
        self._image_bytes = 0
        self.camera_info: CameraInfo | None = None

    def __call__(self, message: ImageMessage, receipt: Receipt) -> None:
        """Processes one Image or CompressedImage; what is wrong with it is logged and counted.

        Args:
            message: the image.
            receipt: how it came.
        """
        try:
            with self._models.frame() as (segmenter, settings):
                if segmenter is not self._segmenter:
                    self._segmenter = segmenter
                    self._painter = OutputImages(segmenter.bundle.classes)
                    self._consumers.landing.begin_anew()
                    self._account.begin_anew(segmenter)
                self._process(message, receipt, settings)
        except BadImageError as error:
            self._account.refuse(message, error.reason, str(error))
        except RoiError as error:
            self._account.refuse(message, Reason.ROI, f"{Reason.ROI.value}: {error}")
        except LogitsError as error:
            self._account.refuse(message, Reason.LOGITS, f"{Reason.LOGITS.value}: {error}")
        except EngineHangError as error:
            self._account.refuse(message, Reason.HANGING, f"{Reason.HANGING.value}: {error}")
        except Exception as error:
            # A subscriber-facing thread must outlive whatever a camera sends it or an engine
            # makes of it. Publishing fails too while the process is being shut down: no news.
            if self._node.context.ok():
                detail = f"{Reason.INTERNAL.value}: {described(error)}"
                self._account.refuse(message, Reason.INTERNAL, detail)

    def _process(self, message: ImageMessage, receipt: Receipt, settings: Settings) -> None:
        watch, times = Stopwatch(), FrameTimes()
        rgb = to_rgb(message, self._bits, settings.max_pixels)
        looks = Looks.of(rgb, settings.framing, wide=self._bits.wide)
        times.conversion_ms = watch.lap_ms()
        self._give_back_larger(rgb)

        demand = self._demand(settings)
        segmentation = self._segment(rgb, message.header, demand, settings)
        times.resize_ms = segmentation.times.resize_ms
        times.network_ms = segmentation.times.network_ms
        times.decode_ms = segmentation.times.decode_ms
        watch.lap_ms()

        frame = self._labelled(message.header, rgb, looks, segmentation, demand, settings)
        images = self._painter.paint(frame, demand.wanted.painted)
        zone = self._landing_zone(frame, images) if demand.wanted.landing_zone else None
        shares = self._in_view(frame, demand) if demand.shares else None
        times.masks_ms = watch.lap_ms()

        self._outputs.publish_images(images, demand.wanted, frame.header, settings.jpeg_quality)
        if zone is not None:
            self._outputs.publish_landing_zone(zone)
        if shares is not None:
            self._outputs.publish_class_shares(shares)
        self._hand_on(frame, images, demand)
        self._account.take_unserved(self._unserved(frame, demand))
        times.publish_ms = watch.lap_ms()
        times.processing_time_ms = watch.total_ms()
        self._account.take(
            times, stamp_ns(frame.header.stamp), receipt, segmentation, looks, settings
        )
        if demand.wanted.timing:
            timing = self._account.timing(frame.header, times, segmentation.foreignness)
            self._outputs.publish_timing(timing)

    def _demand(self, settings: Settings) -> Demand:
        wanted = self._outputs.wanted()
        points = wanted.points and self._consumers.points.due(settings)
        return Demand.of(wanted, self._segmenter.bundle, settings, points=points)

    def _segment(
        self, rgb: Pixels, header: Header, demand: Demand, settings: Settings
    ) -> Segmentation:
        return self._models.segment(
            self._segmenter,
            rgb,
            settings.engine_timeout_s,
            confidence=demand.confidence,
            smoothing=settings.temporal_smoothing,
            stamp_ns=stamp_ns(header.stamp),
            camera=self._camera.name,
            framing=settings.framing,
        )

    def _labelled(
        self,
        header: Header,
        rgb: Pixels,
        looks: Looks,
        segmentation: Segmentation,
        demand: Demand,
        settings: Settings,
    ) -> LabelledFrame:
        size = (segmentation.labels.shape[1], segmentation.labels.shape[0])
        return LabelledFrame(
            header=header,
            image_size=(rgb.shape[1], rgb.shape[0]),
            rgb=self._scaled(rgb, size) if demand.colours else rgb,
            segmentation=segmentation,
            unseen=looks.unseen(rgb, size, in_parts=demand.free_matters),
            classes=self._segmenter.bundle.classes,
            settings=settings,
        )

    def _landing_zone(
        self, frame: LabelledFrame, images: Mapping[ImageOutput, Image]
    ) -> LandingZone:
        return self._consumers.landing.find(
            pixels_of(images[ImageOutput.TRAVERSABLE]),
            frame.segmentation.confidence,
            frame.settings,
            self.camera_info,
            frame.image_size,
            frame.header,
            frame.unseen.blind,
        )

    def _in_view(self, frame: LabelledFrame, demand: Demand) -> ClassShares | None:
        """What is in view, for who wants to know, and what is free ahead, where it is watched."""
        if frame.settings.min_free_share:
            self._consumers.ahead.observe(frame.known, frame.classes, frame.settings)
        return to_class_shares(frame) if demand.wanted.class_shares else None

    def _hand_on(
        self, frame: LabelledFrame, images: Mapping[ImageOutput, Image], demand: Demand
    ) -> None:
        """Gives the frame to those who make clouds and maps of it."""
        if demand.placed:
            image = self._segmented(frame)
            if demand.points:
                self._consumers.points.offer(image)
            if demand.wanted.painted_points:
                self._consumers.painted.offer(image)
        if demand.wanted.ground:
            self._consumers.ground.update(
                pixels_of(images[ImageOutput.TRAVERSABLE]),
                frame.settings,
                self.camera_info,
                frame.image_size,
                frame.header,
            )

    def _unserved(self, frame: LabelledFrame, demand: Demand) -> dict[str, str]:
        """Publishes the camera's calibration where it is wanted; what cannot be, and why."""
        unserved: dict[str, str] = {}
        if demand.without_confidence:
            unserved[self._camera.output("confidence")] = (
                f"model {self._segmenter.bundle.name!r} gives class ids without confidence: "
                "nothing is published there"
            )
        if demand.wanted.camera_info and (why := self._publish_camera_info(frame)):
            unserved[self._camera.output("camera_info")] = why
        return unserved

    def _give_back_larger(self, rgb: Pixels) -> None:
        """Returns what larger images took than come now."""
        if rgb.nbytes < self._image_bytes:
            give_back_freed()
        self._image_bytes = rgb.nbytes

    def _scaled(self, rgb: Pixels, size: tuple[int, int]) -> Pixels:
        """The image at the size of its mask."""
        if (rgb.shape[1], rgb.shape[0]) == size:
            return rgb
        if self._resizer is None or self._resizer[0] != size:
            self._resizer = (size, Resizer(size))
        # The resizer's memory is overwritten by the next image; points may still be made of it.
        return self._resizer[1].resize(rgb).copy()

    def _segmented(self, frame: LabelledFrame) -> SegmentedImage:
        """The frame for those who place it in space."""
        return SegmentedImage(
            header=frame.header,
            rgb=frame.rgb,
            labels=frame.known,
            confidence=frame.confidence,
            blind=frame.unseen.blind,
            classes=frame.classes,
            kept_ids=self._ids(frame.settings.kept_points_classes),
            painted_ids=self._ids(frame.settings.kept_painted_classes),
            settings=frame.settings,
            image_size=frame.image_size,
        )

    def _ids(self, names: tuple[str, ...] | None) -> tuple[int, ...] | None:
        if names is None:
            return None
        id_of = self._segmenter.bundle.classes.id_of
        return tuple(UNLABELLED if name == WITHOUT_CLASS else id_of(name) for name in names)

    def _publish_camera_info(self, frame: LabelledFrame) -> str:
        """Publishes it, or returns why it cannot be published."""
        topic = self._node.resolve_topic_name(self._camera.input("camera_info"))
        mask_size = (frame.segmentation.labels.shape[1], frame.segmentation.labels.shape[0])
        try:
            info = self._scaled_info.of(self.camera_info, frame.image_size, mask_size)
        except DepthError as error:
            return f"that of {topic} cannot be that of the mask: {error}"
        if info is None:
            return f"nothing has arrived on {topic}"
        self._outputs.publish_camera_info(info, frame.header)
        return ""
