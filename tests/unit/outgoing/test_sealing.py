"""Stored keys: readable only with the installation's key, and only for their own connection."""

from __future__ import annotations

import pytest

from chalicelib.outgoing.sealing import CannotOpen, Seals


def seals(*keys: str) -> Seals:
    return Seals(lambda: keys)


def test_what_was_sealed_opens_again_and_is_never_the_same_twice() -> None:
    one, two = (seals("k" * 40).sealed("sécret", "ann/1") for _ in range(2))
    assert one != two
    assert "sécret".encode() not in one
    assert seals("k" * 40).opened(one, "ann/1") == "sécret"


def test_a_new_key_seals_and_the_one_before_still_opens() -> None:
    old = seals("o" * 40).sealed("secret", "ann/1")
    both = seals("n" * 40, "o" * 40)
    assert both.opened(old, "ann/1") == "secret"
    assert seals("n" * 40).opened(both.sealed("secret", "ann/1"), "ann/1") == "secret"


@pytest.mark.parametrize("change", ["owner", "byte", "key", "cut"])
def test_anything_else_does_not_open(change: str) -> None:
    content, about, key = seals("k" * 40).sealed("secret", "ann/1"), "ann/1", "k" * 40
    if change == "owner":
        about = "ben/1"
    elif change == "byte":
        content = content[:-1] + bytes([content[-1] ^ 1])
    elif change == "cut":
        content = content[:20]
    else:
        key = "n" * 40
    with pytest.raises(CannotOpen):
        seals(key).opened(content, about)
