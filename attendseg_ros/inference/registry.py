# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Models that are known by name: those shipped with this package and those of other packages.

A package registers its bundles in the ament index, which is nothing but files: under each prefix of
AMENT_PREFIX_PATH, `share/ament_index/resource_index/attendseg_ros_models/<package>` lists folders
relative to the prefix. They are read here without ament's own library, since this part runs
without ROS.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import attendseg_ros
from attendseg_ros.documents import read_small_file
from attendseg_ros.errors import BundleError
from attendseg_ros.shortening import shortened_text

RESOURCE_TYPE = "attendseg_ros_models"
"""The ament index's resource type under which packages register their bundles."""

DESCRIPTION_FILE = "model.yaml"
"""Makes a folder a bundle."""

OWN_PACKAGE = "attendseg_ros"

_INDEX = PurePosixPath("share/ament_index/resource_index", RESOURCE_TYPE)
_URI = re.compile(r"(?:pkg|package):/+(.*)", re.DOTALL)


@dataclass(frozen=True)
class KnownModel:
    """A bundle that is found by name.

    Attributes:
        name: of the bundle's folder.
        package: the ROS package it comes with.
        path: the bundle's folder.
    """

    name: str
    package: str
    path: Path

    @property
    def uri(self) -> str:
        """The name that means this model and no other: pkg://package/name."""
        return f"pkg://{self.package}/{self.name}"


@dataclass(frozen=True)
class Registry:
    """All models that are known by name on this machine.

    Attributes:
        models: shipped ones first, then by package and name.
        problems: one line for each registration that cannot be followed.
    """

    models: tuple[KnownModel, ...]
    problems: tuple[str, ...]

    def named(self, name: str) -> tuple[KnownModel, ...]:
        """What a plain name may mean: the shipped model alone, or all that packages call so."""
        found = tuple(model for model in self.models if model.name == name)
        shipped = tuple(model for model in found if model.package == OWN_PACKAGE)
        return shipped or found


def shipped_models() -> dict[str, Path]:
    """The bundles that come with this package: name to folder, sorted by name.

    The package may lie in two folders at once (its messages are built apart from its modules), so
    every folder on its path is looked at.
    """
    found = {
        description.parent.name: description.parent
        for root in attendseg_ros.__path__
        for description in Path(root, "models").glob(f"*/{DESCRIPTION_FILE}")
    }
    return dict(sorted(found.items()))


def known_models() -> Registry:
    """The shipped models and those of all packages in the ament index.

    A package that several prefixes have counts as the first of them has it, as everywhere in ROS.
    """
    shipped = [KnownModel(name, OWN_PACKAGE, path) for name, path in shipped_models().items()]
    registered: list[KnownModel] = []
    problems: list[str] = []
    for package, prefix in sorted(_registering_packages().items()):
        registered += _models_of(package, prefix, problems)
    return Registry((*shipped, *registered), tuple(problems))


def find_bundle(name_or_path: str | Path) -> Path:
    """The folder of a bundle.

    Args:
        name_or_path: the name of a shipped model or of one that a package registers,
            pkg://package/name, or the path of a bundle's folder. A name comes before a folder of
            the same name in the current folder, which "./name" means.

    Raises:
        BundleError: there is none, or several packages register a model of that name.
    """
    installed = _installed(str(name_or_path))
    return _folder(name_or_path) if installed is None else installed


def is_known_by_name(name_or_path: str | Path) -> bool:
    """Whether it is by its name that a bundle is found: then it is everybody's on this machine.

    Raises:
        BundleError: as `find_bundle` does, where a name cannot be followed.
    """
    return _installed(str(name_or_path)) is not None


def _installed(asked: str) -> Path | None:
    """The folder of the model that a name means; None for what is no name of one."""
    shipped = shipped_models()
    if asked in shipped:
        return shipped[asked]
    uri = _URI.fullmatch(asked)
    if uri:
        return _of_package(uri[1])
    found = known_models().named(asked) if _is_name(asked) else ()
    if len(found) > 1:
        raise BundleError(
            f"model '{shortened_text(asked)}' is registered by several packages: give "
            + " or ".join(model.uri for model in found)
        )
    return found[0].path if found else None


def _folder(name_or_path: str | Path) -> Path:
    why = ""
    try:
        path = Path(name_or_path).expanduser()
        if path.is_file():
            raise BundleError(f"{path} is a file: give the bundle's folder, {path.parent}")
        if str(name_or_path) and path.is_dir():
            return path
    except (OSError, ValueError, RuntimeError) as error:
        # No such user's home, a name too long for the file system, a zero byte, no permission.
        why = f" ({shortened_text(getattr(error, 'strerror', None) or error)})"
    registry = known_models()
    names = ", ".join(shipped_models()) or "none in this installation"
    others = ", ".join(model.uri for model in registry.models if model.package != OWN_PACKAGE)
    raise BundleError(
        f"no model '{shortened_text(name_or_path)}'{why}: give the name of a shipped model "
        f"({names}){f', one of another package ({others})' if others else ''} or the path of a "
        f"bundle's folder{_in_brackets(registry.problems)}"
    )


def _of_package(rest: str) -> Path:
    package, _, name = rest.partition("/")
    registry = known_models()
    theirs = [model for model in registry.models if model.package == package]
    for model in theirs:
        if model.name == name.rstrip("/"):
            return model.path
    asked = shortened_text(f"pkg://{rest}")
    if theirs:
        raise BundleError(
            f"no model '{asked}': package {package} has " + ", ".join(m.uri for m in theirs)
        )
    problems = [problem for problem in registry.problems if problem.startswith(f"{package}: ")]
    if problems:
        raise BundleError(f"no model '{asked}': {problems[0]}")
    packages = ", ".join(dict.fromkeys(model.package for model in registry.models)) or "none"
    raise BundleError(
        f"no model '{asked}': no such package registers models; those here that do: {packages} "
        "(is the workspace of the other one sourced?)"
    )


def _in_brackets(problems: tuple[str, ...]) -> str:
    more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
    return f" ({'; '.join(problems[:3])}{more})" if problems else ""


def _is_name(text: str) -> bool:
    """Whether a text can be the name of a folder in a folder."""
    return bool(text) and "/" not in text and "\0" not in text and text not in (".", "..", "~")


def _registering_packages() -> dict[str, Path]:
    """Packages with an entry in the index, and the first prefix that has it."""
    found: dict[str, Path] = {}
    for prefix in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep):
        if not prefix:
            continue
        try:
            entries = sorted(Path(prefix, _INDEX).iterdir())
        except OSError:
            # A prefix without such packages, or one that is gone.
            continue
        for entry in entries:
            # Hidden files are an editor's or a file manager's.
            if not entry.name.startswith("."):
                found.setdefault(entry.name, Path(prefix))
    return found


def _models_of(package: str, prefix: Path, problems: list[str]) -> list[KnownModel]:
    """The bundles that a package registers under a prefix, by name.

    Args:
        package: its name.
        prefix: where its entry is.
        problems: gets a line for each folder listed that is no bundle and holds none.
    """
    entry = prefix / _INDEX / package
    folders: dict[str, Path] = {}
    try:
        lines = _lines(package, entry)
    except BundleError as error:
        problems.append(f"{package}: {error}")
        return []
    for line in lines:
        try:
            for folder in _bundles_in(_inside(prefix, line, package)):
                if folders.setdefault(folder.name, folder) != folder:
                    raise BundleError(
                        f"{folder} has the name of {folders[folder.name]}, which counts"
                    )
        except BundleError as error:
            problems.append(f"{package}: {entry} lists '{shortened_text(line)}': {error}")
    return [KnownModel(name, package, folder) for name, folder in sorted(folders.items())]


def _lines(package: str, entry: Path) -> list[str]:
    """What an entry lists; one that is empty means share/<package>/models."""
    try:
        text = read_small_file(entry, BundleError).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BundleError(f"{entry} is no UTF-8 text: {error.reason}") from error
    listed = [line.strip() for line in text.splitlines() if line.strip()]
    return listed or [f"share/{package}/models"]


def _inside(prefix: Path, line: str, package: str) -> Path:
    relative = PurePosixPath(line)
    if relative.is_absolute() or ".." in relative.parts:
        raise BundleError(
            f"it must be a folder relative to the prefix {prefix}, as share/{package}/models"
        )
    return prefix / relative


def _bundles_in(folder: Path) -> list[Path]:
    try:
        if (folder / DESCRIPTION_FILE).exists():
            return [folder]
        found = [inner.parent for inner in sorted(folder.glob(f"*/{DESCRIPTION_FILE}"))]
        there = folder.exists()
    except (OSError, ValueError) as error:
        # No permission, a name too long for the file system, a zero byte.
        raise BundleError(str(getattr(error, "strerror", None) or error)) from error
    if not found:
        raise BundleError(f"{folder} {'holds no bundle' if there else 'is not there'}")
    return found
