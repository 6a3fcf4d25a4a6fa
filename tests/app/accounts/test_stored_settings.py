"""Settings: shown to admins with masked secrets, changed by admins, soon in force in all containers, and audited."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.accounts.stored_settings import CHANGEABLE, effective
from chalicelib.jobs.ids import new_id
from chalicelib.settings import flat
from chalicelib.wiring import Clients, services
from infra.admin import make_admin
from infra.connect import Tables
from tests.app.accounts.people_helpers import PASSWORD, admin, audit, member, signed_in
from tests.app.api_world import SETTINGS, STACK, Answer, Caller, World


def put(boss: Caller, **changes: Any) -> Answer:
    return boss.call("PUT", "/settings", changes)


def of(answer: Answer, name: str) -> dict[str, Any]:
    return next(setting for setting in answer["items"] if setting["name"] == name)


def test_every_setting_is_there_with_where_it_comes_from(world: World) -> None:
    boss = admin(world)
    assert put(boss, token_seconds=1800).status == 200
    answer = boss.get("/settings")
    assert {setting["name"] for setting in answer["items"]} == set(flat(services().base))
    assert (of(answer, "guest_seconds")["source"], of(answer, "guest_seconds")["value"]) == ("default", 30 * 86400)
    assert (of(answer, "bucket")["source"], of(answer, "bucket")["value"]) == ("environment", "millrace")
    assert (of(answer, "token_seconds")["source"], of(answer, "token_seconds")["value"]) == ("stored", 1800)
    assert of(answer, "limit_active_jobs") == {
        "name": "limit_active_jobs",
        "value": 100,
        "source": "default",
        "secret": False,
        "changeable": True,
        "least": 0,
        "most": 100_000,
    }
    assert (of(answer, "bucket")["least"], of(answer, "cors_origins")["most"]) == (None, None)


def test_secrets_are_masked_everywhere(world: World) -> None:
    previous = "the key before with more than 32 characters"
    world.configure(TOKEN_KEY="k" * 40, PREVIOUS_TOKEN_KEYS=previous)
    boss = admin(world)
    answers = [boss.get("/settings"), put(boss, guest_seconds=7200), boss.get("/audit")]
    for name in ("token_key", "previous_token_keys"):
        assert of(answers[0], name)["value"] == "********"
        assert of(answers[0], name)["source"] == "environment"
        answers.append(boss.get(f"/settings/{name}"))
        assert answers[-1]["value"] == "********"
        answers.append(put(boss, **{name: "x" * 40}))
        assert answers[-1].status == 422
    for answer in answers:
        assert "k" * 40 not in answer.text
        assert previous not in answer.text


def test_one_setting_is_read_by_its_name(world: World) -> None:
    boss = admin(world)
    answer = boss.get("/settings/drop_owner")
    assert answer.json == of(boss.get("/settings"), "drop_owner")
    assert boss.get("/settings/drop_owner", If_None_Match=answer.headers["etag"]).status == 304
    assert boss.get("/settings/nothing")["code"] == "setting_not_found"


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"colour": 1}, "colour", "is not a setting"),
        ({"bucket": "other"}, "bucket", "is set by the deployment"),
        ({"token_key": "x" * 40}, "token_key", "is set by the deployment"),
        ({"token_key": None}, "token_key", "is set by the deployment"),
        ({"webhook_networks": ["intranet"]}, "webhook_networks", "is set by the deployment"),
        ({"webhook_networks": ["10.0.0.0/8"]}, "webhook_networks", "is set by the deployment"),
        ({"token_seconds": 59}, "token_seconds", "whole number"),
        ({"token_seconds": 10**30}, "token_seconds", "whole number"),
        ({"token_seconds": "3600"}, "token_seconds", "whole number"),
        ({"token_seconds": True}, "token_seconds", "whole number"),
        ({"token_seconds": 1e3}, "token_seconds", "whole number"),
        ({"cors_origins": "https://page.example"}, "cors_origins", "list"),
        ({"cors_origins": ["*"]}, "cors_origins", "list"),
        ({"cors_origins": ["https://page.example/"]}, "cors_origins", "list"),
        ({"drop_owner": "a b"}, "drop_owner", "id or the email"),
        ({"drop_owner": "drop"}, "drop_owner", "not a user"),
        ({"drop_owner": "nobody@example.com"}, "drop_owner", "not a user"),
    ],
    ids=str,
)
def test_a_change_that_is_not_valid_changes_nothing(
    world: World, changes: dict[str, Any], field: str, message: str
) -> None:
    boss = admin(world)
    before = boss.get("/settings").json
    answer = put(boss, **changes, guest_seconds=7200)
    assert (answer.status, [error["field"] for error in answer["errors"]]) == (422, [field])
    assert message in answer["errors"][0]["message"]
    assert boss.get("/settings").json == before
    assert audit(boss, "settings.changed") == []


def test_a_change_is_made_to_the_settings_that_were_seen(world: World) -> None:
    boss = admin(world)
    seen = boss.get("/settings").headers["etag"]
    assert boss.call("PUT", "/settings", {"token_seconds": 600}, If_Match=seen).status == 200
    assert boss.call("PUT", "/settings", {"token_seconds": 700}, If_Match=seen).status == 412
    assert boss.get("/settings/token_seconds")["value"] == 600


def test_who_names_a_version_is_refused_where_another_change_comes_in_between(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = admin(world)
    people = services().people
    real, first = people.store, []

    def slow(values: Any, version: int, entry: Any) -> bool:
        if not first:
            first.append(True)
            assert services().stored_settings.change("another", {"guest_seconds": 7200})
        return real(values, version, entry)

    monkeypatch.setattr(people, "store", slow)
    seen = boss.get("/settings").headers["etag"]
    assert boss.call("PUT", "/settings", {"token_seconds": 600}, If_Match=seen).status == 412
    assert boss.get("/settings/guest_seconds")["value"] == 7200
    assert boss.get("/settings/token_seconds")["source"] == "default"


def test_null_takes_a_setting_back_to_the_deployments(world: World) -> None:
    boss = admin(world)
    put(boss, cors_origins=["https://new.example"], token_seconds=600)
    answer = put(boss, cors_origins=None)
    assert of(answer, "cors_origins")["value"] == SETTINGS["CORS_ORIGINS"].split(",")
    assert of(answer, "cors_origins")["source"] == "environment"
    assert of(answer, "token_seconds")["value"] == 600


def test_a_change_is_in_force_here_at_once(world: World) -> None:
    boss, user = admin(world), signed_in(world)
    assert user.announce({"a.jpg": 1}).status == 201
    put(boss, limit_active_jobs=1)
    assert user.announce({"b.jpg": 1})["code"] == "too_many_jobs"
    put(boss, limit_active_jobs=None)
    assert user.announce({"b.jpg": 1}).status == 201


def test_a_change_is_in_force_in_other_containers_within_seconds(world: World) -> None:
    boss, user = admin(world), signed_in(world)
    here = services()
    other = services().stored_settings  # stores changes without notice, as another container does
    other.change(boss.id, {"limit_active_jobs": 0})
    assert user.announce({"a.jpg": 1}).status == 201
    world.offset = timedelta(seconds=16)
    assert user.announce({"b.jpg": 1})["code"] == "too_many_jobs"
    assert services().clients is here.clients
    unchanged = services()
    world.offset = timedelta(seconds=32)
    assert services() is unchanged


def test_a_container_goes_on_while_the_stored_settings_cant_be_read(world: World) -> None:
    boss = admin(world)
    put(boss, token_seconds=600)
    services()
    world.offset = timedelta(seconds=16)
    world.dynamodb.delete_table(TableName="millrace-accounts")
    assert services().settings.token_seconds == 600
    world.configure()  # a new container starts with the deployment's settings
    assert services().settings.token_seconds == 3600
    assert world.nobody.get("/health").status == 200


def test_stored_settings_are_asked_for_once_where_no_store_answers(world: World) -> None:
    clients, asked = Clients(None), []

    def away(request: Any, **_: Any) -> None:
        asked.append(request.headers["User-Agent"])
        raise EndpointConnectionError(endpoint_url=request.url)

    clients.session.events.register("before-send.dynamodb", away)
    with pytest.raises(EndpointConnectionError):
        clients.dynamodb_at_once.list_tables()
    assert [bytes(agent).split()[0] for agent in asked] == [b"millrace"]


def test_what_another_version_stored_is_left_out_and_the_rest_is_used(world: World) -> None:
    stored = {"gone": 1, "token_seconds": "soon", "guest_seconds": 7200, "bucket": "other"}
    found = effective(services().base, stored)
    assert (found.guest_seconds, found.token_seconds, found.bucket) == (7200, 3600, "millrace")


def test_every_default_is_within_the_bounds_of_its_setting(world: World) -> None:
    values = flat(services().base)
    for name, check in CHANGEABLE.items():
        assert check(values[name]) == values[name]


def test_changes_at_the_same_time_are_both_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    boss = admin(world)
    people = services().people
    real, first = people.store, []

    def slow(values: Any, version: int, entry: Any) -> bool:
        if not first:
            first.append(True)
            assert services().stored_settings.change("another", {"guest_seconds": 7200})
        return real(values, version, entry)

    monkeypatch.setattr(people, "store", slow)
    assert put(boss, token_seconds=600).status == 200
    answer = boss.get("/settings")
    assert (of(answer, "token_seconds")["value"], of(answer, "guest_seconds")["value"]) == (600, 7200)


def test_who_changed_what_is_written_down_with_before_and_after(world: World) -> None:
    boss = admin(world)
    put(boss, token_seconds=600, guest_seconds=7200)
    put(boss, token_seconds=None)
    put(boss, guest_seconds=7200)  # no change: nothing to record
    latest, first = audit(boss, "settings.changed")
    assert first["actor_id"] == boss.id
    assert first["details"] == {
        "token_seconds": {"before": 3600, "after": 600},
        "guest_seconds": {"before": 2592000, "after": 7200},
    }
    assert latest["details"] == {"token_seconds": {"before": 600, "after": 3600}}


def test_the_audit_log_goes_back_page_by_page(world: World) -> None:
    boss = admin(world)
    for seconds in (600, 700, 800, 900):
        put(boss, token_seconds=seconds)
    everything = [entry["id"] for entry in boss.get("/audit")["items"]]
    assert everything == sorted(everything, reverse=True)
    found, page = [], boss.get("/audit?limit=4")
    while True:
        found += [entry["id"] for entry in page["items"]]
        if page["next_cursor"] is None:
            break
        target, _, rel = page.headers["link"].partition("; ")
        assert (rel, page["next_cursor"] in target, "limit=4" in target) == ('rel="next"', True, True)
        page = boss.get(f"/audit{target.strip('<>')}")
    assert "link" not in page.headers
    assert found == everything
    assert boss.get("/audit?limit=0").status == 422


def test_only_admins_see_settings_and_the_audit_log(world: World) -> None:
    user = signed_in(world)
    for who, status in ((world.nobody, 401), (world.guest(), 403), (user, 403)):
        for method, path in (
            ("GET", "/settings"),
            ("GET", "/settings/bucket"),
            ("GET", "/audit"),
            ("PUT", "/settings"),
        ):
            answer = who.call(method, path, {"token_seconds": 600} if method == "PUT" else None)
            assert answer.status == status
    assert services().stored_settings.one("token_seconds").source == "default"


def test_the_owner_of_drop_folders_is_a_user_by_id_or_email(world: World) -> None:
    boss, ann = admin(world), member(world)
    email = ann.get("/auth/me")["email"]
    for given in (ann.id, email):
        assert put(boss, drop_owner=given).status == 200
        services.look_again()
        assert services().drop_owners.owner(None) == ann.id


@pytest.mark.parametrize("by", ["id", "email"])
def test_who_looks_an_owner_up_reads_nothing_of_the_account(world: World, by: str) -> None:
    """The rights require this: functions that inspect strangers' files may read no more."""
    ann = member(world)
    given = ann.id if by == "id" else ann.get("/auth/me")["email"]
    read: list[set[str]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        if params["TableName"] == services().settings.accounts_table:
            read.append(set(params.get("ExpressionAttributeNames", {"": "everything"}).values()))

    services().clients.dynamodb.meta.events.register("before-parameter-build.dynamodb.GetItem", note)
    assert services().drop_owners.known(given) == ann.id
    assert services().drop_owners.known("nobody@example.com") is None
    assert read == [{"PK", "SK", "user_id"}] * 2


def test_the_first_admin_owns_drop_folders_and_a_later_one_does_not(world: World) -> None:
    tables = Tables(world.dynamodb, STACK)
    assert "belongs to this account" in make_admin(tables, f"{new_id()}@example.com", PASSWORD, agree=lambda: False)
    services.look_again()
    first = services().drop_owners.owner(None)
    assert first is not None
    assert "belongs to this account" not in make_admin(tables, f"{new_id()}@example.com", PASSWORD, agree=lambda: False)
    services.look_again()
    assert services().drop_owners.owner(None) == first
