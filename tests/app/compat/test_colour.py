"""Pictures, jobs, results and accounts through the colour system's API."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.api.compat import colour
from tests.app.accounts.people_helpers import PASSWORD, admin
from tests.app.api_world import Caller, World

BASE = "/compat/colour"


def image(user: Caller, content: bytes, name: str = "shot.jpg") -> Any:
    answer = user.form("POST", f"{BASE}/images", {"file": (name, content)})
    assert answer.status == 201, answer.text
    return answer.json


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colour, "WAIT_SECONDS", 0.0)


def test_pictures_are_sent_listed_named_and_deleted(world: World, user: Caller, photo: bytes) -> None:
    sent = image(user, photo)
    assert (sent["filename"], sent["file_size"], sent["user_id"], sent["status"]) == (
        "shot.jpg",
        len(photo),
        user.id,
        "uploaded",
    )
    both = user.form(
        "POST", f"{BASE}/images/batch", {"files": [("b.jpg", photo + b"\0"), ("n.doc", b"x"), ("c.jpg", photo + b"1")]}
    )
    assert [one["original_filename"] for one in both.json] == ["b.jpg", "c.jpg"]
    world.deliver()
    page = user.get(f"{BASE}/images?page=2&page_size=2").json
    assert (page["total"], page["page"], page["page_size"], len(page["images"])) == (3, 2, 2, 1)
    assert user.get(f"{BASE}/images?page_size=1000")["page_size"] == 100
    path = f"{BASE}/images/{sent['id']}"
    assert user.get(path)["metadata"]["width"] > 0
    assert user.call("PATCH", path, {"filename": "card.jpg"})["filename"] == "card.jpg"
    assert user.get(path)["original_filename"] == "shot.jpg"
    assert user.get(user.get(path)["storage_path"].removeprefix("/api")).status == 302
    assert user.call("DELETE", path).status == 204
    gone = user.get(path)
    assert (gone.status, set(gone.json)) == (404, {"detail", "status_code", "timestamp", "code", "request_id"})
    assert gone["status_code"] == 404


@pytest.mark.parametrize(
    ("job_type", "operation"),
    [("color_correction", "correct"), ("detection", "detect"), ("white_balance", "white_balance")],
)
def test_a_job_is_opened_over_a_picture(
    world: World, user: Caller, photo: bytes, job_type: str, operation: str
) -> None:
    shot, card = image(user, photo)["id"], image(user, photo + b"\0", "card.jpg")["id"]
    world.deliver()
    asked = {"image_id": shot, "job_type": job_type, "job_name": "Harbour", "description": "At noon"}
    job = user.post(f"{BASE}/jobs", asked | {"color_space": "Adobe RGB", "reference_image_id": card})
    assert job.status == 201, job.text
    assert {name: job[name] for name in ("image_id", "job_type", "job_name", "description", "color_space")} == {
        "image_id": shot,
        "job_type": operation,
        "job_name": "Harbour",
        "description": "At noon",
        "color_space": "Adobe RGB",
    }
    assert job["reference_image_id"] == card
    assert user.get(f"/jobs/{job['id']}")["options"]["target"] == "adobe_rgb"
    assert user.get(f"{BASE}/jobs?limit=1").json == [user.get(f"{BASE}/jobs/{job['id']}").json]
    assert user.get(f"{BASE}/jobs?skip=1&limit=1").json[0]["id"] != job["id"]


def test_a_picture_that_is_not_ready_or_not_there_is_named(hurried: None, user: Caller, photo: bytes) -> None:
    waiting = user.post(f"{BASE}/jobs", {"image_id": image(user, photo)["id"]})
    assert (waiting.status, waiting["code"]) == (409, "file_not_ready")
    missing = user.post(f"{BASE}/jobs", {"image_id": "01kexamp1e0000000000000001-00000001"})
    assert missing.status == 404
    assert "image_id" in missing["detail"]
    wrong = user.post(f"{BASE}/jobs", {"image_id": "x", "job_type": "sharpen"})
    assert wrong.status == 422


def test_trusted_workers_say_what_became_of_a_job(world: World, user: Caller, photo: bytes) -> None:
    boss = admin(world)
    shot = image(user, photo)["id"]
    world.deliver()
    jobs = [user.post(f"{BASE}/jobs", {"image_id": shot})["id"] for _ in range(2)]

    def patch(who: Caller, job: str, **changes: Any) -> Any:
        return who.call("PATCH", f"{BASE}/jobs/{job}", changes)

    assert patch(user, jobs[0], status="failed").status == 403
    assert patch(user, jobs[0], progress=50).status == 403
    assert patch(user, jobs[0], job_name="Other", description="")["job_name"] == "Other"
    same = patch(boss, jobs[0], status=user.get(f"{BASE}/jobs/{jobs[0]}")["status"], progress=50)
    assert same.status == 200, same.text
    refused = patch(boss, jobs[0], status="completed")
    assert (refused.status, refused["code"]) == (400, "not_allowed_in_state")
    failed = patch(boss, jobs[0], status="failed", error_message="The lamp is broken.")
    assert (failed["status"], failed["error_message"]) == ("failed", "The lamp is broken.")
    assert user.get(f"/status/{jobs[0]}")["error_code"] == "worker_failed"
    assert patch(boss, jobs[1], status="cancelled")["status"] == "cancelled"
    assert patch(boss, jobs[1], status="running").status == 400
    assert patch(boss, jobs[1], progress=101).status == 422


def test_deleting_a_job_cancels_it_and_one_that_is_over_stays(world: World, user: Caller, photo: bytes) -> None:
    shot = image(user, photo)["id"]
    world.deliver()
    job = user.post(f"{BASE}/jobs", {"image_id": shot})["id"]
    for _ in range(2):
        assert user.call("DELETE", f"{BASE}/jobs/{job}").status == 204
        assert user.get(f"{BASE}/jobs/{job}")["status"] == "cancelled"
    photos = user.announce({"a.jpg": 1})["job_id"]
    assert user.call("DELETE", f"{BASE}/jobs/{photos}").status == 404


def test_results_are_recorded_by_workers_and_described_by_their_owner(world: World, user: Caller, photo: bytes) -> None:
    boss = admin(world, "chief@example.com")
    shot = image(user, photo)["id"]
    world.deliver()
    job = user.post(f"{BASE}/jobs", {"image_id": shot})["id"]
    given = {"job_id": job, "result_image_path": "/out/a.png", "quality_score": 0.8, "metadata": {"lamp": "D65"}}
    assert user.post(f"{BASE}/results", given).status == 403
    assert boss.post(f"{BASE}/results", given | {"quality_score": 1.5}).status == 422
    made = boss.post(f"{BASE}/results", given | {"color_correction_data": {"delta_e": 2.5}})
    assert made.status == 201, made.text
    path = f"{BASE}/results/{made['id']}"
    assert user.get(f"{BASE}/results?job_id={job}").json == [made.json]
    changed = user.call("PATCH", path, {"quality_score": 0.5, "metadata": {"seen": True}})
    assert {name: changed[name] for name in given | {"color_correction_data": 0}} == {
        "job_id": job,
        "result_image_path": "/out/a.png",
        "quality_score": 0.5,
        "metadata": {"lamp": "D65", "seen": True},
        "color_correction_data": {"delta_e": 2.5},
    }
    assert user.call("DELETE", path).status == 204
    assert user.get(path).status == 404


def test_accounts_are_ours(world: World) -> None:
    nobody = world.nobody
    who = {"email": "Ada@Example.com", "password": PASSWORD, "full_name": "Ada <b>"}
    made = nobody.post(f"{BASE}/auth/signup", who)
    assert (made.status, made["email"], made["full_name"], made["is_active"]) == (
        201,
        "ada@example.com",
        "Ada -b",
        True,
    )
    assert nobody.post(f"{BASE}/auth/signup", who).status == 409
    twin = nobody.post(f"{BASE}/auth/signup", who | {"email": "ada2@example.com"})
    assert twin["full_name"].startswith("Ada -b-")
    short = nobody.post(f"{BASE}/auth/signup", {"email": "x@example.com", "password": PASSWORD})
    assert short["full_name"].startswith("user-")
    form = {"username": "ada@example.com", "password": PASSWORD, "grant_type": "password"}
    tokens = nobody.form("POST", f"{BASE}/auth/signin", form)
    assert (tokens.status, tokens["token_type"]) == (200, "bearer")
    plain = b"username=ada%40example.com&password=" + PASSWORD.replace(" ", "+").encode()
    kind = "application/x-www-form-urlencoded"
    assert nobody.call("POST", f"{BASE}/auth/signin", plain, content_type=kind).status == 200
    wrong = nobody.form("POST", f"{BASE}/auth/signin", form | {"password": "no idea at all"})
    assert (wrong.status, wrong["status_code"]) == (401, 401)
    fresh = nobody.post(f"{BASE}/auth/refresh", {"refresh_token": tokens["refresh_token"]})
    ada = Caller(world, fresh["access_token"])
    assert ada.get(f"{BASE}/auth/me")["id"] == made["id"]
    assert ada.post(f"{BASE}/auth/logout")["message"] == "Successfully logged out"
    assert ada.get(f"{BASE}/auth/me").status == 401
