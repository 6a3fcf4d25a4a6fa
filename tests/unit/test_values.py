"""Small values: ids, keys, file ids, deliveries, sequencers, states, settings."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

import hypothesis.strategies as st
import pytest
from hypothesis import given

from chalicelib import settings
from chalicelib.files.names import display_name
from chalicelib.jobs import ids, keys
from chalicelib.jobs.intake.deliveries import deliveries, is_newer, message, object_events
from chalicelib.jobs.model import File, StoredObject, file_id, parse_file_id
from chalicelib.jobs.moves import sources, targets
from chalicelib.jobs.states import FINAL, MEANINGS, JobState

ID = "01hzy8k3q4r5s6t7v8w9x0y1z2"
NEEDED = {
    "MILLRACE_BUCKET": "b",
    "MILLRACE_JOBS_TABLE": "j",
    "MILLRACE_ACCOUNTS_TABLE": "a",
    "MILLRACE_QUEUE_URL_PREFIX": "http://q/",
    "MILLRACE_TOKEN_KEY": "k" * 32,
}


def test_ids_are_unique_opaque_and_sort_by_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for millisecond in range(50):
        monkeypatch.setattr(ids.time, "time_ns", lambda at=millisecond: (1_800_000_000_000 + at) * 1_000_000)
        made.append(ids.new_id())
    assert made == sorted(made)
    assert len(set(made)) == 50
    assert all(ids.is_id(one) for one in made)


@pytest.mark.parametrize("text", ["", "a" * 25, "a" * 27, "A" * 26, "i" * 26, "../" + "a" * 23, "a" * 25 + "/"])
def test_what_is_no_id_is_told(text: str) -> None:
    assert not ids.is_id(text)


@given(st.integers(1, 99_999_999))
def test_a_file_id_names_its_job_and_number(number: int) -> None:
    assert parse_file_id(file_id(ID, number)) == (ID, number)


@pytest.mark.parametrize("text", ["", "x", f"{ID}-1", f"{ID}-0000000x", f"{ID}-٠٠٠٠٠٠٠١", "-00000001", f"{ID}00000001"])
def test_what_is_no_file_id_is_none(text: str) -> None:
    assert parse_file_id(text) is None


def test_an_upload_is_known_by_its_key() -> None:
    assert keys.parse_upload(keys.upload("media", ID, 7)) == (ID, 7)
    assert keys.upload("media", ID, 7).startswith(keys.uploads_of("media", ID))


@pytest.mark.parametrize(
    "key",
    [
        "",
        "uploads/",
        f"uploads/media/{ID}",
        f"uploads/media/{ID}/1",
        f"uploads/media/{ID}/00000001/x",
        "uploads/media/x/00000001",
        f"drop/media/{ID}/00000001",
    ],
)
def test_other_keys_are_no_uploads(key: str) -> None:
    assert keys.parse_upload(key) is None


def test_a_drop_key_names_pipeline_owner_batch_and_path() -> None:
    plain = keys.parse_drop("drop/media/trip/day 1/a.jpg")
    owned = keys.parse_drop("drop/media/@u1/trip/a.jpg")
    assert plain == keys.DropKey("media", None, "drop/media/trip/", "trip", "day 1/a.jpg")
    assert owned == keys.DropKey("media", "u1", "drop/media/@u1/trip/", "trip", "a.jpg")


@pytest.mark.parametrize(
    "key",
    [
        "drop/",
        "drop/media/",
        "drop/media/a.jpg",
        "drop/media/trip/",
        "drop/media//a.jpg",
        "drop/media/@/trip/a",
        "drop/media/@u1/a.jpg",
        "x/media/trip/a",
    ],
)
def test_other_keys_are_no_drops(key: str) -> None:
    assert keys.parse_drop(key) is None


@given(st.text(min_size=1).filter(lambda text: text.isprintable()))
def test_a_message_of_ours_is_read_as_it_was_sent(key: str) -> None:
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    seen = StoredObject(key, 5, "e", at, "elsewhere", "0A")
    [event] = object_events(json.loads(json.dumps(message(File(ID, 3, "n", key, 5, bucket="elsewhere"), seen))))
    assert (event.seen, event.job_id, event.number) == (seen, ID, 3)


def test_an_event_of_s3_is_read_with_its_key_decoded() -> None:
    record = {
        "eventName": "ObjectCreated:Put",
        "eventTime": "2026-01-01T12:00:00.000Z",
        "s3": {"object": {"key": quote_plus("uploads/ä b+c.jpg"), "size": 5, "eTag": '"e"', "sequencer": "0A"}},
    }
    [event] = object_events({"Records": [record, {"eventName": "ObjectRemoved:Delete"}]})
    assert (event.seen.key, event.seen.etag, event.job_id) == ("uploads/ä b+c.jpg", "e", None)


@pytest.mark.parametrize("body", ["", "no json", "[1]", "5", "null"])
def test_a_message_that_is_no_object_is_an_empty_one(body: str) -> None:
    [delivery] = deliveries({"Records": [{"messageId": "m", "body": body}]})
    assert (delivery.body, delivery.receives) == ({}, 1)


@pytest.mark.parametrize(
    ("sequencer", "than", "newer"),
    [
        ("02", "01", True),
        ("01", "02", False),
        ("01", "01", False),
        ("0055AED6DCD90281E5", "0055AED6DCD90281E4", True),
        ("01F", "01", True),
        ("01", "010", False),
        ("0b", "0A", True),
        (None, "01", True),
        ("01", None, True),
        ("", "", True),
    ],
)
def test_sequencers_compare_with_the_shorter_padded_on_the_right(
    sequencer: str | None, than: str | None, newer: bool
) -> None:
    assert is_newer(sequencer, than) is newer


def test_every_state_is_in_the_table_and_a_final_one_is_left_only_by_a_retry() -> None:
    assert set(MEANINGS) == set(JobState)
    assert {target for state in FINAL for target in targets(state)} == {JobState.PENDING}
    assert sources(JobState.COMPLETED) == {JobState.RUNNING}


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("a.jpg", "a.jpg"),
        ("  a.jpg ", "a.jpg"),
        ("a\x00\x1bb.jpg", "ab.jpg"),
        ("../a.jpg", "../a.jpg"),
        ("\u202ea.jpg", "\u202ea.jpg"),
    ],
)
def test_names_are_shown_without_control_characters(given_name: str, shown: str) -> None:
    assert display_name(given_name) == shown


@pytest.mark.parametrize("given_name", ["", ".", "..", "../..", "\x00", " / \\ "])
def test_a_name_of_nothing_is_none(given_name: str) -> None:
    with pytest.raises(ValueError, match="needs a name"):
        display_name(given_name)


def test_long_names_keep_their_extension() -> None:
    assert display_name("x" * 400 + ".jpeg") == "x" * 250 + ".jpeg"
    assert len(display_name("x" * 400)) == 255


def test_settings_are_read_with_their_defaults() -> None:
    found = settings.read(NEEDED)
    assert (found.bucket, found.import_roots, found.limits.active_jobs) == ("b", (), 100)


@pytest.mark.parametrize("missing", sorted(NEEDED))
def test_a_setting_that_is_missing_is_named(missing: str) -> None:
    with pytest.raises(settings.SettingError, match=missing):
        settings.read({name: value for name, value in NEEDED.items() if name != missing})


def test_settings_of_any_kind_are_converted() -> None:
    more: dict[str, Any] = {
        "MILLRACE_IMPORT_ROOTS": "import/, s3://b/x/ ,",
        "MILLRACE_LIMIT_ACTIVE_JOBS": "7",
        "MILLRACE_TOKEN_SECONDS": "60",
    }
    found = settings.read(NEEDED | more)
    assert (found.import_roots, found.limits.active_jobs, found.token_seconds) == (("import/", "s3://b/x/"), 7, 60)


@pytest.mark.parametrize(
    "wrong",
    [
        {"MILLRACE_LIMIT_ACTIVE_JOBS": "many"},
        {"MILLRACE_TOKEN_KEY": "short"},
        {"MILLRACE_WEBHOOK_NETWORKS": "10.0.0.0/8, intranet"},
        {"MILLRACE_WEBHOOK_NETWORKS": "10.0.0.1/8"},
        {"MILLRACE_WEBHOOK_NETWORKS": "10.0.0.0/33"},
    ],
    ids=str,
)
def test_a_setting_that_cant_be_read_is_named(wrong: dict[str, str]) -> None:
    with pytest.raises(settings.SettingError, match=next(iter(wrong)).rpartition("_")[2]):
        settings.read(NEEDED | wrong)
