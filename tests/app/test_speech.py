"""Pronunciations over HTTP: dictionaries, the words that lack one, and a job that waits for them."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
import requests

from tests.app.api_world import Caller, World
from tests.pipelines.speech.speech_world import spoken

PATH = "/dictionaries/en_US"


def put(user: Caller, text: str, mode: str = "replace", path: str = PATH, **headers: str) -> dict[str, object]:
    answer = user.call("PUT", path, {"text": text, "mode": mode}, **headers)
    return {"status": answer.status, **answer.json}


def test_a_dictionary_is_replaced_or_added_to(user: Caller) -> None:
    assert put(user, "zoe\tZ OW1 IY0\n# mine\nada\tEY D AH\n")["status"] == 201
    made = put(user, "zoe Z OW\nbob\tB AA B\n", "append")
    assert (made["status"], made["language"], made["words"], made["pronunciations"]) == (200, "en_US", 3, 4)
    assert user.get(PATH)["text"] == "ada\tEY D AH\nbob\tB AA B\nzoe\tZ OW IY\nzoe\tZ OW\n"
    put(user, "zoe\tZ OW\n")
    assert user.get("/dictionaries/en-US")["text"] == "zoe\tZ OW\n"
    assert user.get("/user-data?kind=dictionary")["items"][0]["name"] == "en_US"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("zoe\tZ QX IY\nada\tX9\n", "no phones QX, X9. It has: AA AE"),
        ("zoe\n", "Line 1 of your dictionary should be a word, a tab and its phones."),
        ("a\tAH\n" * 50_001, "at most 50,000 lines"),
    ],
)
def test_a_dictionary_that_can_not_be_used_is_refused_and_says_why(user: Caller, text: str, named: str) -> None:
    answer = user.call("PUT", PATH, {"text": text})
    assert (answer.status, answer["code"]) == (422, "invalid_fields")
    assert named in answer["errors"][0]["message"]
    assert user.get(PATH).status == 404


def test_phones_of_a_language_of_the_installation_s_own_are_not_judged_here(user: Caller) -> None:
    assert put(user, "hej\th E j\n", path="/dictionaries/sv_SE")["status"] == 201
    assert user.call("PUT", "/dictionaries/..", {"text": ""}).status in (403, 404)
    assert user.call("PUT", "/dictionaries/not a language", {"text": ""}).status == 404


def test_a_job_asks_waits_and_goes_on(world: World, user: Caller) -> None:
    files = {"a.wav": spoken("nobody"), "a.lab": b"no<b>ady told me nobady"}
    job = user.upload(files, pipeline="speech", options={"on_missing": "stop"})
    world.deliver()
    status = user.get(f"/status/{job}")
    assert (status["status"], status["waiting_for"]["code"]) == ("paused", "missing_words")
    missing = user.get(f"/jobs/{job}/missing-words")
    assert missing["has_missing_words"] is True
    assert {word["word"]: word["count"] for word in missing["words"]}["nobady"] == 1
    assert missing["missing_words_count"] == len(missing["words"])
    assert "<b>" not in missing["html_content"]
    where = user.get(missing["dict_url"].removeprefix("/api")).headers["location"]
    suggested = requests.get(where, timeout=10).text
    assert "nobady\tN OW B" in suggested
    put(user, suggested)
    assert user.post(f"/jobs/{job}/control", {"action": "resume"}).status == 200
    world.deliver()
    assert user.get(f"/status/{job}")["status"] == "completed"
    assert user.get(f"/jobs/{job}/missing-words")["words"] == []
    where = user.get(f"/download/{job}").headers["location"]
    with zipfile.ZipFile(io.BytesIO(requests.get(where, timeout=10).content)) as archive:
        words = json.loads(archive.read("alignment.json"))["recordings"][0]["speakers"][0]["utterances"][0]["words"]
    assert not any(word["guessed"] for word in words)


def test_a_language_that_is_not_there_is_refused_at_the_upload(user: Caller) -> None:
    answer = user.announce({"a.wav": 10}, pipeline="speech", options={"language": "de_DE"})
    assert (answer.status, answer["errors"][0]["field"]) == (422, "options.language")
    assert "There are: en_US, any." in answer["errors"][0]["message"]
