"""`python -m infra.aws.package --stage prod`: everything to upload, in build/aws/{stage}-{architecture}.

template.json (with SAM's transform), edge.json, deployment.zip, a zip for each layer, sbom.cdx.json, page/. The same
inputs give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from chalicelib.pipelines.registry import WORKS
from infra.aws.deployment import deployment_template
from infra.aws.edge import edge_template
from infra.aws.functions import functions
from infra.aws.packing import external, inventory, smoke, tree
from infra.aws.packing.tree import PLATFORMS, PackingFailed

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "aws"
LAYER_FILES = ROOT / "infra" / "aws" / "layers"
UV = ROOT / ".tools" / "bin" / "uv"
LIMIT = 250 * 1024 * 1024  # of code and layers, unpacked
VERSION = "0.1.0"
MIB = 1024 * 1024


def package(stage: str, architecture: str) -> Path:
    """Builds it and returns the folder. Raises PackingFailed."""
    out = BUILD / f"{stage}-{architecture}"
    shutil.rmtree(out, ignore_errors=True)
    trees = out / "unpacked"
    trees.mkdir(parents=True)
    template = chalice_package(stage, architecture, trees / "code")
    tree.compile_all(trees / "code", "/var/task")
    folders = {"code": trees / "code"}
    shutil.copytree(requirements(ROOT / "requirements.txt", architecture), folders["code"], dirs_exist_ok=True)
    for name in sorted({layer for function in functions(tuple(WORKS)) for layer in function.layers}):
        folders[name] = trees / name
        shutil.copytree(requirements(external.layer_lock(name), architecture), folders[name])
    _check(folders, architecture)
    tree.pack(folders["code"], out / "deployment.zip")
    for name, folder in folders.items():
        if name != "code":
            tree.pack(folder, out / f"layer-{name}.zip", "python/")
    found = [component for folder in folders.values() for component in inventory.components(folder)]
    _write(out / "sbom.cdx.json", inventory.cyclonedx("millrace", VERSION, found))
    _write(out / "template.json", template)
    _write(out / "edge.json", edge_template())
    return out


def chalice_package(stage: str, architecture: str, code: Path) -> dict[str, object]:
    """The output of `chalice package` for app.py and the merged template; its zip is unpacked as the first code.

    Requirements are installed separately: Chalice checks no hashes, and compiles on the host where there is no wheel.
    """
    merged = deployment_template(stage, tuple(WORKS))
    for function in functions(tuple(WORKS)):
        merged["Resources"][function.id]["Properties"]["Architectures"] = [architecture]
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        shutil.copy(ROOT / "app.py", project)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "chalicelib", project / "chalicelib", ignore=ignored)
        shutil.copytree(ROOT / ".chalice", project / ".chalice", ignore=shutil.ignore_patterns("deploy*"))
        (project / "requirements.txt").touch()
        _write(project / "merge.json", merged)
        command = [sys.executable, "-c", "from chalice.cli import main; main()", "package", "--stage", stage]
        command += ["--merge-template", "merge.json", "out"]
        environment = os.environ | {"AWS_DEFAULT_REGION": "us-east-1"}
        done = subprocess.run(  # noqa: S603 -- our own command
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode or "Could not install" in done.stdout + done.stderr:
            raise PackingFailed(f"chalice package failed:\n{done.stdout}{done.stderr}")
        with zipfile.ZipFile(project / "out" / "deployment.zip") as archive:
            archive.extractall(code)
        external.add_code(code)
        template: dict[str, object] = json.loads((project / "out" / "sam.json").read_text())
    return template


def requirements(lock: Path, architecture: str) -> Path:
    """The folder of a lock's packages, installed, trimmed, checked and compiled. Made once for the same inputs."""
    inputs = [lock, tree.BUILD_LOCK, *sorted((ROOT / "infra" / "aws" / "packing").glob("*.*")), UV]
    digest = hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in inputs)).hexdigest()
    name = lock.parent.name if lock.parent != ROOT else "code"
    kept = BUILD / "trees" / f"{name}-{architecture}-{digest[:16]}"
    if not kept.exists():
        for old in kept.parent.glob(f"{name}-{architecture}-*"):
            shutil.rmtree(old)
        making = kept.with_name(f"making-{kept.name}")
        shutil.rmtree(making, ignore_errors=True)
        tree.install(lock, making, architecture, UV)
        tree.trim(making)
        tree.remove_gpl_encoders(making)
        inventory.check_licences(inventory.components(making))
        inventory.check_ffmpeg(making)
        tree.compile_all(making, "/var/task" if name == "code" else "/opt/python")
        making.rename(kept)
    return kept


def _check(folders: Mapping[str, Path], architecture: str) -> None:
    """Raises PackingFailed where a function is too large or doesn't start; the latter only on this architecture."""
    check_sizes({name: tree.size([folder]) for name, folder in folders.items()})
    runtime = lambda_python() if architecture == host_architecture() else None
    started: set[tuple[str, ...]] = set()
    for function in functions(tuple(WORKS)):
        if runtime and function.layers not in started:
            smoke.start(function, folders["code"], [folders[layer] for layer in function.layers], runtime)
            started.add(function.layers)


def check_sizes(sizes: Mapping[str, int]) -> None:
    """sizes: bytes of the code and of each layer, unpacked. Raises PackingFailed where their sum exceeds the LIMIT."""
    for function in functions(tuple(WORKS)):
        size = sizes["code"] + sum(sizes[layer] for layer in function.layers)
        if size > LIMIT:
            raise PackingFailed(f"{function.handler} is {size / MIB:.1f} MiB unpacked; Lambda takes {LIMIT // MIB}.")


def host_architecture() -> str:
    return "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"


def lambda_python() -> Path:
    """The Python of an environment with only the libraries of Lambda's own runtime; made where it is missing."""
    lock = LAYER_FILES / "runtime" / "requirements.txt"
    folder = BUILD / "runtime"
    python, stamp = folder / "bin" / "python", folder / "lock"
    if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        for command in (
            [UV, "venv", "-q", "--clear", "--python", sys.executable, folder],
            [UV, "pip", "install", "-q", "--compile-bytecode", "--python", python, "--require-hashes", "-r", lock],
        ):
            subprocess.run(list(map(str, command)), check=True)  # noqa: S603 -- our own command
        stamp.write_bytes(lock.read_bytes())
    return python


def show(out: Path) -> None:
    """Prints a table of the sizes of all parts."""
    from rich.console import Console
    from rich.table import Table

    sizes = {folder.name: tree.size([folder]) for folder in (out / "unpacked").iterdir()}
    table = Table("function", "layers", "unpacked MiB", "of 250", title=out.name, title_justify="left")
    for function in functions(tuple(WORKS)):
        size = sizes["code"] + sum(sizes[layer] for layer in function.layers)
        table.add_row(function.handler, ", ".join(function.layers), f"{size / MIB:.1f}", f"{size / LIMIT:.0%}")
    parts = Table("zip", "packed MiB", "unpacked MiB")
    for name, size in sorted(sizes.items()):
        zipped = out / ("deployment.zip" if name == "code" else f"layer-{name}.zip")
        parts.add_row(zipped.name, f"{zipped.stat().st_size / MIB:.1f}", f"{size / MIB:.1f}")
    Console().print(table, parts)


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="infra.aws.package", description=__doc__)
    parser.add_argument("--stage", default="prod")
    parser.add_argument("--architecture", choices=sorted(PLATFORMS), default="arm64")
    options = parser.parse_args(argv)
    try:
        out = package(options.stage, options.architecture)
    except PackingFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    show(out)
    print(f"Written to {out.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
