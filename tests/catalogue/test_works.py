from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from chalicelib.catalogue.ai.client import ModelServer
from chalicelib.catalogue.catalogue import Catalogue
from chalicelib.catalogue.model import Named
from chalicelib.catalogue.planning import Plans
from chalicelib.catalogue.plans import ChangeStatus, Plan, PlanStatus, Rule
from chalicelib.catalogue.query import Query
from chalicelib.catalogue.remote import Response
from chalicelib.catalogue.stash.client import Stash
from chalicelib.catalogue.videos import Video
from chalicelib.catalogue.works import applying
from chalicelib.catalogue.works.analysis import AnalyseWork
from chalicelib.catalogue.works.applying import ApplyWork
from chalicelib.catalogue.works.common import CatalogueWork, Tools
from chalicelib.catalogue.works.sync import SyncWork
from chalicelib.pipelines.base import PipelineFailed, RunContext
from chalicelib.stores.dynamo.plans import PlanTable
from tests.catalogue.conftest import World
from tests.catalogue.stash_server import KEY, StashServer

ANN = "ann"
TODAY = date(2026, 11, 1)


class Stopped(BaseException):
    pass


class Run:
    """A run context in memory. stop_after: the number of checkpoints before a stop."""

    def __init__(self, work: CatalogueWork, scratch: Path, **options: Any) -> None:
        self.work = work
        self.job_id, self.job_name, self.owner_id = "job", "job", ANN
        self.options = work.Options.model_validate(options)
        self.state: Mapping[str, Any] | None = None
        self.scratch = scratch
        self.results: list[tuple[str, float | None, Mapping[str, Any]]] = []
        self.stop_after: int | None = None

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        self.state = json.loads(json.dumps(state))
        if self.stop_after is not None:
            self.stop_after -= 1
            if self.stop_after <= 0:
                raise Stopped

    def progress(self, percent: float, filename: str | None = None) -> None: ...

    def save(self, name: str, content: bytes) -> None:
        (self.scratch / name).write_bytes(content)

    def load(self, name: str) -> Path:
        return self.scratch / name

    def result(self, summary: str, quality_score: float | None, metadata: Mapping[str, Any]) -> None:
        self.results.append((summary, quality_score, metadata))

    def go(self) -> Mapping[str, Any]:
        context = cast(RunContext, self)
        for step in self.work.steps:
            step.run(context)
            if step.slices and step.work:
                for number in range(step.slices(context)):
                    step.work(context, number)
            self.state = None
        return self.results[-1][2]


class Library:
    """A server, a catalogue, and the works between them."""

    def __init__(self, world: World, scratch: Path) -> None:
        self.server = StashServer()
        self.world = world
        self.catalogue: Catalogue = world.catalogue()
        self.plans = Plans(PlanTable(world.table._table), lambda: world.now, world.new_id)
        self.scratch = scratch
        self.sent: dict[str, list[Video]] = {}
        self.deleted: set[str] = set()
        self.screenshots: dict[str, bytes] = {}

    def tools(self) -> Tools:
        return Tools(self.catalogue, self.plans, self, self, lambda: self.world.now)

    def stash(self, owner_id: str, connection_id: str) -> Stash:
        if (owner_id, connection_id) != (ANN, "home"):
            raise KeyError(connection_id)
        return Stash(self.server.send, KEY, lambda seconds: None)

    def by_job(self, owner_id: str, before: str | None) -> Iterator[tuple[str, Iterator[Video]]]:
        for job_id in sorted(self.sent, reverse=True):
            if before is None or job_id < before:
                yield job_id, iter([video for video in self.sent[job_id] if video.id not in self.deleted])

    def there(self, owner_id: str, ids: Sequence[str]) -> set[str]:
        return {video.id for videos in self.sent.values() for video in videos if video.id in ids} - self.deleted

    def picture(self, owner_id: str, scene_id: str) -> bytes | None:
        return None

    def screenshot(self, owner_id: str, connection_id: str, scene_id: str) -> bytes | None:
        return self.screenshots.get(scene_id) if (owner_id, connection_id) == (ANN, "home") else None

    def models(self, owner_id: str, connection_id: str) -> ModelServer:
        raise KeyError(connection_id)

    def run(self, work: type[CatalogueWork], **options: Any) -> Run:
        return Run(work(self.tools), self.scratch, **options)

    def synced(self, **options: Any) -> Mapping[str, Any]:
        return self.run(SyncWork, connection="home", **options).go()

    def planned(self, **options: Any) -> Plan:
        ids = [scene.id for scene in self.catalogue.every_scene(ANN)]
        plan = self.plans.open(ANN, "September", {})
        self.run(AnalyseWork, **{"plan_id": plan.id, "scene_ids": sorted(ids), **options}).go()
        return self.plans.get(ANN, plan.id)

    def applied(self, plan: Plan, **options: Any) -> Mapping[str, Any]:
        return self.run(ApplyWork, plan_id=plan.id, connection="home", **options).go()

    def outcomes(self, plan: Plan) -> dict[str, tuple[str, str | None]]:
        return {
            change.id: (status, change.message)
            for scene in self.plans.scenes(self.plans.get(ANN, plan.id))
            for change, status in scene.changes
        }


@pytest.fixture
def library(world: World, tmp_path: Path) -> Library:
    library = Library(world, tmp_path)
    rose = library.server.add("performers", "Rose Lee")
    library.server.add("tags", "forest")
    for i in range(3):
        library.server.add_scene(title=None, files=[file(f"/v/Rose Lee - forest {i}.mp4")])
    library.server.add_scene(title=None, files=[file("/v/Rose Lee.mp4")], performers=[rose])
    return library


def file(path: str) -> dict[str, Any]:
    return {
        "path": path, "size": 10, "duration": 60.0, "width": 640, "height": 480, "frame_rate": 25.0,
        "video_codec": "h264", "fingerprints": [],
    }  # fmt: skip


def test_a_sync_says_what_it_did_and_the_catalogue_has_it(library: Library) -> None:
    said = library.synced()
    assert (said["outcome"], said["created"], said["scenes"]) == ("success", 4, 4)
    assert library.world.catalogue().search(ANN, Query(search="rose")).total == 4
    assert library.synced()["skipped"] == 4


def test_the_second_sync_asks_only_for_what_changed_unless_told_otherwise(library: Library) -> None:
    library.server.later(days=1)
    library.server.touch("1", title="new")
    library.synced()
    library.server.later(days=1)
    library.server.touch("2", title="new")
    said = library.synced()
    assert (said["updated"], said["skipped"]) == (1, 1)  # the newest scene of the first sync is read again
    assert library.synced(incremental=False)["skipped"] == 4


def test_a_sync_of_some_scenes_reads_only_those(library: Library) -> None:
    said = library.run(SyncWork, connection="home", scene_ids=["1", "99"]).go()
    assert (said["created"], said["failed"], said["absent"]) == (1, 0, 1)


def test_a_sync_without_its_connection_fails_with_a_reason(library: Library) -> None:
    with pytest.raises(PipelineFailed) as failed:
        library.run(SyncWork, connection="other").go()
    assert failed.value.code == "connection_gone"


def test_a_server_that_refuses_the_key_fails_the_sync(library: Library) -> None:
    library.server.answers = [Response(401)]
    with pytest.raises(PipelineFailed) as failed:
        library.synced()
    assert failed.value.code == "stash_unauthorized"


def test_an_analysis_proposes_what_is_missing(library: Library) -> None:
    library.synced()
    plan = library.planned()
    assert plan.status is PlanStatus.DRAFT
    assert (plan.scenes, dict(plan.counted)) == (3, {"performers": 3, "tags": 3})


def test_the_same_analysis_again_leaves_the_same_plan(library: Library) -> None:
    library.synced()
    plan = library.planned()
    again = library.run(AnalyseWork, plan_id=plan.id, scene_ids=["1", "2", "3", "4"])
    again.go()
    assert library.plans.get(ANN, plan.id).counted == plan.counted


def test_applying_writes_only_what_is_approved(library: Library) -> None:
    library.synced()
    plan = library.planned()
    library.plans.decide_all(ANN, plan.id, "accept_by_field", "performers", None)
    said = library.applied(plan)
    assert said["applied"] == 3
    assert [p["name"] for p in library.server.scenes["1"]["performers"]] == ["Rose Lee"]
    assert library.server.scenes["1"]["tags"] == []
    assert library.plans.get(ANN, plan.id).status is PlanStatus.REVIEWING
    scene = library.catalogue.scene(ANN, "1")
    assert scene is not None
    assert [p.name for p in scene.performers] == ["Rose Lee"]


def test_a_plan_with_everything_decided_and_done_is_applied(library: Library) -> None:
    library.synced()
    plan = library.planned()
    library.plans.decide_all(ANN, plan.id, "accept_all", None, None)
    library.plans.decide_all(ANN, plan.id, "reject_by_field", "tags", None)
    assert library.applied(plan)["status"] == "applied"


def test_scenes_that_were_analysed_are_marked_so(library: Library) -> None:
    library.synced()
    assert library.catalogue.search(ANN, Query(analyzed=True)).total == 0
    library.planned(scene_ids=["1", "2"])
    assert {s.id for s in library.catalogue.search(ANN, Query(analyzed=True)).scenes} == {"1", "2"}
    library.synced(incremental=False)
    assert library.catalogue.search(ANN, Query(analyzed=True)).total == 2


def test_applying_much_packs_in_between(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "PACK_FROM", 2)
    library.synced()
    plan = library.planned()
    library.plans.decide_all(ANN, plan.id, "accept_all", None, None)
    before = library.world.table.head(ANN).version
    library.run(ApplyWork, plan_id=plan.id).go()
    assert library.world.table.head(ANN).version == before + 1  # one version for three scenes


def test_applying_again_after_a_break_does_nothing_twice(library: Library) -> None:
    library.synced()
    plan = library.planned()
    library.plans.decide_all(ANN, plan.id, "accept_all", None, None)
    run = library.run(ApplyWork, plan_id=plan.id, connection="home")
    run.stop_after = 1
    with pytest.raises(Stopped):
        run.go()
    run.stop_after = None
    run.go()
    mutations = [r for r in library.server.requests if r["query"].startswith("mutation")]
    assert len(mutations) == 3
    library.applied(plan)
    assert len([r for r in library.server.requests if r["query"].startswith("mutation")]) == 3


def test_a_write_whose_answer_was_lost_is_found_done(library: Library) -> None:
    library.synced()
    plan = library.planned()
    library.plans.decide(ANN, plan.id, Rule(ChangeStatus.APPROVED, scene_id="1"))
    send = library.server.send

    def losing(body: bytes, headers: Mapping[str, str]) -> Response:
        answer = send(body, headers)
        return Response(None, error="timeout") if b"mutation" in body else answer

    library.server.send = losing  # type: ignore[method-assign]
    assert library.applied(plan)["applied"] == 2


def test_a_value_changed_since_is_a_conflict_and_a_vanished_scene_a_failure(library: Library) -> None:
    library.server.scenes["1"]["files"] = [file("/v/Walk 2009-04-17.mp4")]
    library.server.scenes["2"]["files"] = [file("/v/Walk 2009-04-18.mp4")]
    library.synced()
    plan = library.planned(detect=["date"])
    library.plans.decide_all(ANN, plan.id, "accept_all", None, None)
    library.server.scenes["1"]["date"] = "2010"
    del library.server.scenes["2"]
    library.applied(plan)
    outcomes = library.outcomes(plan)
    assert outcomes["1-0"][0] == "conflict"
    assert outcomes["2-0"] == ("failed", "The scene has disappeared.")
    assert library.server.scenes["1"]["date"] == "2010"


def test_without_a_server_the_catalogue_alone_is_changed(library: Library) -> None:
    library.synced()
    plan = library.planned()
    library.plans.decide_all(ANN, plan.id, "accept_all", None, None)
    library.run(ApplyWork, plan_id=plan.id).go()
    scene = library.catalogue.scene(ANN, "1")
    assert scene is not None
    assert scene.performers == (Named("1", "Rose Lee"),)
    assert library.server.scenes["1"]["performers"] == []


@pytest.mark.parametrize("connection", [None, "home"])
def test_another_name_than_the_proposed_one_is_that_of_the_library(library: Library, connection: str | None) -> None:
    ida = library.server.add("performers", "Ida Gray")
    library.synced()
    plan = library.planned(scene_ids=["1"], detect=["performers"])
    library.plans.decide(ANN, plan.id, Rule(ChangeStatus.APPROVED, change_id="1-0", value="ida gray"))
    library.run(ApplyWork, plan_id=plan.id, connection=connection).go()
    scene = library.catalogue.scene(ANN, "1")
    assert scene is not None
    assert [performer.id for performer in scene.performers] == [ida["id"]]
    assert library.catalogue.count(ANN, "performer", ida["id"]) == 1
    assert [p["name"] for p in library.server.scenes["1"]["performers"]] == (["Ida Gray"] if connection else [])


def test_undoing_a_plan_takes_back_what_it_did(library: Library) -> None:
    library.synced()
    plan = library.planned()
    library.plans.decide_all(ANN, plan.id, "accept_all", None, None)
    library.applied(plan)
    back = library.plans.undo(ANN, plan.id)
    library.plans.decide_all(ANN, back.id, "accept_all", None, None)
    library.applied(back)
    assert library.server.scenes["1"]["performers"] == []
    assert [p["name"] for p in library.server.scenes["4"]["performers"]] == ["Rose Lee"]


def with_studios(library: Library) -> Plan:
    for name in ("Northlight", "Brightwater"):
        library.server.add("studios", name)
    library.server.scenes = {}
    library.server.add_scene(title=None, files=[file("/v/Northlight/a.mp4")])
    library.synced()
    return library.planned(detect=["studio"])


def studio(library: Library) -> Any:
    found = library.server.scenes["1"]["studio"]
    return found["name"] if found else None


def test_undoing_the_first_studio_leaves_none(library: Library) -> None:
    plan = with_studios(library)
    library.plans.decide_all(ANN, plan.id, "accept_all", None, None)
    library.applied(plan)
    assert studio(library) == "Northlight"
    back = library.plans.undo(ANN, plan.id)
    library.plans.decide_all(ANN, back.id, "accept_all", None, None)
    assert library.applied(back)["applied"] == 1
    assert studio(library) is None
    assert [one["name"] for one in library.server.kinds["studios"].values()] == ["Northlight", "Brightwater"]


@pytest.mark.parametrize("connection", ["home", None])
def test_a_name_of_ones_own_is_what_is_set(library: Library, connection: str | None) -> None:
    plan = with_studios(library)
    library.plans.decide(ANN, plan.id, Rule(ChangeStatus.APPROVED, change_id="1-0", value="brightwater"))
    library.run(ApplyWork, plan_id=plan.id, connection=connection).go()
    scene = library.catalogue.scene(ANN, "1")
    assert scene is not None
    assert scene.studio == Named("2", "Brightwater")
    assert studio(library) == ("Brightwater" if connection else None)


def test_without_a_server_a_name_that_the_catalogue_lacks_is_a_failure(library: Library) -> None:
    plan = with_studios(library)
    library.plans.decide(ANN, plan.id, Rule(ChangeStatus.APPROVED, change_id="1-0", value="Elsewhere"))
    library.run(ApplyWork, plan_id=plan.id).go()
    assert library.outcomes(plan) == {"1-0": ("failed", "The catalogue has no studio Elsewhere.")}


def test_a_pattern_that_is_none_is_refused_before_the_job(library: Library) -> None:
    from chalicelib.pipelines.base import OptionRefused

    work = AnalyseWork(library.tools)
    options = work.Options.model_validate(
        {"plan_id": "p", "scene_ids": [], "patterns": [{"studio": "x", "pattern": "("}]}
    )
    with pytest.raises(OptionRefused):
        work.check(options, lambda folder: [])


@pytest.mark.parametrize(("action", "lacks"), [("accept_by_field", "field"), ("accept_by_confidence", "confidence")])
def test_a_decision_without_its_parameter_says_so(library: Library, action: str, lacks: str) -> None:
    plan = library.plans.open(ANN, "x", {})
    with pytest.raises(ValueError, match=lacks):
        library.plans.decide_all(ANN, plan.id, action, None, None)
