# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From an ONNX file of others to a checked bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import onnx

from attendseg_ros.deployment.bundle_folder import (
    check_target,
    name_of_bundle,
    write_card,
    write_model,
    written_whole,
)
from attendseg_ros.errors import DataError
from attendseg_ros.importing.adapting import Adapted, Said, adapt
from attendseg_ros.importing.card import import_card
from attendseg_ros.importing.counting import count_weights, is_quantized
from attendseg_ros.importing.engine_check import EngineCheck, check_engines
from attendseg_ros.importing.price import Price, Quantization, quantize
from attendseg_ros.inference import Bundle, load_bundle
from attendseg_ros.inference.bundle import MOST_MODEL_BYTES
from attendseg_ros.labels import ClassTable
from attendseg_ros.placing import check_apart
from attendseg_ros.terms import Terms


@dataclass(frozen=True)
class ImportConfig:
    """What to import and what to say about it.

    Attributes:
        model: an ONNX file.
        bundle: folder to write.
        classes: a class file, or the name of a built-in table.
        said: what the graph may leave open.
        input_sizes: widths and heights that the node may choose among, besides the network's own.
        name: of the model; the folder's if empty.
        description: one or two sentences about it.
        terms: of the weights and of the data they come from.
        quantization: to 8 bits; None leaves the network as it is.
        replace: whether a bundle that is there already may be replaced.
    """

    model: Path
    bundle: Path
    classes: str
    said: Said = field(default_factory=Said)
    input_sizes: tuple[tuple[int, int], ...] = ()
    name: str = ""
    description: str = ""
    terms: Terms = field(default_factory=Terms)
    quantization: Quantization | None = None
    replace: bool = False


@dataclass(frozen=True)
class ImportReport:
    """What came out.

    Attributes:
        bundle: as it was loaded again.
        adapted: what was found out about the network.
        engines: what those of this machine make of it.
        price: what 8 bits cost; None where there are none.
    """

    bundle: Bundle
    adapted: Adapted
    engines: Mapping[str, EngineCheck]
    price: Price | None


def import_model(config: ImportConfig) -> ImportReport:
    """Imports a network. The bundle appears at its place when it is complete and has run.

    Raises:
        DataError: the file is no segmenter that can run here, or leaves open what nobody said.
        BundleError: the target is taken, or 8 bits cost more than they may.
        ClassTableError: the class file is wrong.
    """
    check_target(config.bundle, config.replace)
    name_of_bundle(config.name, config.bundle)
    check_apart(config.bundle, [config.model], "network")
    classes = ClassTable.load(config.classes)
    adapted = adapt(config.model, config.said, len(classes), config.classes)
    _check_sizes(config, adapted)
    if config.quantization is not None and is_quantized(adapted.model):
        raise DataError(f"{config.model}: is in 8 bits already: leave --quantize out")
    with written_whole(config.bundle, replace=config.replace) as folder:
        write_model(folder, _serialized(adapted.model, config), _fields(config, adapted), classes)
        bundle = load_bundle(folder)
        price = None
        if config.quantization is not None:
            model, price = quantize(bundle, adapted.model, config.quantization)
            fields = {
                **_fields(config, replace(adapted, model=model)),
                "scores": {"quantization": price.to_mapping()},
            }
            write_model(folder, _serialized(model, config), fields, classes)
            bundle = load_bundle(folder)
        engines = check_engines(bundle)
        write_card(folder, import_card(bundle, config.model.name, adapted, engines, price))
    return ImportReport(load_bundle(config.bundle), adapted, engines, price)


def _serialized(model: onnx.ModelProto, config: ImportConfig) -> bytes:
    size = model.ByteSize()
    if size >= MOST_MODEL_BYTES:
        raise DataError(
            f"{config.model}: takes {size} bytes, and a bundle's graph {MOST_MODEL_BYTES} at most"
        )
    content: bytes = model.SerializeToString()
    return content


def _check_sizes(config: ImportConfig, adapted: Adapted) -> None:
    multiple = adapted.sizes.multiple
    for size in config.input_sizes:
        if adapted.sizes.output_size is not None and size != adapted.input_size:
            width, height = adapted.input_size
            raise DataError(
                f"{config.model}: takes {width}x{height} only, so --input-sizes cannot hold "
                f"{size[0]}x{size[1]}"
            )
        if any(side % multiple for side in size):
            raise DataError(
                f"{config.model}: takes multiples of {multiple} only, and --input-sizes holds "
                f"{size[0]}x{size[1]}"
            )


def _fields(config: ImportConfig, adapted: Adapted) -> dict[str, Any]:
    parameters, weight_bytes = count_weights(adapted.model)
    sizes = sorted({adapted.input_size, *config.input_sizes}, key=lambda s: -s[0] * s[1])
    fields: dict[str, Any] = {
        "name": name_of_bundle(config.name, config.bundle),
        "description": config.description or f"Imported from {config.model.name}.",
        "precision": "int8" if is_quantized(adapted.model) else "fp32",
        "input_size": list(adapted.input_size),
        "input_sizes": [list(size) for size in sizes],
        "size_multiple": adapted.sizes.multiple,
        "output_stride": adapted.sizes.stride,
        "output": adapted.meaning.output,
        # What the network's own library does, and its scores were measured with.
        "decoding": "network" if adapted.scores.is_decided else "image",
    }
    if adapted.meaning.background_channel is not None:
        fields["background_channel"] = adapted.meaning.background_channel
    if adapted.sizes.output_size is not None:
        fields["output_size"] = list(adapted.sizes.output_size)
    return {
        **fields,
        "counts": {
            "parameters": parameters,
            "macs": adapted.macs,
            "weight_bytes": weight_bytes,
        },
        "scores": {},
        "license": config.terms.to_mapping(),
    }
