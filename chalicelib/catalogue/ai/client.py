"""Asks a server that speaks OpenAI's chat completions: its models, and an answer in the shape of a schema.

Source of the shapes: platform.openai.com/docs/api-reference/chat; Ollama, llama.cpp, vLLM and LM Studio speak them too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from chalicelib.catalogue.ai import frames
from chalicelib.catalogue.remote import TRIES, Response, tried

LONGEST_MESSAGE = 300
MOST_MODELS = 200
_OF_PICTURES = re.compile(
    rb"image|vision|visual|picture|multi.?modal|mmproj|content.{0,40}(?:string|str\b)", re.IGNORECASE
)
"""Words in a server's refusal of a picture, where the model can't see."""


class ModelError(Exception):
    """`code` is for programs: ai_unauthorized, ai_unreachable, ai_refused. The message is one sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Usage:
    """Tokens that the server counted. cached: those of the prompt that it had read before."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0


@dataclass(frozen=True)
class Completion:
    """finish: why it ended (`stop`, `length`, `content_filter`). refusal: where the model refuses to answer. usage:
    None where the server doesn't count. frames: pictures shown to the model."""

    content: str | None
    finish: str | None = None
    refusal: str | None = None
    usage: Usage | None = None
    frames: int = 0


class Reach(Protocol):
    """One request below the connection's address, such as POST /chat/completions."""

    def __call__(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Response: ...


class ModelServer:
    """One server. sleep: takes seconds. tries: the most requests where another try may help."""

    def __init__(self, reach: Reach, key: str, sleep: Callable[[float], None], tries: int = TRIES) -> None:
        self._reach = reach
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._key = key
        self._sleep = sleep
        self._tries = tries
        self._as_schema = True
        self._sees = True
        self._limit = "max_tokens"

    def models(self) -> list[str]:
        """The names of the models that the server offers, at most MOST_MODELS. Raises ModelError."""
        said = self._answer(self._asked("GET", "/models", None))
        listed = said.get("data")
        if not isinstance(listed, list):
            raise ModelError("ai_refused", "The server lists no models: the address usually ends in /v1.")
        return sorted(str(one["id"]) for one in listed if isinstance(one, dict) and "id" in one)[:MOST_MODELS]

    def complete(
        self, model: str, messages: Sequence[Mapping[str, Any]], schema: Mapping[str, Any], most_tokens: int
    ) -> Completion:
        """An answer that should fit the schema, which its reader checks anyway. Raises ModelError.

        A server that doesn't know `json_schema` is asked for `json_object` from then on; the schema must stand in the
        messages too. A server whose model can't see gets the messages without their pictures.
        """
        shown = sum(not isinstance(message["content"], str) for message in messages)
        while True:
            seen = shown if self._sees else 0
            shape: dict[str, Any] = {"type": "json_object"}
            if self._as_schema:
                shape = {
                    "type": "json_schema",
                    "json_schema": {"name": "scene", "strict": True, "schema": schema},
                }
            asked = {
                "model": model,
                "messages": messages if seen else frames.blind(messages),
                "response_format": shape,
                self._limit: most_tokens,
            }
            response = self._asked("POST", "/chat/completions", json.dumps(asked).encode())
            if response.status in {400, 422} and self._another_way(response.body, seen > 0):
                continue
            return replace(_completion(self._answer(response)), frames=seen)

    def _another_way(self, refusal: bytes, seen: bool) -> bool:
        """Whether the server may accept the same request in another form: newer models of OpenAI name the limit
        differently."""
        if self._limit == "max_tokens" and b"max_completion_tokens" in refusal:
            self._limit = "max_completion_tokens"
            return True
        if seen and _OF_PICTURES.search(refusal):
            self._sees = False
            return True
        if self._as_schema:
            self._as_schema = False
            return True
        return False

    def _asked(self, method: str, path: str, body: bytes | None) -> Response:
        return tried(lambda: self._reach(method, path, body, self._headers), self._tries, self._sleep)

    def _answer(self, response: Response) -> Mapping[str, Any]:
        if response.status in {401, 403}:
            raise ModelError("ai_unauthorized", "The server does not accept the API key.")
        if response.may_pass:
            raise ModelError("ai_unreachable", f"The server {response.said}.")
        try:
            said = json.loads(response.body)
        except ValueError:
            said = None
        if response.status != 200:
            raise ModelError("ai_refused", self._without_key(f"The server {response.said}{_reason(said)}."))
        if not isinstance(said, dict):
            raise ModelError("ai_refused", "The server's answer is not JSON: the address usually ends in /v1.")
        return said

    def _without_key(self, text: str) -> str:
        """The text without the key: servers repeat their requests in errors."""
        return text.replace(self._key, "********") if self._key else text


def _reason(said: Any) -> str:
    error = said.get("error") if isinstance(said, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    return f": {message[:LONGEST_MESSAGE].rstrip('.')}" if isinstance(message, str) and message else ""


def _completion(said: Mapping[str, Any]) -> Completion:
    choices = said.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise ModelError("ai_refused", "The server's answer holds no completion.")
    content, refusal, finish = message.get("content"), message.get("refusal"), choice.get("finish_reason")
    return Completion(
        content if isinstance(content, str) else None,
        finish if isinstance(finish, str) else None,
        refusal if isinstance(refusal, str) and refusal else None,
        _usage(said.get("usage")),
    )


def _usage(said: Any) -> Usage | None:
    if not isinstance(said, dict):
        return None
    details = said.get("prompt_tokens_details")
    counted = [
        said.get("prompt_tokens"),
        said.get("completion_tokens"),
        details.get("cached_tokens") if isinstance(details, dict) else 0,
    ]
    numbers = [n if isinstance(n, int) and not isinstance(n, bool) and n >= 0 else None for n in counted]
    if numbers[0] is None or numbers[1] is None:
        return None
    return Usage(numbers[0], numbers[1], numbers[2] or 0)
