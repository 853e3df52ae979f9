# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a public repository has for its visitors: workflows, issue forms, hooks, a citation."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import markdown

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yaml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yaml"))
DISTROS = {"humble", "jazzy", "kilted", "rolling"}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def commands(workflow: Any) -> str:
    """All that its steps run."""
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    return "\n".join(step.get("run", "") for step in steps)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_is_bounded_and_may_only_read(path: Path) -> None:
    workflow = read(path)
    # YAML 1.1 takes the key "on" for true.
    assert {"push", "pull_request"} <= set(workflow[True])
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert "timeout-minutes" in job or name == "lint"
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step)


def test_every_distribution_is_built_and_tested_on_arm_too() -> None:
    (job,) = [
        job
        for job in read(ROOT / ".github/workflows/ci.yaml")["jobs"].values()
        if "container" in job
    ]
    matrix = job["strategy"]["matrix"]
    assert set(matrix["distro"]) == DISTROS
    assert any(entry["runner"].endswith("-arm") for entry in matrix["include"])
    assert {entry["distro"] for entry in matrix["include"]} <= DISTROS
    run = "\n".join(step.get("run", "") for step in job["steps"])
    for command in ("rosdep install", "colcon build", "colcon test\n", "colcon test-result"):
        assert command.strip() in run
    assert "make test" in run


def test_workflows_run_scripts_and_targets_that_there_are() -> None:
    makefile = (ROOT / "Makefile").read_text()
    run = "\n".join(commands(read(path)) for path in WORKFLOWS)
    for target in re.findall(r"\bmake (\w+)", run):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    scripts = re.findall(r"\b(?:scripts|docker)/[\w.]+\.(?:bash|yaml)\b", run)
    assert scripts
    for script in scripts:
        assert (ROOT / script).is_file(), script


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_asks_for_something_by_unique_ids(path: Path) -> None:
    form = read(path)
    assert {"name", "description", "body"} <= set(form)
    ids = [part["id"] for part in form["body"]]
    assert len(set(ids)) == len(ids)
    for part in form["body"]:
        assert part["type"] in ("textarea", "input", "dropdown")
        assert part["attributes"]["label"]
        assert ("options" in part["attributes"]) == (part["type"] == "dropdown")
    assert any(part.get("validations", {}).get("required") for part in form["body"])


def test_hooks_check_with_the_versions_of_the_tests() -> None:
    hooks = read(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    assert {hook["id"] for hook in hooks} == {"ruff", "ruff-format", "codespell", "mypy"}
    pinned = (ROOT / "requirements" / "test.txt").read_text().splitlines()
    for hook in hooks:
        for requirement in hook.get("additional_dependencies", []):
            if requirement.startswith("ruff"):
                assert requirement in pinned
    (mypy,) = [hook for hook in hooks if hook["id"] == "mypy"]
    assert mypy["language"] == "system"


def test_the_citation_has_what_its_format_demands() -> None:
    citation = read(ROOT / "CITATION.cff")
    assert citation["cff-version"] == "1.2.0"
    assert {"title", "message", "authors", "version", "date-released"} <= set(citation)
    assert citation["authors"] == [{"name": "attendseg_ros contributors"}]
    heading = re.search(r"^(\d\S*) \((.*)\)$", (ROOT / "CHANGELOG.rst").read_text(), re.MULTILINE)
    assert heading
    assert heading.groups() == (citation["version"], citation["date-released"])
    assert "2104.14623" in citation["references"][0]["url"]


def test_the_editor_s_settings_are_those_of_the_linter() -> None:
    settings = configparser.ConfigParser()
    text = (ROOT / ".editorconfig").read_text()
    settings.read_string(text.replace("root = true", "[root]\nroot = true"))
    assert settings["*.py"]["max_line_length"] == "100"
    assert settings["*.py"]["indent_size"] == "4"
    assert "line-length = 100" in (ROOT / "pyproject.toml").read_text()


def test_the_release_page_names_files_that_there_are() -> None:
    page = (ROOT / "docs" / "releasing.md").read_text()
    assert page.count("- [ ]") > 10
    for file in re.findall(r"`([\w/.]+\.(?:xml|py|cff|rst|md))`", page):
        assert (ROOT / file).exists(), file
    assert markdown.linked_files(page)


def test_colcon_test_names_folders_that_there_are() -> None:
    conftest = (ROOT / "test" / "conftest.py").read_text()
    slow = re.search(r"SLOW = \{(.*?)\n\}", conftest, re.DOTALL)
    assert slow
    names = re.findall(r'"(\w+)"', slow[1])
    assert len(names) > 5
    for name in names:
        assert (ROOT / "test" / name).is_dir(), name
