# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A segmentation node in its own process, with a client that has every output's inbox at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from numpy.typing import NDArray
from sensor_msgs.msg import Image
from support.node_process import NodeProcess
from support.ros_client import (
    RESEND_S,
    Inbox,
    RosClient,
    image,
    pixels_of,
    values,
    wait_until,
)
from support.tiny_bundle import painted, stripes

from attendseg_ros.msg import SegmentationTiming
from attendseg_ros.ros.parameters.parameter_table import SCHEMA

MODULE = "attendseg_ros.ros.segmentation_node"

REPORT_PERIOD_S = 0.1

WIDTH, HEIGHT = 704, 64
"""The tiny bundle's own size in these tests: at it, painted stripes come back exactly."""


class Rig:
    """The node under test and everything a test does to it."""

    def __init__(
        self,
        folder: Path,
        model: Path,
        parameters: Mapping[str, Any] | None = None,
        **process: Any,
    ) -> None:
        """Starts the node on a model, with one thread and quick reports.

        Args:
            folder: for its log.
            model: the bundle.
            parameters: further parameters.
            process: further arguments of `NodeProcess`.
        """
        self.model = model
        defaults = {
            "model": model,
            "engine": "onnxruntime",
            "num_threads": 1,
            "diagnostics_period_s": REPORT_PERIOD_S,
        }
        self.process = NodeProcess(
            MODULE, folder / "node.log", {**defaults, **(parameters or {})}, **process
        )
        self.client = RosClient(self.process.namespace)
        self._outputs: dict[str, Inbox] = {}
        self.reports = self.client.subscribe(DiagnosticArray, "/diagnostics")

    def __enter__(self) -> Rig:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.client.__exit__(kind, error, trace)
        finally:
            self.process.__exit__(kind, error, trace)

    def output(self, topic: str, message_type: Any = Image, qos: Any = 10) -> Inbox:
        """The inbox of one of the node's private topics, subscribed to from the first use on."""
        if topic not in self._outputs:
            self._outputs[topic] = self.client.subscribe(message_type, f"segmentation/{topic}", qos)
        return self._outputs[topic]

    def timing(self) -> Inbox:
        """The inbox of ~/timing."""
        return self.output("timing", SegmentationTiming)

    def painted(self, width: int = WIDTH, height: int = HEIGHT, **how: Any) -> Image:
        """An rgb8 image that the tiny bundle answers with `stripes(width, height)`."""
        return image(painted(stripes(width, height)), "rgb8", self.client.header(), **how)

    def mask(self, camera: Any, message: Any, masks: Inbox) -> NDArray[np.uint8]:
        """The mask of an image, which is sent until it is answered."""
        (answer,) = self.client.ask(camera, message, masks)
        assert answer.header == message.header
        return pixels_of(answer)

    def status(
        self, part: str, fits: Callable[[DiagnosticStatus], bool] = lambda _: True
    ) -> DiagnosticStatus:
        """Waits for a report of this node's part, made from now on, that fits."""
        name = f"{self.process.namespace.strip('/')}/segmentation: {part}"
        self.reports.clear()
        report = self.reports.wait(
            lambda report: any(fits(status) for status in report.status if status.name == name)
        )
        assert report is not None, (
            f"no such report of {name}; the last: {self.reports.messages[-1:]}"
        )
        return next(status for status in report.status if status.name == name)

    def value(self, part: str, key: str) -> str:
        """One value of this node's next report of a part."""
        return values(self.status(part))[key]

    def wait_for_count(self, part: str, key: str, least: int) -> None:
        """Waits until a part's report counts at least so many; one that is on its way is older."""
        self.status(part, lambda status: int(values(status)[key]) >= least)

    def restore(self) -> None:
        """Gives every live parameter its default again; the model and quick reports stay."""
        live = {spec.name: spec.default for spec in SCHEMA if spec.live}
        own = {"model": str(self.model), "diagnostics_period_s": REPORT_PERIOD_S}
        self.client.must_set(**{**live, **own})

    def refuses(self, camera: Any, bad: Any, good: Any, reason: str) -> str:
        """Sends a bad image until it is counted, then a good one, which must be answered.

        Args:
            camera: publishes both.
            bad: the image that must get no mask.
            good: the image that must get one.
            reason: the name under which /diagnostics counts it and the log speaks of it.

        Returns:
            The line of the log.
        """
        masks = self.output("mask")
        key = f"frames failed: {reason}"
        before = int(self.value("camera", key))
        masks.clear()

        def counted(status: DiagnosticStatus) -> bool:
            camera.publish(bad)
            return int(values(status)[key]) > before

        status = self.status("camera", counted)
        assert status.level >= DiagnosticStatus.WARN
        assert reason in status.message

        def answered() -> bool:
            camera.publish(good)
            wanted = good.header.stamp
            return masks.wait(lambda mask: mask.header.stamp == wanted, RESEND_S) is not None

        # Frames are processed in order: a mask of the bad one would be here before the good one's.
        wait_until(answered, "the mask of a good image after a bad one")
        assert all(mask.header.stamp != bad.header.stamp for mask in masks.messages)
        return self.process.wait_for_log(f": {reason}: ")
