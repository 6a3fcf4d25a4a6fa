"""A package of examples/ as somebody would install it: built and put into a folder of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def install(example: str, folder: Path) -> Path:
    """The folder for PYTHONPATH. The build is of a copy: it would leave things behind in the sources."""
    sources = folder / "sources"
    shutil.copytree(ROOT / "examples" / example, sources, ignore=shutil.ignore_patterns("build", "*.egg-info", "__py*"))
    target = folder / "installed"
    command = [ROOT / ".tools" / "bin" / "uv", "pip", "install", "-q", "--offline", "--no-deps", "--no-build-isolation"]
    command += ["--python", sys.executable, "--target", target, sources]
    subprocess.run(list(map(str, command)), check=True)
    return target
