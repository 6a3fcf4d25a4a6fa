"""A pipeline in a package of its own is deployed with the others; packages that can't be are refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Any

import pytest

from chalicelib.pipelines import installed
from chalicelib.pipelines.media import MEDIA
from infra.aws.packing import external
from infra.aws.packing.tree import PackingFailed
from tests.installing import ROOT, install

PACKAGED = """
import json, sys
from pathlib import Path
from infra.aws.functions import functions
from infra.aws.package import chalice_package
from infra.aws.packing import external, smoke
from chalicelib.pipelines.registry import PIPELINES
code = Path(sys.argv[1])
resources = chalice_package("prod", "arm64", code)["Resources"]
run = next(function for function in functions(tuple(PIPELINES)) if function.handler == "run_waveform")
print(json.dumps({
    "run": resources["RunWaveform"]["Properties"],
    "layer": resources["WaveformLayer"]["Properties"],
    "lock": str(external.layer_lock("waveform")),
    "files": [str(path.relative_to(code)) for path in code.rglob("*waveform*/**/*") if path.is_file()],
    "imports": sorted({name for path in smoke.sources(run) for name in smoke.imports(path)}),
}))
"""


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("packaged")
    target = install("waveform", folder)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(target), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-c", PACKAGED, str(folder / "code")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_its_functions_are_as_it_describes_them(packaged: dict[str, Any]) -> None:
    assert packaged["run"]["Handler"] == "app.run_waveform"
    assert (packaged["run"]["MemorySize"], packaged["run"]["EphemeralStorage"]) == (1769, {"Size": 2048})
    assert packaged["run"]["Layers"] == [{"Ref": "WaveformLayer"}]
    assert packaged["layer"]["ContentUri"] == "./layer-waveform.zip"


def test_its_code_goes_to_all_functions_and_its_libraries_into_its_layer(packaged: dict[str, Any]) -> None:
    files = {Path(name).as_posix() for name in packaged["files"]}
    assert {"millrace_waveform/__init__.py", "millrace_waveform/steps.py"} <= files
    assert {"millrace_waveform-0.1.0.dist-info/entry_points.txt", "millrace_waveform-0.1.0.dist-info/METADATA"} <= files
    assert not any(name.endswith(("RECORD", "direct_url.json", ".pyc")) for name in files)
    assert not any(name.startswith(("av/", "PIL/")) for name in files)
    assert packaged["lock"].endswith("millrace_waveform/layers/waveform/requirements.txt")
    assert {"av", "PIL"} <= set(packaged["imports"])  # so a build checks that its function finds them


class Point:
    name = value = "probe"

    def __init__(self, pipeline: Any) -> None:
        self.load = lambda: pipeline


@pytest.mark.parametrize("name", ["media", "Probe", "a-b", ""])
def test_a_name_that_is_taken_or_none_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    pipeline = type(MEDIA)()
    monkeypatch.setattr(pipeline, "name", name)
    monkeypatch.setattr(installed, "entry_points", lambda group: [Point(pipeline)])
    with pytest.raises(installed.BadPackage, match="probe: "):
        installed.installed({"media"})


@pytest.mark.parametrize(
    ("record", "why"),
    [("__editable__.thing-1.pth,,\n", "as a link"), ("thing/__init__.py,,\nthing/fast.cpython-313.so,,\n", "compiled")],
)
def test_what_can_not_be_copied_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record: str, why: str
) -> None:
    info = tmp_path / "thing-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: thing\nVersion: 1\n")
    (info / "RECORD").write_text(record)
    for line in record.splitlines():
        path = tmp_path / line.partition(",")[0]
        path.parent.mkdir(exist_ok=True)
        path.touch()
    monkeypatch.setattr(external, "distributions", lambda: [PathDistribution(info)])
    with pytest.raises(PackingFailed, match=why):
        external.add_code(tmp_path / "code")


def test_a_layer_that_nobody_wrote_down_is_refused() -> None:
    with pytest.raises(PackingFailed, match="no layer nothing"):
        external.layer_lock("nothing")
