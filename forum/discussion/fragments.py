"""Posts rendered once for each language, as every reader sees them.

What differs between readers is left open as a slot and filled when a page is joined or in the browser: the count of
endorsements, whether the reader is among them, and what the author alone may do. Slots contain control characters,
which no post can contain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override

from forum.discussion.models import Fragment, Post, PostState, Revision

COUNT, PRESSED, OWN = "\x02count\x03", "\x02pressed\x03", "\x02own\x03"
_TEMPLATE = "discussion/_post.html"


@cache
def template_stamp() -> str:
    """Changes when the fragment's template or the set of languages does, so that old fragments are made anew."""
    path = Path(get_template(_TEMPLATE).template.origin.name)  # type: ignore[attr-defined]
    catalogues = sorted(path.parents[2].glob("locale/*/LC_MESSAGES/django.po"))
    digest = hashlib.sha256(path.read_bytes())
    for catalogue in catalogues:
        digest.update(catalogue.read_bytes())
    return digest.hexdigest()[:12]


def fragment_key(version: int) -> str:
    """What a fragment of a post at `version` was made from."""
    return f"{version}.{template_stamp()}"


def render_fragment(post: Post, language: str) -> str:
    """The post's HTML with open slots. The post carries `current` (its newest revision), `author` and `parent`."""
    with override(language):
        return render_to_string(
            _TEMPLATE,
            {
                "post": post,
                "revision": getattr(post, "current", None),
                "state": PostState,
                "count": COUNT,
                "pressed": PRESSED,
                "own": OWN,
            },
        )


def fill(html: str, *, count: int, pressed: bool = False, own: str = "") -> SafeString:
    """A fragment with its slots closed for one reader."""
    # Sound: the template escaped everything but sanitised revisions, and the slots are filled by our own markup.
    return mark_safe(  # noqa: S308
        html.replace(COUNT, str(count or ""))
        .replace(PRESSED, "true" if pressed else "false")
        .replace(OWN, own)
    )


def own_actions(post_id: int, *, state: str) -> str:
    """What the author alone may do with a post, as HTML for its slot."""
    if state == PostState.WITHDRAWN:
        return ""
    # The reasons are given on a page of moderation, which is a floor above.
    why = reverse("moderation:why", args=[post_id])
    return render_to_string(
        "discussion/_own_actions.html", {"id": post_id, "state": state, "S": PostState, "why": why}
    )


def with_current(posts: Sequence[Post]) -> Sequence[Post]:
    """Attaches to each post its newest revision as `current`; one query."""
    newest: dict[int, Revision] = {}
    for revision in Revision.objects.filter(post_id__in=[post.pk for post in posts]).order_by("number"):
        newest[revision.post_id] = revision
    for post in posts:
        post.current = newest.get(post.pk)  # type: ignore[attr-defined]
    return posts


def load_posts(ids: Iterable[int]) -> Sequence[Post]:
    """Posts with what their fragments show; two queries."""
    return with_current(list(Post.objects.filter(pk__in=list(ids)).select_related("author", "parent")))


def store_fragments(posts: Sequence[Post], languages: Iterable[str]) -> dict[tuple[int, str], str]:
    """Renders posts and keeps the fragments of public ones; returns HTML by (post id, language).

    The stored row names the version it was made from: a reader who renders an older state at the same time as a
    change commits can never put that text before others.
    """
    made = {(post.pk, language): render_fragment(post, language) for language in languages for post in posts}
    kept = [
        Fragment(post=post, language=language, key=fragment_key(post.version), html=made[post.pk, language])
        for post in posts
        for language in languages
        if post.state != PostState.HELD
    ]
    Fragment.objects.bulk_create(
        kept, update_conflicts=True, update_fields=["key", "html"], unique_fields=["post", "language"]
    )
    return made


def fragments_for(ids: Sequence[int], language: str) -> dict[int, str]:
    """Fragments of public posts as they are now, in one language; makes those that are missing or out of date."""
    if not ids:
        return {}
    rows = Post.objects.filter(pk__in=ids).exclude(state=PostState.HELD).values_list("pk", "version")
    wanted = {pk: fragment_key(version) for pk, version in rows}
    found = {
        pk: html
        for pk, key, html in Fragment.objects.filter(post_id__in=ids, language=language).values_list(
            "post_id", "key", "html"
        )
        if wanted.get(pk) == key
    }
    missing = [pk for pk in wanted if pk not in found]
    if missing:
        made = store_fragments(load_posts(missing), [language])
        found.update({pk: html for (pk, _), html in made.items() if pk in wanted})
    return found


def all_languages() -> list[str]:
    return [code for code, _ in settings.LANGUAGES]
