"""Files sent as a form: accepted and refused forms, and the same outcome as for other uploads."""

from __future__ import annotations

import hashlib

import pytest

from chalicelib.api.framework.forms import LARGEST_FORM
from tests.app.api_world import Caller, World
from tests.pipelines.volume.volume_world import affine_of, nifti, small_labels

UPLOAD = "/compat/knee/upload"
PROBLEM = "application/problem+json"


def scan() -> bytes:
    return nifti(small_labels(), affine_of((0.8, 0.8, 1.2)))


def test_a_file_of_a_form_is_stored_and_inspected_like_any_other(world: World, user: Caller) -> None:
    job = user.form("POST", UPLOAD, {"file": ("knee.nii.gz", scan()), "segmentation_model": "labels", "email": ""})
    assert job.status == 201, job.text
    world.deliver()
    [file] = user.get(f"/jobs/{job['job_id']}/files")["items"]
    assert (file["status"], file["original_filename"], file["size_bytes"]) == ("inspected", "knee.nii.gz", len(scan()))
    assert file["file_hash_sha256"] == hashlib.sha256(scan()).hexdigest()
    assert user.get(f"/status/{job['job_id']}")["status"] == "completed"


def test_the_same_bytes_again_are_not_stored_twice(world: World, user: Caller) -> None:
    form = {"file": ("knee.nii.gz", scan()), "segmentation_model": "labels"}
    first = user.form("POST", UPLOAD, form)
    world.deliver()
    before = world.objects("uploads/")
    again = user.form("POST", UPLOAD, form)
    world.deliver()
    assert first["job_id"] != again["job_id"]
    assert world.objects("uploads/") == before
    assert user.get(f"/status/{again['job_id']}")["status"] == "completed"


def test_the_same_form_with_the_same_key_is_one_job(user: Caller) -> None:
    # A form's boundary is new each time, so the test repeats the whole request byte by byte.
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.nii"\r\n\r\nbytes\r\n--x--\r\n'
    kind = "multipart/form-data; boundary=x"
    answers = [user.call("POST", UPLOAD, body, content_type=kind, idempotency_key="k1") for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0]["job_id"] == answers[1]["job_id"]
    assert len(user.get("/jobs")["items"]) == 1


def test_a_form_of_more_than_a_request_carries_is_sent_another_way(user: Caller) -> None:
    answer = user.form("POST", UPLOAD, {"file": ("knee.nii", b"\0" * LARGEST_FORM)}, accept=PROBLEM)
    assert (answer.status, answer["code"]) == (413, "body_too_large")
    assert "POST /api/upload" in answer["detail"]
    assert user.get("/jobs")["items"] == []


@pytest.mark.parametrize(
    ("kind", "body", "status", "code"),
    [
        ("application/json", b"{}", 415, "unsupported_media_type"),
        ("multipart/form-data", b"--x--", 400, "invalid_form"),
        ("multipart/form-data; boundary=x", b"no boundary in it", 400, "invalid_form"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"', 400, "invalid_form"),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 422, "invalid_fields"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n\xff\xfe\r\n--x--\r\n',
            400,
            "invalid_form",
        ),
        (
            "multipart/form-data; boundary=x; charset=nonsense",
            b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na\r\n--x--\r\n',
            400,
            "invalid_form",
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 501 + b"--x--\r\n",
            400,
            "invalid_form",
        ),
        ("application/x-www-form-urlencoded", b"file=text", 422, "invalid_fields"),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 600), 400, "invalid_form"),
    ],
)
def test_what_is_no_form_is_refused_with_its_reason(
    user: Caller, kind: str, body: bytes, status: int, code: str
) -> None:
    answer = user.call("POST", UPLOAD, body, content_type=kind, accept=PROBLEM)
    assert (answer.status, answer["code"]) == (status, code), answer.text


def test_a_form_in_an_invocation_of_lambda_is_the_same(world: World, user: Caller) -> None:
    """API Gateway passes binary types on in base64."""
    import base64

    import app as millrace
    from tests.app.api_world import Context, event

    assert millrace.app.api.binary_types == ["multipart/form-data"]
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.nii"\r\n\r\n\xff\0\x80\r\n--x--\r\n'
    request = event("api_request")
    request |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True, "pathParameters": None}
    request["headers"] = {
        "authorization": f"Bearer {user.token}",
        "content-type": "multipart/form-data; boundary=x",
    }
    request["requestContext"] |= {"httpMethod": "POST", "resourcePath": f"/api{UPLOAD}", "path": f"/api{UPLOAD}"}
    answer = millrace.app(request, Context())
    assert answer["statusCode"] == 201, answer
    [key] = [key for key in world.objects("uploads/") if user.get("/jobs")["items"][0]["id"] in key]
    assert world.s3.get_object(Bucket="millrace", Key=key)["Body"].read() == b"\xff\0\x80"


def test_a_store_that_fails_leaves_no_job_that_waits(
    world: World, user: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.stores.object_bucket import ObjectBucket

    def fails(*_: object, **__: object) -> str:
        raise RuntimeError("the store is away")

    monkeypatch.setattr(ObjectBucket, "put", fails)
    assert user.form("POST", UPLOAD, {"file": ("a.nii", b"bytes")}).status == 500
    assert [job["status"] for job in user.get("/jobs")["items"]] == ["cancelled"]
