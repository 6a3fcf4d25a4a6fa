"""The subjects of the API: which module serves which addresses, each loaded with the first request for one of them.

A request needs the routes and models of a few subjects, so a start loads none: all of them would nearly double its time
(docs/performance.md). Who looks at the table as a whole, such as the packager, has them all loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from threading import RLock
from types import MappingProxyType

from chalice.app import Chalice
from chalice.app import RouteEntry as Entry

from chalicelib.api.framework.routing import LOADED, ROOT, Route

SUBJECTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "auth": ("auth",),
        "keys": ("auth",),
        "uploads": ("upload", "import-path", "jobs"),
        "jobs": ("jobs", "status", "pipelines"),
        "files": ("jobs", "download"),
        "library": ("files", "jobs"),
        "colour": ("images", "detect", "correct", "pipelines"),
        "results": ("results",),
        "guides": ("guides",),
        "webhooks": ("webhooks", "jobs"),
        "scenes": ("scenes", "performers", "tags", "studios"),
        "pushes": ("scenes",),
        "analysis": ("analysis",),
        "user_data": ("user-data",),
        "speech": ("dictionaries", "jobs"),
        "schedules": ("schedules",),
        "connections": ("connections", "settings"),
        "settings": ("settings", "audit", "drop-folder"),
        "stats": ("stats", "health"),
        "documentation": ("openapi.json", "docs"),
        "compat.speech": ("v1",),
        "compat.knee": ("compat/knee",),
        "compat.media": ("compat/media",),
        "compat.scenes": ("compat/scenes",),
        "compat.colour": ("compat/colour/images", "compat/colour/jobs"),
        "compat.colour_results": ("compat/colour/results",),
        "compat.colour_accounts": ("compat/colour/auth",),
    }
)
"""By the module's name, what its paths begin with; in the order of the API's description."""


def every_route() -> list[Route]:
    """All routes that the API's description has, in its order."""
    modules = [f"{__package__}.{name}" for name in SUBJECTS]
    for module in modules:
        import_module(module)
    return sorted(LOADED, key=lambda route: modules.index(route.subject))


class RouteTable(Mapping[str, dict[str, Entry]]):
    """Chalice's table of routes, by path and method, with whatever a look into it needs."""

    def __init__(self, app: Chalice) -> None:
        self._app = app
        self._entries: dict[str, dict[str, Entry]] = app.routes
        self._loaded: set[str] = set()
        self._registering = False
        self._lock = RLock()

    def __getitem__(self, path: str) -> dict[str, Entry]:
        """As Chalice has it, an unknown path is one without routes."""
        with self._lock:
            if self._registering:
                return self._entries[path]  # asked by Chalice, which puts a route there
            below = path.removeprefix(ROOT)
            self._load(name for name, parts in SUBJECTS.items() if any(_lies_in(below, part) for part in parts))
            return self._entries.get(path, {})

    def __iter__(self) -> Iterator[str]:
        self._load(SUBJECTS)
        return iter(self._entries)

    def __len__(self) -> int:
        self._load(SUBJECTS)
        return len(self._entries)

    def _load(self, names: Iterable[str]) -> None:
        with self._lock:
            self._registering = True
            try:
                for name in names:
                    if name not in self._loaded:
                        self._app.register_blueprint(import_module(f"{__package__}.{name}").routes.blueprint)
                        self._loaded.add(name)
            finally:
                self._registering = False


def _lies_in(path: str, part: str) -> bool:
    return f"{path}/".startswith(f"/{part}/")
