"""The colour routes: pictures by name, and jobs over stored pictures."""

from __future__ import annotations

import requests

from chalicelib.pipelines.colour import card_pdf
from tests.app.api_world import GUIDES, Caller, World
from tests.pipelines.colour.colour_world import file_of, printed, to_8


def sent(world: World, user: Caller, **files: bytes) -> dict[str, str]:
    """Sends files; returns the ids of the inspected files by name."""
    body = {"files": [{"filename": f"{name}.jpg", "size": len(content)} for name, content in files.items()]}
    made = user.post("/images", {**body, "options": {"operation": "detect"}})
    assert made.status == 201, made.text
    for target, content in zip(made["uploads"], files.values(), strict=True):
        world.send(target, content)
    world.deliver()
    return {target["filename"].removesuffix(".jpg"): target["file_id"] for target in made["uploads"]}


def test_pictures_are_files_by_another_name(world: World, user: Caller) -> None:
    shot = file_of(to_8(printed().shot()), "JPEG")
    ids = sent(world, user, harbour=shot, card=shot)
    listed = user.get("/images")
    assert {one["id"] for one in listed["items"]} >= set(ids.values())
    assert {one["type"] for one in listed["items"]} == {"image"}
    assert user.call("PATCH", f"/images/{ids['card']}", {"title": "A card"}).status == 200
    assert user.get(f"/images/{ids['card']}")["title"] == user.get(f"/files/{ids['card']}")["title"] == "A card"
    assert user.call("DELETE", f"/images/{ids['card']}").status == 204
    assert user.get(f"/images/{ids['card']}").status == 404


def test_stored_pictures_are_measured_and_corrected_one_or_many(world: World, user: Caller) -> None:
    shot = file_of(to_8(printed().shot()), "JPEG")
    ids = sent(world, user, one=shot, two=shot + b"\0")
    measured = user.post("/detect/card", {"file_id": ids["one"]})
    assert measured.status == 201
    assert measured["options"]["operation"] == "detect"
    both = user.post("/correct/colour", {"file_ids": list(ids.values()), "options": {"target": "display_p3"}})
    assert both.status == 201
    assert both.headers["location"] == f"/api/jobs/{both['id']}"
    world.deliver()
    results = user.get(f"/results?job_id={both['id']}&per_page=20")["items"]
    assert sum(1 for one in results if one["metadata"].get("card") == "aruco24") == 2
    names = {one["filename"] for one in user.get(f"/jobs/{both['id']}/artifacts")["items"]}
    assert {"one_corrected.jpg", "two_corrected.jpg", "report.pdf"} <= names
    assert not any("corrected" in one["filename"] for one in user.get(f"/jobs/{measured['id']}/artifacts")["items"])


def test_requests_that_say_nothing_or_two_things_are_refused(user: Caller) -> None:
    for body in (
        {},
        {"file_id": "a", "file_ids": ["b"]},
        {"file_id": "a", "options": {"operation": "detect"}},
        {"file_id": "a", "pipeline": "media"},
    ):
        assert user.post("/correct/colour", body).status == 422
    unknown = user.post("/detect/card", {"file_id": "01kexamp1e0000000000000012-00000001"})
    assert unknown.status == 404


def test_the_card_to_print_is_a_vector_pdf_that_is_made_from_the_cards_own_layout(world: World, user: Caller) -> None:
    world.put_guides()
    answer = user.get("/pipelines/colour/card.pdf", accept="application/json")
    content = requests.get(answer["url"], timeout=10).content
    assert content == card_pdf.card() == (GUIDES / "colour-card.pdf").read_bytes()
    assert b"/Image" not in content
    assert user.get("/pipelines/colour").status == 200
