"""Two cameras under two lights: the gain of the root-polynomial over a 3×3, on the card and on colours off it."""

from __future__ import annotations

import numpy as np
import pytest
from spectral_world import CAMERAS, shot

from chalicelib.pipelines.colour import fitting
from chalicelib.pipelines.colour.difference import delta_e_2000

NIKON, SIGMA = CAMERAS
MOST = {  # mean CIEDE2000 of patches under the fit of the others, and of 99 colours that are on no card
    (NIKON, "D65"): (0.85, 1.1),
    (SIGMA, "D65"): (1.7, 2.05),
    (NIKON, "A"): (1.9, 2.7),
    (SIGMA, "A"): (2.3, 3.3),
}


@pytest.mark.parametrize(("camera", "light"), list(MOST))
def test_the_root_polynomial_predicts_real_sensors_better_than_a_matrix(camera: str, light: str) -> None:
    one = shot(camera, light)
    problem = fitting.Problem(one.rgb, one.lab, np.ones(24))
    assert fitting.robust_start(problem).all()  # no patch of the card is wrong, however far off a matrix is
    left, others = {}, {}
    for model in (fitting.LINEAR, fitting.ROOT):
        left[model] = fitting.leave_one_out(problem, model).mean()
        matrix = fitting.solve(problem, model)
        others[model] = delta_e_2000(fitting.predicted(matrix, one.other_rgb, model), one.other_lab).mean()
    most_left, most_others = MOST[camera, light]
    assert left[fitting.ROOT] <= most_left
    assert others[fitting.ROOT] <= most_others
    assert left[fitting.ROOT] < 0.92 * left[fitting.LINEAR]
    assert others[fitting.ROOT] < 0.92 * others[fitting.LINEAR]
    assert fitting.chosen_model(problem, "auto")[0] == fitting.ROOT


def test_it_does_not_depend_on_the_exposure() -> None:
    one = shot(NIKON, "A")
    for model in (fitting.LINEAR, fitting.ROOT):
        matrix = fitting.solve(fitting.Problem(one.rgb, one.lab, np.ones(24)), model)
        bright = fitting.features(one.other_rgb * 0.5, model) @ matrix.T
        assert np.abs(bright - 0.5 * fitting.features(one.other_rgb, model) @ matrix.T).max() < 1e-12
