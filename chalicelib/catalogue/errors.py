"""Errors for callers of the catalogue; see chalicelib.jobs.errors."""

from __future__ import annotations

from chalicelib.jobs.errors import BadRequest, NotFound


class SceneNotFound(NotFound):
    """You have no such scene."""

    code, title = "scene_not_found", "There is no such scene"


class PlanNotFound(NotFound):
    """You have no such plan or change."""

    code, title = "plan_not_found", "There is no such plan or change"


class PlanClosed(BadRequest):
    """Read the plan: the message names the actions that its status allows."""

    code, title = "plan_closed", "The plan's status does not allow this"


class ConnectionNotThere(BadRequest):
    """Create the connection, or name another."""

    code, title = "no_such_connection", "There is no such connection"


class NoPush(BadRequest):
    """Begin one with `POST /scenes/push`."""

    code, title = "no_push", "No such push is under way"


class DecisionIncomplete(BadRequest):
    """Send the fields that the message names."""

    code, title = "decision_incomplete", "The decision is incomplete"


class NoCosts(NotFound):
    """Only plans that used a language model have costs."""

    code, title = "no_costs", "No language model was asked for this plan"


class TooCostly(BadRequest):
    """Ask for fewer scenes or fields, or allow more tokens."""

    code, title = "too_costly", "The budget would be exceeded"


class NothingChosen(BadRequest):
    """Name scenes, or filters that match some scenes."""

    code, title = "nothing_chosen", "No scene was chosen"
