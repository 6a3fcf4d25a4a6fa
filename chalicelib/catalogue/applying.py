"""Applies the approved changes of one scene to its present version, decided as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.catalogue.detecting.proposal import Action
from chalicelib.catalogue.model import Entity, Marker, Named, Scene
from chalicelib.catalogue.plans import Change, ChangeStatus

NAMED = {"performers": "performer", "tags": "tag"}


@dataclass
class Edit:
    """The edit of one scene: entities to add and to remove by kind, single values to set, markers to make.
    settled: the changes with an outcome before anything is written."""

    add: dict[str, list[Named]] = field(default_factory=dict)
    remove: dict[str, list[Named]] = field(default_factory=dict)
    set: dict[str, Any] = field(default_factory=dict)
    markers: list[Marker] = field(default_factory=list)
    settled: list[Change] = field(default_factory=list)
    wanted: list[Change] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.add or self.remove or self.set or self.markers)


def edit_of(scene: Scene | None, changes: Sequence[Change]) -> Edit:
    """The changes as an edit of the source's present scene (None: it is gone).

    Adding an entity that is there, or removing one that isn't, counts as done. Setting a value that was set otherwise
    since the proposal was made is a conflict, and the present value stays.
    """
    edit = Edit()
    if scene is None:
        edit.settled += [replace(c, outcome=ChangeStatus.FAILED, message="The scene has disappeared.") for c in changes]
        return edit
    for change in changes:
        if change.field in NAMED:
            _named(edit, change, scene)
        elif change.field == "markers":
            marker = Marker(change.proposed_value["title"], float(change.proposed_value["seconds"]))
            if any(abs(there.seconds - marker.seconds) <= 1 for there in scene.markers):
                edit.settled.append(_done(change))
            else:
                edit.markers.append(marker)
                edit.wanted.append(change)
        else:
            _single(edit, change, scene)
    return edit


def _named(edit: Edit, change: Change, scene: Scene) -> None:
    there: tuple[Named, ...] = getattr(scene, change.field)
    names = change.proposed_value if isinstance(change.proposed_value, list) else [change.proposed_value]
    values = [Named(change.entity_id if len(names) == 1 and change.entity_id else "", str(name)) for name in names]
    has = [value for value in values if any(_same(value, other) for other in there)]
    lacks = [value for value in values if value not in has]
    todo = lacks if change.action == "add" else has
    if not todo:
        edit.settled.append(_done(change))
        return
    into = edit.add if change.action == "add" else edit.remove
    into.setdefault(change.field, []).extend(todo)
    edit.wanted.append(replace(change, replaced=[named.name for named in there]))


def _single(edit: Edit, change: Change, scene: Scene) -> None:
    now: Any = {
        "studio": scene.studio.name if scene.studio else None,
        "details": scene.details,
        "date": scene.scene_date,
    }[change.field]
    if now == change.proposed_value:
        edit.settled.append(_done(change))
    elif (now or None) != (change.current_value or None):
        message = "The value was changed after this was proposed."
        edit.settled.append(replace(change, outcome=ChangeStatus.CONFLICT, message=message, replaced=now))
    else:
        value = change.proposed_value
        if change.field == "studio" and value is not None:
            value = Named(change.entity_id or "", str(value))
        edit.set[change.field] = value
        edit.wanted.append(replace(change, replaced=now))


def _same(one: Named, other: Named) -> bool:
    return one.id == other.id if one.id and other.id else one.name.casefold() == other.name.casefold()


def _done(change: Change) -> Change:
    return replace(change, outcome=ChangeStatus.APPLIED, message="It already had this value.")


def applied_to(scene: Scene, edit: Edit) -> Scene:
    """The scene with an edit carried out: the version for its source, and the new state of a scene without a server."""
    after = scene
    for kind, named in edit.add.items():
        there: tuple[Named, ...] = getattr(after, kind)
        after = replace(after, **{kind: (*there, *_new(named, there))})  # type: ignore[arg-type]  # a field by name
    for kind, named in edit.remove.items():
        left = tuple(one for one in getattr(after, kind) if not any(_same(one, gone) for gone in named))
        after = replace(after, **{kind: left})  # type: ignore[arg-type]  # a field by name
    values = {"scene_date" if name == "date" else name: value for name, value in edit.set.items()}
    markers = tuple(sorted((*after.markers, *edit.markers), key=lambda marker: marker.seconds))
    return replace(after, **values, markers=markers)


def _new(named: Iterable[Named], there: Sequence[Named]) -> list[Named]:
    return [one for one in dict.fromkeys(named) if not any(_same(one, other) for other in there)]


def undone(changes: Iterable[Change]) -> list[Change]:
    """The changes that take applied ones back, as approved proposals against their results. Values that were there
    before stay."""
    found = []
    for change in changes:
        if change.outcome is not ChangeStatus.APPLIED or change.message:
            continue
        if change.field in NAMED:
            back: Action = "remove" if change.action == "add" else "add"
            found.append(replace(change, action=back, outcome=None, replaced=None))
        elif change.field != "markers":
            found.append(
                replace(
                    change,
                    proposed_value=change.replaced,
                    current_value=change.proposed_value,
                    entity_id=None,
                    outcome=None,
                    replaced=None,
                )
            )
    return found


def called(entities: Sequence[Entity]) -> dict[str, Entity]:
    """Entities by their names without case, and by aliases that only one of them has. A name goes before another's
    alias."""
    found: dict[str, Entity] = {}
    shared: set[str] = set()
    for entity in entities:
        for alias in {alias.casefold() for alias in entity.aliases}:
            if alias in found:
                shared.add(alias)
            found[alias] = entity
    for alias in shared:
        del found[alias]
    return found | {entity.name.casefold(): entity for entity in reversed(entities)}


def identified(change: Change, known: Mapping[str, Sequence[Entity]]) -> Change:
    """The change with the library's entity of that name or alias; failed where there is none, or where some of several
    names are missing."""
    if change.field not in {*NAMED, "studio"} or change.entity_id or change.proposed_value is None:
        return change
    names = change.proposed_value if isinstance(change.proposed_value, list) else [change.proposed_value]
    by_name = called(known[change.field])
    lacks = [str(name) for name in names if str(name).casefold() not in by_name]
    if lacks and change.action != "remove":
        message = f"The catalogue has no {NAMED.get(change.field, 'studio')} {', '.join(lacks)}."
        return replace(change, outcome=ChangeStatus.FAILED, message=message)
    found = [by_name[str(name).casefold()] for name in names if str(name).casefold() in by_name]
    if len(names) == 1 and found:
        return replace(change, entity_id=found[0].id, proposed_value=found[0].name)
    return change
