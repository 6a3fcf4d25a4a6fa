"""One POST, to receivers that behave well or badly."""

import socket
import threading

import pytest

from chalicelib.outgoing.addresses import Addresses
from chalicelib.outgoing.posting import Poster
from tests.unit.webhooks.receiver import drip, receiving, redirect

LOCAL = ("127.0.0.0/8",)


def poster(seconds: float = 5.0) -> Poster:
    return Poster(Addresses(LOCAL), seconds)


def test_what_is_sent_arrives_as_it_is() -> None:
    with receiving() as receiver:
        answer = poster().post(f"{receiver.url}?a=b", b'{"x":1}', {"webhook-id": "1", "Content-Type": "text/x"})
        assert (answer.status, answer.error, answer.taken) == (200, None, True)
        (got,) = receiver.received
        assert (got.path, got.body, got.headers["webhook-id"]) == ("/hook?a=b", b'{"x":1}', "1")
        assert got.headers["content-type"] == "text/x"
        assert got.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("status", [201, 204, 299])
def test_any_2xx_is_taken(status: int) -> None:
    with receiving(status) as receiver:
        assert poster().post(receiver.url, b"", {}).taken


@pytest.mark.parametrize("status", [301, 302, 303, 400, 404, 410, 429, 500, 503])
def test_any_other_status_is_not(status: int) -> None:
    with receiving(status) as receiver:
        answer = poster().post(receiver.url, b"", {})
        assert (answer.status, answer.error) == (status, f"status_{status}")
        assert len(receiver.received) == 1


def test_a_redirect_that_keeps_the_method_is_followed_with_the_body() -> None:
    with receiving() as second, receiving(redirect(second.url)) as first:
        assert poster().post(first.url, b"body", {"webhook-id": "1"}).taken
        assert second.received[0].body == b"body"
        assert second.received[0].headers["webhook-id"] == "1"


def test_a_redirect_is_followed_where_it_is_relative_and_not_for_ever() -> None:
    with receiving(redirect("/elsewhere"), 200) as receiver:
        assert poster().post(receiver.url, b"", {}).taken
        assert receiver.received[1].path == "/elsewhere"
    with receiving(redirect("/again", 308)) as receiver:
        assert poster().post(receiver.url, b"", {}).error == "too_many_redirects"
        assert len(receiver.received) == 4


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("http://169.254.169.254/latest/meta-data/", "address_not_public"),
        ("http://[::1]:1/", "address_not_public"),
        ("http://10.0.0.1/", "address_not_public"),
        ("file:///etc/passwd", "invalid_url"),
        ("https://user@127.0.0.1/", "invalid_url"),
    ],
)
def test_a_redirect_to_where_nothing_may_be_sent_is_refused(location: str, error: str) -> None:
    with receiving(redirect(location)) as receiver:
        assert poster().post(receiver.url, b"", {}).error == error


def test_what_was_checked_is_what_is_connected_to() -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with receiving() as receiver:
        answer = Poster(Addresses(LOCAL, rebinding)).post(f"http://name.invalid:{receiver.port}/", b"", {})
        assert answer.taken
        assert asked == ["name.invalid"]
        assert receiver.received[0].headers["host"] == f"name.invalid:{receiver.port}"


def test_a_receiver_that_drips_is_cut_off() -> None:
    with receiving(drip) as receiver:
        answer = poster(0.5).post(receiver.url, b"", {})
        assert (answer.status, answer.error) == (None, "timeout")
        assert answer.milliseconds < 5000


def test_a_receiver_that_never_shakes_hands_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        accepted: list[object] = []
        threading.Thread(target=lambda: accepted.append(silent.accept()), daemon=True).start()
        answer = poster(0.5).post(f"https://127.0.0.1:{silent.getsockname()[1]}/", b"", {})
        assert answer.error == "timeout"


def test_a_receiver_whose_certificate_nobody_vouches_for_gets_nothing() -> None:
    with receiving() as receiver:  # it speaks no TLS
        answer = poster().post(receiver.url.replace("http:", "https:"), b"secret", {})
        assert answer.error in {"tls_failed", "connection_failed"}
        assert receiver.received == []


def test_nobody_there_is_an_answer_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    answer = poster().post(f"http://127.0.0.1:{port}/", b"", {})
    assert (answer.status, answer.error) == (None, "connection_failed")
