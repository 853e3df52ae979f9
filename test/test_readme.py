# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""README.md and the reference pages say what the code does: tables, commands and links."""

from __future__ import annotations

import ast
import re
from keyword import iskeyword
from pathlib import Path

import pytest
from sensor_msgs.msg import PointCloud2
from support import markdown
from support.node_process import NodeProcess
from support.ros_client import RosClient, wait_until
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.inference import load_bundle, shipped_models
from attendseg_ros.ros.messages.label_info import LabelInfo
from attendseg_ros.ros.outputs.output_images import ImageOutput
from attendseg_ros.ros.parameters.parameter_spec import ParameterSpec
from attendseg_ros.ros.parameters.parameter_table import SCHEMA

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PARAMETERS = (ROOT / "docs" / "parameters.md").read_text()
LAUNCH_ARGUMENTS = (ROOT / "docs" / "launch_arguments.md").read_text()
TOPICS = markdown.table(README, "topic", "type", "what")

PAGES = ["README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))]

EVERY_NODE_HAS = {"/rosout", "/parameter_events", "/clock"}


def spelled(value: object) -> str:
    """A parameter's value as a parameter file spells it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(list(value)) if isinstance(value, tuple) else str(value)


def parameter_row(spec: ParameterSpec) -> markdown.Row:
    """The row that docs/parameters.md must have for a parameter."""
    span = "{:g} to {:g}".format(*spec.limits) if spec.limits else spec.constraints
    live = "yes" if spec.live else ""
    return (
        f"`{spec.name}`",
        f"`{spelled(spec.default)}`",
        span,
        live,
        markdown.escaped(spec.description),
    )


def test_parameters() -> None:
    rows = markdown.table(PARAMETERS, "parameter", "default", "range", "live", "what")
    assert rows == [parameter_row(spec) for spec in SCHEMA]


def declared_arguments(file: str) -> list[markdown.Row]:
    """Name, default and description of a launch file's arguments, read from its source.

    The source, since `launch` is not on PyPI; test/launch runs the files where it is installed.
    """
    rows: list[markdown.Row] = []
    for node in ast.walk(ast.parse((ROOT / "launch" / file).read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "DeclareLaunchArgument":
            given = {word.arg: word.value for word in node.keywords}
            parts = [
                str(part.value)
                for part in ast.walk(given["default_value"])
                if isinstance(part, ast.Constant)
            ]
            # The parts of SHARE / "config" / "drone.yaml" come outermost first.
            default = "/".join(reversed(parts))
            name = ast.literal_eval(node.args[0])
            what = markdown.escaped(ast.literal_eval(given["description"]))
            rows.append((f"`{name}`", f"`{default}`" if default else "", what))
    return rows


def test_launch_arguments() -> None:
    documented = markdown.table(LAUNCH_ARGUMENTS, "argument", "default", "what")
    assert documented == declared_arguments("segmentation.launch.py")


@pytest.mark.parametrize("preset", ["drone", "ground_robot"])
def test_defaults_of_the_presets(preset: str) -> None:
    paragraphs = LAUNCH_ARGUMENTS.split("\n\n")
    paragraph = next(p for p in paragraphs if p.startswith("`drone.launch.py`"))
    (call,) = [
        node
        for node in ast.walk(ast.parse((ROOT / "launch" / f"{preset}.launch.py").read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "preset"
    ]
    defaults = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    assert set(defaults) == {"robot", "params_file"}
    assert f"`{defaults['robot']}`" in paragraph
    assert f"(../config/{defaults['params_file']})" in paragraph


def test_models_and_their_terms() -> None:
    header = ("model", "view", "classes", "mean IoU", "trained on", "terms")
    told = {row[0]: row[4:] for row in markdown.table(README, *header)}
    expected = {}
    for name in shipped_models():
        terms = load_bundle(name).license
        use = "commercial use allowed" if terms.commercial_use else "non-commercial"
        expected[f"`{name}`"] = (
            ", ".join(source.name for source in terms.data),
            f"{use}, [{terms.weights}](attendseg_ros/models/LICENSE.md)",
        )
    assert told == expected


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model for the nodes that are asked for their topics."""
    return write_tiny_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.mark.parametrize(
    ("transport", "absent"), [("raw", "`image/compressed`"), ("compressed", "`image`")]
)
def test_topics(tiny: Path, tmp_path: Path, transport: str, absent: str) -> None:
    parameters = {"model": tiny, "engine": "onnxruntime", "image_transport": transport}
    with (
        NodeProcess("attendseg_ros.ros.segmentation_node", tmp_path / "log", parameters) as node,
        RosClient(node.namespace) as client,
    ):
        graph = client.node
        # The node listens to depth only while somebody wants points.
        client.subscribe(PointCloud2, "segmentation/points")
        client.subscribe(PointCloud2, "segmentation/painted_points")
        wait_until(
            lambda: ("segmentation", node.namespace) in graph.get_node_names_and_namespaces(),
            "the node",
        )
        expected = {row[:2] for row in TOPICS if row[0] != absent}
        if LabelInfo is None:
            expected.discard(("`~/label_info`", "`vision_msgs/LabelInfo`"))

        def found() -> set[tuple[str, str]]:
            ends = graph.get_publisher_names_and_types_by_node("segmentation", node.namespace)
            ends += graph.get_subscriber_names_and_types_by_node("segmentation", node.namespace)
            return {
                (f"`{as_documented(topic, node.namespace)}`", f"`{kind.replace('/msg/', '/')}`")
                for topic, (kind, *_) in ends
                if topic not in EVERY_NODE_HAS and not topic.endswith("/transition_event")
            }

        wait_until(lambda: len(found()) >= len(expected), f"topics, found {found()}")
        assert found() == expected


def as_documented(topic: str, namespace: str) -> str:
    """A full topic name as the README writes it: ~/mask, image."""
    return topic.replace(f"{namespace}/segmentation/", "~/").replace(f"{namespace}/", "")


@pytest.mark.parametrize("output", ImageOutput)
def test_encodings(output: ImageOutput) -> None:
    (what,) = [row[2] for row in TOPICS if row[0] == f"`~/{output.topic}`"]
    assert what.startswith(f"`{output.encoding}`:")


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target in markdown.linked_files((ROOT / page).read_text()):
        assert ((ROOT / page).parent / target).exists(), target


def test_the_map_of_the_docs_has_every_page() -> None:
    mapped = set(markdown.linked_files((ROOT / "docs" / "index.md").read_text()))
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert pages <= mapped


def heading_anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_anchors_lead_to_headings(page: str) -> None:
    text = (ROOT / page).read_text()
    for file, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", text):
        target = ((ROOT / page).parent / file).read_text() if file else text
        headings = re.findall(r"^#+ (.+)$", target, re.MULTILINE)
        assert anchor in {heading_anchor(heading) for heading in headings}, f"{file}#{anchor}"


def test_commands_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"\bmake (demo|test|build)\b", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for verb in set(re.findall(r"\battendseg ([a-z]+)", README)):
        module = f"{verb}_" if iskeyword(verb) else verb
        assert (ROOT / "attendseg_ros" / "cli" / f"{module}.py").exists(), verb
    rows = markdown.table(LAUNCH_ARGUMENTS, "argument", "default", "what")
    arguments = {row[0].strip("`") for row in rows}
    for file, words in re.findall(r"ros2 launch attendseg_ros (\S+)(.*)", README):
        assert (ROOT / "launch" / file).exists(), file
        assert set(re.findall(r"(\w+):=", words)) <= arguments
