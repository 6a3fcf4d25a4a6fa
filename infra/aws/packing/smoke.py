"""Starts the packaged functions: each loads, and finds every library that its part of the code may import later."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from chalicelib.pipelines.base import Work
from chalicelib.pipelines.registry import WORKS
from chalicelib.pipelines.workers import LayerWorker
from infra.aws.functions import API, Function
from infra.aws.packing.tree import PackingFailed

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "chalicelib" / "pipelines"
FILES = ROOT / "chalicelib" / "files"
CATALOGUE = ROOT / "chalicelib" / "catalogue"
SEALING = ROOT / "chalicelib" / "outgoing" / "sealing.py"
"""The module that encrypts the keys of connections: for the API and for workers that call owners' servers."""
# Modules that only requests reach.
PEOPLE = [ROOT / "chalicelib" / name for name in ("api", "accounts")]


def sources(function: Function) -> set[Path]:
    """The modules whose imports a function may reach: the shared ones, its pipeline, and the `files` that these use."""
    apart = [FOLDER, CATALOGUE, FILES] if function.handler == API else [FOLDER, CATALOGUE, FILES, *PEOPLE]
    found = {path for path in (ROOT / "chalicelib").rglob("*.py") if not set(apart) & set(path.parents)}
    task, _, place = function.handler.partition("_")
    if place in WORKS and task == "inspect" and WORKS[place].workers.inspect.layers != WORKS[place].workers.run.layers:
        # Its other modules need the run's libraries.
        found |= {path for path in _modules(WORKS[place]) if path.name == "inspecting.py"}
    elif place in WORKS:
        elsewhere = {_path(name) for layer in WORKS[place].workers.layers.values() for name in layer.modules}
        found |= _modules(WORKS[place]) - elsewhere
    if function.handler != API and not (place in WORKS and WORKS[place].workers.run.connections):
        found.discard(SEALING)
    found |= {_path(name) for layer in _apart(function) for name in layer.modules}
    used = {name for path in found for name in imports(path)}
    return found | {path for path in FILES.glob("*.py") if f"chalicelib.files.{path.stem}" in used}


def _apart(function: Function) -> list[LayerWorker]:
    """The needs of this function by each pipeline that runs steps with a separate layer in it."""
    task, _, place = function.handler.partition("_")
    found = [workers.layers.get(place) for workers in (work.workers for work in WORKS.values())]
    return [layer for layer in found if layer and task == "run"]


def _modules(work: Work) -> set[Path]:
    """The sources of a work's package, or its one module."""
    path = _path(type(work).__module__)
    package = path.name == "__init__.py" or path.parent == CATALOGUE
    return set(path.parent.rglob("*.py")) if package else {path}


def _path(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    assert spec
    assert spec.origin
    return Path(spec.origin)


def imports(path: Path) -> set[str]:
    """Names of all modules that a source imports, except optional ones and those for type checkers."""
    return set(_imported(ast.parse(path.read_text()).body))


def _imported(body: Sequence[ast.AST]) -> Iterator[str]:
    for node in body:
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                yield from _imported(node.orelse)
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(level=0, module=str(module)):
                yield module
            case _:
                yield from _imported(list(ast.iter_child_nodes(node)))


def start(function: Function, code: Path, layers: Sequence[Path], runtime: Path) -> None:
    """Loads app.py and every library in a Python that has only the package and the libraries of Lambda's own runtime.

    runtime: the Python of an environment with infra/aws/layers/runtime. Raises PackingFailed.
    """
    wanted = {name for path in sources(function) for name in imports(path)}
    wanted |= {layer.begins_in for layer in _apart(function)}
    names = sorted(name for name in wanted if name.partition(".")[0] not in sys.stdlib_module_names)
    script = "import importlib, sys\n"
    script += f"sys.path[:0] = {[str(code), *map(str, layers)]!r}\n"
    script += "import app\n"
    script += f"for name in {names!r}: importlib.import_module(name)\n"
    # Our own script.
    done = subprocess.run([str(runtime), "-c", script], capture_output=True, text=True, check=False, cwd="/")  # noqa: S603
    if done.returncode:
        raise PackingFailed(f"{function.handler} does not start from its package:\n{done.stderr.strip()[-2000:]}")
