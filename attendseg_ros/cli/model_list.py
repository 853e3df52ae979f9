# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What `attendseg info --list` shows: every model known by name, and where it comes from."""

from __future__ import annotations

from typing import Any

from attendseg_ros.cli.verb import Result
from attendseg_ros.errors import AttendSegError
from attendseg_ros.inference import KnownModel, Registry, known_models, load_bundle


def found() -> Result:
    """Every model by name; one that cannot be loaded has its `error`."""
    registry = known_models()
    return {
        "models": [_entry(model, registry) for model in registry.models],
        "problems": list(registry.problems),
    }


def _entry(model: KnownModel, registry: Registry) -> dict[str, Any]:
    same = registry.named(model.name)
    entry: dict[str, Any] = {
        "name": model.name,
        "uri": model.uri,
        "package": model.package,
        "path": str(model.path),
        # Another model has the plain name, or several share it.
        "found_by_plain_name": same == (model,),
        "error": "",
    }
    try:
        bundle = load_bundle(model.path)
    except AttendSegError as error:
        return {**entry, "error": str(error)}
    return {
        **entry,
        "description": bundle.description,
        "precision": bundle.precision,
        "input_size": list(bundle.input_size),
        "classes": list(bundle.classes.names),
    }


def described(result: Result) -> str:
    """The list for a person to read."""
    rows = [("model", "input", "classes", "from", "folder")]
    for model in result["models"]:
        name = model["name"] if model["found_by_plain_name"] else model["uri"]
        size = "x".join(map(str, model.get("input_size", ["-"])))
        count = str(len(model["classes"])) if "classes" in model else "-"
        rows.append((name, size, count, model["package"], model["path"]))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    damaged = [f"{model['uri']}: {model['error']}" for model in result["models"] if model["error"]]
    return "\n".join([*lines, *(f"WARNING: {line}" for line in [*damaged, *result["problems"]])])
