"""The OpenAPI document in tools written by others: Spectral's rules, and a generated client that works."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from chalicelib.api.framework import openapi
from infra.local.samples import make_samples
from tests.e2e.stack import ROOT, Stack

HERE = Path(__file__).parent
OTHERS = ROOT / ".venv-verify" / "bin"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("openapi") / "openapi.json"
    path.write_text(json.dumps(openapi.document(json.loads(openapi.EXAMPLES.read_text()))))
    return path


def run(*command: str | Path, **environment: str) -> str:
    paths = os.pathsep.join([str(OTHERS), str(ROOT / ".tools/bin"), os.environ["PATH"]])
    ran = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"PATH": paths} | environment
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_spectral_finds_nothing(document: Path) -> None:
    spectral = HERE / "node_modules/.bin/spectral"
    run(spectral, "lint", "--ruleset", HERE / "spectral.yaml", "--fail-severity", "warn", document)


def test_spectral_finds_what_is_wrong(document: Path, tmp_path: Path) -> None:
    broken = json.loads(document.read_text())
    broken["paths"]["/status/{job_id}"]["get"]["operationId"] = "list_jobs"
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(broken))
    with pytest.raises(AssertionError, match="operation-operationId-unique"):
        run(HERE / "node_modules/.bin/spectral", "lint", "--ruleset", HERE / "spectral.yaml", path)


def test_a_generated_client_tells_a_jobs_whole_story(document: Path, tmp_path: Path) -> None:
    generated = tmp_path / "generated" / "millrace_generated"
    generated.parent.mkdir()
    generate = [OTHERS / "openapi-python-client", "generate", "--path", document, "--output-path", generated]
    run(*generate, "--meta", "none", "--fail-on-warning")
    (tmp_path / "files").mkdir()
    samples = make_samples(tmp_path / "files")
    stack = Stack(tmp_path)
    stack.start()
    try:
        told = json.loads(
            run(OTHERS / "python", HERE / "story.py", stack.api, *samples, PYTHONPATH=str(generated.parent))
        )
    finally:
        stack.stop()
    assert told == {
        "status": "completed",
        "files": sorted(path.name for path in samples),
        "one": True,
        "zip": "PK",
        "name": "Generated",
        "tags": ["generated"],
        "jobs": [True],
        "deleted": 204,
        "gone": ["GetStatusResponse404", "job_not_found", 404],
        "refused": ["OpenJobResponse400", "unknown_pipeline", 400],
    }
