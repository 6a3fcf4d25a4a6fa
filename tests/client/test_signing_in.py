"""The message of `millrace login` about the guest's belongings."""

from millrace_client.cli.accounts import _of_the_guest
from millrace_client.models import TakenOverAnswer

NOTHING = {
    "jobs": 0,
    "user_data": 0,
    "webhooks": 0,
    "shares": 0,
    "connections": 0,
    "scenes_left": False,
    "complete": True,
}


def said(**more: int | bool) -> list[str]:
    return _of_the_guest(TakenOverAnswer.model_validate(NOTHING | more))


def test_what_was_brought_is_counted() -> None:
    assert said(jobs=2, webhooks=1, connections=1) == [
        "Now the account's, of what you had as a guest: 2 jobs, 1 webhook, 1 connection."
    ]


def test_scenes_that_stay_are_told() -> None:
    assert said(scenes_left=True) == ["The scenes that you had as a guest are not the account's: sync them again."]


def test_a_guest_who_had_nothing_is_not_mentioned() -> None:
    assert said() == _of_the_guest(None) == []
