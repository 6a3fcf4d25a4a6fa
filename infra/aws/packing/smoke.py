"""Starts what was packed: each function loads, and finds every library that its part of the code may import later."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from infra.aws.functions import API, Function
from infra.aws.packing.tree import PackingFailed

ROOT = Path(__file__).parents[3]
PIPELINES = ROOT / "chalicelib" / "pipelines"
FILES = ROOT / "chalicelib" / "files"
# Where only requests lead to.
PEOPLE = [ROOT / "chalicelib" / name for name in ("api", "accounts")]
# The step that runs a user's network is a part of volume, and the only one with a function of its own.
# What else `segmenting` may import, it imports for other models.
ONNX, ONNX_STEP = "volume/onnx_model.py", "chalicelib.pipelines.volume.segmenting"


def sources(function: Function) -> set[Path]:
    """The modules whose imports a function may come to: what all share, its pipeline, and of `files` what these use."""
    apart = [PIPELINES, FILES] if function.handler == API else [PIPELINES, FILES, *PEOPLE]
    found = {path for path in (ROOT / "chalicelib").rglob("*.py") if not set(apart) & set(path.parents)}
    for layer in function.layers:
        if layer == "onnx":
            found.add(PIPELINES / ONNX)
        else:
            found |= {path for path in (PIPELINES / layer).rglob("*.py") if path.name != "onnx_model.py"}
    used = {name for path in found for name in imports(path)}
    return found | {path for path in FILES.glob("*.py") if f"chalicelib.files.{path.stem}" in used}


def imports(path: Path) -> set[str]:
    """Names of the modules that a source imports anywhere, those for type checkers and optional ones left out."""
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
    """Loads app.py and every library in a Python that has nothing but the package and what Lambda brings.

    runtime: the Python of an environment with infra/aws/layers/runtime. PackingFailed.
    """
    wanted = {name for path in sources(function) for name in imports(path)}
    if "onnx" in function.layers:
        wanted.add(ONNX_STEP)
    names = sorted(name for name in wanted if name.partition(".")[0] not in sys.stdlib_module_names)
    script = "import importlib, sys\n"
    script += f"sys.path[:0] = {[str(code), *map(str, layers)]!r}\n"
    script += "import app\n"
    script += f"for name in {names!r}: importlib.import_module(name)\n"
    done = subprocess.run([str(runtime), "-c", script], capture_output=True, text=True, check=False, cwd="/")  # noqa: S603
    if done.returncode:
        raise PackingFailed(f"{function.handler} does not start from its package:\n{done.stderr.strip()[-2000:]}")
