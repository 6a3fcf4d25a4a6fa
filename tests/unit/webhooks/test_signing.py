"""Signatures, against the published example of Standard Webhooks."""

import base64

from chalicelib.webhooks.signing import headers, new_secret, signature


def test_a_signature_is_that_of_the_standards_example() -> None:
    signed = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_time_id_and_body_are_all_signed() -> None:
    secret = new_secret()
    good = signature(secret, "a", 1, b"{}")
    assert good not in {
        signature(secret, "b", 1, b"{}"),
        signature(secret, "a", 2, b"{}"),
        signature(secret, "a", 1, b"{ }"),
        signature(new_secret(), "a", 1, b"{}"),
    }
    assert headers(secret, "a", 1, b"{}") == {
        "webhook-id": "a",
        "webhook-timestamp": "1",
        "webhook-signature": good,
    }


def test_a_secret_has_192_random_bits() -> None:
    assert len(base64.b64decode(new_secret().removeprefix("whsec_"))) == 24
    assert len({new_secret() for _ in range(50)}) == 50
