"""The demo's own check: a zip that differs from its description must not pass."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from infra.local.demo_check import CheckFailed, Original, check_zip

A, B = b"first photo", b"second photo"


def original(name: str, content: bytes) -> Original:
    return Original(name, hashlib.sha256(content).hexdigest())


ORIGINALS = [original("a.jpg", A), original("copy.jpg", A), original("b.jpg", B), original("bad.jpg", b"text")]


def entry(name: str, content: bytes, path: str | None, same_as: str | None = None, reason: str | None = None) -> Any:
    return {
        "original_filename": name,
        "path": path,
        "same_as": same_as,
        "reason": reason,
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def entries() -> list[Any]:
    return [
        entry("a.jpg", A, "2024/a.jpg"),
        entry("copy.jpg", A, None, same_as="2024/a.jpg", reason="The same bytes."),
        entry("b.jpg", B, "2024/b.jpg"),
        entry("bad.jpg", b"text", None, reason="It is a text."),
    ]


def write(path: Path, listed: list[Any], members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps({"files": listed}))
        for name, content in members.items():
            archive.writestr(name, content)
    return path


MEMBERS = {"2024/a.jpg": A, "2024/b.jpg": B}


def test_an_honest_zip_passes(tmp_path: Path) -> None:
    assert check_zip(write(tmp_path / "z.zip", entries(), MEMBERS), ORIGINALS) == entries()


@pytest.mark.parametrize(
    ("change", "members", "fault"),
    [
        ({}, {"2024/a.jpg": A, "2024/b.jpg": B + b"!"}, "not b.jpg byte for byte"),
        ({}, {"2024/a.jpg": A}, "paths are not the zip's members"),
        ({}, MEMBERS | {"2024/c.jpg": b"c"}, "paths are not the zip's members"),
        ({"path": "2024/b.jpg", "original_filename": "c.jpg"}, MEMBERS, "does not name every original once"),
        ({"path": "2024/b.jpg", "sha256": "0" * 64}, MEMBERS, "not b.jpg byte for byte"),
    ],
)
def test_a_zip_that_is_not_what_it_says_fails(
    tmp_path: Path, change: dict[str, str], members: dict[str, bytes], fault: str
) -> None:
    listed = entries()
    listed[2] |= change
    with pytest.raises(CheckFailed, match=fault):
        check_zip(write(tmp_path / "z.zip", listed, members), ORIGINALS)


def test_a_file_left_out_without_a_reason_fails(tmp_path: Path) -> None:
    listed = entries()
    listed[3]["reason"] = None
    with pytest.raises(CheckFailed, match=r"bad\.jpg was left out without a reason"):
        check_zip(write(tmp_path / "z.zip", listed, MEMBERS), ORIGINALS)


def test_a_duplicate_of_other_bytes_fails(tmp_path: Path) -> None:
    listed = entries()
    listed[1]["same_as"] = "2024/b.jpg"
    with pytest.raises(CheckFailed, match=r"not copy\.jpg byte for byte"):
        check_zip(write(tmp_path / "z.zip", listed, MEMBERS), ORIGINALS)
