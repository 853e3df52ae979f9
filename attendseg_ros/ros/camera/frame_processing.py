# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The way of one frame in the worker's thread: convert, segment, paint, publish."""

from __future__ import annotations

import numpy as np
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from attendseg_ros.errors import LogitsError, described
from attendseg_ros.images.bad_image import BadImageError, Reason
from attendseg_ros.images.contrast import contrast
from attendseg_ros.images.sample_bits import SampleBits
from attendseg_ros.images.unseen import Unseen, unseen_parts
from attendseg_ros.images.unwritten import unwritten
from attendseg_ros.inference import RoiError, Segmentation
from attendseg_ros.inference.resize import Resizer
from attendseg_ros.labels import UNLABELLED
from attendseg_ros.msg import ClassShares
from attendseg_ros.ros.camera.frame_account import FrameAccount, Looks
from attendseg_ros.ros.camera.mask_consumers import MaskConsumers
from attendseg_ros.ros.camera.scaled_camera_info import ScaledCameraInfo
from attendseg_ros.ros.depth.depth_errors import DepthError
from attendseg_ros.ros.depth.points import SegmentedImage
from attendseg_ros.ros.health.contrast_watch import nothing_in_words
from attendseg_ros.ros.health.still_watch import fingerprint
from attendseg_ros.ros.messages.conversion import ImageMessage, to_rgb
from attendseg_ros.ros.messages.image_messages import pixels_of
from attendseg_ros.ros.model.hangs import EngineHangError
from attendseg_ros.ros.model.model_switch import ModelSwitch
from attendseg_ros.ros.outputs.class_shares import to_class_shares
from attendseg_ros.ros.outputs.output_images import (
    ImageOutput,
    OutputImages,
    Pixels,
    needs_confidence,
)
from attendseg_ros.ros.outputs.publishers import Outputs, Wanted
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
        watch = Stopwatch()
        times = FrameTimes()
        rgb = to_rgb(message, self._bits, settings.max_pixels)
        # Of what the network sees.
        shown = contrast(settings.framing.part_of(rgb))
        blind = nothing_in_words(shown)
        empty_rows = unwritten(rgb)
        picture = fingerprint(rgb)
        times.conversion_ms = watch.lap_ms()
        self._give_back_larger(rgb)

        wanted = self._outputs.wanted()
        unserved: dict[str, str] = {}
        bundle = self._segmenter.bundle
        if ImageOutput.CONFIDENCE in wanted.images and not bundle.gives_confidence:
            wanted = wanted.without(ImageOutput.CONFIDENCE)
            unserved[self._camera.output("confidence")] = (
                f"model {bundle.name!r} gives class ids without confidence: nothing is published "
                "there"
            )
        stamp = stamp_ns(message.header.stamp)
        points = wanted.points and self._consumers.points.due(settings)
        summed = wanted.landing_zone or wanted.class_shares
        shares_matter = wanted.class_shares or bool(settings.min_free_share)
        placed = points or wanted.painted_points
        confidence = placed or summed or needs_confidence(settings, wanted.images)
        segmentation = self._models.segment(
            self._segmenter,
            rgb,
            settings.engine_timeout_s,
            confidence=confidence,
            smoothing=settings.temporal_smoothing,
            stamp_ns=stamp,
            camera=self._camera.name,
            framing=settings.framing,
        )
        times.resize_ms = segmentation.times.resize_ms
        times.network_ms = segmentation.times.network_ms
        times.decode_ms = segmentation.times.decode_ms
        watch.lap_ms()

        full = (rgb.shape[1], rgb.shape[0])
        size = (segmentation.labels.shape[1], segmentation.labels.shape[0])
        free_matters = ImageOutput.TRAVERSABLE in wanted.painted or placed or shares_matter
        # Where all is unknown, no part is looked for.
        in_parts = free_matters and not blind
        unseen = Unseen(blind, unseen_parts(rgb, empty_rows, size) if in_parts else None)
        if ImageOutput.OVERLAY in wanted.images or placed:
            rgb = self._scaled(rgb, size)
        images = self._painter.paint(rgb, segmentation, settings, wanted.painted, unseen=unseen)
        zone = None
        if wanted.landing_zone:
            occupancy = pixels_of(images[ImageOutput.TRAVERSABLE])
            zone = self._consumers.landing.find(
                occupancy,
                segmentation.confidence,
                settings,
                self.camera_info,
                full,
                message.header,
                blind,
            )
        shares = None
        if shares_matter:
            shares = self._in_view(segmentation, settings, wanted, message.header, unseen)
        times.masks_ms = watch.lap_ms()
        self._outputs.publish_images(images, wanted, message.header, settings.jpeg_quality)
        if zone is not None:
            self._outputs.publish_landing_zone(zone)
        if shares is not None:
            self._outputs.publish_class_shares(shares)
        if placed:
            image = self._segmented(message.header, rgb, full, segmentation, settings, unseen)
            if points:
                self._consumers.points.offer(image)
            if wanted.painted_points:
                self._consumers.painted.offer(image)
        if wanted.ground:
            self._consumers.ground.update(
                pixels_of(images[ImageOutput.TRAVERSABLE]),
                settings,
                self.camera_info,
                full,
                message.header,
            )
        if wanted.camera_info and (why := self._publish_camera_info(full, size, message.header)):
            unserved[self._camera.output("camera_info")] = why
        self._account.take_unserved(unserved)
        times.publish_ms = watch.lap_ms()
        times.processing_time_ms = watch.total_ms()
        looks = Looks(shown, empty_rows is not None, picture)
        self._account.take(times, stamp, receipt, segmentation, looks, settings)
        if wanted.timing:
            timing = self._account.timing(message.header, times, segmentation.foreignness)
            self._outputs.publish_timing(timing)

    def _give_back_larger(self, rgb: Pixels) -> None:
        """Returns what larger images took than come now."""
        if rgb.nbytes < self._image_bytes:
            give_back_freed()
        self._image_bytes = rgb.nbytes

    def _in_view(
        self,
        segmentation: Segmentation,
        settings: Settings,
        wanted: Wanted,
        header: Header,
        unseen: Unseen,
    ) -> ClassShares | None:
        """What is in view, for who wants to know, and what is free ahead, where it is watched."""
        classes = self._segmenter.bundle.classes
        labels = self._painter.labels(segmentation, settings)
        known = unseen.known(labels, self._painter.free_ids(settings))
        if settings.min_free_share:
            self._consumers.ahead.observe(known, classes, settings)
        if not wanted.class_shares:
            return None
        return to_class_shares(labels, known, segmentation.confidence, classes, settings, header)

    def _scaled(self, rgb: Pixels, size: tuple[int, int]) -> Pixels:
        """The image at the size of its mask."""
        if (rgb.shape[1], rgb.shape[0]) == size:
            return rgb
        if self._resizer is None or self._resizer[0] != size:
            self._resizer = (size, Resizer(size))
        # The resizer's memory is overwritten by the next image; points may still be made of it.
        return self._resizer[1].resize(rgb).copy()

    def _segmented(
        self,
        header: Header,
        rgb: Pixels,
        image_size: tuple[int, int],
        segmentation: Segmentation,
        settings: Settings,
        unseen: Unseen,
    ) -> SegmentedImage:
        """The image with what is known of it, for those who place it in space."""
        confidence = segmentation.confidence
        if confidence is None:
            # The model gives class ids alone: nothing is known, which is no certainty.
            confidence = np.zeros_like(segmentation.labels)
        labels = self._painter.labels(segmentation, settings)
        known = unseen.known(labels, self._painter.free_ids(settings))
        if known is not labels:
            confidence = np.where(known == labels, confidence, np.uint8(0))
        return SegmentedImage(
            header=header,
            rgb=rgb,
            labels=known,
            confidence=confidence,
            blind=unseen.blind,
            classes=self._segmenter.bundle.classes,
            kept_ids=self._ids(settings.kept_points_classes),
            painted_ids=self._ids(settings.kept_painted_classes),
            settings=settings,
            image_size=image_size,
        )

    def _ids(self, names: tuple[str, ...] | None) -> tuple[int, ...] | None:
        if names is None:
            return None
        id_of = self._segmenter.bundle.classes.id_of
        return tuple(UNLABELLED if name == WITHOUT_CLASS else id_of(name) for name in names)

    def _publish_camera_info(
        self, image: tuple[int, int], mask: tuple[int, int], header: Header
    ) -> str:
        """Publishes it, or returns why it cannot be published."""
        topic = self._node.resolve_topic_name(self._camera.input("camera_info"))
        try:
            info = self._scaled_info.of(self.camera_info, image, mask)
        except DepthError as error:
            return f"that of {topic} cannot be that of the mask: {error}"
        if info is None:
            return f"nothing has arrived on {topic}"
        self._outputs.publish_camera_info(info, header)
        return ""
