"""The works for which jobs may be opened, and the check of their options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from chalicelib.jobs import keys
from chalicelib.jobs.errors import FieldError, InvalidFields, UnknownPipeline, field_errors
from chalicelib.jobs.ports.outside import ObjectStore
from chalicelib.jobs.works import takes_files
from chalicelib.pipelines.base import OptionRefused, Pipeline, Work

NO_NUMBER = "Input should not be true or false"


class OfferedWorks:
    """objects: the store of the models that some options name."""

    def __init__(self, works: Mapping[str, Work], objects: ObjectStore) -> None:
        self._works = works
        self._objects = objects

    def chore(self, name: str) -> Work:
        """A work without files. Raises UnknownPipeline."""
        work = self._works.get(name)
        if work is None or takes_files(work):
            raise UnknownPipeline("There is no work of that name that runs without files.")
        return work

    def pipeline(self, name: str) -> Pipeline:
        """Raises UnknownPipeline."""
        work = self._works.get(name)
        if work is None or not takes_files(work):
            known = ", ".join(name for name, work in self._works.items() if takes_files(work))
            raise UnknownPipeline(f"There is no pipeline of that name. There are: {known}.")
        return work

    def checked(self, work: Work, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options with their defaults. Raises InvalidFields, also for options that this installation can't
        serve."""
        try:
            valid = work.Options.model_validate(options)
            work.check(valid, self._models)
        except ValidationError as invalid:
            raise InvalidFields("Some options are not valid.", errors=field_errors(invalid, "options")) from None
        except OptionRefused as refused:
            unserved = FieldError(f"options.{refused.field}", refused.message)
            raise InvalidFields("This installation can't serve an option.", errors=[unserved]) from None
        taken = valid.model_dump(mode="json")
        if numbers := [
            FieldError(f"options.{name}", NO_NUMBER) for name in options if _swapped(options[name], taken.get(name))
        ]:
            raise InvalidFields("Some options are not valid.", errors=numbers)
        return valid.model_dump(mode="json", exclude_none=True)

    def _models(self, folder: str) -> list[str]:
        """The names directly below `models/{folder}/`, of files and of folders."""
        prefix = keys.below(keys.MODELS, folder) if folder else keys.MODELS
        return sorted({seen.key.removeprefix(prefix).partition("/")[0] for seen in self._objects.below(prefix)})


def _swapped(given: Any, taken: Any) -> bool:
    """Whether `true` or `false` became a number, which Python, and so pydantic, takes for 1 and 0; at any depth."""
    if isinstance(given, bool):
        return isinstance(taken, int | float) and not isinstance(taken, bool)
    if isinstance(given, Mapping) and isinstance(taken, Mapping):
        return any(_swapped(value, taken.get(name)) for name, value in given.items())
    if isinstance(given, list | tuple) and isinstance(taken, list | tuple):
        return any(_swapped(one, other) for one, other in zip(given, taken, strict=False))
    return False
