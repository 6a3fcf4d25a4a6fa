"""Frames of videos for a model that sees: one small picture for each scene, in the message itself."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

MOST_BYTES = 1024 * 1024
"""The most bytes of a picture. A Stash server's screenshots of 1080p take 100 to 400 kB."""
TOKENS = 1600
"""The most tokens of a picture, as an estimate: at low detail OpenAI counts 85, and servers at home up to 1,500."""
_KINDS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


def kind_of(picture: bytes) -> str | None:
    """The media type of a picture that may be sent: JPEG, PNG or WebP of at most MOST_BYTES."""
    if len(picture) > MOST_BYTES:
        return None
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _KINDS if picture.startswith(start)), None)


def content(text: str, picture: bytes | None) -> str | list[Mapping[str, Any]]:
    """A message's content: the text alone, or the text and a picture that kind_of takes."""
    if picture is None or (kind := kind_of(picture)) is None:
        return text
    address = f"data:{kind};base64,{b64encode(picture).decode()}"
    return [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": address, "detail": "low"}}]


def text_of(said: str | Sequence[Mapping[str, Any]]) -> str:
    """A content's text without its picture."""
    return said if isinstance(said, str) else "".join(part.get("text", "") for part in said)


def blind(messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The messages without their pictures."""
    return [{**message, "content": text_of(message["content"])} for message in messages]
