"""Addresses that are neither the page's nor the API's."""

from pathlib import Path

import pytest

from infra.aws.serving import ROUTER
from infra.local.page import NOT_THE_PAGES, Page


@pytest.mark.parametrize("built", [True, False])
@pytest.mark.parametrize("path", ["/health", "/health/", "/health/deep", "/status", "/status/01kexamp1e"])
def test_what_monitors_ask_for_by_mistake_is_no_page(tmp_path: Path, path: str, built: bool) -> None:
    if built:
        (tmp_path / "index.html").write_text("<title>Millrace</title>")
    assert Page(tmp_path).answer(path)[0] == 404


@pytest.mark.parametrize("path", ["/", "/jobs/01kexamp1e", "/healthy"])
def test_addresses_of_the_page_are_the_page(tmp_path: Path, path: str) -> None:
    (tmp_path / "index.html").write_text("<title>Millrace</title>")
    assert Page(tmp_path).answer(path)[0] == 200


def test_the_deployment_refuses_the_same() -> None:
    assert all(f"first === '{name}'" in ROUTER for [name] in NOT_THE_PAGES)
