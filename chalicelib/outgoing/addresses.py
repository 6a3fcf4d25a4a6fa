"""The addresses that may be called: public ones, and the networks that the installation names."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from urllib.parse import SplitResult, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], list[str]]

LONGEST_URL = 2000
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Refused(Exception):
    """This address is not called: `code` is for programs, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def resolve(host: str, port: int) -> list[str]:
    """Every address of a name. OSError."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


class Addresses:
    """The addresses for one purpose. allowed: networks that may be called although they aren't public, then also
    without TLS. whose: the kind of address, for the message about a wrong one."""

    def __init__(self, allowed: Sequence[str] = (), resolve: Resolve = resolve, whose: str = "A webhook's") -> None:
        self._whose = whose
        self._allowed: list[Network] = [ipaddress.ip_network(network) for network in allowed]
        self._resolve = resolve

    def check(self, url: str) -> tuple[SplitResult, list[str]]:
        """The parsed address, and the IP addresses to which the caller may connect: all that its name resolves to. The
        caller must not resolve the name again: the next answer may differ. Refused where one of them is not allowed.
        """
        parts = self._parts(url)
        host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise Refused("name_not_found", f"{host} can't be resolved.")
        addresses = [ipaddress.ip_address(address.partition("%")[0]) for address in found]
        own = [self._is_allowed(address) for address in addresses]
        if not all(mine or is_public(address) for mine, address in zip(own, addresses, strict=True)):
            raise Refused("address_not_public", f"{host} is not a public address.")
        if parts.scheme != "https" and not all(own):
            raise Refused("not_https", f"{self._whose} address must begin with https://.")
        return parts, [str(address) for address in addresses]

    def _is_allowed(self, address: Address) -> bool:
        return any(address.version == network.version and address in network for network in self._allowed)

    def _parts(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError:
            raise Refused("invalid_url", "The address is not valid.") from None
        strange = any(not c.isprintable() or c.isspace() or not c.isascii() for c in url) or "\\" in url
        if strange or len(url) > LONGEST_URL or parts.scheme not in {"https", "http"} or not parts.hostname:
            raise Refused("invalid_url", f"{self._whose} address must look like https://example.com/path.")
        if parts.username is not None or parts.password is not None:
            raise Refused("invalid_url", f"{self._whose} address must not contain a user name or password.")
        return parts


def is_public(address: Address) -> bool:
    """Whether it is reachable from the whole internet: not loopback, private, link-local (where clouds keep their
    metadata), shared, multicast or reserved; nor an IPv6 address that stands for such an IPv4 address."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(stands_for is not None and not is_public(stands_for) for stands_for in inner):
            return False
        if address.ipv4_mapped or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved
