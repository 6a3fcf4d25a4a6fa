"""The client sends the machine's time zone along with photos."""

from pathlib import Path

import pytest
from millrace_client.machine import with_zone, zone


def test_the_zone_is_the_one_that_the_systems_files_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    database = tmp_path / "zoneinfo" / "Europe"
    database.mkdir(parents=True)
    (database / "Paris").touch()
    link = tmp_path / "localtime"
    link.symlink_to(database / "Paris")
    assert zone(link, tmp_path / "none") == "Europe/Paris"
    written = tmp_path / "timezone"
    written.write_text("Asia/Tokyo\n")
    assert zone(tmp_path / "none", written) == "Asia/Tokyo"
    assert zone(tmp_path / "none", tmp_path / "none") is None


def test_the_machines_zone_goes_along_unless_another_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    assert with_zone("media", None) == {"timezone": "America/New_York"}
    assert with_zone("media", {"timezone": "UTC"}) == {"timezone": "UTC"}
    assert with_zone("volume", {"a": 1}) == {"a": 1}
    monkeypatch.setenv("TZ", "/etc/nonsense")
    assert with_zone("media", None).get("timezone") != "/etc/nonsense"
