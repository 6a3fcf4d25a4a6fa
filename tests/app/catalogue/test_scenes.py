"""The catalogue's API: ownership of scenes, searches, and changes."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.api import analysis
from chalicelib.catalogue.ai.client import ModelServer
from chalicelib.catalogue.detecting.proposal import Field as SceneField
from chalicelib.catalogue.model import Entity, Named, Scene, SceneFile
from chalicelib.catalogue.ports import Entities
from chalicelib.catalogue.remote import Response
from chalicelib.catalogue.stash.client import Stash
from chalicelib.catalogue.values import checked
from chalicelib.jobs.ids import new_id
from chalicelib.wiring import services
from chalicelib.wiring.catalogue import CatalogueServices
from infra.local import samples as made
from tests.app.accounts.people_helpers import signed_in
from tests.app.api_world import Caller, World
from tests.catalogue.stash_server import KEY, StashServer

FOREST, LAKE = Named("1", "forest"), Named("2", "lake")


@pytest.fixture
def ann(world: World, user: Caller) -> Caller:
    """A user with a library of three scenes."""
    catalogue = services().catalogue
    catalogue.set_entities(
        user.id,
        Entities(
            performers=(Entity("5", "Rose Lee", ("Rosalie",)), Entity("6", "Ida Gray")),
            tags=(Entity("1", "forest"), Entity("2", "lake")),
            studios=(Entity("9", "Northlight"),),
        ),
    )
    scene = Scene("s1", "home", digest="1", files=(SceneFile("/v/Northlight/Rose Lee - Walk 2009-04-17.mp4"),))
    catalogue.take_in(
        user.id,
        [
            scene,
            replace(scene, id="s2", digest="2", title="By the lake", tags=(LAKE,), scene_date="2014"),
            replace(scene, id="s3", digest="3", title="Evening", organized=True, performers=(Named("5", "Rose Lee"),)),
        ],
    )
    return user


def ids(answer: Any) -> set[str]:
    return {item["id"] for item in answer["items"]}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"s1", "s2", "s3"}),
        ("search=lak", {"s2"}),
        ("tag_ids=2,7", {"s2"}),
        ("exclude_tag_ids=2", {"s1", "s3"}),
        ("performer_ids=5", {"s3"}),
        ("scene_ids=s1,s3", {"s1", "s3"}),
        ("organized=true", {"s3"}),
        ("date_from=2014-01-01&date_to=2014-12-31", {"s2"}),
        ("date_from=2014-06-01", set()),
        ("has_active_jobs=true", set()),
        ("studio_id=9", set()),
    ],
)
def test_filters_find_what_fits(ann: Caller, query: str, found: set[str]) -> None:
    answer = ann.get(f"/scenes?{query}")
    assert ids(answer) == found
    assert answer["total"] == len(found)


@pytest.mark.parametrize("query", ["date_from=soon", "sort_by=secret", "per_page=101", "page=0", "studio=9"])
def test_what_is_no_filter_is_refused(ann: Caller, query: str) -> None:
    assert ann.get(f"/scenes?{query}").status == 422


def test_pages_lead_to_each_other(ann: Caller) -> None:
    answer = ann.get("/scenes?per_page=2&sort_by=title&sort_order=asc")
    assert [item["title"] for item in answer["items"]] == ["By the lake", "Evening"]
    assert (answer["total"], answer["pages"]) == (3, 2)
    assert 'rel="next"' in answer.headers["link"]


def test_a_scene_without_a_title_shows_its_files_name(ann: Caller) -> None:
    scene = ann.get("/scenes/s1")
    assert scene["title"] == "Rose Lee - Walk 2009-04-17.mp4"
    assert scene["files"][0]["primary"] is True
    assert ann.get("/scenes/s1", if_none_match=scene.headers["etag"]).status == 304


def test_a_change_is_made_to_what_was_seen_and_found_at_once(ann: Caller) -> None:
    etag = ann.get("/scenes/s1").headers["etag"]
    changed = ann.call("PATCH", "/scenes/s1", {"title": "Gate", "scene_date": "2009-04"}, if_match=etag)
    assert (changed.status, changed["title"], changed["scene_date"]) == (200, "Gate", "2009-04")
    assert ann.call("PATCH", "/scenes/s1", {"title": "Late"}, if_match=etag).status == 412
    assert ids(ann.get("/scenes?search=gate")) == {"s1"}


@pytest.mark.parametrize("changes", [{"scene_date": "soon"}, {"rating100": 101}, {"id": "x"}, {"organized": "maybe"}])
def test_a_change_that_is_none_is_refused(ann: Caller, changes: dict[str, Any]) -> None:
    assert ann.call("PATCH", "/scenes/s1", changes).status == 422


def test_many_are_changed_alike_and_those_that_are_missing_are_named(ann: Caller) -> None:
    answer = ann.post("/scenes/bulk-update", {"scene_ids": ["s1", "s2", "gone"], "changes": {"organized": True}})
    assert answer.json == {"updated": 2, "missing": ["gone"]}
    assert ids(ann.get("/scenes?organized=true")) == {"s1", "s2", "s3"}


def test_tags_are_added_and_removed_and_an_unknown_one_is_refused(ann: Caller) -> None:
    assert ann.post("/scenes/add-tags", {"scene_ids": ["s1", "s2"], "tag_ids": ["1", "2"]})["updated"] == 2
    assert [tag["name"] for tag in ann.get("/scenes/s2")["tags"]] == ["lake", "forest"]
    ann.post("/scenes/remove-tags", {"scene_ids": ["s2"], "tag_ids": ["2"]})
    assert [tag["name"] for tag in ann.get("/scenes/s2")["tags"]] == ["forest"]
    assert ann.post("/scenes/add-tags", {"scene_ids": ["s1"], "tag_ids": ["77"]}).status == 422


def test_names_are_listed_with_how_many_scenes_have_them(ann: Caller) -> None:
    (performer,) = ann.get("/performers?search=rosal")["items"]
    assert (performer["name"], performer["scene_count"]) == ("Rose Lee", 1)
    assert [tag["scene_count"] for tag in ann.get("/tags")["items"]] == [0, 1]
    assert ann.get("/studios")["items"][0]["name"] == "Northlight"


def test_numbers_of_the_catalogue(ann: Caller) -> None:
    stats = ann.get("/scenes/stats").json
    assert stats == {"total": 3, "organized": 1, "analyzed": 0, "absent": 0, "performers": 2, "tags": 2, "studios": 1}


def test_another_users_scenes_and_plans_are_not_there(world: World, ann: Caller) -> None:
    other = world.guest()
    plan = ann.post("/analysis/generate", {"scene_ids": ["s1"]})["plan_id"]
    assert other.get("/scenes")["total"] == 0
    for method, path in (
        ("GET", "/scenes/s1"),
        ("PATCH", "/scenes/s1"),
        ("GET", f"/analysis/plans/{plan}"),
        ("POST", f"/analysis/plans/{plan}/cancel"),
        ("POST", f"/analysis/plans/{plan}/apply"),
    ):
        assert other.call(method, path, {} if method != "GET" else None).status == 404, path
    assert other.get("/analysis/plans")["total"] == 0


# -- plans


def planned(world: World, ann: Caller, **more: Any) -> str:
    started = ann.post("/analysis/generate", {"scene_ids": ["s1"], **more})
    assert started.status == 202, started.text
    world.deliver()
    return str(started["plan_id"])


def changes_of(ann: Caller, plan: str) -> dict[str, Any]:
    return {
        change["field"]: change for scene in ann.get(f"/analysis/plans/{plan}")["items"] for change in scene["changes"]
    }


def test_an_analysis_ends_in_a_plan_to_review(world: World, ann: Caller) -> None:
    plan = planned(world, ann)
    answer = ann.get(f"/analysis/plans/{plan}")
    assert (answer["status"], answer["scenes"], answer["counts"]) == ("draft", 1, {"pending": 3})
    found = changes_of(ann, plan)
    assert {name: found[name]["proposed_value"] for name in found} == {
        "studio": "Northlight",
        "performers": "Rose Lee",
        "date": "2009-04-17",
    }
    assert ann.get("/analysis/plans?status=draft")["total"] == 1


def test_only_what_is_approved_is_applied_and_undone_again(world: World, ann: Caller) -> None:
    plan = planned(world, ann)
    found = changes_of(ann, plan)
    decided = ann.call("PATCH", f"/analysis/changes/{found['date']['id']}", {"status": "approved"})
    assert decided["status"] == "approved"
    decided = ann.post(f"/analysis/plans/{plan}/bulk-update", {"action": "reject_by_field", "field": "studio"})
    assert decided["status"] == "reviewing"
    assert ann.post(f"/analysis/plans/{plan}/apply").status == 202
    world.deliver()
    scene = ann.get("/scenes/s1")
    assert (scene["scene_date"], scene["studio"], scene["performers"]) == ("2009-04-17", None, [])
    back = ann.post(f"/analysis/plans/{plan}/undo")
    assert back.status == 201
    ann.post(f"/analysis/plans/{back['id']}/bulk-update", {"action": "accept_all"})
    ann.post(f"/analysis/plans/{back['id']}/apply")
    world.deliver()
    assert ann.get("/scenes/s1")["scene_date"] is None


def test_a_value_of_ones_own_is_applied_in_place_of_the_proposed(world: World, ann: Caller) -> None:
    plan = planned(world, ann)
    change = changes_of(ann, plan)["date"]["id"]
    ann.call("PATCH", f"/analysis/changes/{change}", {"status": "approved", "proposed_value": "2009-05"})
    ann.post(f"/analysis/plans/{plan}/apply")
    world.deliver()
    assert ann.get("/scenes/s1")["scene_date"] == "2009-05"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date", "soon"), ("date", "2009-02-30"), ("date", 2009), ("date", ["2009"]), ("studio", ""), ("studio", 7),
        ("studio", "x" * 201), ("studio", "\ud800"), ("performers", []), ("performers", ["a", 7]), ("performers", {}),
        ("performers", ["x"] * 101),
    ],
)  # fmt: skip
def test_a_value_that_its_field_cannot_have_is_refused(world: World, ann: Caller, field: str, value: Any) -> None:
    plan = planned(world, ann)
    path = f"/analysis/changes/{changes_of(ann, plan)[field]['id']}"
    answer = ann.call("PATCH", path, {"status": "approved", "proposed_value": value})
    assert (answer.status, answer["errors"][0]["field"]) == (422, "proposed_value"), answer.text
    assert changes_of(ann, plan)[field]["status"] == "pending"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("details", "x" * 50_001), ("details", 7), ("markers", "0:10"), ("markers", {"title": "x", "seconds": -1}),
        ("markers", {"title": "x", "seconds": float("inf")}), ("markers", {"title": "x"}), ("tags", None),
    ],
)  # fmt: skip
def test_each_field_has_a_form(field: SceneField, value: Any) -> None:
    with pytest.raises(ValueError, match=field):
        checked(field, value)


def test_a_value_changed_in_the_meantime_is_a_conflict(world: World, ann: Caller) -> None:
    plan = planned(world, ann, options={"detect": ["date"]})
    ann.post(f"/analysis/plans/{plan}/bulk-update", {"action": "accept_all"})
    ann.call("PATCH", "/scenes/s1", {"scene_date": "2010"})
    ann.post(f"/analysis/plans/{plan}/apply")
    world.deliver()
    change = changes_of(ann, plan)["date"]
    assert (change["status"], ann.get("/scenes/s1")["scene_date"]) == ("conflict", "2010")


def test_changes_of_another_plan_are_not_applied_with_this_one(world: World, ann: Caller) -> None:
    plan, other = planned(world, ann), planned(world, ann)
    ann.post(f"/analysis/plans/{plan}/bulk-update", {"action": "accept_all"})
    change = changes_of(ann, other)["date"]["id"]
    for wrong in (change, change.partition(".")[2]):
        assert ann.post(f"/analysis/plans/{plan}/apply", {"change_ids": [wrong]}).status == 422
    own = changes_of(ann, plan)["date"]["id"]
    assert ann.post(f"/analysis/plans/{plan}/apply", {"change_ids": [own]}).status == 202
    world.deliver()
    assert {c["status"] for c in changes_of(ann, plan).values()} == {"applied", "approved"}


def test_a_plan_that_is_over_takes_no_decisions(world: World, ann: Caller) -> None:
    plan = planned(world, ann)
    assert ann.post(f"/analysis/plans/{plan}/cancel")["status"] == "cancelled"
    for path, body in (("cancel", {}), ("apply", {}), ("bulk-update", {"action": "accept_all"}), ("undo", {})):
        assert ann.post(f"/analysis/plans/{plan}/{path}", body).status == 400, path


def test_what_is_missing_in_a_decision_is_a_400(world: World, ann: Caller) -> None:
    plan = planned(world, ann)
    answer = ann.post(f"/analysis/plans/{plan}/bulk-update", {"action": "accept_by_field"})
    assert (answer.status, answer["code"]) == (400, "decision_incomplete")


@pytest.mark.parametrize("body", [{}, {"filters": {"search": "nothing like this"}}])
def test_an_analysis_of_nothing_is_refused(ann: Caller, body: dict[str, Any]) -> None:
    answer = ann.post("/analysis/generate", body)
    assert (answer.status, answer["code"]) == (400, "nothing_chosen")


def test_filters_choose_what_is_analysed(world: World, ann: Caller) -> None:
    started = ann.post("/analysis/generate", {"filters": {"organized": False}, "plan_name": "Rest"})
    assert started["scenes"] == 2
    world.deliver()
    assert ann.get(f"/jobs/{started['job_id']}")["status"] == "completed"


def test_a_pattern_that_is_none_is_refused(ann: Caller) -> None:
    body = {"scene_ids": ["s1"], "options": {"patterns": [{"studio": "x", "pattern": "("}]}}
    assert ann.post("/analysis/generate", body).status == 422


# -- a server's library


@pytest.fixture
def server(world: World, ann: Caller) -> StashServer:
    """A library of two scenes that ann has a connection to."""
    server = StashServer()
    for title in ("Gate", "Bridge"):
        server.add_scene(title=title)

    class Connected:
        def stash(self, owner_id: str, connection_id: str) -> Stash:
            if (owner_id, connection_id) != (ann.id, "home"):
                raise KeyError(connection_id)
            return Stash(server.send, KEY, lambda seconds: None)

    world.patch.setattr(CatalogueServices, "connections", Connected())
    return server


def test_a_sync_brings_a_library_in_and_the_next_one_what_changed(
    world: World, ann: Caller, server: StashServer
) -> None:
    started = ann.post("/scenes/sync", {"connection_id": "home"})
    assert started.status == 202, started.text
    world.deliver()
    job = ann.get(f"/jobs/{started['job_id']}")
    assert (job["status"], job["result"]["metadata"]["created"]) == ("completed", 2)
    assert ann.get("/scenes?search=gate")["total"] == 1
    server.later(hours=5)
    server.touch("1", title="Gate at night")
    ann.post("/scenes/sync", {"connection_id": "home"})
    world.deliver()
    assert ann.get("/scenes/1")["title"] == "Gate at night"


def test_a_scene_is_read_again_and_its_jobs_are_listed(world: World, ann: Caller, server: StashServer) -> None:
    ann.post("/scenes/sync", {"connection_id": "home"})
    world.deliver()
    server.touch("2", title="Old bridge")
    started = ann.post("/scenes/2/resync", {"connection_id": "home"})
    assert ann.get("/scenes?has_active_jobs=true")["total"] == 1
    world.deliver()
    assert ann.get("/scenes/2")["title"] == "Old bridge"
    assert [job["id"] for job in ann.get("/scenes/2/jobs")["items"]] == [started["job_id"]]
    assert ann.get("/scenes/1/jobs")["items"] == []


def test_approved_changes_are_written_to_the_server(world: World, ann: Caller, server: StashServer) -> None:
    server.scenes["1"].update(files=[], details="<p>One</p><p>Two</p>")
    ann.post("/scenes/sync", {"connection_id": "home"})
    world.deliver()
    plan = ann.post("/analysis/generate", {"scene_ids": ["1"], "options": {"detect": ["details"]}})["plan_id"]
    world.deliver()
    ann.post(f"/analysis/plans/{plan}/bulk-update", {"action": "accept_all"})
    assert ann.post(f"/analysis/plans/{plan}/apply", {"connection_id": "home"}).status == 202
    world.deliver()
    assert server.scenes["1"]["details"] == "One\n\nTwo"
    assert ann.get(f"/analysis/plans/{plan}")["status"] == "applied"


@pytest.mark.parametrize("path", ["/scenes/sync", "/scenes/s1/resync"])
def test_anothers_connection_is_none(world: World, ann: Caller, server: StashServer, path: str) -> None:
    answer = ann.post(path, {"connection_id": "other"})
    assert (answer.status, answer["code"]) == (400, "no_such_connection")


# -- bringing scenes in


def test_videos_of_media_jobs_become_scenes_until_they_are_deleted(world: World, user: Caller) -> None:
    content = made.video("mp4", made.scene(8), "2024-06-01T10:00:00Z")
    media = user.upload({"VID_20240601_100000.mp4": content, "walk.jpg": made.jpeg(made.scene(1))})
    world.deliver()

    def synced() -> dict[str, Any]:
        started = user.post("/scenes/sync", {"videos": True})
        assert started.status == 202, started.text
        world.deliver()
        (result,) = user.get(f"/results?job_id={started['job_id']}")["items"]
        metadata: dict[str, Any] = result["metadata"]
        return metadata

    assert synced()["created"] == 1
    (scene,) = user.get("/scenes")["items"]
    file = scene["files"][0]
    assert (scene["title"], scene["source"], file["size"]) == ("VID_20240601_100000.mp4", "videos", len(content))
    assert (file["width"] > 0, file["duration"] > 0, list(file["fingerprints"])) == (True, True, ["sha256"])
    assert (file["codec"], file["frame_rate"]) == ("mpeg4", 10.0)
    assert synced()["skipped"] == 1
    assert user.call("DELETE", f"/jobs/{media}").status in {202, 204}
    world.deliver()
    assert synced()["absent"] == 1
    assert user.get(f"/scenes/{scene['id']}")["absent"] is True


@pytest.mark.parametrize(
    "body", [{}, {"videos": True, "connection_id": "home"}, {"connection_id": "home", "background": False}]
)
def test_a_sync_is_of_one_source_and_always_a_job(user: Caller, body: dict[str, Any]) -> None:
    assert user.post("/scenes/sync", body).status == 422


def test_whole_syncs_can_be_scheduled(world: World) -> None:
    person = signed_in(world, f"{new_id()}@example.com")
    daily = {"name": "Daily", "pipeline": "scenesync", "every_minutes": 1440}
    made = person.post("/schedules", {**daily, "options": {"videos": True, "incremental": False}})
    assert made.status == 201, made.text
    assert person.post(f"/schedules/{made['id']}/run").status == 202
    world.deliver()
    services().schedule_table.delete_schedule(services().schedule_table.schedule(person.id, made["id"]))
    (job,) = person.get("/jobs?pipeline=scenesync")["items"]
    assert (job["status"], job["name"][:5]) == ("completed", "Daily")


# -- a language model


class WithModel:
    """A connection to a language model that chooses the first tag."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def models(self, owner_id: str, connection_id: str) -> ModelServer:
        if connection_id != "mine":
            raise KeyError(connection_id)
        content = json.dumps({"tags": [{"key": "t1", "confidence": 0.8}]})
        said = {"choices": [{"message": {"content": content}, "finish_reason": "stop"}]}
        answer = json.dumps(said | {"usage": {"prompt_tokens": 800, "completion_tokens": 30}}).encode()

        def reach(method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Response:
            self.asked.append(json.loads(body or b"null"))
            return Response(200, answer)

        return ModelServer(reach, KEY, lambda seconds: None)


def asked_model(**more: Any) -> dict[str, Any]:
    ai = {"connection_id": "mine", "model": "small", **more}
    return {"scene_ids": ["s1", "s2"], "options": {"detect": ["tags"], "use_ai": True, "ai": ai}}


def test_a_model_is_asked_and_its_costs_are_told(world: World, ann: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CatalogueServices, "connections", WithModel())
    started = ann.post("/analysis/generate", asked_model(prompt_price=1.0, completion_price=2.0))
    assert started.status == 202, started.text
    estimate = started["estimate"]
    assert estimate["requests"] == 2
    assert estimate["cost"] == pytest.approx((estimate["prompt_tokens"] + 2 * estimate["completion_tokens"]) / 1e6)
    world.deliver()
    plan = f"/analysis/plans/{started['plan_id']}"
    (change,) = ann.get(plan)["items"][0]["changes"]
    assert (change["proposed_value"], change["source"]) == ("lake", "ai")
    costs = ann.get(f"{plan}/costs")
    assert costs["estimate"] == estimate
    assert costs["counted"] == {
        "requests": 2, "prompt_tokens": 1600, "completion_tokens": 60, "cost": 0.00172,
        "cached_tokens": 0, "unmetered_requests": 0, "frames": 0,
    }  # fmt: skip
    assert (costs["failed"], costs["unasked"], costs["stopped"]) == (0, 0, None)
    assert world.guest().get(f"{plan}/costs").status == 404


def test_a_model_that_sees_is_shown_the_pictures_of_ones_own_videos(
    world: World, user: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = WithModel()
    monkeypatch.setattr(CatalogueServices, "connections", model)
    user.upload({"VID_20240601_100000.mp4": made.video("mp4", made.scene(8), "2024-06-01T10:00:00Z")})
    world.deliver()
    user.post("/scenes/sync", {"videos": True})
    world.deliver()
    (scene,) = user.get("/scenes")["items"]

    def shown(caller: Caller) -> tuple[int, Any]:
        """The number of frames sent for the scene, and the request to the model."""
        services().catalogue.set_entities(caller.id, Entities((), (Entity("2", "lake"),), ()))
        body = asked_model(frames=True)
        started = caller.post("/analysis/generate", {**body, "scene_ids": [scene["id"]]})
        world.deliver()
        return caller.get(f"/analysis/plans/{started['plan_id']}/costs")["counted"]["frames"], model.asked[-1]

    frames, asked = shown(user)
    text, picture = asked["messages"][1]["content"]
    assert (frames, text["type"]) == (1, "text")
    assert b64decode(picture["image_url"]["url"].removeprefix("data:image/jpeg;base64,")).startswith(b"\xff\xd8")
    # Another user's scene with the same id exposes none of its frames.
    other = signed_in(world, "other@example.com")
    services().catalogue.take_in(other.id, [Scene(scene["id"], "videos", title="Mine", files=(SceneFile("/a.mp4"),))])
    frames, asked = shown(other)
    assert (frames, type(asked["messages"][1]["content"])) == (0, str)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (asked_model(token_budget=1000), 400, "too_costly"),
        (asked_model(connection_id="other"), 400, "no_such_connection"),
        (asked_model(token_budget=999), 422, "invalid_fields"),
        ({"scene_ids": ["s1"], "options": {"use_ai": True}}, 422, "invalid_fields"),
    ],
)
def test_a_model_is_not_asked_for_what_it_may_not_cost(
    ann: Caller, monkeypatch: pytest.MonkeyPatch, body: dict[str, Any], status: int, code: str
) -> None:
    monkeypatch.setattr(CatalogueServices, "connections", WithModel())
    answer = ann.post("/analysis/generate", body)
    assert (answer.status, answer["code"]) == (status, code), answer.text
    assert ann.get("/analysis/plans")["total"] == 0


def test_a_plan_without_a_model_has_no_costs(world: World, ann: Caller) -> None:
    answer = ann.get(f"/analysis/plans/{planned(world, ann)}/costs")
    assert (answer.status, answer["code"]) == (404, "no_costs")


def test_more_scenes_than_options_hold_are_analysed_all(
    world: World, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysis, "IN_OPTIONS", 1)
    started = ann.post("/analysis/generate", {"filters": {"organized": False}})
    assert started["scenes"] == 2
    assert ids(ann.get("/scenes?has_active_jobs=true")) == {"s1", "s2"}
    world.deliver()
    assert ann.get(f"/jobs/{started['job_id']}")["status"] == "completed"
    assert ann.get("/scenes?has_active_jobs=true")["total"] == 0
    assert [job["id"] for job in ann.get("/scenes/s1/jobs")["items"]] == [started["job_id"]]
    assert ann.get(f"/analysis/plans/{started['plan_id']}")["scenes"] == 2


def test_more_scenes_than_an_analysis_takes_are_refused(ann: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "MOST_SCENES", 1)
    answer = ann.post("/analysis/generate", {"filters": {"organized": False}})
    assert (answer.status, answer["code"]) == (400, "nothing_chosen")
