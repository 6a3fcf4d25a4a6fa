"""The HTTP side: requests as the app gets them, its answers, the errors of the gateway itself, and the page."""

import gzip
import json
from pathlib import Path

import pytest
import requests

from chalicelib.api.framework.problems import BEFORE_ROUTES
from infra.local.compressing import compressed
from infra.local.page import Page
from tests.local.conftest import Stack


@pytest.fixture(scope="module")
def url(stack: Stack) -> str:
    return stack.address


def test_paths_and_repeated_keys_arrive_decoded(url: str) -> None:
    answer = requests.get(f"{url}/api/echo/a%20%C3%A9?k=1&k=2&empty=&plus=a%2Bb", timeout=5)
    assert answer.json()["name"] == "a é"
    assert answer.json()["query"] == {"k": ["1", "2"], "empty": [""], "plus": ["a+b"]}
    assert answer.headers["Content-Type"] == "application/json"


def test_json_and_bytes_pass_unchanged(url: str) -> None:
    content = {"text": "é\u2028", "n": 1}
    assert requests.post(f"{url}/api/json", json=content, timeout=5).json() == content
    every_byte = bytes(range(256))
    answer = requests.post(
        f"{url}/api/bytes",
        data=every_byte,
        timeout=5,
        headers={"Content-Type": "application/x-bytes", "Accept": "application/x-bytes"},
    )
    assert answer.content == every_byte[::-1]
    assert answer.headers["Content-Type"] == "application/x-bytes"


def test_head_answers_as_get_without_a_body(url: str) -> None:
    get, head = (requests.request(method, f"{url}/api/health", timeout=5) for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_options_tells_the_page_of_another_origin_what_it_may_do(url: str) -> None:
    answer = requests.options(f"{url}/api/echo/a", timeout=5)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:5173"
    assert set(answer.headers["Access-Control-Allow-Methods"].split(",")) == {"GET", "POST", "OPTIONS"}


def test_redirects_and_repeated_headers_reach_the_client(url: str) -> None:
    moved = requests.get(f"{url}/api/moved", timeout=5, allow_redirects=False)
    assert (moved.status_code, moved.headers["Location"]) == (302, "/api/health")
    assert requests.get(f"{url}/api/cookies", timeout=5).cookies.get_dict() == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "route_not_found"),
        ("GET", "/api", 404, "route_not_found"),
        ("DELETE", "/api/health", 405, "method_not_allowed"),
        ("OPTIONS", "/api/nothing", 404, "route_not_found"),
        ("POST", "/", 405, "method_not_allowed"),
    ],
)
def test_the_gateways_own_errors_are_problems(url: str, method: str, path: str, status: int, code: str) -> None:
    answer = requests.request(method, url + path, timeout=5)
    assert answer.status_code == answer.json()["status"] == status
    title = {error.code: error.title for error in BEFORE_ROUTES}[code]
    assert (answer.json()["type"], answer.json()["title"]) == (f"urn:millrace:error:{code}", title)
    assert answer.json()["code"] == code
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_405_names_what_is_allowed(url: str) -> None:
    assert requests.delete(f"{url}/api/echo/a", timeout=5).headers["Allow"] == "GET, POST"
    assert requests.post(f"{url}/", timeout=5).headers["Allow"] == "GET, HEAD"


def test_a_body_over_ten_megabytes_is_refused_and_one_below_is_not(url: str) -> None:
    headers = {"Content-Type": "application/json"}
    text = json.dumps("x" * (10 * 1024 * 1024 - 2))
    assert len(text) == 10 * 1024 * 1024
    assert requests.post(f"{url}/api/json", data=text, headers=headers, timeout=10).status_code == 200
    refused = requests.post(f"{url}/api/json", data=text + " ", headers=headers, timeout=10)
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")


@pytest.fixture
def page(tmp_path: Path) -> Page:
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html>page")
    (root / "assets" / "app-1a2b.js").write_text("run()")
    (tmp_path / "secret.txt").write_text("secret")
    (root / "leak.txt").symlink_to(tmp_path / "secret.txt")
    return Page(root)


def test_addresses_of_the_page_answer_index_html_that_is_never_stale(page: Page) -> None:
    for path in ("/", "/jobs/abc", "/jobs/abc/files"):
        status, headers, body = page.answer(path)
        assert (status, body) == (200, b"<!doctype html>page")
        assert dict(headers)["Cache-Control"] == "no-cache"
        assert page.answer(path, dict(headers)["ETag"])[0] == 304


def test_assets_are_kept_for_ever(page: Page) -> None:
    status, headers, body = page.answer("/assets/app-1a2b.js")
    assert (status, body) == (200, b"run()")
    assert dict(headers)["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in dict(headers)["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/assets/../../secret.txt", "//etc/passwd.txt", "/leak.txt", "/a\0.txt", "/assets/gone.js"],
)
def test_nothing_outside_the_page_and_nothing_missing_is_served(page: Page, path: str) -> None:
    status, _, body = page.answer(path)
    assert status == 404
    assert b"secret" not in body


def test_without_a_built_page_a_note_says_how_to_build_it(tmp_path: Path) -> None:
    status, headers, body = Page(tmp_path / "missing").answer("/jobs/1")
    assert status == 200
    assert b"npm run build" in body
    assert dict(headers)["Cache-Control"] == "no-store"


def test_the_page_may_reach_itself_and_the_store_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<!doctype html>")
    _, headers, _ = Page(tmp_path, "http://127.0.0.1:4566").answer("/")
    policy = dict(headers)["Content-Security-Policy"]
    assert "connect-src 'self' http://127.0.0.1:4566;" in policy
    # Pictures and films are shown directly from the store.
    assert "img-src 'self' blob: http://127.0.0.1:4566;" in policy
    assert "media-src 'self' blob: http://127.0.0.1:4566;" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_long_text_travels_compressed_to_those_who_take_it(page: Page) -> None:
    _, headers, body = page.answer("/assets/app-abc.js")
    text = body * 200
    packed_headers, packed = compressed("br, gzip;q=0.8", headers, text)
    assert gzip.decompress(packed) == text
    assert len(packed) < len(text) / 4
    assert dict(packed_headers)["Content-Encoding"] == "gzip"
    assert dict(packed_headers)["Vary"] == "Accept-Encoding"
    plain_headers, plain = compressed("identity, gzip;q=0", headers, text)
    assert plain == text
    assert "Content-Encoding" not in dict(plain_headers)


@pytest.mark.parametrize(("kind", "size"), [("application/json", 100), ("font/woff2", 5000), ("application/zip", 5000)])
def test_short_answers_and_packed_kinds_are_sent_as_they_are(kind: str, size: int) -> None:
    headers, body = [("Content-Type", kind)], b"a" * size
    assert compressed("gzip", headers, body) == (headers, body)
