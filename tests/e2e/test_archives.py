"""Archives on the local stack: from the command line and the SDK, and downloads that resume where they broke off."""

import subprocess
import zipfile
from pathlib import Path

import pytest
import requests
from millrace_client import AsyncClient, Client
from millrace_client.cli.exits import Exit

from tests.e2e.stack import Guest, Stack
from tests.e2e.test_client import Terminal, digests, in_zip, photos, stack, terminal

__all__ = ["photos", "stack", "terminal"]  # fixtures


def test_the_command_line_makes_a_zip_of_a_job_and_of_what_is_found(
    terminal: Terminal, photos: Path, tmp_path: Path
) -> None:
    job = terminal.ask("upload", photos, "--pipeline", "media", "--wait", "--name", "Trip")["job_id"]
    done = terminal.run("archive", job, "--layout", "flat", "--name", "Whole trip")
    assert done.returncode == Exit.DONE, done.stderr
    assert done.stdout == "Whole trip.zip\n"
    assert in_zip(terminal.home / "Whole trip.zip") <= digests(photos)
    found = terminal.ask("archive", "--search", "harbour", "--split", "1.5MB", "--name", "Harbours")
    [path] = found["paths"]
    with zipfile.ZipFile(terminal.home / path) as archive:
        assert all("harbour" in name for name in archive.namelist())
    told = terminal.ask("archive", job, "--dry-run", "--strategy", "cheap")
    assert told["zip_count"] == told["estimate"]["workers"] == 1
    assert told["estimate"] == told["cheap"]
    listed = terminal.ask("archives")
    assert [one["name"] for one in listed] == ["Harbours", "Whole trip"]
    assert terminal.run("delete", found["archive_id"], "--yes").returncode == Exit.DONE
    assert [one["name"] for one in terminal.ask("archives")] == ["Whole trip"]


@pytest.mark.parametrize(
    "arguments",
    [(), ("--file", "x", "--all"), ("--all", "--split", "much"), ("--all", "--layout", "round")],
    ids=" ".join,
)
def test_a_choice_that_says_nothing_is_wrong_usage(terminal: Terminal, arguments: tuple[str, ...]) -> None:
    assert terminal.run("archive", *arguments).returncode == Exit.USAGE


async def _by_asyncio(address: str, token: str, job_id: str, folder: Path) -> list[Path]:
    async with AsyncClient(address, token) as client:
        archive = await client.archive(job_ids=[job_id], layout="flat", name="again")
        await archive.wait(timeout=120)
        found = await archive.fetch(folder)
        await archive.delete()
        assert archive.id not in [one.archive_id async for one in client.archives()]
        return found


def test_both_clients_make_the_same_bytes(stack: Stack, photos: Path, tmp_path: Path) -> None:
    import asyncio

    address = stack.api.removesuffix("/api")
    with Client(address, "") as client:
        client.begin_as_guest()
        job = client.upload(sorted(photos.iterdir()), "media")
        job.wait(timeout=120)
        archive = client.archive(job_ids=[job.id], layout="flat", name="once")
        archive.wait(timeout=120)
        [path] = archive.fetch(tmp_path)
        assert path.stat().st_size == archive.answer().size_bytes
        [again] = asyncio.run(_by_asyncio(address, client.token or "", job.id, tmp_path))
        assert again.read_bytes() == path.read_bytes()


def test_a_download_that_broke_off_goes_on(stack: Stack, tmp_path: Path, photos: Path) -> None:
    with Client(stack.api.removesuffix("/api"), "") as client:
        client.begin_as_guest()
        job = client.upload(sorted(photos.iterdir()), "media")
        job.wait(timeout=120)
        archive = client.archive(job_ids=[job.id])
        archive.wait(timeout=120)
        headers = {"Authorization": f"Bearer {client.token}", "Accept": "application/json"}
        address = f"{stack.api}/download/{archive.id}/complete"
        asked = requests.get(address, headers=headers, timeout=30).json()
        whole = requests.get(asked["url"], timeout=30)
        assert whole.headers["Accept-Ranges"] == "bytes"
        part = requests.get(asked["url"], headers={"Range": "bytes=1000-1999"}, timeout=30)
        assert (part.status_code, part.content) == (206, whole.content[1000:2000])
        assert part.headers["Content-Range"] == f"bytes 1000-1999/{asked['size_bytes']}"
        behind = requests.get(asked["url"], headers={"Range": f"bytes={asked['size_bytes']}-"}, timeout=30)
        assert behind.status_code == 416
        # A browser resumes only the version that it began with.
        etag = {"Range": "bytes=1000-", "If-Range": whole.headers["ETag"]}
        assert requests.get(asked["url"], headers=etag, timeout=30).content == whole.content[1000:]
        other = requests.get(asked["url"], headers=etag | {"If-Range": '"another"'}, timeout=30)
        assert (other.status_code, other.content) == (200, whole.content)
        file = tmp_path / "a.zip"
        for kept in (1234, len(whole.content) - 1, len(whole.content)):
            file.write_bytes(whole.content[:kept])
            again = requests.get(address, headers=headers, timeout=30).json()["url"]
            ended = subprocess.run(
                ["curl", "-sS", "-C", "-", "-o", str(file), again], check=False, capture_output=True, timeout=60
            )
            assert ended.returncode == 0, ended.stderr
            assert file.read_bytes() == whole.content


def test_the_command_line_shares_and_revokes(terminal: Terminal, photos: Path) -> None:
    job = terminal.ask("upload", photos, "--pipeline", "media", "--wait", "--name", "Trip")["job_id"]
    terminal.environment["MILLRACE_SHARE_PASSWORD"] = "open sesame"
    made = terminal.ask("share", job, "--password", "--days", "2", "--limit", "1")
    address = made["url"].replace("/shared/", "/api/shared/")
    assert requests.get(address, timeout=30).json()["locked"] is True
    opened = requests.post(f"{address}/unlock", json={"password": "open sesame"}, timeout=30).json()
    headers = {"X-Share-Pass": opened["share_pass"]}
    answers = [
        requests.post(f"{address}/downloads", json={"zip": "complete"}, headers=headers, timeout=30) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 403]
    assert requests.get(answers[0].json()["url"], timeout=30).content[:2] == b"PK"
    archive = terminal.ask("archive", job, "--no-wait")["archive_id"]
    assert terminal.ask("share", archive)["kind"] == "archive"
    file_id = f"{job}-00000001"
    assert terminal.ask("share", "--file", file_id)["kind"] == "files"
    assert [one["kind"] for one in terminal.ask("shares")] == ["files", "archive", "job"]
    assert terminal.run("revoke", made["id"]).stdout == f"{made['id']}\n"
    assert requests.get(address, timeout=30).status_code == 404
    assert terminal.run("share").returncode == Exit.USAGE
    assert terminal.run("share", "--collect", "--limit", "1").returncode == Exit.USAGE
    assert terminal.run("share", job, "--most-files", "3").returncode == Exit.USAGE
    assert terminal.run("share", job, "--file", file_id).returncode == Exit.USAGE


def test_the_command_line_collects_files_of_others(terminal: Terminal, stack: Stack) -> None:
    member = Guest(stack.api)
    member.register()
    terminal.environment["MILLRACE_TOKEN"] = member.token
    collecting = terminal.ask("share", "--collect", "--name", "Wedding", "--most-files", "3", "--most-bytes", "1000")
    assert (collecting["kind"], collecting["collected"]["file_limit"]) == ("collect", 3)
    seen = requests.get(collecting["url"].replace("/shared/", "/api/shared/"), timeout=30).json()
    assert (seen["name"], seen["collect"]["pipeline"], seen["collect"]["bytes_left"]) == ("Wedding", "media", 1000)
