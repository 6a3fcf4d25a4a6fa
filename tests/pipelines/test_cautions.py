"""Cautions, and their words on the page."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from chalicelib.pipelines.cautions import Caution, counted

ROOT = Path(__file__).parents[2]
MAKERS = {"Caution": 2, "Caution.filled": 2, "self._warn": 2, "_some": None}
"""Calls that make a caution, their first argument its code; the place of its values, or None where they are fixed."""
CHOSEN = {
    "colour": [
        "card_in_shadow", "card_partly_in_shadow", "shadow_edge", "outside_target", "clipped_highlights",
        "brighter_than_card", "exposure_undone", "exposure_differs",
    ],
    "media": [],
    "speech": ["not_heard", "noise_not_heard"],
    "volume": [],
}  # fmt: skip
"""Codes that their calls choose from several."""


def cautions_of(pipeline: str) -> list[tuple[str, set[str]]]:
    """(code, the names of its values) of each caution that the pipeline's sources make."""
    found = []
    for path in (ROOT / "chalicelib/pipelines" / pipeline).rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or (maker := ast.unparse(call.func)) not in MAKERS:
                continue
            if not call.args or not isinstance(code := call.args[0], ast.Constant):
                continue
            place = MAKERS[maker]
            values = {"count", "total"} if place is None else {k.arg for k in call.keywords}
            if place and len(call.args) > place and isinstance(given := call.args[place], ast.Dict):
                values |= {key.value for key in given.keys if isinstance(key, ast.Constant)}
            found.append((code.value, {str(name) for name in values}))
    return found


@pytest.mark.parametrize("language", ["de", "es", "fr"])
@pytest.mark.parametrize("pipeline", CHOSEN)
def test_the_page_has_words_for_every_caution_and_fills_in_no_more_than_it_holds(pipeline: str, language: str) -> None:
    texts = json.loads((ROOT / f"web/src/pipelines/{pipeline}/{language}.json").read_text())
    cautions = [(code, values) for code, values in cautions_of(pipeline) if code not in CHOSEN[pipeline]]
    assert cautions
    for code, values in cautions:
        assert not values & {"code", "message"}
        assert set(re.findall(r"\{(\w+)[}|]", texts[f"warning.{code}"])) <= {*values, "file"}, code
    written = {f"warning.{code}" for code in [code for code, _ in cautions] + CHOSEN[pipeline]}
    assert written == {name for name in texts if name.startswith("warning.")}


def test_pipelines_share_no_code_of_a_caution() -> None:
    """The page's words are found by the code alone."""
    made = [(code, pipeline) for pipeline in CHOSEN for code in {code for code, _ in cautions_of(pipeline)}]
    assert len({code for code, _ in made}) == len(made)


def test_a_caution_survives_json() -> None:
    one = Caution("missing_slices", "2 slices seem to be missing.", {"count": 2})
    assert Caution(*json.loads(json.dumps(one))) == one
    assert one.answered() == {"code": "missing_slices", "message": "2 slices seem to be missing.", "count": 2}


@pytest.mark.parametrize(("count", "said"), [(0, "0 slices"), (1, "1 slice"), (2, "2 slices"), (1234, "1,234 slices")])
def test_counted(count: int, said: str) -> None:
    assert counted(count, "slice") == said
