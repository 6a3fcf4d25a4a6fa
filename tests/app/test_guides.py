"""Guides: listed for every signed-in user, and confined to their folder, whatever name is requested."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from chalicelib.jobs.library.guides import MOST, friendly
from infra.aws.template import data_template
from tests.app.accounts.people_helpers import member
from tests.app.api_world import BUCKET, GUIDES, Caller, World, key_of, query

Put = Callable[..., None]


@pytest.fixture(scope="module", autouse=True)
def ours(shared_world: World) -> None:
    shared_world.put_guides()


@pytest.fixture
def put(world: World) -> Iterator[Put]:
    """Puts objects below guides/, and removes them afterwards."""
    names: list[str] = []

    def put(*given: str) -> None:
        for name in given:
            names.append(name)
            world.s3.put_object(Bucket=BUCKET, Key=f"guides/{name}", Body=b"%PDF-1.7", ContentType="image/svg+xml")

    yield put
    for name in names:
        world.s3.delete_object(Bucket=BUCKET, Key=f"guides/{name}")


def names(user: Caller) -> list[str]:
    return [guide["filename"] for guide in user.get("/guides")["items"]]


def test_our_own_guides_are_there_with_names_for_people(user: Caller) -> None:
    answer = user.get("/guides")
    assert answer.status == 200
    card, first, *others = answer["items"]
    assert (card["name"], card["content_type"]) == ("Colour card", "application/pdf")
    assert first["name"] == "First steps"
    assert [other["name"] for other in others] == ["The command line", "The drop folder"]
    assert (first["filename"], first["content_type"]) == ("first-steps.html", "text/html; charset=utf-8")
    assert first["size_bytes"] == (GUIDES / "first-steps.html").stat().st_size
    assert first["updated_at"].endswith("Z")


def test_a_list_that_has_not_changed_is_not_sent_again(user: Caller) -> None:
    assert user.get("/guides", if_none_match=user.get("/guides").headers["etag"]).status == 304


def test_only_pages_and_pdfs_right_below_the_prefix_are_guides(user: Caller, put: Put) -> None:
    ours = names(user)
    put(
        "Safety_manual.PDF", "notes.txt", "script.svg", ".html", "deeper/page.html", "drafts.html/x.html", "empty.html/"
    )
    assert names(user) == sorted([*ours, "Safety_manual.PDF"])


def test_the_list_is_bounded(user: Caller, put: Put) -> None:
    put(*(f"a{number:04d}.pdf" for number in range(MOST + 5)))
    assert len(names(user)) == MOST


def test_a_guide_is_opened_where_it_lies(user: Caller) -> None:
    answer = user.get("/guides/first-steps.html")
    assert (answer.status, answer.text) == (302, "")
    address = answer.headers["location"]
    assert key_of(address) == "guides/first-steps.html"
    signed = query(address)
    assert signed["response-content-type"] == "text/html; charset=utf-8"
    assert signed["response-content-disposition"].startswith('inline; filename="First steps.html"')
    assert requests.get(address, timeout=5).content == (GUIDES / "first-steps.html").read_bytes()


def test_what_its_uploader_called_it_does_not_say_what_a_browser_takes_it_for(user: Caller, put: Put) -> None:
    put("Safety_manual.PDF")
    signed = query(user.get("/guides/Safety_manual.PDF").headers["location"])
    assert signed["response-content-type"] == "application/pdf"
    assert 'filename="Safety manual.pdf"' in signed["response-content-disposition"]


def test_who_asks_for_json_gets_the_address(user: Caller) -> None:
    answer = user.get("/guides/first-steps.html", accept="application/json")
    assert answer.status == 200
    assert answer["size_bytes"] == len(requests.get(answer["url"], timeout=5).content)


@pytest.mark.parametrize(
    "name",
    [
        *("missing.html", "notes.txt", "FIRST-STEPS.HTML", "%20first-steps.html", "first-steps.html%2F"),
        *("..", "..%2Fuploads%2Fx.html", "deeper%2Fpage.html", "%00.html", "x" * 2000, "\u202efdp.pdf"),
    ],
)
def test_a_name_that_is_not_listed_leads_nowhere(user: Caller, put: Put, name: str) -> None:
    put("deeper/page.html", "notes.txt")
    answer = user.get(f"/guides/{name}")
    assert (answer.status, answer["code"]) == (404, "guide_not_found")
    assert "location" not in answer.headers


def test_nothing_is_imported_from_among_the_guides(world: World) -> None:
    user = member(world)
    world.configure(IMPORT_ROOTS=f"s3://{BUCKET}/guides/")
    answer = user.post("/import-path", {"pipeline": "media", "path": f"s3://{BUCKET}/guides/"})
    assert (answer.status, answer["code"]) == (400, "import_not_allowed")


def test_an_unchanged_guide_is_not_put_again_and_a_changed_one_is(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put: list[str] = []
    monkeypatch.setattr(world.s3, "put_object", lambda **call: put.append(call["Key"]))
    world.put_guides()
    assert not put
    (tmp_path / "first-steps.html").write_text("Other.")
    (tmp_path / "README").write_text("None of them.")
    world.provisioner().put_guides(BUCKET, tmp_path)
    assert put == ["guides/first-steps.html"]


@pytest.mark.parametrize("page", sorted(GUIDES.glob("*.html")), ids=lambda page: page.name)
def test_a_guide_stands_by_itself(page: Path) -> None:
    text = page.read_text()
    assert all(part in text for part in ('<html lang="en">', "<title>", "<h1>"))
    assert not [word for word in ("<script", "<link", "<img", "src=", "@import", "url(") if word in text]


@pytest.mark.parametrize(
    ("filename", "name"),
    [("first-steps.html", "First steps"), ("Été_2026.pdf", "Été 2026"), ("---.pdf", "---.pdf"), ("a.b.html", "A.b")],
)
def test_a_friendly_name(filename: str, name: str) -> None:
    assert friendly(filename) == name


def test_no_rule_of_the_bucket_lets_a_guide_expire() -> None:
    rules = data_template("millrace", ["media"])["Resources"]["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    ending = [rule for rule in rules if any("Expiration" in name for name in rule)]
    assert ending
    for rule in ending:
        assert rule.get("TagFilters") or not "guides/".startswith(rule["Prefix"])
