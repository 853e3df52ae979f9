# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg info`, and what holds for every verb."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.model_packages import install_models, prefix_path
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.inference import ENGINE_NAMES, shipped_models
from attendseg_ros.inference.engines import PROCESSOR_ENGINES
from attendseg_ros.terms import Source, Terms

VERBS = ("segment", "info", "evaluate", "train", "export", "benchmark")


def test_tells_what_model_yaml_says(result_of: Callable[..., dict[str, Any]], tiny: Path) -> None:
    result = result_of("info", tiny)
    said = yaml.safe_load((tiny / "model.yaml").read_text())
    for key in ("parameters", "macs", "weight_bytes"):
        assert result[key] == said["counts"][key]
    for key in ("name", "precision", "input_size", "classes"):
        assert result[key] == said[key]
    assert result["license"]["weights"] == said["license"]["weights"]
    assert result["input_sizes"] == [said["input_size"]]
    assert result["file_bytes"] == (tiny / "model.onnx").stat().st_size
    available = result["engine_available"]
    assert tuple(available) == ENGINE_NAMES
    assert all(available[name] for name in PROCESSOR_ENGINES)


def test_prints_a_table_for_people(attendseg: Any, tiny: Path) -> None:
    process = attendseg("info", tiny)
    assert process.returncode == 0
    assert process.stderr == ""
    assert "128x64" in process.stdout
    assert "the processor (OpenVINO, ONNX Runtime)" in process.stdout
    assert "10 bicyclist" in process.stdout


def test_each_source_has_a_line_with_terms_and_attribution(
    attendseg: Any, result_of: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    trail = Source("Trail", "CC BY 4.0", "https://t.test/by", "A. Walker, 2020, t.test", True)
    terms = Terms.of("CC BY 4.0", (trail, Source("lawn")), True)
    bundle = write_tiny_bundle(tmp_path / "b", overrides={"license": terms.to_mapping()})
    assert result_of("info", bundle)["license"] == terms.to_mapping()
    lines = attendseg("info", bundle).stdout.splitlines()
    assert re.sub(" +", " ", "\n".join(lines[-3:])) == (
        "licence of weights CC BY 4.0 <https://creativecommons.org/licenses/by/4.0/>, commercial "
        "use unknown\n"
        "trained on Trail: CC BY 4.0 <https://t.test/by>, for commercial use too; by A. Walker, "
        "2020, t.test\n"
        " lawn: terms unknown, commercial use unknown"
    )
    assert lines[-1].index("lawn") == lines[-2].index("Trail")


def test_knows_the_shipped_models_by_name(result_of: Callable[..., dict[str, Any]]) -> None:
    for name in shipped_models():
        assert result_of("info", name)["name"] == name


def test_lists_all_models_with_where_they_come_from(
    repository: Path, tiny: Path, tmp_path: Path
) -> None:
    prefix = install_models(tmp_path / "p", "lawn_models", {"lawn": tiny, "street": tiny})
    install_models(prefix, "empty_models", {})
    broken = prefix / "share/lawn_models/models/broken"
    broken.mkdir()
    (broken / "model.yaml").write_text("format_version: 2\n")

    def run(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "attendseg_ros", "info", "--list", *arguments],
            cwd=repository,
            env={**os.environ, "AMENT_PREFIX_PATH": prefix_path(prefix)},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout

    told = json.loads(run("--json"))
    models = {model["uri"]: model for model in told["models"]}
    theirs = [f"pkg://lawn_models/{name}" for name in ("broken", "lawn", "street")]
    assert list(models) == [*(f"pkg://attendseg_ros/{n}" for n in shipped_models()), *theirs]
    lawn = models["pkg://lawn_models/lawn"]
    assert lawn["path"] == str(prefix / "share/lawn_models/models/lawn")
    assert (lawn["package"], lawn["input_size"]) == ("lawn_models", [128, 64])
    assert models["pkg://attendseg_ros/street"]["found_by_plain_name"]
    assert not models["pkg://lawn_models/street"]["found_by_plain_name"]
    assert "format_version must be 1" in models["pkg://lawn_models/broken"]["error"]
    (problem,) = told["problems"]
    assert problem.startswith("empty_models: ")

    table = run()
    assert re.search(r"^lawn +128x64 +11 +lawn_models ", table, re.MULTILINE)
    assert re.search(r"^pkg://lawn_models/street ", table, re.MULTILINE)
    assert "WARNING: empty_models: " in table
    assert "WARNING: pkg://lawn_models/broken: " in table


def test_refuses_an_unknown_model(refusal_of: Callable[..., str]) -> None:
    assert refusal_of("info", "highway").startswith("attendseg info: no model 'highway': give")


def test_refuses_a_damaged_model(
    refusal_of: Callable[..., str], tiny: Path, tmp_path: Path
) -> None:
    damaged = shutil.copytree(tiny, tmp_path / "damaged")
    content = (damaged / "model.onnx").read_bytes()
    (damaged / "model.onnx").write_bytes(content[:-10])
    assert "model.onnx" in refusal_of("info", damaged)
    assert "truncated or was changed" in refusal_of("info", damaged)


def test_lists_its_verbs(attendseg: Any) -> None:
    process = attendseg("--help")
    assert process.returncode == 0
    for verb in VERBS:
        assert re.search(rf"\n    {verb}\s", process.stdout)


@pytest.mark.parametrize("arguments", [(), ("sing",), ("info",), ("segment", "x.png")])
def test_wrong_usage_says_the_right_one(attendseg: Any, arguments: tuple[str, ...]) -> None:
    process = attendseg(*arguments)
    assert process.returncode == 2
    assert process.stderr.startswith("usage: attendseg")
    assert "Traceback" not in process.stderr


def without_torch(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = (
        "import sys; sys.modules['torch'] = None\n"
        "from attendseg_ros.cli.main import main\n"
        "sys.exit(main())"
    )
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_needs_torch_only_to_train_and_export(repository: Path, tiny: Path) -> None:
    told = without_torch(repository, "info", str(tiny))
    assert told.returncode == 0, told.stderr
    # Each verb is asked for its help, so that its module is imported.
    for verb in VERBS:
        assert without_torch(repository, verb, "--help").returncode == 0
    trained = without_torch(
        repository, "train", "--data", "data", "--classes", "camvid", "-o", "run"
    )
    exported = without_torch(repository, "export", "run", "-o", "bundle")
    for verb, process in (("train", trained), ("export", exported)):
        assert process.returncode == 2
        assert process.stderr == (
            f"attendseg {verb}: '{verb}' needs the Python package torch, which the node does "
            "without: pip install torch\n"
        )


def test_keys_of_model_yaml_that_have_no_effect_are_told(
    attendseg: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    path = write_tiny_bundle(tmp_path / "b", overrides={"ouptut": "logits"})
    process = attendseg("info", path, "--json")
    assert process.returncode == 0
    assert json.loads(process.stdout)["name"] == "tiny"
    (line,) = process.stderr.splitlines()
    assert line.startswith(f"note: {path / 'model.yaml'}: 'ouptut' has no effect")
