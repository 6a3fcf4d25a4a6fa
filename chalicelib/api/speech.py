"""Pronunciations: the user's own dictionaries, and the words of a job without one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.speech import (
    DictionaryAnswer,
    DictionaryContent,
    DictionaryRequest,
    MissingWord,
    MissingWordsAnswer,
)
from chalicelib.api.user_data import TEXT, agreed, etag
from chalicelib.jobs.errors import (
    ArtifactNotFound,
    BodyTooLarge,
    FieldError,
    InvalidFields,
    NotAllowedInState,
    ObjectMissing,
    PreconditionFailed,
    TooMuchUserData,
    TryAgain,
    UserDataNotFound,
)
from chalicelib.jobs.user_data import MOST_BYTES, UserDatum
from chalicelib.pipelines.speech import SPEECH, dictionaries
from chalicelib.pipelines.speech.arpabet import IPA
from chalicelib.pipelines.speech.options import BUILT_IN
from chalicelib.wiring import services

routes = Routes(__name__)

LANGUAGE = re.compile(r"[A-Za-z]{2,8}(_[A-Za-z0-9]{1,8}){0,3}")
MISSING = "missing_words"
SHOWN = 10  # the most unknown phones and bad lines that an error names


@routes.route(
    "GET",
    "/dictionaries/{language}",
    "Your pronunciations for a language",
    answer=DictionaryContent,
    conditional=True,
    errors=(UserDataNotFound, TryAgain),
)
def read_dictionary(call: Call, language: str) -> Reply:
    datum, content = services().user_data.read(call.user.id, dictionaries.KIND, language.replace("-", "_"))
    text = content.decode("utf-8", "replace")
    return Reply(DictionaryContent(text=text, **_facts(datum, text)), headers={"ETag": etag(datum)})


@routes.route(
    "PUT",
    "/dictionaries/{language}",
    "Store your pronunciations for a language",
    body=DictionaryRequest,
    answer=DictionaryAnswer,
    others={201: DictionaryAnswer},
    errors=(UserDataNotFound, PreconditionFailed, TooMuchUserData, TryAgain),
)
def put_dictionary(call: Call, language: str) -> Reply:
    """Speech jobs look up words here first. Phones that the language doesn't have are refused; for the installation's
    own models, phones are checked when a job runs. `If-Match` and `If-None-Match` work as for user data."""
    body: DictionaryRequest = call.body
    name = _language(language)
    given = _parsed(body.text, name, strict=True)
    if body.mode == "append":
        before = services().user_data.get(call.user.id, dictionaries.KIND, name)
        there = _parsed((before or b"").decode("utf-8", "replace"), name, strict=False)
        for word, said in given.entries.items():
            kept = there.entries.setdefault(word, [])
            kept.extend(phones for phones in said if phones not in kept)
        given = there
    text = dictionaries.written(given.entries)
    if text.count("\n") > dictionaries.MOST_LINES:
        raise _invalid(f"A dictionary has at most {dictionaries.MOST_LINES:,} lines.")
    content = text.encode()
    if len(content) > MOST_BYTES:
        raise BodyTooLarge("A dictionary has at most 1 MiB.")
    datum, new = services().user_data.put(call.user.id, dictionaries.KIND, name, content, TEXT, agreed(call))
    return Reply(DictionaryAnswer(**_facts(datum, text)), 201 if new else 200, {"ETag": etag(datum)})


@routes.route(
    "GET",
    "/jobs/{job_id}/missing-words",
    "Words of a speech job without a pronunciation",
    answer=MissingWordsAnswer,
    errors=(NotAllowedInState,),
)
def missing_words(call: Call, job_id: str) -> MissingWordsAnswer:
    """Available once the job has looked up its words, and while it waits for them."""
    job = services().owned.job(call.user.id, job_id)
    if job.pipeline != SPEECH.name:
        raise NotAllowedInState("Only speech jobs have missing words.")
    words = missing_words_of(job.id)
    return MissingWordsAnswer(
        has_missing_words=bool(words),
        missing_words_count=len(words),
        words=[MissingWord(**word) for word in words],
        html_content=table_of(words) if words else "<p>Every word has a pronunciation.</p>",
        dict_url=f"/api/download/{job.id}/missing_dict" if words else None,
    )


def table_of(words: Sequence[Mapping[str, Any]]) -> str:
    """Missing words as HTML, escaped."""
    rows = "".join(
        f"<tr><td>{escape(w['word'])}</td><td>{w['count']}</td><td>{escape(w['suggestion'])}</td></tr>" for w in words
    )
    return f"<table><tr><th>Word</th><th>Count</th><th>Suggestion</th></tr>{rows}</table>"


def missing_words_of(job_id: str) -> list[dict[str, Any]]:
    """The run's own record of it, once it has looked up the words."""
    try:
        artifact = services().jobs.artifact(job_id, MISSING)
        content = b"".join(services().objects.stream(artifact.key, 0, artifact.size))
    except (ArtifactNotFound, ObjectMissing):
        return []
    found: list[dict[str, Any]] = json.loads(content)
    return found


def _language(given: str) -> str:
    name = given.replace("-", "_")
    if not LANGUAGE.fullmatch(name):
        raise UserDataNotFound("A language must look like en_US.")
    return name


def _parsed(text: str, language: str, *, strict: bool) -> dictionaries.Parsed:
    """Raises InvalidFields where lines can't be used, if strict."""
    phones = IPA if language in BUILT_IN else {phone for line in text.splitlines() for phone in line.split()[1:]}
    parsed = dictionaries.parse(text, phones)
    if strict and parsed.unknown:
        raise _invalid(f"{language} has no phones {', '.join(parsed.unknown[:SHOWN])}. It has: {' '.join(phones)}.")
    if strict and parsed.problems:
        raise _invalid(" ".join(problem.message for problem in parsed.problems[:SHOWN]))
    return parsed


def _invalid(sentence: str) -> InvalidFields:
    return InvalidFields("The dictionary has lines that can't be used.", errors=[FieldError("text", sentence)])


def _facts(datum: UserDatum, text: str) -> dict[str, Any]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {
        "language": datum.name,
        "words": len({line.partition("\t")[0] for line in lines}),
        "pronunciations": len(lines),
        "size_bytes": datum.size,
        "updated_at": datum.updated_at,
    }
