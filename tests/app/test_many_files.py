"""The largest allowed request, in a module of its own because moto is slow with many items."""

from tests.app.api_world import Caller, key_of


def test_500_files_go_into_one_request_and_501_do_not(user: Caller) -> None:
    files = [{"filename": f"{n}.jpg", "size": 1} for n in range(501)]
    body = {"pipeline": "media", "files": files[:500]}
    answer = user.post("/upload", body, idempotency_key="many")
    assert (answer.status, len(answer["uploads"])) == (201, 500)
    assert len({key_of(upload["url"]) for upload in answer["uploads"]}) == 500
    assert len(answer.text) > 200_000
    assert user.post("/upload", body, idempotency_key="many").text == answer.text, "long answers are kept"
    refused = user.post("/upload", {"pipeline": "media", "files": files})
    assert (refused.status, refused["errors"][0]["field"]) == (422, "files")
