"""The whole of Millrace as a newcomer sees it: the demo, on its own samples."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from infra.local.samples import make_samples

ROOT = Path(__file__).parents[2]


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "infra.local.demo", "--out", str(folder / "out"), *arguments]
    environment = os.environ | {"TMPDIR": str(folder), "NO_COLOR": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_the_demo_ends_with_a_zip_of_the_originals_and_nothing_else_left(tmp_path: Path) -> None:
    originals = {p.name: p.read_bytes() for p in make_samples(tmp_path / "files")}
    (tmp_path / "files" / "notes.txt").write_text("no photo")
    ended = demo(tmp_path, "--files", str(tmp_path / "files"))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Checked: each of the 10 files in the zip is its original, byte for byte." in ended.stdout
    assert "Exact duplicates, in it once: 1. Left out, with a reason: 2." in ended.stdout
    assert "1 files of other kinds stay where they are." in ended.stdout
    assert "\x1b" not in ended.stdout
    # Checked independently of the demo:
    hashes = {hashlib.sha256(content).hexdigest() for content in originals.values()}
    with zipfile.ZipFile(tmp_path / "out" / "demo_results.zip") as archive:
        assert archive.testzip() is None
        members = [name for name in archive.namelist() if not name.startswith("manifest.")]
        assert len(members) == 10
        assert all(hashlib.sha256(archive.read(name)).hexdigest() in hashes for name in members)
        entries = json.loads(archive.read("manifest.json"))["files"]
    by_name = {entry["original_filename"]: entry for entry in entries}
    assert set(by_name) == set(originals)
    assert by_name["not a photo.jpg"]["left_out"] == "content_mismatch"
    assert by_name["damaged.jpg"]["left_out"] == "unreadable"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files", "out"]
    assert str(tmp_path).encode() not in b"".join(_command_lines())


def _command_lines() -> list[bytes]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found.append((process / "cmdline").read_bytes())
        except OSError:
            continue
    return found


def test_the_demo_says_what_is_wrong_with_its_folder(tmp_path: Path) -> None:
    missing = demo(tmp_path, "--files", str(tmp_path / "missing"))
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
    assert "There is no folder" in missing.stderr.replace("\n", " ")
    (tmp_path / "empty").mkdir()
    empty = demo(tmp_path, "--files", str(tmp_path / "empty"))
    assert empty.returncode == 2
    assert "There are no photos or videos" in empty.stderr.replace("\n", " ")
