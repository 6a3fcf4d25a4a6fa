"""A domain is added by its own folders and one line of the registry; nothing else has to be touched."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEEDED = ("app.py", "pyproject.toml", "requirements.txt", ".chalice", "chalicelib", "infra", "guides", "tests")


def test_a_pipeline_with_layers_and_one_without_are_taken_by_all_of_the_tree(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in NEEDED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, tmp_path / name, **({"ignore": ignored} if copy is shutil.copytree else {}))
    pipelines = tmp_path / "chalicelib" / "pipelines"
    shutil.copytree(ROOT / "tests" / "probe", pipelines / "probe", ignore=shutil.ignore_patterns("checks.py", "__py*"))
    registry = (pipelines / "registry.py").read_text()
    registry, replaced = re.subn(r"(?<=for pipeline in )\(", "(PROBE, PLAIN, ", registry)
    assert replaced == 1
    registry = registry.replace("\nPIPELINES", "from chalicelib.pipelines.probe import PLAIN, PROBE\n\nPIPELINES", 1)
    (pipelines / "registry.py").write_text(registry)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/probe/checks.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
