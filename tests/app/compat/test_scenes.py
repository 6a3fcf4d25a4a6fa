"""The scene catalogue through the scene system's API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib.catalogue.model import Entity, Named, Scene
from chalicelib.catalogue.ports import Entities
from chalicelib.wiring import services
from chalicelib.wiring.catalogue import CatalogueServices
from tests.app.api_examples import Elsewhere
from tests.app.api_world import Caller, World
from tests.app.test_connections import answered
from tests.unit.webhooks.receiver import receiving

BASE = "/compat/scenes"
PUBLIC, KEY = "https://93.184.215.14/graphql", "a-key-that-is-long-enough-1234"


@contextmanager
def a_library() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CatalogueServices, "connections", Elsewhere())
        yield


def settings(user: Caller, **changes: Any) -> Any:
    return user.call("PUT", f"{BASE}/settings", changes)


def test_settings_are_an_object_of_ones_own_connections(world: World, user: Caller) -> None:
    empty = user.get(f"{BASE}/settings").json
    assert (empty["stash_url"], empty["stash_api_key"], empty["openai_api_key"]) == (None, None, None)
    models = "https://93.184.215.14/v1"
    changed = settings(user, stash_url=PUBLIC, stash_api_key=KEY, openai_base_url=models, openai_api_key=KEY)
    assert changed.status == 200, changed.text
    assert changed["updated_fields"] == ["stash_url", "stash_api_key", "openai_base_url", "openai_api_key"]
    kept = user.get(f"{BASE}/settings").json
    assert (kept["stash_url"], kept["stash_api_key"], kept["openai_api_key"]) == (PUBLIC, "********", "********")
    assert kept["openai_base_url"] == models
    # Settings can be sent back as they were read: nothing changes, least of all the keys.
    assert settings(user, **kept)["updated_fields"] == []
    [stash] = [one for one in user.get("/connections")["items"] if one["kind"] == "stash"]
    connection = services().connection_table.connection(user.id, stash["id"])
    assert services().owners_connections.key(connection) == KEY
    assert user.get(f"{BASE}/settings")["stash_url"] == PUBLIC
    assert world.guest().get(f"{BASE}/settings")["stash_url"] is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"stash_url": "http://127.0.0.1/graphql"}, "url"),
        ({"stash_url": PUBLIC, "openai_base_url": "http://127.0.0.1/v1"}, "openai_base_url"),
        ({"sync_batch_size": 100}, "sync_batch_size"),
        ({"analysis_confidence_threshold": 0.8}, "analysis_confidence_threshold"),
        ({"log_level": "debug"}, "log_level"),
    ],
)
def test_what_can_not_be_kept_is_refused_in_the_systems_shape(
    user: Caller, changes: dict[str, Any], named: str
) -> None:
    answer = settings(user, **changes)
    assert answer.status == 422
    assert set(answer.json) == {"success", "error", "detail", "request_id", "code"}
    assert answer["success"] is False
    assert named in answer["detail"]
    problem = user.call("PUT", f"{BASE}/settings", changes, accept="application/problem+json")
    assert (problem["status"], problem["code"]) == (422, "invalid_fields")
    assert user.get("/connections")["items"] == []


def test_another_address_needs_its_key_again(user: Caller) -> None:
    settings(user, stash_url=PUBLIC, stash_api_key=KEY)
    assert settings(user, stash_url="https://93.184.215.15/graphql").status == 422
    assert settings(user, stash_url="https://93.184.215.15/graphql", stash_api_key=KEY).status == 200


def test_jobs_are_a_list_by_status_and_type(world: World, user: Caller) -> None:
    assert user.post(f"{BASE}/scenes/sync").status == 400
    settings(user, stash_url=PUBLIC, stash_api_key=KEY)
    with a_library():
        first = user.call("POST", f"{BASE}/scenes/sync?background=true&incremental=true", b"")
        assert first.status == 200, first.text
        assert first["status"] == "queued"
        [waiting] = user.get(f"{BASE}/jobs?status=pending").json
        assert (waiting["id"], waiting["type"]) == (first["job_id"], "scene_sync")
        world.deliver()
        whole = user.call("POST", f"{BASE}/sync/all?force=true", b"")
        assert (whole["type"], whole["status"]) == ("sync_all", "pending")
        world.deliver()
    everything = user.get(f"{BASE}/jobs").json
    assert [job["id"] for job in everything] == [whole["id"], first["job_id"]]
    assert {job["status"] for job in everything} == {"completed"}
    assert [job["id"] for job in user.get(f"{BASE}/jobs?job_type=sync_all").json] == [whole["id"]]
    assert [job["id"] for job in user.get(f"{BASE}/jobs?limit=1").json] == [whole["id"]]
    assert user.get(f"{BASE}/jobs?status=failed,cancelled").json == []
    assert user.get(f"{BASE}/jobs?job_type=cleanup").status == 422
    job = user.get(f"{BASE}/jobs/{first['job_id']}").json
    assert set(job) == {
        "id",
        "type",
        "status",
        "progress",
        "parameters",
        "result",
        "error",
        "created_at",
        "updated_at",
        "completed_at",
        "logs",
        "metadata",
    }
    assert (job["progress"], job["error"], len(job["logs"])) == (100.0, None, 1)
    message = user.get(f"{BASE}/jobs/{first['job_id']}/ws").json
    assert (message["type"], message["status"], message["progress"]) == ("job_status", "completed", 100.0)


def test_deleting_a_job_cancels_it_and_leaves_it_there(user: Caller) -> None:
    settings(user, stash_url=PUBLIC, stash_api_key=KEY)
    job_id = user.post(f"{BASE}/scenes/sync")["job_id"]
    gone = user.call("DELETE", f"{BASE}/jobs/{job_id}")
    assert gone.json == {"success": True, "message": f"Job {job_id} cancelled successfully"}
    assert user.get(f"{BASE}/jobs/{job_id}")["status"] == "cancelled"
    again = user.call("DELETE", f"{BASE}/jobs/{job_id}")
    assert (again.status, again["success"]) == (400, False)
    assert user.call("DELETE", f"{BASE}/jobs/{user.announce({'a.jpg': 1})['job_id']}").status == 404


def test_servers_are_tried_as_given_or_as_kept(world: World, user: Caller) -> None:
    assert user.call("POST", f"{BASE}/settings/test-stash", b"")["success"] is False
    world.configure(CONNECTION_NETWORKS="127.0.0.0/8")
    with receiving(lambda handler: answered(handler, b'{"data": {"version": {"version": "v0.30.1"}}}')) as receiver:
        given = user.post(f"{BASE}/settings/test-stash", {"url": receiver.url, "api_key": KEY}).json
        assert given == {
            "service": "stash",
            "success": True,
            "message": "Successfully connected to Stash server",
            "details": {"server_version": "v0.30.1"},
        }
        settings(user, stash_url=receiver.url, stash_api_key=KEY)
        assert user.call("POST", f"{BASE}/settings/test-stash", b"")["success"] is True
        assert [got.headers["apikey"] for got in receiver.received] == [KEY, KEY]
    with receiving(lambda handler: answered(handler, b'{"data": [{"id": "b"}, {"id": "a"}]}')) as receiver:
        base = f"http://127.0.0.1:{receiver.port}/v1"
        asked = {"base_url": base, "api_key": KEY, "model": "a"}
        found = user.post(f"{BASE}/settings/test-openai", asked).json
        assert (found["success"], found["details"]) == (
            True,
            {"model": "a", "available_models": ["a", "b"], "total_models": 2},
        )
        settings(user, openai_base_url=base, openai_api_key=KEY)
        kept = user.post(f"{BASE}/settings/test-openai", {"model": "gpt-4"})
        assert (kept["success"], kept["message"]) == (False, "The server has no model gpt-4.")
    with receiving(401) as receiver:
        refused = user.post(f"{BASE}/settings/test-stash", {"url": receiver.url, "api_key": KEY})
        assert (refused.status, refused["success"], refused["details"]) == (200, False, {"code": "stash_unauthorized"})
        assert KEY not in refused.text


def test_scenes_and_names_are_searched(user: Caller) -> None:
    rose, sea, studio = Entity("5", "Rose Lee"), Entity("2", "sea"), Entity("9", "Northlight")
    services().catalogue.set_entities(user.id, Entities((rose,), (sea,), (studio,)))
    scenes = [
        Scene("71", "home", title="Walk", digest="1", organized=True, studio=Named("9", "Northlight")),
        Scene("72", "home", title="Talk", digest="2", performers=(Named("5", "Rose Lee"),)),
    ]
    services().catalogue.take_in(user.id, scenes)
    found = user.get(f"{BASE}/scenes?per_page=1&sort_by=title").json
    assert (found["total"], found["pages"], found["items"][0]["title"]) == (2, 2, "Talk")
    both = user.get(f"{BASE}/scenes?performer_ids=5&performer_ids=6")["items"]
    assert [scene["id"] for scene in both] == ["72"]
    assert user.get(f"{BASE}/scenes/71")["studio"] == {"id": "9", "name": "Northlight"}
    assert user.get(f"{BASE}/scenes/73")["error"] == "There is no such scene"
    assert user.get(f"{BASE}/entities/performers?search=ros").json == [
        {"id": "5", "name": "Rose Lee", "scene_count": 1}
    ]
    assert user.get(f"{BASE}/entities/tags").json == [{"id": "2", "name": "sea", "scene_count": 0}]
    assert user.get(f"{BASE}/entities/studios?search=x").json == []
    summary = user.get(f"{BASE}/scenes/stats/summary").json
    assert (summary["total_scenes"], summary["organized_scenes"], summary["organization_percentage"]) == (2, 1, 50.0)
    assert summary["scenes_by_studio"] == {"Northlight": 1}
