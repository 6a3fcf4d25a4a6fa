"""The page has German words for every option and step: the API's own are English."""

import json
from pathlib import Path

import pytest

from chalicelib.pipelines.registry import PIPELINES

PAGE = Path(__file__).parents[2] / "web/src"


@pytest.mark.parametrize("name", PIPELINES)
def test_every_option_and_step_has_german_words(name: str) -> None:
    pipeline = PIPELINES[name]
    words = [json.loads((PAGE / path).read_text()) for path in ("messages/de.json", f"pipelines/{name}/de.json")]
    options = [f"{kind}.{name}.{field}" for field in pipeline.Options.model_fields for kind in ("option", "hint")]
    assert [
        key
        for key in (*options, *(f"step.{step.name}" for step in pipeline.steps))
        if not any(key in some for some in words)
    ] == []
