# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The floors of the house: what each part may import, and what the robot's path must not."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from support import markdown

PACKAGE = Path(__file__).parents[1] / "attendseg_ros"

PAGE = (PACKAGE.parent / "docs" / "architecture.md").read_text()
HOUSE = [
    (int(floor), room.strip("`").removesuffix("/"), set(imports.split(", ")) - {""})
    for floor, room, _, imports in markdown.table(PAGE, "floor", "room", "what it holds", "imports")
]
FLOOR = {room.removesuffix(".py"): floor for floor, room, _ in HOUSE}

# Modules of the package itself that every room may use.
COMMON = {room.removesuffix(".py") for _, room, _ in HOUSE if room.endswith(".py")}

GENERATED = {"msg", "srv"}
"""What rosidl makes of the package's own definitions lies on no floor."""

ALLOWED: dict[str, set[str]] = {
    "labels": set(),
    "geometry": set(),
    "streaming": set(),
    "network": set(),
    "terms": set(),
    "navigation": {"geometry", "labels"},
    "scene": {"labels"},
    "inference": {"labels", "terms"},
    "training": {"images", "inference", "network", "labels", "scene", "terms"},
    "deployment": {"network", "inference", "labels", "terms", "training"},
    "importing": {"images", "inference", "labels", "terms", "training", "deployment"},
    "exploration": {"network", "inference", "labels", "training", "deployment"},
    "images": {"inference", "labels"},
    "playback": {"images", "inference", "labels", "streaming"},
    "benchmark": {
        "deployment",
        "geometry",
        "images",
        "inference",
        "labels",
        "navigation",
        "playback",
        "scene",
        "terms",
        "training",
    },
    "ros": {
        "geometry",
        "images",
        "inference",
        "labels",
        "navigation",
        "scene",
        "playback",
        "streaming",
        "terms",
        "msg",
        "srv",
    },
    "cli": {
        "network",
        "labels",
        "scene",
        "terms",
        "inference",
        "training",
        "deployment",
        "importing",
        "exploration",
        "images",
        "playback",
        "benchmark",
    },
}

ON_THE_ROBOT = {
    "terms",
    "geometry",
    "images",
    "labels",
    "navigation",
    "scene",
    "inference",
    "playback",
    "ros",
}
TRAINING_LIBRARIES = {"torch", "torchvision", "onnx", "onnxscript", "optuna"}
TORCH_ENGINE = {"inference/torch_engine.py", "inference/torch_operators.py"}


def sources(*floors: str) -> list[str]:
    """Files of some floors, relative to the package."""
    paths = [path for floor in sorted(floors) for path in sorted((PACKAGE / floor).rglob("*.py"))]
    return [path.relative_to(PACKAGE).as_posix() for path in paths]


def imported(file: str) -> Iterator[tuple[str, int]]:
    """Dotted names that a file imports, wherever in it, with their lines."""
    for node in ast.walk(ast.parse((PACKAGE / file).read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno} imports relatively"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def offences(file: str, is_wrong: Callable[[list[str]], bool]) -> list[str]:
    """Imports of a file that break a rule, given as the parts of their dotted name."""
    return [f"line {line}: {name}" for name, line in imported(file) if is_wrong(name.split("."))]


def is_ros(library: str) -> bool:
    return library.startswith(("rcl", "ament", "launch", "cv_bridge")) or library.endswith(
        ("_msgs", "_msgs_py")
    )


def module_name(path: Path) -> str:
    """Dotted name of a file of the package."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}

# Floors that start a module of a higher one as its own process: they import nothing of it.
STARTS = {"benchmark": {"ros"}}


def started(path: Path) -> Iterator[tuple[str, int]]:
    """Modules of ours that a file names in strings, to start them by `-m`, with their lines."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value.rstrip(".")
            if re.fullmatch(r"attendseg_ros(\.[a-z_]\w*)+", name):
                yield name, node.lineno


@pytest.mark.parametrize("name", sorted(MODULES.keys() - {"attendseg_ros"}))
def test_modules_in_strings_exist_and_keep_to_the_floors(name: str) -> None:
    floor = name.split(".")[1]
    for module, line in started(MODULES[name]):
        assert module in MODULES or module == "attendseg_ros.msg", f"line {line}: {module}"
        usable = {floor, *ALLOWED.get(floor, ()), *STARTS.get(floor, ()), *COMMON, "__main__"}
        assert module.split(".")[1] in usable, f"line {line}: {module}"


@pytest.mark.parametrize("folder", ["benchmark", "demo", "reliability", "test"])
def test_modules_that_others_start_exist(folder: str) -> None:
    for path in sorted((PACKAGE.parent / folder).rglob("*.py")):
        for module, line in started(path):
            is_ours = module in MODULES or module.startswith("attendseg_ros.msg")
            is_member = module.rpartition(".")[0] in MODULES
            is_nested = module.rpartition(".")[0].rpartition(".")[0] in MODULES
            assert is_ours or is_member or is_nested, f"{path}:{line}: {module}"


def import_graph() -> dict[str, set[str]]:
    """Which of our modules each imports; the package's own lazy exports are no import."""
    graph: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        if name == "attendseg_ros":
            continue
        graph[name] = set()
        for dotted, _ in imported(path.relative_to(PACKAGE).as_posix()):
            parent = dotted.rpartition(".")[0]
            target = dotted if dotted in MODULES else parent
            if target in MODULES and target not in ("attendseg_ros", name):
                graph[name].add(target)
    return graph


def test_no_module_imports_itself_by_way_of_others() -> None:
    try:
        order = list(TopologicalSorter(import_graph()).static_order())
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")
    assert len(order) > 200


def test_no_floor_is_above_and_below_another() -> None:
    assert list(TopologicalSorter(ALLOWED).static_order())


def test_every_room_has_its_floor() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    assert folders == set(ALLOWED)
    assert folders | modules == set(FLOOR)


def test_the_page_says_what_each_room_may_import() -> None:
    rooms = {room: imports for _, room, imports in HOUSE if not room.endswith(".py")}
    assert rooms == {room: allowed - GENERATED for room, allowed in ALLOWED.items()}


def test_what_a_room_may_import_lies_below_it() -> None:
    for room, allowed in ALLOWED.items():
        for other in allowed - GENERATED | COMMON:
            assert FLOOR[other] < FLOOR[room], f"{room} imports {other}"


@pytest.mark.parametrize("module", sorted(COMMON))
def test_a_common_module_imports_only_what_lies_below_it(module: str) -> None:
    def climbs(name: list[str]) -> bool:
        if name[0] != "attendseg_ros" or len(name) == 1:
            return False
        return FLOOR[name[1]] >= FLOOR[module]

    assert offences(f"{module}.py", climbs) == []


def test_the_page_names_every_room_of_the_shell() -> None:
    rows = markdown.table(PAGE, "room", "what it holds")
    folders = {f"`ros/{path.parent.name}/`" for path in PACKAGE.glob("ros/*/__init__.py")}
    assert {room for room, _ in rows} == folders


@pytest.mark.parametrize("file", sources(*ALLOWED))
def test_a_file_imports_only_from_the_floors_below(file: str) -> None:
    floor = file.split("/")[0]
    usable = {floor, *ALLOWED[floor], *COMMON}

    def climbs(name: list[str]) -> bool:
        return name[0] == "attendseg_ros" and len(name) > 1 and name[1] not in usable

    assert offences(file, climbs) == []


@pytest.mark.parametrize("file", sources(*ALLOWED.keys() - {"ros"}))
def test_ros_stays_on_its_floor(file: str) -> None:
    assert offences(file, lambda name: is_ros(name[0])) == []


@pytest.mark.parametrize("file", sorted({*sources(*ON_THE_ROBOT)} - TORCH_ENGINE))
def test_training_libraries_stay_off_the_robot(file: str) -> None:
    assert offences(file, lambda name: name[0] in TRAINING_LIBRARIES) == []


@pytest.mark.parametrize("file", sorted(sources(*ALLOWED)))
def test_yaml_is_read_by_documents_alone(file: str) -> None:
    text = (PACKAGE / file).read_text()
    assert "yaml.load" not in text
    assert "yaml.safe_load" not in text


ROBOT_MODULES = [
    "attendseg_ros.geometry",
    "attendseg_ros.labels",
    "attendseg_ros.navigation",
    "attendseg_ros.inference",
    "attendseg_ros.scene",
    "attendseg_ros.playback",
    "attendseg_ros.ros.segmentation_node",
    "attendseg_ros.ros.synthetic_camera_node",
    "attendseg_ros.ros.playback_camera_node",
]


def loaded_by(module: str) -> list[str]:
    """Modules that a new Python holds after importing one."""
    code = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


@pytest.mark.parametrize("module", ROBOT_MODULES)
def test_importing_the_robot_s_path_brings_no_training(module: str) -> None:
    loaded = loaded_by(module)
    assert module in loaded
    unwanted = {*TRAINING_LIBRARIES, "attendseg_ros.training", "attendseg_ros.network"}
    assert unwanted.isdisjoint(loaded)


def test_importing_the_command_brings_neither_torch_nor_ros() -> None:
    loaded = loaded_by("attendseg_ros.cli.main")
    assert [name for name in loaded if name in TRAINING_LIBRARIES or is_ros(name)] == []
