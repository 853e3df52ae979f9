# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The card of an imported model: what it was made of and what was found out, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from attendseg_ros.importing.adapting import Adapted
from attendseg_ros.importing.engine_check import EngineCheck
from attendseg_ros.importing.price import Price, described_price
from attendseg_ros.inference import Bundle
from attendseg_ros.markdown import table
from attendseg_ros.terms.wording import licence_section

_OUTPUTS = {
    "logits": "scores of the classes, of which the largest wins",
    "probabilities": "probabilities of the classes, of which the largest wins",
    "class_ids": "the number of the winning class: there is no confidence, and no smoothing",
}


def import_card(
    bundle: Bundle,
    source: str,
    adapted: Adapted,
    engines: Mapping[str, EngineCheck],
    price: Price | None,
) -> str:
    """Writes a card from what was found out, nothing else.

    Args:
        bundle: the model.
        source: name of the file that it was made of.
        adapted: what was found out about it.
        engines: what those of this machine make of it.
        price: what 8 bits cost; None where there are none.
    """
    width, height = bundle.input_size
    others = (
        "this size only"
        if bundle.output_size is not None
        else f"or other multiples of {bundle.size_multiple}"
    )
    rows = [
        ["Network", f"imported from `{source}`"],
        ["Input", f"RGB image, brought to {width}x{height} ({others})"],
        ["Behind it", f"{adapted.taken}: {described_pixels(adapted)}"],
        ["Output", _OUTPUTS[bundle.output]],
        ["Classes", f"{len(bundle.classes)}: {', '.join(bundle.classes.names)}"],
        ["Parameters", f"{bundle.counts.parameters:,}"],
        ["Multiply-accumulates", f"{bundle.counts.macs:,} at {width}x{height}"],
        ["Weights", f"{bundle.counts.weight_bytes:,} bytes"],
        ["Precision", bundle.precision],
        ["model.onnx", f"sha256 `{bundle.sha256}`"],
    ]
    parts = [
        f"# {bundle.name}",
        bundle.description,
        "## Model\n\n" + table(["", ""], rows),
        *([] if price is None else [_eight_bits(price)]),
        "## Engines\n\n" + table(["Engine", "On images of patches"], _engine_rows(engines)),
        licence_section(bundle.license),
    ]
    return "\n\n".join(parts) + "\n"


def _eight_bits(price: Price) -> str:
    return (
        "## 8 bits\n\nStatic quantization by ONNX Runtime: int8 weights (one scale a channel), "
        f"uint8 activations, whose ranges come from {price.calibrated_on} images. The price: "
        f"{described_price(price.to_mapping())}."
    )


def described_pixels(adapted: Adapted) -> str:
    """How pixels become the network's numbers, in words."""
    grey = "grey of " if adapted.taken.channels == 1 else ""
    if adapted.pixels is None:
        return f"{grey}RGB bytes as they are"
    return f"{grey}{adapted.pixels}"


def _engine_rows(engines: Mapping[str, EngineCheck]) -> list[list[str]]:
    reference = next(iter(engines))
    rows = []
    for name, found in engines.items():
        if found.problem is not None:
            said = f"cannot run it: {found.problem}"
        elif name == reference:
            said = "runs it"
        else:
            said = f"{100 * found.agreement:.2f} % of the pixels as with {reference}"
        rows.append([name, said])
    return rows
