"""The colour pipeline's description of itself."""

from __future__ import annotations

import subprocess
import sys

import cv2
import pytest
from pydantic import ValidationError

from chalicelib.pipelines.base import OptionRefused
from chalicelib.pipelines.colour import COLOUR, card_pdf
from chalicelib.pipelines.registry import PIPELINES


def test_it_is_registered_with_its_steps_and_its_layers() -> None:
    assert PIPELINES["colour"] is COLOUR
    names = [step.name for step in COLOUR.steps]
    assert names == ["Reading pictures", "Finding cards", "Measuring", "Fitting", "Applying", "Reporting"]
    options = COLOUR.Options(operation="remove_background", background_model="u2net")
    layers = {step.layer(given) for step in COLOUR.steps for given in (COLOUR.Options(), options)}
    assert layers - {None} == set(COLOUR.workers.layers)


def test_importing_the_pipeline_loads_none_of_its_heavy_libraries() -> None:
    heavy = ("numpy", "cv2", "PIL", "rawpy", "pi_heif", "onnxruntime")
    code = f"import sys, chalicelib.pipelines.colour; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("step", ["reading", "finding", "stages", "applying", "reporting"])
def test_no_step_loads_what_another_function_has(step: str) -> None:
    code = (
        f"import sys, chalicelib.pipelines.colour.{step}; "
        "print([m for m in ('cv2', 'rawpy', 'pi_heif', 'onnxruntime') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_corners_come_as_a_form_sends_them_or_as_numbers() -> None:
    wanted = [(1, 2), (3, 4), (5, 6.5), (7, 8)]
    assert COLOUR.Options(corners="1,2 3,4 5,6.5 7,8").corners == wanted
    assert COLOUR.Options(corners=[list(pair) for pair in wanted]).corners == wanted
    assert COLOUR.Options(corners="").corners is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"corners": "1,2 3,4"},
        {"corners": "1,2 3,4 5,6 7,x"},
        {"corners": [[1, 2], [3, 4], [5, 6], [7, float("nan")]]},
        {"card": "mcc25"},
        {"model": "root_polynomial_3"},
        {"threshold_delta_e": 0},
        {"target": "cmyk"},
        {"background_model": "../secrets"},
        {"colour": "red"},
    ],
)
def test_options_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        COLOUR.Options(**wrong)


def test_models_that_are_not_there_are_refused_before_a_job_is_made() -> None:
    options = COLOUR.Options(operation="remove_background", background_model="u2net")
    COLOUR.check(options, lambda folder: ["u2net"] if folder == "background" else [])
    with pytest.raises(OptionRefused) as reason:
        COLOUR.check(options, lambda folder: ["modnet"])
    assert reason.value.field == "background_model"
    assert "grabcut, modnet" in reason.value.message
    COLOUR.check(COLOUR.Options(background_model="u2net"), lambda folder: [])


def test_the_card_to_print_has_the_markers_that_are_looked_for() -> None:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_50)
    for number, rows in enumerate(card_pdf.MARKERS):
        marker = cv2.aruco.generateImageMarker(dictionary, number, 7)[1:6, 1:6] > 0
        assert rows == tuple("".join("1" if bit else "0" for bit in row) for row in marker)
