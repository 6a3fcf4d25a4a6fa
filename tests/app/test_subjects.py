"""Which module serves what: loaded with the first request for it, and all of it when somebody looks at the whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import app as millrace
from chalicelib.api.framework.routing import ROOT
from chalicelib.api.subjects import SUBJECTS

PARTS = sorted({part for parts in SUBJECTS.values() for part in parts})
AS_API = os.environ | {"_HANDLER": "app.app"}
"""As Lambda calls the API's own function."""

EACH_BY_ITSELF = """
import json, os, sys
import app
for part in json.loads(sys.argv[1]):
    if not os.fork():
        app.app.routes.get(f"/api/{part}")
        entries = app.app.routes._entries
        print(json.dumps([part, {path: sorted(methods) for path, methods in entries.items()}]), flush=True)
        os._exit(0)
    os.wait()
"""


def below(part: str, paths: dict[str, list[str]]) -> dict[str, list[str]]:
    return {path: methods for path, methods in paths.items() if f"{path}/".startswith(f"{ROOT}/{part}/")}


def test_a_start_loads_no_subject_and_no_model() -> None:
    printed = subprocess.check_output(
        [sys.executable, "-c", "import app, sys; print(*sys.modules)"], text=True, env=AS_API
    )
    loaded = set(printed.split())
    assert "chalicelib.api.framework.http" in loaded
    assert not {f"chalicelib.api.{name}" for name in (*SUBJECTS, "models")} & loaded
    assert not {name for name in loaded if name.startswith("chalicelib.pipelines")}


def test_the_first_request_for_a_part_finds_all_that_there_is_below_it() -> None:
    command = [sys.executable, "-c", EACH_BY_ITSELF, json.dumps(PARTS)]
    found = dict(map(json.loads, subprocess.check_output(command, text=True).splitlines()))
    whole = {path: sorted(methods) for path, methods in millrace.app.routes.items()}
    assert set(found) == set(PARTS)
    for part in PARTS:
        assert below(part, found[part]) == below(part, whole) != {}, part
    assert len(found["status"]) < len(whole)


def test_every_path_lies_below_a_part_that_is_listed() -> None:
    for path in millrace.app.routes:
        assert any(f"{path}/".startswith(f"{ROOT}/{part}/") for part in PARTS), path


def test_what_speaks_as_another_system_is_loaded_by_itself() -> None:
    """Each lies below an address of its own: who asks for one pays for no other."""
    others = {name: parts for name, parts in SUBJECTS.items() if name.startswith("compat.")}
    for name, parts in others.items():
        for part in parts:
            assert [subject for subject, all_parts in SUBJECTS.items() if part in all_parts] == [name]


def test_an_unknown_path_has_no_routes() -> None:
    assert millrace.app.routes.get("/api/nothing", {}) == {}
    assert "/api/nothing" not in list(millrace.app.routes)
