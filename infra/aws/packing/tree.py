"""One folder of installed packages: locked, for one architecture, trimmed, compiled, and zipped to the same bytes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

from infra.aws.packing.elf import without_libraries

PYTHON = "3.13"
# Amazon Linux 2023, on which Lambda's Python 3.13 runs, has glibc 2.34.
PLATFORMS = {"arm64": "aarch64-manylinux_2_34", "x86_64": "x86_64-manylinux_2_34"}
EPOCH = (1980, 1, 1, 0, 0, 0)

# Pure Python packages without wheels, and the lock of their build tools.
SOURCES = ("openapi-ui-bundles",)
BUILD_LOCK = Path(__file__).parents[1] / "layers" / "build" / "requirements.txt"

# Tests, headers, sources and sample files that no import reads, the one decoder whose files no pipeline accepts, pages
# of API docs other than ours, and the records that installers write about themselves, which differ by installer.
# `.pyi` stay: scikit-image's lazy loading reads them.
USELESS_FOLDERS = ("tests", "test", "__pycache__", "include", "docs", "bin", "_pyinstaller")
USELESS_SUFFIXES = (".pxd", ".pyx", ".pxi", ".h", ".hpp", ".c", ".cpp", ".a", ".f90")
USELESS = (
    "PIL/_avif*",
    "pillow.libs/libavif*",
    "skimage/data/*.*",
    "pydicom/data/test_files",
    "pydicom/data/palettes",
    "pydicom/sr",
    "openapi_ui_bundles/rapidoc/vendor",
    "openapi_ui_bundles/redoc/vendor",
    "openapi_ui_bundles/swagger_ui/vendor/*-preset.js",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui",
    *(f"*.dist-info/{name}" for name in ("INSTALLER", "RECORD", "REQUESTED", "WHEEL", "uv_*.json", "direct_url.json")),
)
USEFUL = ("skimage/data/*.py", "skimage/data/*.pyi")

# Encoders under the GPL in PyAV's wheels; see elf.py.
GPL_ENCODERS = ("libx264", "libx265")


class PackingFailed(Exception):
    """The build must not be deployed; the message gives the reason."""


def install(lock: Path, folder: Path, architecture: str, uv: Path) -> None:
    """Installs a hash-locked file's wheels for Lambda into `folder`. Raises PackingFailed."""
    command = [str(uv), "pip", "install", "-q", "--no-config", "--target", str(folder), "--require-hashes", "--no-deps"]
    command += ["--only-binary", ":all:"] + [part for name in SOURCES for part in ("--no-binary", name)]
    command += ["--build-constraints", str(BUILD_LOCK)]
    command += ["--python-platform", PLATFORMS[architecture], "--python-version", PYTHON]
    command += ["--link-mode", "copy", "-r", str(lock)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- our own command
    if done.returncode:
        raise PackingFailed(f"{lock} can't be installed for {architecture}:\n{done.stderr.strip()}")
    check_wheels(folder, architecture)


def check_wheels(folder: Path, architecture: str) -> None:
    """Raises PackingFailed where a distribution is neither pure Python nor built for manylinux on this architecture."""
    machine = PLATFORMS[architecture].partition("-")[0]
    for wheel in sorted(folder.glob("*.dist-info/WHEEL")):
        tags = [line.partition(" ")[2] for line in wheel.read_text().splitlines() if line.startswith("Tag:")]
        fits = any(tag.endswith("-any") or ("manylinux" in tag and tag.endswith(machine)) for tag in tags)
        if not fits:
            raise PackingFailed(f"{wheel.parent.name} is no manylinux wheel for {architecture}: {', '.join(tags)}")


def trim(folder: Path) -> None:
    """Removes files that no import needs. Compiled libraries stay as they were built: a stripped OpenBLAS breaks."""
    useful = {path for pattern in USEFUL for path in folder.glob(pattern)}
    useless = [path for path in folder.rglob("*") if path.is_dir() and path.name in USELESS_FOLDERS]
    useless += [path for path in folder.rglob("*") if path.suffix in USELESS_SUFFIXES and path.is_file()]
    useless += [path for pattern in USELESS for path in folder.glob(pattern) if path not in useful]
    for path in useless:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def remove_gpl_encoders(folder: Path) -> list[str]:
    """Removes x264 and x265 from PyAV's libraries; returns the names of the removed files."""
    gone = [path for name in GPL_ENCODERS for path in folder.glob(f"av.libs/{name}-*")]
    if gone:
        for path in folder.glob("av.libs/libavcodec-*"):
            path.write_bytes(without_libraries(path.read_bytes(), GPL_ENCODERS, ("x264_", "x265_")))
    for path in gone:
        path.unlink()
    return sorted(path.name for path in gone)


def compile_all(folder: Path, shown: str) -> None:
    """Writes the `.pyc` beside each module. Python trusts them without checking the source's time, which unpacking
    changes. shown: the folder's path on Lambda, for tracebacks."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" != PYTHON:
        raise PackingFailed(f"Bytecode for Python {PYTHON} can't be compiled by {sys.version.split()[0]}.")
    command = [sys.executable, "-m", "compileall", "-q", "-j", "1", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(folder), "-p", shown, str(folder)]
    # A module that doesn't compile is meant for other Pythons and never imported.
    subprocess.run(command, env={"PYTHONHASHSEED": "0"}, capture_output=True, check=False)  # noqa: S603


def size(folders: Iterable[Path]) -> int:
    """Bytes of all files."""
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


def pack(folder: Path, target: Path, prefix: str = "") -> None:
    """Zips a folder to the same bytes each time: sorted, one time for all, the same permissions."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(prefix + path.relative_to(folder).as_posix(), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            executable = path.suffix == ".so" or ".so." in path.name
            entry.external_attr = (0o755 if executable else 0o644) << 16
            archive.writestr(entry, path.read_bytes())
