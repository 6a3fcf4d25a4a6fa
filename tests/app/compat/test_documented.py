"""docs/compat.md lists every call, below its system's base address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalicelib.api.framework import openapi
from chalicelib.api.framework.routing import Route

DOCS = (Path(__file__).parents[3] / "docs" / "compat.md").read_text()
SECTIONS = {
    "v1": "Speech",
    "knee": "Knee MRI",
    "media": "Media import",
    "scenes": "Scene catalogue",
    "colour": "Colour",
}
OTHERS = [route for route in openapi.ROUTES if route not in openapi.OWN]


@pytest.mark.parametrize("route", OTHERS, ids=lambda route: f"{route.method} {route.path}")
def test_every_call_is_in_its_systems_table(route: Route) -> None:
    base, system = re.match(r"(/v1|/compat/(\w+))", route.path).group(1, 2)  # type: ignore[union-attr]
    section = DOCS.split(f"\n## {SECTIONS[system or 'v1']}\n")[1].split("\n## ")[0]
    call = re.sub(r"{artifact}", "complete", route.path.removeprefix(base))
    assert re.search(rf"\| `{route.method} {re.escape(call)}[`?]", section), f"{route.method} {call}"
    assert f"`/api{base}`" in DOCS
