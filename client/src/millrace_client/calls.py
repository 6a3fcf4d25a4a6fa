"""A call to the API as a value: the request, and the model of the answer. Both clients carry it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Call(Generic[T_co]):
    """answer: the model of the answer; None where it has no body. creates: sent with an Idempotency-Key, so that
    repeated requests are carried out once. repeatable: carrying it out twice does no harm."""

    method: str
    path: str
    answer: type[T_co] | None
    body: BaseModel | Mapping[str, Any] | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    creates: bool = False
    repeatable: bool = True

    def content(self) -> Any:
        """The body as JSON values."""
        if isinstance(self.body, BaseModel):
            return self.body.model_dump(mode="json", exclude_unset=True)
        return self.body

    def parameters(self) -> dict[str, str]:
        """The query as it appears in the address."""
        given = {name: value for name, value in self.query.items() if value is not None}
        return {name: ",".join(map(str, v)) if isinstance(v, list) else str(v) for name, v in given.items()}
