"""Clients of other systems on the real local stack: each completes its whole story with only a new base address."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from infra.local.samples import make_samples
from tests.catalogue.stash_server import KEY, StashServer
from tests.e2e.compat.colour import ColourClient
from tests.e2e.compat.knee import KneeClient
from tests.e2e.compat.media import MediaClient
from tests.e2e.compat.scenes import ScenesClient
from tests.e2e.compat.speech import SpeechClient
from tests.e2e.fuzzing import Admin
from tests.e2e.stack import Guest, Stack
from tests.pipelines.colour.colour_world import file_of, printed, to_8
from tests.pipelines.speech.speech_world import spoken, text_of
from tests.pipelines.volume.volume_world import affine_of, ball_with_shell, grey_of, nifti

POLLER = Path(__file__).parent / "compat" / "poller.mjs"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    # A library's server runs on this machine.
    settings = {"MILLRACE_CONNECTION_NETWORKS": "127.0.0.0/8"}
    stack = Stack(tmp_path_factory.mktemp("stack"), settings, "--sweep", "1", "--visibility", "3")
    stack.start()
    yield stack
    stack.stop()


def signed_in(who: Guest) -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {who.token}"
    return session


@contextmanager
def serving(library: StashServer) -> Iterator[str]:
    """The address of a Stash server over HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = library.send(body, {"ApiKey": self.headers.get("ApiKey", "")})
            self.send_response(answer.status or 500)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/graphql"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_speech_systems_client_polls_supplies_words_and_downloads(stack: Stack) -> None:
    guest = Guest(stack.api)
    client = SpeechClient(f"{stack.api}/v1", stack.api.removesuffix("/api"), signed_in(guest))
    assert client.tasks() == []
    files = {"nobody.wav": spoken("nobody"), "nobody.lab": b"nobudy told me that"}
    task_id = guest.upload(files, "speech", options={"on_missing": "stop"}, name="Prompts")
    waiting = client.wait_for(task_id, {"uploaded"}, 60)
    assert (waiting["missing_words"], waiting["has_missing_words"]) == ("1", True)
    assert (waiting["textgrid_url"], waiting["download_url"]) == (None, None)
    missing = client.missing_words(task_id)
    assert (missing["has_missing_words"], missing["missing_words_count"]) == (True, 1)
    assert "nobudy" in missing["html_content"]
    _, suggested = client.download(waiting["missing_dict_url"])
    assert suggested.decode().splitlines()[-1].startswith("nobudy\t")
    guest.call("PUT", "/dictionaries/en_US", {"text": suggested.decode()})
    guest.call("POST", f"/jobs/{task_id}/control", {"action": "resume"})
    done = client.wait_for(task_id, {"completed", "pre-error"}, 90)
    assert done["task_status"] == "completed", done
    expected = {
        "user_id": guest.id,
        "download_title": "Prompts",
        "trans_choice": "comp-ling",
        "lang": "en_US",
        "size": str(sum(map(len, files.values()))),
        "missing_words": "0",
        "no_of_files": 2,
        "words": 4,
        "cost": 0.0,
        "batch": True,
        "has_missing_words": False,
        "missing_dict_url": None,
    }
    assert {name: done[name] for name in expected} == expected
    assert [task["task_id"] for task in client.tasks(user_id=guest.id, status_filter="completed")] == [task_id]
    assert client.tasks(status_filter="uploading,uploaded,aligned") == []
    name, grid = client.download(done["textgrid_url"])
    assert "nobody.TextGrid" in name
    assert grid.decode().startswith('File type = "ooTextFile"')
    _, archive = client.download(done["download_url"])
    with zipfile.ZipFile(io.BytesIO(archive)) as members:
        assert members.read("audio/nobody.wav") == files["nobody.wav"]
    assert b"<h1>" in client.guide("first-steps.html")
    assert client.download_guide("nothing.pdf").json()["status"] == "error"


def test_the_speech_systems_page_polls_until_nothing_is_active(stack: Stack) -> None:
    guest = Guest(stack.api)
    guest.upload({"boat.wav": spoken("boat"), "boat.lab": text_of("boat")}, "speech")
    node = shutil.which("node")
    assert node
    command = [node, str(POLLER), stack.api.removesuffix("/api"), guest.token, guest.id]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)
    assert said["seen"][-1] == "completed"
    assert set(said["seen"]) <= {"uploading", "aligned", "completed"}
    assert said["complete"]["name"].startswith('"')
    assert said["complete"]["size"] > 30_000
    assert said["wrong"] == "There is no such task."


def test_the_knee_systems_client_sends_a_form_polls_and_saves_the_zip(stack: Stack) -> None:
    client = KneeClient(f"{stack.api}/compat/knee", signed_in(Guest(stack.api)))
    assert client.get("/health")["status"] == "healthy"
    spacing = (0.8, 0.8, 1.2)
    scan = nifti(grey_of(ball_with_shell(spacing)), affine_of(spacing))
    options = {"email": "reader@example.com", "perform_nsm": "true", "nsm_type": "bone_and_cart"}
    options |= {"retain_results": "true", "cartilage_smoothing": "0.3125"}
    refused = client.upload("knee.nii.gz", scan, segmentation_model="nnunet_fullres", **options)
    assert refused.status_code == 422
    assert "classical" in refused.json()["detail"]
    sent = client.upload("knee.nii.gz", scan, segmentation_model="classical", **options)
    assert sent.status_code == 201, sent.text
    job = sent.json()
    assert set(job) == {"job_id", "status", "queue_position", "estimated_wait_seconds", "message"}
    early = client.download(f"/download/{job['job_id']}")
    assert early.status_code == 400
    assert early.json()["detail"].startswith("Job not complete")
    done, seen = client.wait(job["job_id"], 120)
    assert done["status"] == "complete", done
    assert seen <= {"queued", "processing", "complete"}
    archive = client.download(done["download_url"])
    assert archive.headers["Content-Type"] == "application/zip"
    assert "knee_results.zip" in archive.headers["Content-Disposition"]
    assert len(archive.content) == done["result_size_bytes"]
    with zipfile.ZipFile(io.BytesIO(archive.content)) as members:
        assert members.testzip() is None
        assert "knee_labels.nii.gz" in members.namelist()
    bad, _ = client.wait(client.upload("flat.nii", b"no picture").json()["job_id"], 60)
    assert (bad["status"], bad["error_code"]) == ("error", "INVALID_FORMAT")
    assert client.download("/download/nothing").status_code == 404
    large = client.upload("large.nii", bytes(6_000_000))
    assert large.status_code == 413
    assert "POST /api/upload" in large.json()["detail"]
    assert "POST /api/upload" in client.upload("huge.nii", bytes(11_000_000)).json()["detail"]
    stats = client.get("/stats")
    assert all(isinstance(number, int) for number in stats.values())
    assert stats["total_jobs_processed"] >= 1


def test_the_media_systems_client_imports_watches_and_lists(stack: Stack, tmp_path: Path) -> None:
    user = Guest(stack.api)
    user.register()
    client = MediaClient(f"{stack.api}/compat/media", signed_in(user))
    samples = {path.name: path.read_bytes() for path in make_samples(tmp_path)}
    photos = {name: content for name, content in samples.items() if name.endswith(".jpg") and len(content) < 300_000}
    sent = client.upload(photos | {"the same.jpg": photos["harbour.jpg"]})
    assert sent == {"job_id": sent["job_id"], "file_count": len(photos) + 1, "status": "queued"}
    job = client.wait(sent["job_id"], 60)
    assert (job["status"], job["progress_percent"], job["progress_total"]) == ("completed", 100, len(photos) + 1)
    high = client.get(f"/jobs/{job['id']}/files", confidence="high", page="1", per_page="50")
    assert {file["confidence"] for file in high["files"]} == {"high"}
    groups = client.get(f"/jobs/{job['id']}/files", group_by="confidence")
    assert len(groups["groups"]["high"]) == high["total"]
    assert sum(map(len, groups["groups"].values())) == groups["total_files"] == len(photos) + 1
    [shown, *_] = high["files"]
    picture = signed_in(user).get(stack.api.removesuffix("/api") + shown["thumbnail_path"], timeout=30)
    assert picture.headers["Content-Type"] == "image/jpeg"
    duplicates = client.get(f"/jobs/{job['id']}/duplicates")["duplicate_groups"]
    assert [g for g in duplicates if {"the same.jpg", "harbour.jpg"} <= {f["original_filename"] for f in g["files"]}]
    assert client.control(job["id"], "pause").status_code == 400

    place = f"import/@{user.id}/trip"
    stack.s3().put_object(Bucket="millrace", Key=f"{place}/a.jpg", Body=photos["harbour.jpg"])
    imported = client.import_path(f"/{place}")
    assert imported.status_code == 200, imported.text
    assert imported.json()["file_count"] == 1
    assert client.wait(imported.json()["job_id"], 60)["status"] == "completed"
    assert client.import_path("/etc").status_code == 400
    assert "error" in client.import_path("/etc").json()


def test_the_scene_systems_client_names_its_server_syncs_and_searches(stack: Stack) -> None:
    client = ScenesClient(f"{stack.api}/compat/scenes", signed_in(Guest(stack.api)))
    library = StashServer()
    for kind, name in (("performers", "Rose Lee"), ("tags", "sea"), ("studios", "Northlight")):
        library.add(kind, name)
    for number in range(30):
        library.add_scene(title=f"Walk {number}", organized=number % 3 == 0)
    with serving(library) as address:
        tested = client.post("/settings/test-stash", {"url": address, "api_key": KEY})
        assert (tested["service"], tested["success"]) == ("stash", True)
        changed = client.call("PUT", "/settings", {"stash_url": address, "stash_api_key": KEY})
        assert changed.json()["updated_fields"] == ["stash_url", "stash_api_key"]
        assert client.get("/settings")["stash_api_key"] == "********"
        assert client.post("/settings/test-stash")["success"] is True
        started = client.post("/scenes/sync", background="true", incremental="true")
        assert started["status"] == "queued"
        done = client.wait(started["job_id"], 60)
        assert (done["type"], done["status"], done["progress"]) == ("scene_sync", "completed", 100.0)
        assert client.get("/scenes", per_page=10, sort_by="title", organized="true")["total"] == 10
        assert client.get("/scenes", search="walk 7")["items"][0]["title"] == "Walk 7"
        assert [one["name"] for one in client.get("/entities/performers", search="rose")] == ["Rose Lee"]
        assert client.get("/scenes/stats/summary")["total_scenes"] == 30
        library.answers = []
        again = client.post("/sync/all", force="true")["id"]
        gone = client.call("DELETE", f"/jobs/{again}")
        assert gone.status_code in (200, 400)  # it may be over by then
        assert gone.json()["success"] is (gone.status_code == 200)
        assert client.wait(again, 60)["status"] == ("cancelled" if gone.status_code == 200 else "completed")
    listed = client.get("/jobs", job_type="scene_sync", status="completed", limit=5)
    assert [job["id"] for job in listed] == [started["job_id"]]
    missing = client.call("GET", "/jobs/unknown")
    assert missing.status_code == 404
    assert set(missing.json()) >= {"success", "error", "detail", "request_id"}
    assert missing.json()["success"] is False


def test_the_colour_systems_client_signs_up_corrects_a_picture_and_reads_the_result(stack: Stack) -> None:
    client = ColourClient(f"{stack.api}/compat/colour")
    made = client.sign_up("painter@example.com", "three grey herons", "Vera Painter")
    client.sign_in("painter@example.com", "three grey herons")
    me = client.call("GET", "/auth/me", 200)
    assert (me["id"], me["email"], me["full_name"]) == (made["id"], "painter@example.com", "Vera Painter")
    picture = file_of(to_8(printed().shot(noise=2)), "JPEG")
    image = client.upload("shot.jpg", picture)
    assert (image["original_filename"], image["file_size"]) == ("shot.jpg", len(picture))
    # Immediately: the picture may not have been inspected yet.
    job = client.call("POST", "/jobs", 201, json={"image_id": image["id"], "job_type": "color_correction"})
    assert job["image_id"] == image["id"]
    done = client.wait(job["id"], 90)
    assert (done["status"], done["progress"]) == ("completed", 100.0), done
    results = client.call("GET", "/results", 200, params={"job_id": job["id"], "limit": 10})
    assert max(result["quality_score"] or 0 for result in results) > 0.5
    changed = client.call("PATCH", f"/results/{results[0]['id']}", 200, json={"quality_score": 0.25})
    assert changed["quality_score"] == 0.25
    assert client.call("GET", "/jobs", 200, params={"status": "completed"})[0]["id"] == job["id"]
    assert client.call("GET", "/images", 200)["total"] >= 1
    assert client.call("PATCH", f"/images/{image['id']}", 200, json={"filename": "card.jpg"})["filename"] == "card.jpg"
    assert client.call("GET", "/images/none", 404)["detail"]

    worker = ColourClient(f"{stack.api}/compat/colour")
    worker._session.headers["Authorization"] = f"Bearer {Admin(stack).token}"
    client.call("PATCH", f"/jobs/{job['id']}", 403, json={"status": "completed", "progress": 100})
    worker.call("PATCH", f"/jobs/{job['id']}", 200, json={"status": "completed", "progress": 100})
    said = {"job_id": job["id"], "result_image_path": "/out/shot.png", "quality_score": 0.9}
    recorded = worker.call("POST", "/results", 201, json=said)
    assert client.call("GET", f"/results/{recorded['id']}", 200)["result_image_path"] == "/out/shot.png"
    client.call("DELETE", f"/results/{recorded['id']}", 204)
    client.call("DELETE", f"/jobs/{job['id']}", 204)
    assert client.call("POST", "/auth/logout", 200)["message"] == "Successfully logged out"
