"""The journal of an upload, and the files that it includes."""

import os
from pathlib import Path

import pytest
from millrace_client.cli import credentials
from millrace_client.cli.sending import expanded, parsed
from millrace_client.errors import FileChanged
from millrace_client.journal import Journal
from millrace_client.uploading import LocalFile, collect


def test_facts_are_there_again(tmp_path: Path) -> None:
    Journal(tmp_path / "sub" / "j").note(sent=1)
    assert Journal(tmp_path / "sub" / "j").facts == [{"sent": 1}]


def test_a_line_that_was_cut_off_was_never_written(tmp_path: Path) -> None:
    path = tmp_path / "j"
    Journal(path).note(sent=1)
    with path.open("a") as file:
        file.write('{"sent": ')
    journal = Journal(path)
    assert journal.facts == [{"sent": 1}]
    journal.note(sent=2)
    assert Journal(path).facts == [{"sent": 1}, {"sent": 2}]


def test_a_folder_is_taken_with_its_names_and_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b.jpg", "a/c.jpg", ".hidden.jpg", ".git/d.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [file.name for file in collect([tmp_path])] == ["a/c.jpg", "b.jpg"]
    assert [file.name for file in collect([tmp_path / ".hidden.jpg", tmp_path / "a", tmp_path / "a" / "c.jpg"])] == [
        ".hidden.jpg",
        "c.jpg",
    ]


def test_patterns_are_expanded_unless_a_file_is_called_so(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg", "[c].jpg"):
        (tmp_path / name).touch()
    assert len(expanded([str(tmp_path / "*.jpg")])) == 3
    assert expanded([str(tmp_path / "[c].jpg")]) == [tmp_path / "[c].jpg"]
    with pytest.raises(FileNotFoundError):
        expanded([str(tmp_path / "*.png")])


def test_a_file_that_changed_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")
    file = LocalFile.at(path)
    file.check()
    path.write_bytes(b"other")
    with pytest.raises(FileChanged):
        file.check()


def test_options_are_json_or_text() -> None:
    assert parsed(["timezone=Europe/Paris", "limit=3", "flag=true"]) == {
        "timezone": "Europe/Paris",
        "limit": 3,
        "flag": True,
    }


def test_credentials_can_be_read_by_their_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("MILLRACE_TOKEN", raising=False)
    credentials.keep("http://a/", "secret")
    credentials.keep("http://b", "other")
    assert (credentials.token_for("http://a"), credentials.token_for("http://b")) == ("secret", "other")
    assert os.stat(credentials.path(credentials.DEFAULT)).st_mode & 0o077 == 0  # noqa: PTH116
    credentials.keep("http://a", None)
    assert credentials.token_for("http://a") is None
