"""Guides to Millrace and to this installation."""

from __future__ import annotations

from chalicelib.api.file_views import whereabouts
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.files import DownloadAnswer
from chalicelib.api.models.guides import GuideAnswer, GuidesAnswer
from chalicelib.wiring import services

routes = Routes(__name__)


@routes.route("GET", "/guides", "Guides", answer=GuidesAnswer, conditional=True)
def list_guides(call: Call) -> GuidesAnswer:
    return GuidesAnswer(
        items=[
            GuideAnswer(
                filename=guide.filename,
                name=guide.name,
                content_type=guide.content_type,
                size_bytes=guide.size,
                updated_at=guide.updated_at,
            )
            for guide in services().guides.all()
        ]
    )


@routes.route(
    "GET",
    "/guides/{filename}",
    "Read a guide",
    answer=DownloadAnswer,
    others={302: None},
    headers=("Location",),
)
def read_guide(call: Call, filename: str) -> Reply:
    guide, signed = services().guides.link(filename)
    return whereabouts(call, signed, guide.size)
