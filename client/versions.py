"""Tries the wheel: on each Python that it is for and that is here, with the oldest libraries that it allows and with
the newest. Run by `make client-versions`; takes libraries from the package index."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TESTS = ("test_asking.py", "test_journal.py", "test_machine.py")
"""Those that import nothing of the project but the client."""
COMMANDS: Sequence[Sequence[str]] = ([], ["upload"], ["login"], ["keys", "list"], ["watch"], ["scenes"])
RESOLUTIONS = ("lowest-direct", "highest")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uv", default=str(ROOT / ".tools" / "bin" / "uv"))
    parser.add_argument("--resolution", choices=RESOLUTIONS, action="append", help="instead of both")
    options = parser.parse_args()
    uv = options.uv
    tried = 0
    for version in VERSIONS:
        python = _find(uv, version)
        if python is None:
            print(f"Python {version}: not here")
            continue
        for resolution in options.resolution or RESOLUTIONS:
            print(f"Python {version}, {resolution}: {_try(uv, python, resolution)}", flush=True)
            tried += 1
    if not tried:
        raise SystemExit("None of these Pythons is here: " + ", ".join(VERSIONS))
    return 0


def _find(uv: str, version: str) -> str | None:
    """One on the path, or pyenv's."""
    found = subprocess.run(
        [uv, "python", "find", "--no-python-downloads", version], capture_output=True, text=True, check=False
    )
    if not found.returncode:
        return found.stdout.strip()
    of_pyenv = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
    return str(of_pyenv[-1]) if of_pyenv else None


def _try(uv: str, python: str, resolution: str) -> str:
    """The installed versions. Raises CalledProcessError where something fails."""
    with tempfile.TemporaryDirectory(prefix="millrace-client-") as folder:
        place = Path(folder) / "venv"
        _run(uv, "venv", "-q", "--python", python, str(place))
        there = str(place / "bin" / "python")
        source = Path(folder) / "client"
        shutil.copytree(HERE, source, ignore=shutil.ignore_patterns("build", "*.egg-info"))  # a build leaves both
        _run(uv, "pip", "install", "-q", "--python", there, "--resolution", resolution, str(source), "pytest>=8.2")
        for command in COMMANDS:
            _run(str(place / "bin" / "millrace"), *command, "--help", cwd=folder)
        tests = [str(ROOT / "tests" / "client" / name) for name in TESTS]
        options = ["-q", "-c", "/dev/null", "--rootdir", folder, "--import-mode", "importlib", "--noconftest"]
        _run(there, "-m", "pytest", *options, "-p", "no:cacheprovider", *tests, cwd=folder)
        listed = _run(uv, "pip", "freeze", "--python", there).splitlines()
        return ", ".join(line for line in listed if line.startswith(("httpx=", "pydantic=", "rich=", "typer=")))


def _run(*command: str, cwd: str | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout + done.stderr)
        done.check_returncode()
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
