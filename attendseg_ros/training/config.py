# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a training run is made from, and its file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from attendseg_ros.documents import LARGE, read_yaml
from attendseg_ros.errors import AttendSegError, DataError
from attendseg_ros.files import write_atomically
from attendseg_ros.labels import ClassTable
from attendseg_ros.network.shape import Shape
from attendseg_ros.shortening import shortened_text
from attendseg_ros.training.groups import HOW_TO_NAME, Grouping
from attendseg_ros.training.origins import CONFIG_FILE, as_written, from_anywhere
from attendseg_ros.yaml_text import to_yaml, with_names

ANCESTRY = "ancestry"
"""What a run's file tells beside its settings, see `training.descent`."""

# That of the generators of NumPy that Optuna draws with.
_LARGEST_SEED = 2**32 - 1

# What runs were made with before these were settings.
_EARLIER_VALUES = {
    "class_weight_offset": 1.1,
    "jaccard_weight": 0.0,
    "mix_share": 0.0,
    "max_colour_shift": 0.3,
}


@dataclass(frozen=True)
class TrainingConfig:
    """The settings of a training run; two runs of equal settings end in the same weights.

    Attributes:
        data: folder of the labelled set, in SegNet's layout.
        classes: class table of the set.
        run: folder for checkpoints and the log.
        train_split: split that is trained on, or several as "train+val".
        val_split: split that picks the best epoch; unused where groups are held out.
        unlabelled_split: folder of the set, or several as "walk+drive", whose images are trained on
            without labels, by what the teachers say of them; None: none.
        groups: how the images of the training split are told apart into groups; None: not at all.
        hold_out: groups that are not trained on and pick the best epoch.
        gap: images on each side of what is held out that are used for neither, by their names'
            order; None: a tenth of a block, none where groups are whole sequences.
        epochs: passes over the training split.
        batch_size: images per step.
        learning_rate: peak of the schedule (linear warm-up, then half a cosine to zero).
        weight_decay: of AdamW, on convolution weights only.
        class_weight_offset: the c of the loss's class weights 1 / ln(c + share of pixels); the
            nearer to 1, the more rare classes count, at the cost of pixel accuracy.
        jaccard_weight: of the soft Jaccard loss beside the cross-entropy; 0: none.
        mix_share: share of the images into which what is rare in another is pasted, 0 to 1.
        ema_decay: decay per step of the averaged weights that are evaluated and exported.
        input_size: width and height that images are resized to for the network, pixels.
        crop_size: width and height of the random crops that are trained on, pixels.
        min_zoom: smallest random zoom; 1 is the scale of the whole image at the input size.
        max_zoom: largest random zoom.
        max_colour_shift: largest random change of brightness, contrast and saturation, 0 to 1.
        max_rotation_deg: largest random rotation either way, degrees; 180 for cameras that look
            straight down.
        scene_share: rendered scenes per real image in each epoch: streets for CamVid's classes,
            rooms for those of the built-in table indoor; other classes have none.
        start_from: folder of a finished run whose best weights are the start, or a bundle's folder
            or name; None: random ones.
            Heads for other classes start at random.
            A run of a shape with fewer channels or blocks is grown to this one's.
        keep_start: share of the weights it started from in those that are evaluated and exported, 0
            to below 1: what fine-tuning forgets of the old data it keeps, after Wortsman et al.:
            Robust fine-tuning of zero-shot models (arXiv 2109.01903).
        teacher: folders of finished runs of the same classes, of any shape, whose best networks
            teach this one together beside the labels, or bundles' folders or names; empty: the
            labels alone.
        teacher_size: width and height that crops are enlarged to for the teachers, which are the
            more certain of small things; None: they see them as they are.
        distillation_weight: of what the teachers say, beside the labels' cross-entropy.
        backbone: file with weights of EfficientNet-Lite0, see `training.backbone`: what is trained
            is a network with that encoder, which can teach but not be exported; None: AttendSeg.
        shape: channels and blocks of the network.
        seed: seed of initialisation, order and augmentation.
        evaluate_every: epochs between evaluations; the last ten are always evaluated.
    """

    data: Path
    classes: ClassTable
    run: Path
    train_split: str = "train"
    val_split: str = "val"
    unlabelled_split: str | None = None
    groups: Grouping | None = None
    hold_out: tuple[str, ...] = ()
    gap: int | None = None
    epochs: int = 100
    batch_size: int = 8
    learning_rate: float = 4e-3
    weight_decay: float = 1e-2
    class_weight_offset: float = 2.0
    jaccard_weight: float = 1.0
    mix_share: float = 0.5
    ema_decay: float = 0.998
    input_size: tuple[int, int] = (512, 384)
    crop_size: tuple[int, int] = (448, 320)
    min_zoom: float = 0.6
    max_zoom: float = 1.8
    max_colour_shift: float = 0.45
    max_rotation_deg: float = 0.0
    scene_share: float = 0.0
    start_from: Path | None = None
    keep_start: float = 0.0
    teacher: tuple[Path, ...] = ()
    teacher_size: tuple[int, int] | None = None
    distillation_weight: float = 4.0
    backbone: Path | None = None
    shape: Shape = field(default_factory=Shape)
    seed: int = 0
    evaluate_every: int = field(default=5)

    def __post_init__(self) -> None:
        for name, value in ((each.name, getattr(self, each.name)) for each in fields(self)):
            if isinstance(value, float) and not math.isfinite(value):
                raise DataError(f"{name} must be a finite number, got {value}")
        for name in ("epochs", "batch_size", "learning_rate", "evaluate_every"):
            if not getattr(self, name) > 0:
                raise DataError(f"{name} must be above 0, got {getattr(self, name)}")
        if not self.class_weight_offset > 1:
            raise DataError(f"class_weight_offset must be above 1, got {self.class_weight_offset}")
        for name in ("jaccard_weight", "distillation_weight", "weight_decay"):
            if not getattr(self, name) >= 0:
                raise DataError(f"{name} must be 0 or more, got {getattr(self, name)}")
        if not 0 <= self.seed <= _LARGEST_SEED:
            raise DataError(f"seed must be from 0 to {_LARGEST_SEED}, got {self.seed}")
        for name in ("mix_share", "max_colour_shift", "ema_decay"):
            if not 0 <= getattr(self, name) <= 1:
                raise DataError(f"{name} must be between 0 and 1, got {getattr(self, name)}")
        if not 0.1 <= self.min_zoom <= self.max_zoom <= 10:
            raise DataError(
                "min_zoom and max_zoom must be between 0.1 and 10, the smaller one first, got "
                f"{self.min_zoom} and {self.max_zoom}"
            )
        if not 0 <= self.max_rotation_deg <= 180:
            raise DataError(
                f"max_rotation_deg must be between 0 and 180, got {self.max_rotation_deg}"
            )
        if not 0 <= self.scene_share <= 10:
            raise DataError(f"scene_share must be between 0 and 10, got {self.scene_share}")

        if not 0 <= self.keep_start < 1:
            raise DataError(f"keep_start must be from 0 to below 1, got {self.keep_start}")
        if self.keep_start > 0 and self.start_from is None:
            raise DataError(
                f"keep_start is a share of the weights of start_from, got {self.keep_start} and no "
                "start_from"
            )
        if self.unlabelled_split is not None and not (self.teacher and self.distillation_weight):
            raise DataError(
                f"the images of {self.unlabelled_split} have no labels, so only a teacher can say "
                "what they show: give one, and a distillation_weight above 0"
            )
        if self.backbone is not None and self.start_from is not None:
            raise DataError(
                f"backbone and start_from are two beginnings ({self.backbone}, {self.start_from}): "
                "leave one of them out"
            )
        if bool(self.hold_out) != (self.groups is not None):
            raise DataError(
                "hold_out names groups and groups says which images are in them: one needs the "
                f"other; {HOW_TO_NAME}"
            )
        if self.gap is not None and (self.groups is None or self.gap < 0):
            raise DataError(
                f"gap is a number of images beside what is held out, 0 or more, got {self.gap}"
                f"{' and no group to hold out' if self.groups is None else ''}"
            )

    @property
    def builds_on(self) -> tuple[Path, ...]:
        """The runs and bundles that this one begins with or learns from."""
        start = () if self.start_from is None else (self.start_from,)
        return (*start, *self.teacher)

    def check_is_attendseg(self) -> None:
        """Checks that what was trained is our network, of the settings' shape.

        Raises:
            DataError: it has a backbone of others.
        """
        if self.backbone is not None:
            raise DataError(
                f"{self.run}: its network has a backbone that no robot runs: it can teach "
                "(--teacher), but not be exported or gone on from"
            )

    def to_mapping(self) -> dict[str, Any]:
        """Returns plain values for YAML."""
        return asdict(self) | {
            # From another folder a relative path leads to something else, or nowhere.
            "data": from_anywhere(self.data),
            "run": str(self.run),
            "start_from": as_written(self.start_from) if self.start_from else None,
            "teacher": [as_written(origin) for origin in self.teacher] or None,
            "teacher_size": list(self.teacher_size) if self.teacher_size else None,
            "backbone": from_anywhere(self.backbone) if self.backbone else None,
            "classes": self.classes.to_mapping(),
            "shape": self.shape.to_mapping(),
            "groups": self.groups.to_plain() if self.groups else None,
            "hold_out": list(self.hold_out) or None,
            "input_size": list(self.input_size),
            "crop_size": list(self.crop_size),
        }

    def save(self, ancestry: Sequence[Mapping[str, Any]] = ()) -> None:
        """Writes ``<run>/config.yaml``.

        Args:
            ancestry: the runs that its weights descend from, as plain values.
        """
        self.run.mkdir(parents=True, exist_ok=True)
        beside = {ANCESTRY: list(ancestry)} if ancestry else {}
        content = to_yaml(self.to_mapping() | beside, keeps_names=True)
        write_atomically(self.run / CONFIG_FILE, content)

    @classmethod
    def load(cls, run: Path | str) -> TrainingConfig:
        """Reads the settings of a run.

        Raises:
            DataError: if the folder holds no readable config.yaml of this version.
        """
        path = Path(run) / CONFIG_FILE
        try:
            values = with_names(read_yaml(path, limits=LARGE))
        except DataError as error:
            raise DataError(f"not a training run's settings: {error}") from error
        if isinstance(values, dict):
            values.pop(ANCESTRY, None)
        return cls.from_mapping(values, Path(run), path)

    @classmethod
    def from_mapping(cls, values: object, run: Path, where: Path) -> TrainingConfig:
        """Reads settings as this version or an earlier one wrote them.

        Args:
            values: as of `to_mapping`; what has come since may be missing, and has the values by
                which that version trained.
            run: folder of the run.
            where: the file that holds them.

        Raises:
            DataError: if they are not settings of this version.
        """
        known = {f.name for f in fields(cls)}
        if not isinstance(values, dict) or not {"data", "classes"} <= set(values) <= known:
            raise DataError(f"{where}: may hold only the fields {', '.join(sorted(known))}")
        try:
            return cls._from_mapping(_with_later_settings(values), run)
        except AttendSegError as error:
            raise DataError(f"{where}: {error}") from error
        except (TypeError, ValueError) as error:
            raise DataError(
                f"{where}: a value is not of the kind that it must be: {shortened_text(error)}"
            ) from error

    @classmethod
    def _from_mapping(cls, values: dict[str, Any], run: Path) -> TrainingConfig:
        return cls(
            **values
            | {
                "data": Path(values["data"]),
                "run": run,
                "start_from": Path(values["start_from"]) if values["start_from"] else None,
                "teacher": _paths(values["teacher"]),
                "teacher_size": tuple(values["teacher_size"]) if values["teacher_size"] else None,
                "backbone": Path(values["backbone"]) if values["backbone"] else None,
                "classes": ClassTable.from_mapping(values["classes"]),
                "shape": Shape.from_mapping(values["shape"]),
                "groups": Grouping.from_plain(values["groups"]) if values["groups"] else None,
                "hold_out": tuple(values["hold_out"] or ()),
                "input_size": tuple(values["input_size"]),
                "crop_size": tuple(values["crop_size"]),
            }
        )


def _with_later_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as an earlier version wrote them, with those that have come since."""
    defaults = TrainingConfig(Path("/"), ClassTable.load("camvid"), Path()).to_mapping()
    return defaults | _EARLIER_VALUES | dict(values)


def _paths(value: str | list[str] | None) -> tuple[Path, ...]:
    """Runs had one teacher at most before they could have several."""
    return tuple(Path(each) for each in ([value] if isinstance(value, str) else value or ()))
