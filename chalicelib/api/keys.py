"""Keys for programs."""

from __future__ import annotations

from dataclasses import asdict

from chalicelib.accounts.errors import KeyNotFound
from chalicelib.accounts.people import ApiKey
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.keys import KeyAnswer, KeysAnswer, NewKeyAnswer, NewKeyRequest
from chalicelib.jobs.errors import TooManyKeys
from chalicelib.jobs.ids import is_id
from chalicelib.wiring import services

routes = Routes(__name__)


# No Idempotency-Key here: keeping the answer would keep the key.
@routes.route(
    "POST",
    "/auth/keys",
    "Create a key",
    body=NewKeyRequest,
    answer=NewKeyAnswer,
    status=201,
    scope="account",
    headers=("Location",),
    errors=(TooManyKeys,),
)
def create_key(call: Call) -> Reply:
    body: NewKeyRequest = call.body
    key, secret = services().keys.create(call.user, body.name, body.scopes, body.expires_in_days)
    return Reply(
        NewKeyAnswer(key=secret, **key_answer(key).model_dump()), 201, {"Location": f"/api/auth/keys/{key.id}"}
    )


@routes.route("GET", "/auth/keys", "Your keys", answer=KeysAnswer, scope="account")
def list_keys(call: Call) -> KeysAnswer:
    return KeysAnswer(items=[key_answer(key) for key in services().keys.of(call.user.id)])


@routes.route("DELETE", "/auth/keys/{key_id}", "Revoke a key", status=204, scope="account")
def revoke_key(call: Call, key_id: str) -> Reply:
    if not is_id(key_id):
        raise KeyNotFound
    services().keys.revoke(call.user.id, key_id)
    return Reply(None, 204)


def key_answer(key: ApiKey) -> KeyAnswer:
    return KeyAnswer.model_validate({name: value for name, value in asdict(key).items() if name != "user_id"})
