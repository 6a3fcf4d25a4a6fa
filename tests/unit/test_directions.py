"""Imports run one way: no room imports from a room above it, and no modules form a cycle."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TIERS = (
    {"files"},
    {"pipelines", "catalogue", "archives"},
    {"jobs", "settings"},
    {"accounts", "webhooks", "outgoing", "live", "observing"},
    {"stores"},
    {"api", "wiring"},
)
TIER = {room: tier for tier, rooms in enumerate(TIERS) for room in rooms}
ALLOWED = {("chalicelib.catalogue.errors", "chalicelib.jobs.errors")}
"""One class of errors for the whole API; it imports nothing of the core."""


def modules() -> dict[str, Path]:
    found = {}
    for path in (ROOT / "chalicelib").rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports(tree: ast.Module, *, late: bool) -> Iterator[str]:
    """The modules of chalicelib that `tree` imports. late: with imports in functions. Imports for types don't count."""
    left: list[ast.AST] = list(tree.body)
    while left:
        node = left.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not late:
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                yield inner if inner in MODULES else node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        left += ast.iter_child_nodes(node)


def edges(*, late: bool) -> dict[str, set[str]]:
    return {
        name: {to for to in imports(parsed(path), late=late) if to in MODULES and to != name}
        for name, path in MODULES.items()
    }


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def upward(found: dict[str, set[str]]) -> list[tuple[str, str]]:
    rooms = [(name, to) for name, several in found.items() for to in several if room(name) and room(to)]
    return [(name, to) for name, to in rooms if TIER[room(name)] < TIER[room(to)] and (name, to) not in ALLOWED]


def test_every_room_has_a_tier() -> None:
    assert {room(name) for name in MODULES} - {""} == set(TIER)


def test_no_import_runs_upward() -> None:
    assert upward(edges(late=True)) == []


def test_an_upward_import_is_found() -> None:
    assert upward({"chalicelib.files.hashing": {"chalicelib.jobs.model"}}) != []


def test_modules_import_each_other_in_no_circle() -> None:
    assert list(TopologicalSorter(edges(late=False)).static_order())


@pytest.mark.parametrize("package", ["boto3", "botocore", "chalice"])
def test_the_core_knows_neither_boto3_nor_chalice(package: str) -> None:
    below = [path for name, path in MODULES.items() if room(name) and TIER[room(name)] < TIER["accounts"]]
    for path in below:
        nodes = list(ast.walk(parsed(path)))
        names = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
        names += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
        assert package not in {name.split(".")[0] for name in names}, path
