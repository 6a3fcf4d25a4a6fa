"""Migrations of items recorded from the previous version: a finished job, and a job that shares its object."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
import pytest

from chalicelib.stores.dynamo.table import Item, Table, Write
from chalicelib.wiring import services
from infra import migrate
from infra.connect import Tables
from infra.migrate import Migrator
from infra.migrations import MIGRATIONS
from infra.migrations.migration import Migration
from tests.app.api_world import Caller, World, key_of

RECORDED = json.loads((Path(__file__).parent / "items_before_version_2.json").read_text())
FIRST, SECOND = RECORDED["first"], RECORDED["second"]


@pytest.fixture
def before(world: World) -> Caller:
    """The owner of the recorded items, which are alone in the jobs table; their shared object exists."""
    clear(world)
    for item in RECORDED["items"]:
        world.dynamodb.put_item(TableName="millrace-jobs", Item=item)
    world.s3.put_object(Bucket="millrace", Key=f"uploads/media/{FIRST}/00000001", Body=b"a photo")
    return Caller(world, services().tokens.issue(RECORDED["owner"], "guest", 3600), RECORDED["owner"])


def clear(world: World) -> None:
    for item in all_items(world).values():
        key = {name: item[name] for name in ("PK", "SK")}
        world.dynamodb.delete_item(TableName="millrace-jobs", Key=key)


def all_items(world: World) -> dict[tuple[str, str], Any]:
    found = world.dynamodb.scan(TableName="millrace-jobs")["Items"]
    return {(item["PK"]["S"], item["SK"]["S"]): item for item in found}


def migrator(world: World, *migrations: Migration, page: int = 200) -> Migrator:
    return Migrator(Tables(world.dynamodb, "millrace"), migrations or MIGRATIONS, page)


def test_every_item_of_a_job_says_its_version_afterwards_and_counters_are_left(world: World, before: Caller) -> None:
    recorded = all_items(world)
    migrator(world).run()
    for key, item in all_items(world).items():
        versioned = key[1] == "JOB" or key[1].startswith(("FILE#", "ARTIFACT#"))
        assert item.get("schema_version") == ({"N": "2"} if versioned else None)
        if not versioned and not key[1].startswith("USE#"):
            assert item == recorded[key]


def test_a_new_item_has_the_version_that_the_last_migration_leads_to(world: World, before: Caller) -> None:
    job_id = before.announce({"a.jpg": 3})["job_id"]
    items = {key: item for key, item in all_items(world).items() if job_id in key[0]}
    assert [items[f"JOB#{job_id}", kind]["schema_version"] for kind in ("JOB", "FILE#00000001")] == [{"N": "2"}] * 2
    untouched = all_items(world)
    migrator(world).run()
    assert {key: item for key, item in all_items(world).items() if job_id in key[0]} == items
    assert untouched != all_items(world)  # the recorded items have changed


def test_a_file_that_shares_an_object_keeps_it_from_going(world: World, before: Caller) -> None:
    migrator(world).run()
    shared = all_items(world)[f"JOB#{SECOND}", "FILE#00000001"]
    assert shared["source"] == {"S": f"{FIRST}-00000001"}
    assert shared["counted"] == {"BOOL": True}
    assert before.call("POST", f"/jobs/{SECOND}/control", {"action": "cancel"}).status == 200
    assert before.call("DELETE", f"/jobs/{FIRST}").status == 204
    assert f"uploads/media/{FIRST}/00000001" in world.objects("uploads/")  # the second job's file uses it
    assert before.get(f"/files/{SECOND}-00000001").status == 200
    assert before.call("DELETE", f"/jobs/{SECOND}").status == 204
    assert world.objects("uploads/") == []
    usage = all_items(world)[f"USER#{before.id}", "USAGE"]
    assert (usage["active_jobs"], usage["stored_bytes"]) == ({"N": "0"}, {"N": "0"})


def test_what_the_version_before_wrote_can_be_read_without_a_migration(world: World, before: Caller) -> None:
    assert before.get(f"/jobs/{FIRST}")["status"] == "completed"
    files = before.get(f"/jobs/{SECOND}/files")
    assert files["total"] == 2
    place = files["items"][0]["thumbnail"]  # an object of its own, as in the previous version
    assert (key_of(place["url"]), place["start"], place["end"]) == (f"thumbs/{SECOND}/00000001.jpg", 0, None)


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(world: World, before: Caller) -> None:
    recorded = all_items(world)
    (dry,) = migrator(world).run(dry=True)
    assert all_items(world) == recorded
    assert world.items("accounts", "MIGRATIONS") == []
    (real,) = migrator(world).run()
    assert (dry.items, dry.changed) == (real.items, real.changed) == (15, 8)


def test_a_second_run_changes_nothing(world: World, before: Caller) -> None:
    migrator(world).run()
    after = all_items(world)
    (again,) = migrator(world).run()
    assert (again.done, again.changed) == (True, 0)
    world.dynamodb.delete_item(
        TableName="millrace-accounts", Key={"PK": {"S": "MIGRATIONS"}, "SK": {"S": "0001"}}
    )  # as if stopped just before it recorded its completion
    (again,) = migrator(world).run()
    assert (again.done, again.changed) == (False, 0)
    assert all_items(world) == after


def note(word: str, seen: list[str], fails_at: int = 0) -> Any:
    def change(item: Item, _: Table) -> Sequence[Write]:
        if item["SK"] == word or word in item:
            return ()
        seen.append(item["SK"])
        if len(seen) == fails_at:
            raise KeyboardInterrupt
        return (Write((item["PK"], item["SK"])).set(**{word: True}).where_exists().where_equal(**{word: None}),)

    return change


def test_a_run_that_was_stopped_goes_on_where_it_was(world: World, before: Caller) -> None:
    seen: list[str] = []
    stopped = Migration(1, "a", "jobs", note("a", seen, fails_at=8))
    with pytest.raises(KeyboardInterrupt):
        migrator(world, stopped, page=3).run()
    assert sum("a" in item for item in all_items(world).values()) == 7
    (outcome,) = migrator(world, Migration(1, "a", "jobs", note("a", seen)), page=3).run()
    assert outcome.items == 9  # two pages of three items were already done
    assert outcome.changed == 8
    assert all("a" in item for item in all_items(world).values())


def test_migrations_run_in_their_order_and_none_before_the_last_is_done(world: World, before: Caller) -> None:
    seen: list[str] = []
    broken = Migration(1, "a", "jobs", note("a", seen, fails_at=2))
    later = Migration(2, "b", "jobs", note("b", seen))
    with pytest.raises(KeyboardInterrupt):
        migrator(world, later, broken).run()
    assert not any("b" in item for item in all_items(world).values())
    outcomes = migrator(world, later, Migration(1, "a", "jobs", note("a", []))).run()
    assert [outcome.migration.number for outcome in outcomes] == [1, 2]
    assert all("a" in item and "b" in item for item in all_items(world).values())


def test_an_item_that_changes_meanwhile_is_looked_at_again(world: World, before: Caller) -> None:
    real = MIGRATIONS[0].change
    moved = []

    def change(item: Item, table: Table) -> Sequence[Write]:
        writes = real(item, table)
        if item["SK"] == "FILE#00000001" and SECOND in item["PK"] and not moved:
            moved.append(True)
            table.write(Write((item["PK"], item["SK"])).set(key=f"uploads/media/{SECOND}/00000001"))
        return writes

    migrator(world, Migration(1, "x", "jobs", change)).run()
    item = all_items(world)[f"JOB#{SECOND}", "FILE#00000001"]
    assert "source" not in item
    assert item["schema_version"] == {"N": "2"}


def test_the_command_says_what_it_did(
    world: World, before: Caller, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(boto3, "client", lambda *_, **__: world.dynamodb)
    said = []
    for arguments in (["--dry-run"], [], []):
        monkeypatch.setattr(sys, "argv", ["migrate", "--stack", "millrace", *arguments])
        assert migrate.main() == 0
        said.append(capsys.readouterr().out.strip().partition(": ")[2])
    assert said == ["8 of 15 items would be changed", "8 of 15 items changed", "done before"]


def test_numbers_are_in_order_and_used_once() -> None:
    assert [migration.number for migration in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
