"""Our own distances and copies equal those of SciPy and NumPy to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from chalicelib.pipelines.volume.distances import signed, to_outside, within
from chalicelib.pipelines.volume.geometry import copied

SHAPES = [(5, 7, 9), (30, 2, 20), (70, 61, 80)]
SPACING = np.array([0.91, 0.9133, 0.37])


def mask_of(shape: tuple[int, ...]) -> np.ndarray:
    return ndimage.gaussian_filter(np.random.default_rng(3).normal(size=shape), 2) > 0


@pytest.mark.parametrize("shape", SHAPES)
def test_distances_are_scipys(shape: tuple[int, ...]) -> None:
    mask = mask_of(shape)
    inside, outside = (ndimage.distance_transform_edt(m, sampling=SPACING) for m in (mask, ~mask))
    assert np.array_equal(to_outside(mask, SPACING), inside)
    assert np.array_equal(signed(mask, SPACING), inside.astype(np.float32) - outside.astype(np.float32))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("reach", [0.3, 0.91, 1.1, 2.02])
def test_what_lies_within_a_reach_is_what_scipy_finds_there(shape: tuple[int, ...], reach: float) -> None:
    mask = mask_of(shape)
    assert np.array_equal(within(mask, SPACING, reach), to_outside(~mask, SPACING) <= reach)


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_copy_in_the_other_order_holds_the_same(order: str) -> None:
    values = np.arange(70 * 33 * 130, dtype=np.int32).reshape(70, 33, 130)
    for one in (values, values[::-1, :, ::-1], values.T):
        result = copied(one, order)  # type: ignore[arg-type]  # of the two that there are
        assert np.array_equal(result, one)
        assert result.flags[f"{order}_CONTIGUOUS"]
