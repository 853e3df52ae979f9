# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The package as others see it: its manifest, its version, its messages, its executables."""

from __future__ import annotations

import ast
import itertools
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_prefix, get_package_share_directory
from rclpy.serialization import deserialize_message, serialize_message
from support import markdown

import attendseg_ros
from attendseg_ros.inference import Bundle, load_bundle, shipped_models
from attendseg_ros.msg import ClassShare, ClassShares, LandingZone, SegmentationTiming
from attendseg_ros.srv import Segment
from attendseg_ros.terms.licenses import License, known_license
from attendseg_ros.terms.wording import licence_section

ROOT = Path(__file__).parents[1]

TIMING_FIELDS = {
    "header": "std_msgs/Header",
    **dict.fromkeys(
        [
            "conversion_ms",
            "resize_ms",
            "network_ms",
            "decode_ms",
            "masks_ms",
            "publish_ms",
            "processing_time_ms",
            "cyclic_time_ms",
            "pipeline_latency_ms",
        ],
        "float",
    ),
    **dict.fromkeys(
        ["frames_received", "frames_processed", "frames_dropped", "frames_failed"], "uint64"
    ),
    "foreignness": "float",
    "input_width": "uint32",
    "input_height": "uint32",
    "engine": "string",
    "model": "string",
}

LANDING_FIELDS = {
    "header": "std_msgs/Header",
    "found": "boolean",
    **dict.fromkeys(["center_x", "center_y", "radius", "radius_m"], "float"),
    "position": "geometry_msgs/Point",
    "confidence": "float",
    "reason": "string",
}

SHARE_FIELDS = {
    "id": "uint8",
    "name": "string",
    **dict.fromkeys(["share", "mean_confidence", "share_ahead"], "float"),
}

SHARES_FIELDS = {
    "header": "std_msgs/Header",
    "classes": "sequence<attendseg_ros/ClassShare>",
    **dict.fromkeys(["unlabelled_share", "unlabelled_share_ahead", "free_share_ahead"], "float"),
    "region_ahead": "sensor_msgs/RegionOfInterest",
}

SEGMENT_ASKS = {"image": "sensor_msgs/Image", "compressed_image": "sensor_msgs/CompressedImage"}

SEGMENT_ANSWERS = {
    "success": "boolean",
    "message": "string",
    "mask": "sensor_msgs/Image",
    "confidence": "sensor_msgs/Image",
    "class_names": "sequence<string>",
    "class_ids": "sequence<uint8>",
    "model": "string",
}

LICENCE_HEADER = ("weights", "licence", "SPDX", "where it stands", "commercial use")
SOURCES_HEADER = ("weights", "trained on", "licence of the data", "commercial use", "attribution")
WEIGHTS_LICENSE = "attendseg_ros/models/LICENSE.md"

NODES = ["segmentation_node", "synthetic_camera_node", "playback_camera_node"]


def imported_packages(*folders: str) -> set[str]:
    """Top-level names that the Python files of some folders import."""
    names: set[str] = set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    names.update(alias.name.split(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom):
                    names.add(str(node.module).split(".")[0])
    return names


def bundles() -> tuple[list[Bundle], list[Bundle]]:
    """The models of the package, and those of the sources alone."""
    of_sources = sorted((ROOT / "benchmark" / "models").iterdir())
    return [load_bundle(name) for name in shipped_models()], [*map(load_bundle, of_sources)]


def license_of(bundle: Bundle) -> License:
    known = known_license(bundle.license.weights)
    assert known is not None, f"{bundle.name}: its licence has no canonical name and link"
    return known


def yes_or_no(allowed: bool | None) -> str:
    assert allowed is not None, "terms that are shipped are known"
    return "yes" if allowed else "no"


def test_manifest_is_valid_format_3() -> None:
    catkin_pkg = pytest.importorskip("catkin_pkg.package", reason="catkin_pkg is not installed")
    warnings: list[str] = []
    package = catkin_pkg.parse_package(str(ROOT / "package.xml"), warnings=warnings)
    package.validate(warnings=warnings)
    assert warnings == []
    assert package.package_format == 3
    of_weights = sorted({license_of(bundle).spdx for bundle in bundles()[0]})
    assert package.licenses == ["Apache-2.0", *of_weights]
    for license_ in package.licenses:
        assert license_.file == ("LICENSE" if license_ == "Apache-2.0" else WEIGHTS_LICENSE)
        assert (ROOT / license_.file).is_file()
    setup = (ROOT / "setup.py").read_text()
    assert f'license="{" AND ".join(package.licenses)}"' in setup
    assert package.get_build_type() == "ament_cmake"
    assert "rosidl_interface_packages" in [group.name for group in package.member_of_groups]


def test_manifest_names_every_ros_package_that_is_imported() -> None:
    catkin_pkg = pytest.importorskip("catkin_pkg.package", reason="catkin_pkg is not installed")
    package = catkin_pkg.parse_package(str(ROOT / "package.xml"))
    declared = {dependency.name for dependency in package.exec_depends}
    ros = {
        name
        for name in imported_packages("attendseg_ros", "launch")
        if name.endswith(("_msgs", "_msgs_py", "_interfaces", "_bridge"))
        or name.startswith(("rcl", "ament_", "launch"))
    }
    assert "rclpy" in ros
    assert ros <= declared


def test_the_licence_of_the_weights_says_what_the_bundles_say() -> None:
    text = (ROOT / WEIGHTS_LICENSE).read_text()
    licences, sources = [], []
    for bundle in itertools.chain(*bundles()):
        name, terms, known = f"`{bundle.name}`", bundle.license, license_of(bundle)
        assert (terms.weights, terms.license_url) == (known.name, known.url)
        allowed = yes_or_no(terms.commercial_use)
        licences.append((name, known.name, known.spdx, f"<{known.url}>", allowed))
        for each in terms.data:
            link = f"[{each.license}]({each.license_url})" if each.license_url else each.license
            allowed = yes_or_no(each.commercial_use)
            sources.append((name, each.name, link, allowed, each.attribution))
            assert each.attribution, f"{bundle.name} says who made {each.name}"
    assert markdown.table(text, *LICENCE_HEADER) == licences
    assert markdown.table(text, *SOURCES_HEADER) == sources


@pytest.mark.parametrize("bundle", [*itertools.chain(*bundles())], ids=lambda bundle: bundle.name)
def test_the_card_has_the_terms_of_its_bundle(bundle: Bundle) -> None:
    assert licence_section(bundle.license) + "\n" in (bundle.path / "MODEL_CARD.md").read_text()


def test_no_address_is_made_up() -> None:
    for file in ("README.md", "package.xml", "setup.py", "CONTRIBUTING.md", "SECURITY.md"):
        text = (ROOT / file).read_text()
        assert "example.com" not in text
        assert "<this repository>" not in text


def test_one_version_everywhere() -> None:
    def found(pattern: str, file: str) -> str:
        match = re.search(pattern, (ROOT / file).read_text(), re.MULTILINE)
        assert match, f"no version in {file}"
        return match[1]

    version = attendseg_ros.__version__
    assert found(r"<version>(.*)</version>", "package.xml") == version
    assert found(r'version="(.*)"', "setup.py") == version
    assert found(r"^version: (\S+)$", "CITATION.cff") == version
    assert found(r"^(\d\S*) \(", "CHANGELOG.rst") == version


def test_timing_message_has_its_fields() -> None:
    assert SegmentationTiming.get_fields_and_field_types() == TIMING_FIELDS


def test_timing_message_survives_the_wire() -> None:
    sent = SegmentationTiming(network_ms=4.5, frames_received=2**40, engine="onnxruntime")
    sent.header.frame_id = "camera"
    assert deserialize_message(serialize_message(sent), SegmentationTiming) == sent


def test_landing_zone_message_has_its_fields() -> None:
    assert LandingZone.get_fields_and_field_types() == LANDING_FIELDS


def test_class_shares_and_segment_have_their_fields() -> None:
    assert ClassShare.get_fields_and_field_types() == SHARE_FIELDS
    assert ClassShares.get_fields_and_field_types() == SHARES_FIELDS
    assert Segment.Request.get_fields_and_field_types() == SEGMENT_ASKS
    assert Segment.Response.get_fields_and_field_types() == SEGMENT_ANSWERS


def test_landing_zone_message_says_that_it_is_advisory() -> None:
    comments = (ROOT / "msg" / "LandingZone.msg").read_text().split("std_msgs/Header")[0]
    assert "Advisory only" in comments


@pytest.mark.parametrize("node", NODES)
def test_nodes_are_installed_where_ros2_run_looks(node: str) -> None:
    executable = Path(get_package_prefix("attendseg_ros")) / "lib" / "attendseg_ros" / node
    assert os.access(executable, os.X_OK)


def test_launch_files_and_configuration_are_installed() -> None:
    share = Path(get_package_share_directory("attendseg_ros"))
    for folder in ("launch", "config"):
        sources = {path.name for path in (ROOT / folder).iterdir() if path.is_file()}
        assert sources
        assert sources <= {path.name for path in (share / folder).iterdir()}


def test_package_data_is_installed(tmp_path: Path) -> None:
    code = (
        "from attendseg_ros.labels import ClassTable; import attendseg_ros;"
        "print(len(ClassTable.load('camvid')), attendseg_ros.__file__)"
    )
    # From elsewhere, so that it is not the source folder that is imported.
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    count, file = run.stdout.split()
    assert count == "11"
    assert file.startswith(get_package_prefix("attendseg_ros"))


def test_pip_installs_the_part_without_ros(tmp_path: Path) -> None:
    for name in ("setup.py", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    hidden = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "attendseg_ros", tmp_path / "attendseg_ros", ignore=hidden)
    command = [sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "--no-build-isolation"]
    run = subprocess.run(
        [*command, "--wheel-dir", str(tmp_path), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
        entry_points = next(name for name in names if name.endswith("entry_points.txt"))
        assert "attendseg = attendseg_ros.__main__:main" in wheel.read(entry_points).decode()
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "attendseg_ros").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and "ros" not in path.parts
    }
    assert {name for name in names if name.startswith("attendseg_ros/")} == expected


@pytest.mark.parametrize(
    "command",
    [["attendseg"], [sys.executable, "-m", "attendseg_ros"]],
    ids=["console script", "python -m"],
)
def test_the_command_answers(command: list[str], tmp_path: Path) -> None:
    assert shutil.which(command[0])
    run = subprocess.run(
        [*command, "--help"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert run.stdout.startswith("usage: attendseg")
