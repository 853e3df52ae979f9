# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""YAML and JSON that would cost time, memory or the process are refused by name and line."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from attendseg_ros import documents
from attendseg_ros.documents import (
    MOST_BYTES,
    MOST_ITEMS,
    parse_json,
    parse_yaml,
    read_small_file,
    read_yaml,
)
from attendseg_ros.errors import BundleError, DataError

TENFOLD = ",".join(["*a{0}"] * 10)


def multiplying(levels: int, form: str) -> str:
    lines = ["a0: &a0 {x: 1}"]
    for level in range(1, levels):
        lines.append(f"a{level}: &a{level} {form.format(TENFOLD.format(level - 1))}")
    return "\n".join(lines)


REFUSED = {
    "a date that is none": ("a: 1\nb: 2026-02-30\n", "line 2: '2026-02-30' is no timestamp"),
    "a number that is none": ("a: !!int foo\n", "line 1: 'foo' is no int"),
    "brackets without end": ("a: " + "[" * 3000 + "]" * 3000, "line 1:"),
    "mappings without end": ("".join(" " * level + "a:\n" for level in range(200)), "levels deep"),
    "aliases that multiply": (multiplying(9, "[{}]"), f"more than {MOST_ITEMS} values"),
    "merges that multiply": (multiplying(9, "{{<<: [{}]}}"), f"more than {MOST_ITEMS} values"),
    "a chain of aliases": (
        "a0: &a0 [x]\n" + "".join(f"a{k}: &a{k} [*a{k - 1}]\n" for k in range(1, 500)),
        "levels deep by aliases",
    ),
    "an alias within itself": ("a: &a [*a]\n", "line 1: alias *a stands within what it names"),
    "an alias of nothing": ("a: 1\nb: *c\n", "line 2: found undefined alias"),
    "a key twice": ("a: 1\nb: 2\na: 3\n", "line 3: key 'a' occurs twice (line 1)"),
    "a key twice in a line": ("{a: 1, a: 2}", "key 'a' occurs twice"),
    "a list for a key": ("? [a]\n: b\n", "line 1:"),
    "an object of Python": ("a: !!python/object/apply:os.system [ls]\n", "line 1:"),
    "a million digits": ("a: " + "9" * 200_000, "line 1: a number of 200000 characters"),
    "sixties of sixties": ("a: 1" + ":10" * 80_000, "line 1: a number of"),
    "bytes that are no text": (b"a: b\nc: \xff\n", "line 2: this is no UTF-8 text"),
    "a zero byte": (b"a: b\nc: \x00\n", "line 2:"),
    "two documents": ("a: 1\n---\nb: 2\n", "line 2:"),
    "an open bracket": ("a: [1, 2\nb: 3\n", "line 2:"),
    "too long": ("#" * (MOST_BYTES + 1), f"longer than {MOST_BYTES} bytes"),
}


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize(("content", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_small_document_is_refused_with_its_line(
    content: str | bytes, said: str, loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = pytest.importorskip("yaml").__dict__.get(loader)
    if chosen is None:
        pytest.skip("this PyYAML is without libyaml")
    monkeypatch.setattr(documents, "_Loader", chosen)
    with pytest.raises(BundleError) as caught:
        parse_yaml(content, "some.yaml", BundleError)
    message = str(caught.value)
    assert message.startswith("some.yaml: ")
    assert said in message
    assert "\n" not in message
    assert len(message) < 500


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("a: &x [1, 2]\nb: *x\n", {"a": [1, 2], "b": [1, 2]}),
        (
            "base: &b {x: 1, y: 2}\nown: {<<: *b, x: 3}\n",
            {"base": {"x": 1, "y": 2}, "own": {"x": 3, "y": 2}},
        ),
        (b"\xef\xbb\xbfa: 1\n", {"a": 1}),
        ("a: ä\n".encode("utf-16"), {"a": "ä"}),
        ("", None),
    ],
)
def test_what_people_have_is_read(content: str | bytes, value: object) -> None:
    assert parse_yaml(content, "some.yaml") == value


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.one_of(
        st.binary(max_size=200), st.text(alphabet="[]{}&*!?:-|>'\"% \n\tab01.~<", max_size=80)
    )
)
def test_any_bytes_are_read_or_refused(content: bytes | str) -> None:
    refusal = ""
    try:
        parse_yaml(content, "some.yaml")
    except DataError as error:
        refusal = str(error)
    assert refusal == "" or refusal.startswith("some.yaml:")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
        max_leaves=20,
    )
)
def test_what_pyyaml_writes_is_read_back(value: object) -> None:
    assert parse_yaml(yaml.safe_dump(value), "some.yaml") == value


def test_a_file_is_named_and_missing_ones_say_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.yaml is missing"):
        read_yaml(tmp_path / "nowhere.yaml")
    with pytest.raises(DataError, match="is not a file"):
        read_yaml(tmp_path)
    with pytest.raises(DataError, match="cannot be read"):
        read_yaml("/tmp/" + "x" * 300)
    with pytest.raises(DataError, match="cannot be read"):
        read_yaml("/tmp/a\0b")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="is not a file"):
        read_small_file(tmp_path / "pipe")


def test_a_limit_is_no_memory_taken(tmp_path: Path) -> None:
    path = tmp_path / "small.onnx"
    path.write_bytes(b"small")
    tracemalloc.start()
    try:
        assert read_small_file(path, most_bytes=1 << 31) == b"small"
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1 << 20


def test_a_file_that_is_too_long_is_not_read_before_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.touch()
    os.truncate(path, 1 << 40)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="longer than 2147483648 bytes"):
            read_small_file(path, most_bytes=1 << 31)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1 << 20


def test_descriptors_are_given_back(tmp_path: Path) -> None:
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = count()
    for path in (tmp_path, tmp_path / "nowhere", Path("/dev/zero")):
        with pytest.raises(DataError):
            read_small_file(path)
    assert count() == before


def test_nested_json_is_refused_like_any_other() -> None:
    for content in ("[" * 100_000, "{", b"\xff"):
        with pytest.raises(DataError, match=r"^some\.json: "):
            parse_json(content, "some.json")
