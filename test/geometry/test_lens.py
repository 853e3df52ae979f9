# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Lenses against OpenCV: pixels to rays and points to pixels, and where a model ends."""

from __future__ import annotations

import warnings
from math import inf, nan
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from attendseg_ros.geometry import CloudBuilder, Intrinsics, Lens, LensError

WIDTH, HEIGHT = 640, 480
CAMERA = Intrinsics(fx=420.0, fy=410.0, cx=317.5, cy=243.25, width=WIDTH, height=HEIGHT)
MATRIX = np.array([[420.0, 0.0, 317.5], [0.0, 410.0, 243.25], [0.0, 0.0, 1.0]])

BARREL = (-0.28, 0.09, 0.0011, -0.0007, -0.012)
PINCUSHION = (0.12, -0.02, 0.0, 0.0, 0.003)
AZURE = (0.52, -2.7, 0.0008, -0.0002, 1.55, 0.4, -2.5, 1.47)
PRISM = (*AZURE, 0.003, -0.0011, 0.002, 0.0004)
TILTED = (*PRISM, 0.02, -0.03)
FISHEYE = (-0.013, 0.021, -0.017, 0.0038)

POLYNOMIALS = [
    ("plumb_bob", BARREL[:4]),
    ("plumb_bob", BARREL),
    ("plumb_bob", PINCUSHION),
    ("rational_polynomial", AZURE),
    ("rational_polynomial", PRISM),
    ("rational_polynomial", TILTED),
]
FISHEYES = [("equidistant", FISHEYE), ("equidistant", (0.0,) * 4), ("fisheye", ())]
EVERY = [("pinhole", ()), *POLYNOMIALS, *FISHEYES]


def points(spread: float = 1.0) -> NDArray[np.float64]:
    random = np.random.default_rng(3)
    ahead = random.uniform(0.5, 20.0, 500)
    aside = random.uniform(-spread, spread, (500, 2)) * ahead[:, None]
    return np.column_stack([aside, ahead])


@pytest.mark.parametrize(("model", "d"), POLYNOMIALS)
def test_points_to_pixels_as_opencv_projects_them(model: str, d: tuple[float, ...]) -> None:
    world = points(0.7)
    pixels, valid = Lens(CAMERA, model, d).project(world)
    truth = cv2.projectPoints(world, np.zeros(3), np.zeros(3), MATRIX, np.array(d))[0].reshape(
        -1, 2
    )
    assert valid.mean() > 0.9
    np.testing.assert_allclose(pixels[valid], truth[valid], atol=1e-6)


@pytest.mark.parametrize(("model", "d"), FISHEYES)
def test_points_to_pixels_as_opencv_projects_them_for_a_fisheye(
    model: str, d: tuple[float, ...]
) -> None:
    world = points(3.0)
    pixels, valid = Lens(CAMERA, model, d).project(world)
    truth = cv2.fisheye.projectPoints(
        world[:, None], np.zeros(3), np.zeros(3), MATRIX, np.array(d or (0.0,) * 4)
    )[0].reshape(-1, 2)
    assert valid.all()
    np.testing.assert_allclose(pixels, truth, atol=1e-6)


@pytest.mark.parametrize(("model", "d"), EVERY)
def test_every_pixel_s_ray_comes_back_to_it(model: str, d: tuple[float, ...]) -> None:
    lens = Lens(CAMERA, model, d)
    rows, columns = np.mgrid[:HEIGHT:7, :WIDTH:7].astype(np.float64)
    rays = lens.unproject(columns, rows)
    np.testing.assert_allclose(np.linalg.norm(rays, axis=-1), 1.0)
    pixels, valid = lens.project(rays * 7.0)
    assert valid.all()
    np.testing.assert_allclose(pixels, np.stack([columns, rows], axis=-1), atol=1e-3)
    # The table is the same, in the numbers that clouds are made of.
    np.testing.assert_allclose(lens.directions[::7, ::7], rays, atol=1e-6)
    table = lens.rays
    at = np.stack([np.broadcast_to(part, (HEIGHT, WIDTH)) for part in (table.x, table.y)], axis=-1)
    np.testing.assert_allclose(at[::7, ::7], rays[..., :2] / rays[..., 2:], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("model", "d"), EVERY)
def test_single_precision_is_good_for_pixels(model: str, d: tuple[float, ...]) -> None:
    lens, world = Lens(CAMERA, model, d), points(0.7)
    exact, _ = lens.project(world)
    rough, valid = lens.project(world.astype(np.float32))
    assert rough.dtype == np.float32
    np.testing.assert_allclose(rough[valid], exact[valid], atol=0.01)


@pytest.mark.parametrize(("model", "d"), EVERY)
def test_what_is_behind_and_what_is_no_point_has_no_pixel(model: str, d: tuple[float, ...]) -> None:
    world = np.array([[0.0, 0.0, -1.0], [nan, 0.0, 1.0], [0.0, 0.0, nan], [0.0, 0.0, 0.0]])
    assert not Lens(CAMERA, model, d).project(world)[1].any()
    assert Lens(CAMERA, model, d).project(np.array([[0.0, 0.0, 1.0]]))[1].all()
    if model not in ("equidistant", "fisheye"):
        assert not Lens(CAMERA, model, d).project(np.array([[0.1, -0.2, -3.0]]))[1].any()


def test_a_fisheye_sees_sideways_and_backwards() -> None:
    wide = Lens(Intrinsics(150.0, 150.0, 320.0, 240.0, WIDTH, HEIGHT), "equidistant", ())
    pixels, valid = wide.project(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, -0.1]]))
    assert valid.all()
    assert pixels[0] == pytest.approx([320.0 + 150.0 * np.pi / 2, 240.0])
    back = wide.unproject(pixels[:, 0], pixels[:, 1])
    np.testing.assert_allclose(back, [[1.0, 0.0, 0.0], [0.0, 0.995037, -0.0995037]], atol=1e-6)
    # Such a ray meets no plane z = 1: a depth image has no depth there.
    builder = CloudBuilder(wide)
    depth = np.ones((HEIGHT, WIDTH), np.float32)
    grey = np.zeros((HEIGHT, WIDTH), np.uint8)
    cloud = builder.build(depth, np.zeros((HEIGHT, WIDTH, 3), np.uint8), grey, grey)
    for axis in "xyz":
        assert np.isnan(cloud[axis][240, 0])
        assert np.isfinite(cloud[axis][240, 320])


def test_where_a_polynomial_turns_back_it_holds_no_more() -> None:
    """R (1 - r^2 / 3) grows up to 1: farther out the same pixels would come again."""
    lens = Lens(CAMERA, "plumb_bob", (-1 / 3, 0.0, 0.0, 0.0))
    world = np.array([[0.99, 0.0, 1.0], [1.01, 0.0, 1.0], [1.6, 0.0, 1.0], [0.0, 40.0, 1.0]])
    pixels, valid = lens.project(world)
    assert valid.tolist() == [True, False, False, False]
    # The third would fall into the image.
    assert 0.0 < pixels[2, 0] < WIDTH
    edge = 317.5 + 420.0 * 2 / 3
    rays = lens.unproject(np.array([edge - 1.0, edge + 1.0]), np.array([243.25, 243.25]))
    assert np.isfinite(rays[0]).all()
    assert np.isnan(rays[1]).all()


def test_a_pole_of_a_rational_polynomial_ends_it() -> None:
    """1 / (1 - r^2 / 4) has a pole at 2."""
    lens = Lens(CAMERA, "rational_polynomial", (0.0, 0.0, 0.0, 0.0, 0.0, -0.25, 0.0, 0.0))
    valid = lens.project(np.array([[1.9, 0.0, 1.0], [2.1, 0.0, 1.0]]))[1]
    assert valid.tolist() == [True, False]


def test_a_fisheye_s_polynomial_turns_back_too() -> None:
    lens = Lens(CAMERA, "equidistant", (-1 / 3, 0.0, 0.0, 0.0))
    inside, outside = np.tan(0.99), np.tan(1.01)
    valid = lens.project(np.array([[inside, 0.0, 1.0], [outside, 0.0, 1.0]]))[1]
    assert valid.tolist() == [True, False]
    assert np.isnan(lens.unproject(np.array(317.5 + 420.0 * 0.7), np.array(243.25))).all()


@pytest.mark.parametrize("model", ["omni", "double_sphere", "mei", "plumb", "?", "ftheta"])
@pytest.mark.parametrize("d", [(), (0.0,) * 5, (0.1, 0.2, 0.0, 0.0)])
def test_an_unknown_model_is_refused_in_words(model: str, d: tuple[float, ...]) -> None:
    with pytest.raises(LensError, match="is not known; known are plumb_bob, rational") as caught:
        Lens(CAMERA, model, d)
    assert repr(model) in str(caught.value)


@pytest.mark.parametrize(
    ("model", "d", "words"),
    [
        ("plumb_bob", (0.1, nan, 0.0, 0.0, 0.0), "D is [0.1, nan, 0, 0, 0]: is it calibrated?"),
        ("equidistant", (inf, 0.0, 0.0, 0.0), "is it calibrated?"),
        ("plumb_bob", (0.1, 0.2, 0.3), "has 4, 5, 8, 12 or 14 coefficients"),
        ("rational_polynomial", (0.1,) * 15, "has 4, 5, 8, 12 or 14 coefficients"),
        ("equidistant", (0.1, 0.2), "has 4 coefficients"),
        ("equidistant", (0.1, 0.0, 0.0, 0.0, 0.2), "has 4 coefficients"),
        ("", (0.1, 0.0, 0.0, 0.0), "it must say what D means"),
        ("plumb_bob", (0.0, 0.0, 0.0, 0.0, 1e300), "must be a number from -1e+06 to 1e+06"),
        ("rational_polynomial", (*PRISM, 0.1, 1.6), "its last two tilt the sensor"),
        ("pinhole", (0.1, 0.0, 0.0, 0.0), "it must say what D means"),
    ],
)
def test_coefficients_that_do_not_fit_are_refused(model: str, d: Any, words: str) -> None:
    with pytest.raises(LensError) as caught:
        Lens(CAMERA, model, d)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("model", ["", "none", "plumb_bob", "Plumb Bob", "rational-polynomial"])
@pytest.mark.parametrize("count", [0, 1, 4, 5, 8])
def test_coefficients_of_0_leave_a_pinhole(model: str, count: int) -> None:
    assert not Lens(CAMERA, model, (0.0,) * count).bends


@settings(deadline=None, max_examples=300)
@given(
    model=st.sampled_from(["plumb_bob", "rational_polynomial", "equidistant"]),
    d=st.sampled_from([4, 5, 8, 12, 14]).flatmap(
        lambda count: st.lists(st.floats(), min_size=count, max_size=count)
    ),
)
def test_any_numbers_are_a_lens_or_refused_in_words(model: str, d: list[float]) -> None:
    """A driver may send any, and a mask must not be lost to what fails in its metres."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            lens = Lens(Intrinsics(30.0, 30.0, 16.0, 12.0, 32, 24), model, tuple(d))
        except LensError:
            return
        assert lens.rays.x.shape in ((24, 32), (1, 32))
        lens.project(points().astype(np.float32))


def test_a_fifth_coefficient_of_0_is_no_matter_to_a_fisheye() -> None:
    assert Lens(CAMERA, "equidistant", (*FISHEYE, 0.0)).bends


def test_lenses_of_the_same_numbers_are_equal() -> None:
    assert Lens(CAMERA, "plumb_bob", BARREL) == Lens(CAMERA, "plumb_bob", BARREL)
    assert Lens(CAMERA, "plumb_bob", BARREL) != Lens(CAMERA, "plumb_bob", PINCUSHION)


@pytest.mark.parametrize("model", ["pinhole", "plumb_bob", "equidistant"])
def test_a_scaled_camera_sees_the_same_at_another_size(model: str) -> None:
    camera = Intrinsics(400.0, 420.0, 310.0, 250.0, 640, 480)
    coefficients = () if model == "pinhole" else (-0.1, 0.02, 0.001, 0.002)
    lens = Lens(camera, model, coefficients)
    small = lens.scaled(320, 120)
    assert (small.camera.width, small.camera.height) == (320, 120)
    points = np.random.default_rng(4).uniform(-1.0, 1.0, (50, 3)) + np.array([0.0, 0.0, 3.0])
    np.testing.assert_allclose(small.project(points)[0], lens.project(points)[0] / (2.0, 4.0))
    assert lens.scaled(640, 480) is lens
