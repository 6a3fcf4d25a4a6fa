"""A function without a size or rights is named with the file to edit, before anything is built or tested."""

import pytest

from chalicelib.pipelines.registry import WORKS
from infra.aws import functions
from infra.aws.functions import SIZES, missing_settings


def test_every_function_has_its_settings() -> None:
    assert missing_settings(tuple(WORKS)) == []


def test_a_function_without_a_size_is_named_with_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(SIZES, "clean_up")
    assert missing_settings(tuple(WORKS)) == [
        "The function clean_up has no size: add it to SIZES in infra/aws/functions.py."
    ]


def test_a_function_without_rights_is_named_with_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    given = functions.grants

    def without(handler: str, pipelines: tuple[str, ...]) -> object:
        if handler == "sweep":
            raise KeyError(handler)
        return given(handler, pipelines)

    monkeypatch.setattr(functions, "grants", without)
    assert missing_settings(tuple(WORKS)) == [
        "The function sweep has no rights: add it to grants() in infra/aws/grants.py."
    ]
