# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Writing a bundle's folder, whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attendseg_ros.documents import read_yaml
from attendseg_ros.errors import BundleError, DataError
from attendseg_ros.files import write_atomically
from attendseg_ros.inference.bundle import DESCRIPTION_FILE, MODEL_FILE, Bundle
from attendseg_ros.inference.bundle_fields import FORMAT_VERSION
from attendseg_ros.labels import ClassTable
from attendseg_ros.labels.class_mapping import KEYS
from attendseg_ros.placing import Placing, real_place
from attendseg_ros.shortening import NAME, is_name, shortened, shortened_text
from attendseg_ros.together import write_together
from attendseg_ros.yaml_text import shown_name, to_yaml

CARD_FILE = "MODEL_CARD.md"


def check_target(target: Path, replace: bool) -> None:
    """Checks that a bundle may be written to a folder, before the work starts.

    Raises:
        BundleError: something is there that is not to be replaced, or is no bundle.
    """
    try:
        place = real_place(target)
    except DataError as error:
        raise BundleError(str(error)) from error
    if not place.exists():
        return
    if not replace:
        raise BundleError(f"{target} exists already: give another folder, or --force to replace it")
    if not (target / DESCRIPTION_FILE).is_file():
        raise BundleError(f"{target} exists and is not a bundle, so it is not replaced")


def name_of_bundle(asked: str, target: Path) -> str:
    """What a model is to be called, before the work starts: as asked for, or as its folder.

    Raises:
        BundleError: that cannot be a name.
    """
    name = asked or (target.name or target.resolve().name)
    if not is_name(name):
        whose = "--name" if asked else f"{shortened_text(target)}: without --name the folder's name"
        raise BundleError(f"{whose} is the model's, which must be {NAME}, got {shortened(name)}")
    return name


@contextmanager
def written_whole(target: Path, *, replace: bool = True) -> Iterator[Path]:
    """A folder beside the target that takes its place when all went well, else disappears.

    What else an old bundle's folder holds, notes or a licence's text, stays in it.

    Raises:
        BundleError: as `check_target` does: another run may have ended since that looked.
        DataError: another run is writing there at this moment, or nothing can be written there.
    """
    with Placing(target, keep=_is_of_no_bundle, replace=replace) as placing:
        if not replace:
            # Now, and not after the minutes that a network's check takes.
            check_target(target, replace)
        placing.unfinished.mkdir()
        yield placing.unfinished


def write_model(folder: Path, model: bytes, fields: Mapping[str, Any], classes: ClassTable) -> None:
    """Writes model.onnx and the model.yaml that goes with it.

    Args:
        folder: of the bundle.
        model: bytes of the graph.
        fields: of model.yaml, but for format_version, sha256 and the class table.
        classes: in the order of the network's outputs.
    """
    write_atomically(folder / MODEL_FILE, model)
    description = {
        "format_version": FORMAT_VERSION,
        **fields,
        "sha256": hashlib.sha256(model).hexdigest(),
        **classes.to_mapping(),
    }
    write_atomically(folder / DESCRIPTION_FILE, _as_text(description))


def write_sections(
    bundle: Bundle, sections: Mapping[str, Mapping[str, Any] | None], card: str | None = None
) -> None:
    """Puts sections into a bundle's model.yaml, in place of those of the same names.

    Args:
        bundle: of which the file is replaced, whole or not at all.
        sections: by name; None takes a section out.
        card: the model card that tells the same, replaced with it or not at all; None: it stays.

    Raises:
        BundleError: another model has taken the bundle's place since it was read.
        OSError: a file cannot be written; it is named.
    """
    path = bundle.path / DESCRIPTION_FILE
    there = read_yaml(path, BundleError)
    if not isinstance(there, Mapping) or there.get("sha256") != bundle.sha256:
        raise BundleError(
            f"{path}: describes another model than the one that was measured, which somebody "
            "replaced meanwhile: nothing is written; give the command again"
        )
    given = {name: dict(values) for name, values in sections.items() if values is not None}
    kept = {
        key: given.get(key, value)
        for key, value in there.items()
        if key not in sections or key in given
    }
    # The class table is long: what a reader looks for stands before it.
    first = {key: value for key, value in kept.items() if key not in ("sha256", *KEYS)}
    contents = {path: _as_text({**first, **given, **kept})}
    if card is not None:
        contents[bundle.path / CARD_FILE] = _card_text(card)
    write_together(contents)


def write_card(folder: Path, card: str) -> None:
    """Writes the model card."""
    write_atomically(folder / CARD_FILE, _card_text(card))


def _card_text(card: str) -> bytes:
    text: str = shown_name(card)
    return text.encode()


def _is_of_no_bundle(name: str) -> bool:
    return name not in (MODEL_FILE, DESCRIPTION_FILE, CARD_FILE)


def _as_text(description: Mapping[str, Any]) -> bytes:
    return to_yaml(description, default_flow_style=None, width=100)
