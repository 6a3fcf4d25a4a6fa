"""The subjects of the API: which module serves which addresses, each loaded with the first request for one of them.

A request needs the routes and models of a few subjects, so a start loads none: all of them would nearly double its time
(docs/performance.md). Code that reads the table as a whole, such as the packager, has them all loaded.
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
        "keys": ("auth/keys",),
        "uploads": ("upload", "import-path", "jobs/{job_id}/files", "jobs/{job_id}/files/{file_id}"),
        "imports": ("import-folders",),
        "jobs": ("jobs", "jobs/{job_id}/control", "jobs/{job_id}/retry", "status", "pipelines"),
        "live": ("live",),
        "files": ("download", "jobs/{job_id}/artifacts", "jobs/{job_id}/duplicates", "jobs/{job_id}/files"),
        "media": ("jobs/{job_id}/dates", "jobs/{job_id}/duplicates", "jobs/{job_id}/remake", "jobs/{job_id}/tree"),
        "bin": ("bin", "jobs/{job_id}/bin", "jobs/{job_id}/restore"),
        "library": ("files", "jobs"),
        "archives": ("archives",),
        "shares": ("shares", "shared", "shared/{token}/files"),
        "collecting": ("shared/{token}/given", "shared/{token}/files", "shared/{token}/files/{file_id}"),
        "colour": ("images", "detect", "correct", "pipelines/colour"),
        "results": ("results",),
        "guides": ("guides",),
        "webhooks": ("webhooks", "jobs/{job_id}/deliveries"),
        "scenes": ("scenes", "performers", "tags", "studios"),
        "pushes": ("scenes/pages", "scenes/push"),
        "analysis": ("analysis",),
        "user_data": ("user-data",),
        "speech": ("dictionaries", "jobs/{job_id}/missing-words"),
        "schedules": ("schedules",),
        "connections": ("connections", "settings/test-openai", "settings/test-stash"),
        "settings": ("settings", "audit", "drop-folder"),
        "stats": ("stats", "health"),
        "documentation": ("openapi.json", "docs"),
        "compat.speech": ("v1",),
        "compat.knee": ("compat/knee",),
        "compat.media": ("compat/media",),
        "compat.scenes": ("compat/scenes/scenes", "compat/scenes/entities"),
        "compat.scenes_jobs": ("compat/scenes/jobs", "compat/scenes/scenes/sync", "compat/scenes/sync"),
        "compat.scenes_servers": ("compat/scenes/settings",),
        "compat.colour": ("compat/colour/images", "compat/colour/jobs"),
        "compat.colour_results": ("compat/colour/results",),
        "compat.colour_accounts": ("compat/colour/auth",),
    }
)
"""The beginnings of each module's paths, by its name; in the order of the API's description. A path belongs to the
modules that name its longest beginning."""


def every_route() -> list[Route]:
    """All routes that the API's description has, in its order."""
    modules = [f"{__package__}.{name}" for name in SUBJECTS]
    for module in modules:
        import_module(module)
    return sorted(LOADED, key=lambda route: modules.index(route.subject))


class RouteTable(Mapping[str, dict[str, Entry]]):
    """Chalice's table of routes, by path and method, which loads the modules that a look-up needs."""

    def __init__(self, app: Chalice) -> None:
        self._app = app
        self._entries: dict[str, dict[str, Entry]] = app.routes
        self._loaded: set[str] = set()
        self._registering = False
        self._lock = RLock()

    def __getitem__(self, path: str) -> dict[str, Entry]:
        """As in Chalice, an unknown path has no routes."""
        with self._lock:
            if self._registering:
                return self._entries[path]  # called by Chalice, which then puts a route there
            below = path.removeprefix(ROOT)
            self._load(serving(below))
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


def serving(path: str) -> list[str]:
    """The modules that serve a path below ROOT; none for an unknown one."""
    found = {
        name: max((len(part) for part in parts if _is_below(path, part)), default=0) for name, parts in SUBJECTS.items()
    }
    longest = max(found.values())
    return [name for name, length in found.items() if longest and length == longest]


def _is_below(path: str, part: str) -> bool:
    return f"{path}/".startswith(f"/{part}/")
