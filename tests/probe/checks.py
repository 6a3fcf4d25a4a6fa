"""Run by test_adding_a_pipeline in a copy of the tree that has the probe: the app, the template and the API take it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import app as millrace
from chalicelib.pipelines.registry import PIPELINES
from infra.aws.functions import functions
from infra.aws.package import chalice_package
from infra.aws.packing import smoke
from infra.local.settings import registered_pipelines
from tests.app.api_world import Caller, World
from tests.app.conftest import shared_world, user, world  # noqa: F401 -- fixtures

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("out")
    template: dict[str, Any] = chalice_package("prod", "arm64", out)
    return template["Resources"]


def test_this_is_the_copy() -> None:
    assert {"probe", "plain"} <= set(PIPELINES)
    assert Path(millrace.__file__).parent == ROOT
    assert {"probe", "plain"} <= set(registered_pipelines())


@pytest.mark.parametrize("name", ["inspect_probe", "run_probe", "run_probeheavy", "inspect_plain", "run_plain"])
def test_chalice_packages_its_functions_as_they_are_described(packaged: dict[str, Any], name: str) -> None:
    function = next(function for function in functions(tuple(PIPELINES)) if function.handler == name)
    resource = packaged[function.id]
    properties = resource["Properties"]
    assert resource["Type"] == "AWS::Serverless::Function"
    assert properties["Handler"] == f"app.{name}"
    assert (properties["MemorySize"], properties["Timeout"]) == (function.memory, function.seconds)
    assert properties["EphemeralStorage"] == {"Size": function.disk}
    assert [layer["Ref"] for layer in properties.get("Layers", ())] == [
        f"{layer.capitalize()}Layer" for layer in function.layers
    ]
    [source] = properties["Events"].values()
    assert source["Properties"]["ScalingConfig"] == {"MaximumConcurrency": function.at_once}
    assert packaged[f"{function.id}Role"]["Type"] == "AWS::IAM::Role"
    assert f"{function.id}ErrorsAlarm" in packaged
    assert callable(getattr(millrace, name))
    module = ROOT / "chalicelib" / "pipelines" / "probe" / "__init__.py"
    # The first one's only module is the layer's that stands apart.
    assert (module in smoke.sources(function)) == (name not in {"inspect_probe", "run_probe"})


def test_what_it_declares_is_what_stands_there(packaged: dict[str, Any]) -> None:
    properties = packaged["RunProbe"]["Properties"]
    assert (properties["MemorySize"], properties["Timeout"]) == (768, 120)
    assert (
        packaged["InspectProbe"]["Properties"]["Events"]["InspectProbeSqsEventSource"]["Properties"]["BatchSize"] == 3
    )
    assert packaged["RunProbeQueue"]["Properties"]["VisibilityTimeout"] == 6 * 120
    assert "Layers" not in packaged["RunPlain"]["Properties"]


@pytest.mark.parametrize("name", ["probe", "plain"])
def test_the_api_takes_its_files_and_gives_its_results(world: World, user: Caller, name: str) -> None:  # noqa: F811
    pipeline = user.get(f"/pipelines/{name}")
    assert pipeline["listing"]["sorts"][-2:] == ["length", "size_class"]
    assert (pipeline["listing"]["groups"], pipeline["kind"]) == (["size_class"], "audio")
    files = {f"a.{name}": b"four", f"b.{name}": b"a longer one"}
    job = user.upload(files, pipeline=name, options={"shout": True})
    world.deliver()
    assert user.get(f"/status/{job}")["status"] == "completed"
    listed = user.get(f"/jobs/{job}/files?sort=-length&group_by=size_class")
    assert [file["original_filename"] for file in listed["items"]] == [f"b.{name}", f"a.{name}"]
    assert listed["groups"] == {"large": 1, "small": 1}
    assert [result["summary"] for result in user.get("/results")["items"] if result["job_id"] == job] == ["16 BYTES"]
    assert user.get(f"/files?type=audio&search=a.{name}")["total"] == 1
    ran = {queue for queue, _ in world.handled if queue.startswith("run-")}
    assert ("run-probeheavy" in ran) == (name == "probe" or "run-probe" in ran)


def test_another_pipelines_order_is_refused(world: World, user: Caller) -> None:  # noqa: F811
    job = user.upload({"a.plain": b"text"}, pipeline="plain")
    answer = user.get(f"/jobs/{job}/files?sort=confidence")
    assert (answer.status, answer["code"]) == (422, "invalid_fields")
    assert "length" in answer["errors"][0]["message"]
