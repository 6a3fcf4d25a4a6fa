"""Addresses that may be called, and addresses that may not."""

import pytest

from chalicelib.outgoing.addresses import Addresses, Refused


def addresses(*found: str, allowed: tuple[str, ...] = ()) -> Addresses:
    return Addresses(allowed, lambda host, port: list(found))


def refusal(url: str, *found: str, allowed: tuple[str, ...] = ()) -> str:
    with pytest.raises(Refused) as refused:
        addresses(*found, allowed=allowed).check(url)
    return refused.value.code


def test_a_public_address_is_answered_with_what_to_connect_to() -> None:
    parts, found = addresses("93.184.215.14", "2606:2800:21f::1").check("https://example.com:8443/a?b=c")
    assert (parts.hostname, parts.port, parts.path, parts.query) == ("example.com", 8443, "/a", "b=c")
    assert found == ["93.184.215.14", "2606:2800:21f::1"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "169.254.170.2",
        "100.64.0.1",
        "100.100.100.200",
        "192.0.0.170",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::",
        "2001:db8::1",
    ],
)
def test_a_name_of_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert refusal("https://example.com/", address) == "address_not_public"
    # One such address among others suffices, since a connection may use any of them.
    assert refusal("https://example.com/", "93.184.215.14", address) == "address_not_public"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
    ],
)
def test_loopback_is_refused_however_it_is_written(url: str) -> None:
    with pytest.raises(Refused):
        Addresses().check(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/hook",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://example.com/\r\nHost: other",
        "https://example.com/a b",
        "https://example.com\\@127.0.0.1/",
        "https://exämple.com/",
        "https://[::1/",
        "https://example.com/" + "x" * 2000,
    ],
)
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    assert refusal(url, "93.184.215.14") == "invalid_url"


def test_a_public_address_needs_tls() -> None:
    assert refusal("http://example.com/", "93.184.215.14") == "not_https"


def test_a_name_that_does_not_resolve_is_refused() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(Refused) as refused:
        Addresses((), unknown).check("https://example.com/")
    assert refused.value.code == "name_not_found"


def test_a_network_of_the_installations_may_be_called_without_tls_and_only_that() -> None:
    own = ("10.1.0.0/16", "127.0.0.0/8")
    assert addresses("10.1.2.3", allowed=own).check("http://inside/")[1] == ["10.1.2.3"]
    assert refusal("http://inside/", "10.2.0.1", allowed=own) == "address_not_public"
    assert refusal("http://inside/", "10.1.2.3", "93.184.215.14", allowed=own) == "not_https"
