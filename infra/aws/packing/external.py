"""Pipelines in packages of their own, as parts of the deployment: their code goes to every function, since the
API shows their options and the steps of all; their libraries go into layers."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

from chalicelib.pipelines.installed import distributions
from chalicelib.pipelines.registry import PIPELINES
from infra.aws.packing.tree import PackingFailed

LAYER_FILES = Path(__file__).parents[1] / "layers"
LEFT_OUT = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_build.json", "uv_cache.json"}
"""Files of a distribution that record where and how it was installed."""


def add_code(folder: Path) -> list[str]:
    """Copies each installed package that brings a pipeline, without its dependencies. Returns their names."""
    added = []
    for distribution in distributions():
        files = [
            file for file in distribution.files or () if ".." not in file.parts and "__pycache__" not in file.parts
        ]
        if not any(file.suffix == ".py" for file in files):
            raise PackingFailed(f"{distribution.name} is installed as a link to its sources: install it as a whole.")
        if native := [str(file) for file in files if file.suffix in {".so", ".pyd"}]:
            raise PackingFailed(f"{distribution.name} has compiled parts ({native[0]}): these belong into its layer.")
        for file in files:
            if file.name not in LEFT_OUT:
                target = folder / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(Path(str(distribution.locate_file(file))), target)
        added.append(distribution.name)
    return added


def layer_lock(name: str) -> Path:
    """The lock of a layer: Millrace's own, or that of the package whose pipeline names it. Raises PackingFailed."""
    places = [LAYER_FILES / name]
    for pipeline in PIPELINES.values():
        spec = find_spec(type(pipeline).__module__)
        if spec and spec.origin:
            places.append(Path(spec.origin).parent / "layers" / name)
    for place in places:
        if (place / "requirements.txt").exists():
            return place / "requirements.txt"
    raise PackingFailed(f"There is no layer {name}: write its requirements into {LAYER_FILES / name}.")
