"""Proposals, the detectors' answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Field = Literal["studio", "performers", "tags", "details", "date", "markers"]
Source = Literal["rules", "ai"]
"""The origin of a proposal: the detectors' own rules, or a language model."""
Action = Literal["add", "remove", "set"]
FIELDS: tuple[Field, ...] = ("studio", "performers", "tags", "details", "date", "markers")


@dataclass(frozen=True)
class Proposal:
    """A change that a detector proposes. value: the name, text, date or marker that is to be there; entity_id: of the
    performer, tag or studio that the library has. confidence: 0 to 1."""

    field: Field
    action: Action
    value: Any
    confidence: float
    reason: str
    current_value: Any = None
    entity_id: str | None = None
    source: Source = "rules"
