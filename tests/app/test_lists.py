"""All lists take the same parameters; older forms still work."""

from __future__ import annotations

import pytest

from chalicelib.api.framework.routing import Route
from chalicelib.api.subjects import every_route
from tests.app.api_world import World

PAGED = {"page", "per_page"}
READ_ON = {"limit", "cursor"}
OLDER = {("GET", "/jobs/{job_id}/files"): {"sort"}}


def asked(route: Route) -> set[str]:
    return set(route.query.model_fields) if route.query else set()


LISTS = [
    route
    for route in every_route()
    if ".compat." not in route.subject  # other systems' lists keep the form that their clients know
    and asked(route) & (PAGED | READ_ON | {"sort", "sort_by", "order", "offset", "size", "per"})
]


@pytest.mark.parametrize("route", LISTS, ids=lambda route: f"{route.method} {route.path}")
def test_a_list_has_pages_or_a_cursor_and_one_way_to_be_sorted(route: Route) -> None:
    names = asked(route)
    assert names >= PAGED or names >= READ_ON
    assert not (names & PAGED and names & READ_ON)
    assert not names & ({"sort", "order", "offset"} - OLDER.get((route.method, route.path), set()))
    assert "sort_by" not in names or "sort_order" in names
    answer = set(route.answer.model_fields) if route.answer else set()
    items = {"folders", "files"} if route.path == "/import-folders" else {"items"}
    assert answer >= items | ({"total", "page", "per_page", "pages"} if names & PAGED else {"next_cursor"})


def test_files_of_a_job_are_sorted_in_both_forms(world: World) -> None:
    guest = world.guest()
    job_id = guest.announce({"b.jpg": 20, "a.jpg": 30, "c.jpg": 10})["job_id"]

    def names(query: str) -> list[str]:
        found = guest.get(f"/jobs/{job_id}/files?{query}")
        assert found.status == 200, found.text
        return [file["original_filename"] for file in found["items"]]

    assert names("") == ["b.jpg", "a.jpg", "c.jpg"]
    assert names("sort_order=desc") == ["c.jpg", "a.jpg", "b.jpg"]
    for by, order, older in (
        ("filename", "asc", "filename"),
        ("filename", "desc", "-filename"),
        ("size", "desc", "-size"),
    ):
        assert names(f"sort_by={by}&sort_order={order}") == names(f"sort={older}")
    assert names("sort_by=filename") == ["a.jpg", "b.jpg", "c.jpg"]
    assert names("sort_by=size&sort_order=desc") == ["a.jpg", "b.jpg", "c.jpg"]


@pytest.mark.parametrize(
    "query", ["sort=filename&sort_by=filename", "sort=filename&sort_order=asc", "sort_order=up", "sort_by=none"]
)
def test_what_says_two_things_of_the_order_is_refused(world: World, query: str) -> None:
    guest = world.guest()
    job_id = guest.announce({"a.jpg": 20})["job_id"]
    assert guest.get(f"/jobs/{job_id}/files?{query}").status in (400, 422)
