"""The same inputs give the same bytes: rebuilt in another place, at another time, with nothing of the first build."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.aws.package import ROOT
from tests.aws.clouds import PACKAGE, STAGE

INPUTS = ("app.py", "requirements.txt", ".chalice", "chalicelib", "infra", ".tools/bin")


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package built from a copy of its inputs, in an environment with other settings."""
    root = tmp_path_factory.mktemp("elsewhere") / "a checkout"
    for name in INPUTS:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(ROOT / name, root / name)
    (root / ".tools" / "bin" / "uv").chmod(0o755)
    architecture = PACKAGE.name.removeprefix(f"{STAGE}-")
    command = [sys.executable, "-m", "infra.aws.package", "--stage", STAGE, "--architecture", architecture]
    habits = {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "LC_ALL": "C.UTF-8"}
    subprocess.run(command, cwd=root, check=True, env=os.environ | habits, umask=0o077)
    return root / PACKAGE.relative_to(ROOT)


def digests(package: Path) -> dict[str, str]:
    """Digests of each uploaded file, and of each member of each zip, to locate a difference."""
    found = {}
    for path in sorted(path for path in package.iterdir() if path.is_file()):
        found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                found |= {f"{path.name}/{n}": hashlib.sha256(archive.read(n)).hexdigest() for n in archive.namelist()}
    return found


def test_a_build_elsewhere_gives_the_same_bytes(again: Path) -> None:
    first, second = digests(PACKAGE), digests(again)
    assert {"template.json", "edge.json", "sbom.cdx.json", "deployment.zip", "layer-volume.zip"} <= set(first)
    assert set(first) == set(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_what_goes_up_brings_its_bytecode(again: Path) -> None:
    """The bytecode of each of our modules is valid whatever the source's time, and free of the builder's folder."""
    with zipfile.ZipFile(again / "deployment.zip") as archive:
        names = set(archive.namelist())
        modules = [name for name in names if name.endswith(".py") and name.startswith(("app", "chalicelib/"))]
        assert len(modules) > 50
        for name in modules:
            folder, _, module = name.rpartition("/")
            compiled = f"{folder}/__pycache__/{module}c".lstrip("/").replace(
                ".pyc", f".{sys.implementation.cache_tag}.pyc"
            )
            content = archive.read(compiled)
            assert int.from_bytes(content[4:8], "little") == 1  # PEP 552: hash-based and unchecked
            assert b"/var/task/" + name.encode() in content
            assert str(again.parents[2]).encode() not in content
