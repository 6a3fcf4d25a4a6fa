"""The modules behind the routes: loaded with their first request, and all of them to list every route."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import app as millrace
from chalicelib.api.framework.routing import ROOT
from chalicelib.api.subjects import SUBJECTS, every_route, serving

AS_API = os.environ | {"_HANDLER": "app.app"}
"""The environment of the API's own function on Lambda."""

EACH_BY_ITSELF = """
import json, os, sys
import app
for paths in json.loads(sys.argv[1]):
    if not os.fork():
        for path in paths:
            methods = sorted(app.app.routes.get(path))
            print(json.dumps([path, methods, sorted(app.app.routes._loaded)]), flush=True)
        os._exit(0)
    os.wait()
"""


def test_a_start_loads_no_subject_and_no_model() -> None:
    printed = subprocess.check_output(
        [sys.executable, "-c", "import app, sys; print(*sys.modules)"], text=True, env=AS_API
    )
    loaded = set(printed.split())
    assert "chalicelib.api.framework.http" in loaded
    assert not {f"chalicelib.api.{name}" for name in (*SUBJECTS, "models")} & loaded
    assert not {name for name in loaded if name.startswith("chalicelib.pipelines")}


def test_the_first_request_for_a_path_finds_all_its_methods_and_loads_only_the_modules_that_serve_it() -> None:
    served: dict[str, set[str]] = {}
    for route in every_route():
        served.setdefault(ROOT + route.path, set()).add(route.subject.removeprefix("chalicelib.api."))
    whole = {path: sorted(methods) for path, methods in millrace.app.routes.items()}
    # The description is not among the registered routes.
    served |= {key: {"documentation"} for key in (f"{ROOT}/docs", f"{ROOT}/docs/{{asset}}", f"{ROOT}/openapi.json")}
    assert set(served) == set(whole)
    # Routes of the same modules share a process.
    together: dict[tuple[str, ...], list[str]] = {}
    for path, names in sorted(served.items()):
        together.setdefault(tuple(sorted(names)), []).append(path)
    command = [sys.executable, "-c", EACH_BY_ITSELF, json.dumps(list(together.values()))]
    printed = subprocess.check_output(command, text=True, env=AS_API)
    for path, methods, loaded in map(json.loads, printed.splitlines()):
        assert methods == whole.pop(path), path
        assert set(loaded) == served[path], path
    assert not whole


def test_every_entry_of_the_table_is_of_use() -> None:
    used = set()
    paths = {path.removeprefix(ROOT) for path in millrace.app.routes}
    for name, parts in SUBJECTS.items():
        for part in parts:
            if any(f"{path}/".startswith(f"/{part}/") and name in serving(path) for path in paths):
                used.add((name, part))
    assert used == {(name, part) for name, parts in SUBJECTS.items() for part in parts}


def test_an_unknown_path_has_no_routes() -> None:
    assert millrace.app.routes.get("/api/nothing", {}) == {}
    assert millrace.app.routes.get("/api/jobsandmore", {}) == {}
    assert serving("/jobsandmore") == []
    assert "/api/nothing" not in list(millrace.app.routes)
