"""Colour differences and spaces against published numbers."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.pipelines.colour.difference import delta_e_76, delta_e_94, delta_e_2000
from chalicelib.pipelines.colour.spaces import D50, D65, SPACES, SRGB, bradford, lab_of, lab_of_srgb, xyz_of

# Sharma, Wu and Dalal 2005, table 1.
SHARMA = np.array(
    [
        (50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425),
        (50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615),
        (50, 2.8361, -74.0200, 50, 0, -82.7485, 3.4412),
        (50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000),
        (50, -1.1848, -84.8006, 50, 0, -82.7485, 1.0000),
        (50, -0.9009, -85.5211, 50, 0, -82.7485, 1.0000),
        (50, 0, 0, 50, -1, 2, 2.3669),
        (50, -1, 2, 50, 0, 0, 2.3669),
        (50, 2.4900, -0.0010, 50, -2.4900, 0.0009, 7.1792),
        (50, 2.4900, -0.0010, 50, -2.4900, 0.0010, 7.1792),
        (50, 2.4900, -0.0010, 50, -2.4900, 0.0011, 7.2195),
        (50, 2.4900, -0.0010, 50, -2.4900, 0.0012, 7.2195),
        (50, -0.0010, 2.4900, 50, 0.0009, -2.4900, 4.8045),
        (50, -0.0010, 2.4900, 50, 0.0010, -2.4900, 4.8045),
        (50, -0.0010, 2.4900, 50, 0.0011, -2.4900, 4.7461),
        (50, 2.5, 0, 50, 0, -2.5, 4.3065),
        (50, 2.5, 0, 73, 25, -18, 27.1492),
        (50, 2.5, 0, 61, -5, 29, 22.8977),
        (50, 2.5, 0, 56, -27, -3, 31.9030),
        (50, 2.5, 0, 58, 24, 15, 19.4535),
        (50, 2.5, 0, 50, 3.1736, 0.5854, 1.0000),
        (50, 2.5, 0, 50, 3.2972, 0, 1.0000),
        (50, 2.5, 0, 50, 1.8634, 0.5757, 1.0000),
        (50, 2.5, 0, 50, 3.2592, 0.3350, 1.0000),
        (60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644),
        (63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630),
        (61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731),
        (35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645),
        (22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373),
        (36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146),
        (90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441),
        (90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381),
        (6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377),
        (2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082),
    ]
)


def test_ciede2000_agrees_with_all_pairs_of_sharma_both_ways_round() -> None:
    assert len(SHARMA) == 34
    there, back = delta_e_2000(SHARMA[:, :3], SHARMA[:, 3:6]), delta_e_2000(SHARMA[:, 3:6], SHARMA[:, :3])
    assert np.abs(there - SHARMA[:, 6]).max() < 1e-4
    assert np.abs(back - there).max() < 1e-9


def test_the_older_differences_agree_with_their_definitions() -> None:
    a, b = np.array([[50.0, 2.5, 0.0]]), np.array([[73.0, 25.0, -18.0]])
    assert delta_e_76(a, b)[0] == pytest.approx(np.sqrt(23**2 + 22.5**2 + 18**2))
    # Lindbloom's calculator, graphic arts: 34.6892 for this pair in this order.
    assert delta_e_94(a, b)[0] == pytest.approx(34.6892, abs=2e-4)


def test_shapes_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="differ"):
        delta_e_2000(np.zeros((3, 3)), np.zeros((4, 3)))
    with pytest.raises(ValueError, match="last axis"):
        delta_e_2000(np.zeros((3, 2)), np.zeros((3, 2)))


def test_spaces_have_their_published_matrices_and_whites() -> None:
    # Lindbloom: sRGB and Adobe RGB, D65, adapted to D50 by Bradford.
    srgb = [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]]
    assert np.abs(SRGB.to_xyz - srgb).max() < 4e-4  # ICC writes the blue of D50 as 0.8249
    for space in SPACES.values():
        assert np.abs(space.to_xyz.sum(1) - D50).max() < 1e-4, space.name
        values = np.linspace(0, 1, 513)
        assert np.abs(space.encoded(space.decoded(values)) - values).max() < 1e-6, space.name
    assert np.abs(bradford(D65, D50) @ D65 - D50).max() < 1e-12


def test_lab_goes_there_and_back_and_black_is_black() -> None:
    lab = np.random.default_rng(3).uniform((0, -80, -80), (100, 80, 80), (500, 3))
    assert np.abs(lab_of(xyz_of(lab)) - lab).max() < 1e-9
    assert np.abs(lab_of_srgb(np.array([[0.0, 0, 0], [1, 1, 1]])) - [[0, 0, 0], [100, 0, 0]]).max() < 0.02
