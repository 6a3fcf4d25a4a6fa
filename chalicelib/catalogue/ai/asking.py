"""Asks a model about scenes, one request each, for proposals; counts the cost. It never raises for a single scene."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from chalicelib.catalogue.ai import frames
from chalicelib.catalogue.ai.client import Completion, ModelError, ModelServer, Usage
from chalicelib.catalogue.ai.prompt import SCHEMA, Answer, Pick, Prompt, Question
from chalicelib.catalogue.dates import period
from chalicelib.catalogue.detecting.proposal import Proposal
from chalicelib.catalogue.detecting.release_dates import EARLIEST
from chalicelib.catalogue.model import Entity, Scene

ANSWER_TOKENS = 1000
"""The most tokens of one answer; estimates assume USUAL_ANSWER."""
USUAL_ANSWER = 150
LETTERS_A_TOKEN = 3.0
"""English text has about four, so estimates err on the high side."""
SUREST = 0.9
"""The cap of a model's confidence: text written in full is always surer."""
LOGGED = 30
STOPS = frozenset({"ai_unauthorized"})
"""Errors that every other scene would cause too."""
_FENCED = re.compile(r"\s*```(?:json)?\s*(.*?)\s*```\s*", re.DOTALL)


@dataclass(frozen=True)
class Spent:
    """The requests so far. frames: pictures shown to the model. unmetered: requests whose tokens the server didn't
    count, so they are estimated.
    unasked: scenes left out because the budget was used up or the server refused. failures: the first ones, by
    scene."""

    requests: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    unmetered: int = 0
    failed: int = 0
    unasked: int = 0
    invented: int = 0
    stopped: str | None = None
    frames: int = 0
    failures: tuple[str, ...] = ()

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def read(state: Mapping[str, Any] | None) -> Spent:
        state = dict(state or {})
        return Spent(**{**state, "failures": tuple(state.get("failures", ()))})

    def plus(self, other: Found) -> Spent:
        usage = other.usage or Usage()
        named = self.failures if other.failure is None else (*self.failures, other.failure[1])[:LOGGED]
        return replace(
            self,
            requests=self.requests + other.asked,
            prompt_tokens=self.prompt_tokens + usage.prompt,
            cached_tokens=self.cached_tokens + usage.cached,
            completion_tokens=self.completion_tokens + usage.completion,
            unmetered=self.unmetered + other.unmetered,
            failed=self.failed + (other.failure is not None),
            invented=self.invented + other.invented,
            frames=self.frames + other.frames,
            failures=named,
        )


@dataclass(frozen=True)
class Found:
    """The findings for one scene. failure: a code and a sentence."""

    scene_id: str
    proposals: tuple[Proposal, ...] = ()
    usage: Usage | None = None
    asked: bool = False
    unmetered: bool = False
    invented: int = 0
    frames: int = 0
    failure: tuple[str, str] | None = None


class Asking:
    """model: its name on the server. threshold: the least confidence of a proposal. frame: a scene's picture for a
    model that sees, None where there is none; without it no picture is sent."""

    def __init__(
        self,
        server: ModelServer,
        model: str,
        prompt: Prompt,
        threshold: float,
        today: date,
        frame: Callable[[Scene], bytes | None] | None = None,
    ) -> None:
        self._server = server
        self._model = model
        self._prompt = prompt
        self._threshold = threshold
        self._today = today
        self._frame = frame

    def most(self, scene: Scene) -> int:
        """An estimate of the most tokens that asking about a scene takes."""
        question = self._prompt.question(scene)
        pictures = frames.TOKENS if self._frame else 0
        return tokens_of(question.letters) + pictures + ANSWER_TOKENS if question else 0

    def about(self, scene: Scene) -> Found:
        question = self._prompt.question(scene)
        if question is None:
            return Found(scene.id)
        if self._frame and (picture := self._frame(scene)):
            question = self._prompt.question(scene, picture) or question
        try:
            said = self._server.complete(self._model, question.messages, SCHEMA, ANSWER_TOKENS)
        except ModelError as error:
            return Found(scene.id, failure=(error.code, f"{scene.id}: {error.message}"[:200]))
        usage = said.usage or _estimated(question, said)
        found = Found(scene.id, usage=usage, asked=True, unmetered=said.usage is None, frames=said.frames)
        try:
            answer = _answer(said)
        except ValueError as error:
            return replace(found, failure=("ai_answer", f"{scene.id}: {error}"))
        proposals, invented = self._proposals(scene, question, answer, said.frames > 0)
        return replace(found, proposals=tuple(proposals), invented=invented)

    def _proposals(self, scene: Scene, question: Question, answer: Answer, seen: bool) -> tuple[list[Proposal], int]:
        reason = f"{self._model} reads it in title, details or path"
        if seen:
            reason += ", or sees it in a frame"
        found: list[Proposal] = []
        invented = 0
        for field, has in (("performers", scene.performers), ("tags", scene.tags)):
            there = {named.id for named in has}
            current = [named.name for named in has]
            for entity, confidence in _chosen(getattr(answer, field), question.keys[field]):
                if entity is None:
                    invented += 1
                elif entity.id not in there:
                    there.add(entity.id)
                    # mypy widens the names in the loop's tuple to str.
                    found.append(
                        Proposal(field, "add", entity.name, confidence, reason, current, entity.id, "ai")  # type: ignore[arg-type]
                    )
        if answer.studio and scene.studio is None:
            for entity, confidence in _chosen([answer.studio], question.keys["studio"]):
                if entity is None:
                    invented += 1
                else:
                    found.append(Proposal("studio", "set", entity.name, confidence, reason, None, entity.id, "ai"))
        if answer.date and not scene.scene_date:
            value, confidence = answer.date.value, min(answer.date.confidence, SUREST)
            if self._is_written(value, scene):
                found.append(Proposal("date", "set", value, confidence, reason, None, None, "ai"))
            else:
                invented += 1
        return [proposal for proposal in found if proposal.confidence >= self._threshold], invented

    def _is_written(self, value: str, scene: Scene) -> bool:
        """Whether the value is a past date whose year stands in the scene's own texts, with two digits at least."""
        try:
            days = period(value)
        except ValueError:
            return False
        if days.first.year < EARLIEST or days.first > self._today:
            return False
        texts = " ".join((scene.title or "", scene.details or "", *scene.paths))
        return value[:4] in texts or (len(value) == 10 and value[2:4] in texts)


def _chosen(picks: Collection[Pick], keys: Mapping[str, Entity]) -> Iterator[tuple[Entity | None, float]]:
    """The entities of the chosen keys, each with its confidence; None for an unknown key."""
    for pick in picks:
        yield keys.get(pick.key), round(min(pick.confidence, SUREST), 2)


def _answer(said: Completion) -> Answer:
    """Raises ValueError with a sentence."""
    if said.refusal:
        raise ValueError("The model refuses to answer.")
    if said.finish == "length":
        raise ValueError("The answer was cut off at the maximum length.")
    if said.finish == "content_filter":
        raise ValueError("The server's filter withheld the answer.")
    if not said.content:
        raise ValueError("The answer is empty.")
    fenced = _FENCED.fullmatch(said.content)
    try:
        return Answer.model_validate_json(fenced[1] if fenced else said.content)
    except ValidationError:
        raise ValueError("The answer doesn't have the requested form.") from None


def _estimated(question: Question, said: Completion) -> Usage:
    return Usage(tokens_of(question.letters) + frames.TOKENS * said.frames, tokens_of(len(said.content or "")))


def tokens_of(letters: int) -> int:
    return round(letters / LETTERS_A_TOKEN)


def estimate(prompt: Prompt, sample: Collection[Scene], scenes: int, *, with_frames: bool = False) -> Spent:
    """The likely cost of asking about this many scenes, by a sample of them."""
    questions = [prompt.question(scene) for scene in sample]
    asked = [question for question in questions if question is not None]
    if not asked:
        return Spent()
    requests = round(scenes * len(asked) / len(questions))
    letters = sum(question.letters for question in asked) / len(asked)
    pictures = frames.TOKENS * requests if with_frames else 0
    return Spent(requests, tokens_of(round(letters * requests)) + pictures, 0, USUAL_ANSWER * requests)
