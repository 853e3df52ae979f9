# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/segment: one image on demand, segmented between two frames of the cameras."""

from __future__ import annotations

from collections import deque
from threading import Lock
from time import monotonic
from typing import Any

from rclpy.lifecycle import LifecycleNode

from attendseg_ros.errors import AttendSegError, described
from attendseg_ros.images.sample_bits import SampleBits
from attendseg_ros.ros.messages.conversion import ImageMessage, to_rgb
from attendseg_ros.ros.messages.image_messages import to_image
from attendseg_ros.ros.model.model_switch import ModelSwitch
from attendseg_ros.ros.outputs.labelled_frame import labels_of
from attendseg_ros.ros.runtime.late_answers import Answer, LateService
from attendseg_ros.srv import Segment
from attendseg_ros.streaming.stamp_clock import Receipt
from attendseg_ros.streaming.worker import Worker

SERVICE = "~/segment"
"""The service's name, and its place among the cameras that take turns: none can be called so."""

MOST_WAITING = 8
"""Requests that may wait: each holds an image."""


class SegmentService:
    """Takes requests in the executor's thread and answers them in the one that segments.

    However many wait, a camera's frame waits for one of them at most.
    """

    def __init__(self, node: LifecycleNode) -> None:
        """Offers the service, which refuses until it is opened."""
        self._node = node
        self._lock = Lock()
        self._waiting: deque[tuple[Any, Answer]] = deque()
        self._worker: Worker[Any] | None = None
        self._models: ModelSwitch | None = None
        self._service = LateService(node, Segment, SERVICE, self._take)

    def open(self, models: ModelSwitch, worker: Worker[Any]) -> None:
        """Answers from now on.

        Args:
            models: gives the network and the parameters.
            worker: calls what it is given; it is stopped before `close` is called.
        """
        self._models, self._worker = models, worker

    def close(self) -> None:
        """Refuses what still waits and what is to come."""
        self._worker = None
        while (next_one := self._next()) is not None:
            _refuse(next_one[1], "the node was deactivated before this image had its turn")

    def _take(self, request: Any, answer: Answer) -> None:
        worker = self._worker
        if worker is None:
            _refuse(answer, "not active: nothing is segmented until the node is activated")
            return
        with self._lock:
            full = len(self._waiting) >= MOST_WAITING
            if not full:
                self._waiting.append((request, answer))
        if full:
            _refuse(answer, f"busy: {MOST_WAITING} images wait for their turn; call again later")
        else:
            self._queue(worker)

    def _queue(self, worker: Worker[Any]) -> None:
        worker.submit((self._answer_next, None, Receipt(monotonic(), aged=False)), SERVICE)

    def _next(self) -> tuple[Any, Answer] | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def _answer_next(self, _message: None, _receipt: Receipt) -> None:
        """Answers the request that has waited longest; for the worker's thread."""
        next_one, worker = self._next(), self._worker
        if next_one is None:
            return
        if self._waiting and worker is not None:
            self._queue(worker)
        request, answer = next_one
        try:
            self._fill_in(request, answer.response)
        except Exception as error:
            # Whatever an image does to the network, who asked is told.
            answer.response = Segment.Response(message=described(error))
        self._give(answer)

    def _fill_in(self, request: Any, response: Any) -> None:
        message = _image_of(request)
        assert self._models is not None
        with self._models.frame() as (segmenter, settings):
            rgb = to_rgb(message, SampleBits(), settings.max_pixels)
            result = self._models.segment(
                segmenter,
                rgb,
                settings.engine_timeout_s,
                confidence=True,
                # Not among the frames that a camera's smoothing remembers.
                camera=SERVICE,
                framing=settings.framing,
            )
            classes = segmenter.bundle.classes
            labels = labels_of(result, classes, settings)
            response.mask = to_image(labels, "mono8", message.header)
            if result.confidence is not None:
                response.confidence = to_image(result.confidence, "mono8", message.header)
            response.class_names = list(classes.names)
            response.class_ids = list(classes.ids)
            response.model = segmenter.bundle.name
            response.success = True

    def _give(self, answer: Answer) -> None:
        try:
            answer.give()
        except Exception:
            # While the context is being shut down nobody can be answered.
            if self._node.context.ok():
                raise


def _image_of(request: Any) -> ImageMessage:
    """The one image of a request.

    Raises:
        AttendSegError: there is none, or there are two.
    """
    image, compressed = request.image, request.compressed_image
    raw = bool(image.data or image.encoding or image.width or image.height)
    if raw and compressed.data:
        raise AttendSegError("both image and compressed_image are given: leave one of them empty")
    if not raw and not (compressed.data or compressed.format):
        raise AttendSegError("no image: neither image nor compressed_image holds data")
    return image if raw else compressed


def _refuse(answer: Answer, why: str) -> None:
    answer.response.success = False
    answer.response.message = why
    answer.give()
