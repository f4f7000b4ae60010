"""What the events of a thread look like to its readers at the moment of delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forum.discussion.fragments import fill, fragments_for
from forum.discussion.models import Post, Thread
from forum.explainers.fragments import background_fragments
from forum.realtime.streams import EventRow


class ThreadStream:
    """Threads are public. An event names a post; the frame shows it as it is now, or says that it is gone."""

    prefix = "thread"

    def may_subscribe(self, user: Any, stream_id: int) -> bool:
        return Thread.objects.filter(pk=stream_id).exists()

    def frames(self, stream_id: int, events: Sequence[EventRow], language: str) -> list[dict[str, Any]]:
        ids = sorted({event.subject_id for event in events if event.kind != "background"})
        html = fragments_for([event.subject_id for event in events if event.kind == "post"], language)
        posts = {
            row["pk"]: row
            for row in Post.objects.filter(pk__in=ids).values(
                "pk", "path", "depth", "number", "state", "endorsement_count"
            )
        }
        background = None
        if any(event.kind == "background" for event in events):
            background = _background(stream_id, language)
        return [_frame(event, posts.get(event.subject_id), html, background) for event in events]


def _frame(
    event: EventRow, post: Mapping[str, Any] | None, html: dict[int, str], background: str | None
) -> dict[str, Any]:
    frame: dict[str, Any] = {"kind": event.kind, "id": event.subject_id}
    if event.kind == "background":
        return frame | {"html": background}
    if event.kind == "endorsements":
        return frame | {"count": post["endorsement_count"] if post else 0}
    if post is None or event.subject_id not in html:
        return frame | {"html": None}
    return frame | {
        "path": post["path"],
        "html": fill(html[event.subject_id], count=post["endorsement_count"]),
    }


def _background(thread_id: int, language: str) -> str:
    provision_id, consultation_id = Thread.objects.values_list("provision_id", "consultation_id").get(
        pk=thread_id
    )
    fragments = background_fragments(provision_id, consultation_id=consultation_id, language=language)
    return "".join(fragments.values())
