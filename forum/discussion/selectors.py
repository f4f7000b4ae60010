"""What the discussion shows, and to whom. A page costs the same number of queries however long the thread is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django.http import Http404
from django.utils.safestring import SafeString

from forum.accounts.models import RoleKind
from forum.accounts.selectors import roles_of
from forum.consultations.activity import GENERAL
from forum.consultations.models import Consultation, DraftVersion, Section, SectionKind
from forum.consultations.selectors import SectionView, Situation, sections_below, situation
from forum.consultations.stages import Act
from forum.discussion.fragments import (
    fill,
    fragment_key,
    load_posts,
    own_actions,
    render_fragment,
    store_fragments,
)
from forum.discussion.models import PATH_DIGITS, Endorsement, Post, PostState, ReadMark, Revision, Thread
from forum.realtime.models import Stream

OUTLINED = (
    SectionKind.HEADING,
    SectionKind.PART,
    SectionKind.CHAPTER,
    SectionKind.DIVISION,
    SectionKind.ARTICLE,
)


@dataclass(frozen=True)
class OutlineEntry:
    """One heading or article of the draft; `unread` counts posts that the reader has not been shown."""

    anchor: str
    kind: str
    depth: int
    label: str
    heading: str
    language: str
    posts: int
    unread: int


@dataclass(frozen=True)
class PostPage:
    """One page of a thread in reading order. Cursors are paths of posts; None where nothing more stands."""

    fragments: Sequence[SafeString]
    previous: str | None
    next: str | None
    last_number: int

    @property
    def is_last(self) -> bool:
        return self.next is None


@dataclass(frozen=True)
class ThreadView:
    """What the thread page shows beside the posts. `article` is the provision's text with what is under it."""

    thread: Thread
    consultation: Consultation
    situation: Situation
    acts: frozenset[Act]
    outline: Sequence[OutlineEntry]
    article: SectionView | None
    last_event: int
    roles: frozenset[str]

    @property
    def is_facilitator(self) -> bool:
        return RoleKind.FACILITATOR in self.roles

    @property
    def may_write_background(self) -> bool:
        return RoleKind.INTERMEDIARY in self.roles


# ---- access -------------------------------------------------------------------------------------------------


def access_thread(slug: str, anchor: str, *, language: str) -> Thread:
    """The thread at an address, its consultation in the reader's language. Raises Http404. One query once it exists.

    Threads are public; the thread of a provision comes into being when it is first visited.
    """
    provision = None if anchor == GENERAL else anchor
    wanted = _threads(language).filter(consultation__slug=slug)
    wanted = wanted.filter(provision__anchor=provision) if provision else wanted.filter(provision=None)
    thread = wanted.first()
    if thread is None:
        _open_first_time(slug, provision)
        thread = wanted.first()
    if thread is None:
        raise Http404
    for name in ("title", "agency", "question", "language"):
        setattr(thread.consultation, f"shown_{name}", getattr(thread, f"shown_{name}"))
    return thread


def _threads(language: str) -> QuerySet[Thread]:
    newest = DraftVersion.objects.filter(consultation=OuterRef("consultation")).order_by("-number")
    stream = Stream.objects.filter(key=Concat(Value("thread-"), Cast(OuterRef("pk"), CharField())))
    return Thread.objects.select_related("consultation", "provision").annotate(
        translated=FilteredRelation(
            "consultation__translations", condition=Q(consultation__translations__language=language)
        ),
        shown_title=Coalesce(F("translated__title"), F("consultation__title")),
        shown_agency=Coalesce(F("translated__agency"), F("consultation__agency")),
        shown_question=Coalesce(F("translated__question"), F("consultation__question")),
        shown_language=Case(
            When(translated__pk__isnull=False, then=Value(language)), default=F("consultation__language")
        ),
        version_id=Subquery(newest.values("pk")[:1]),
        last_event=Coalesce(Subquery(stream.values("last_number")[:1]), Value(0)),
    )


def _open_first_time(slug: str, anchor: str | None) -> None:
    from forum.discussion.services import open_thread

    consultation = Consultation.objects.filter(slug=slug).first()
    if consultation is None:
        raise Http404
    provision = None
    if anchor is not None:
        provision = consultation.provisions.filter(anchor=anchor, sections__kind__in=OUTLINED).first()
        if provision is None:
            raise Http404
    open_thread(consultation, provision)


def access_post(user: Any, post_id: int) -> Post:
    """A post that `user` may see, if only its tombstone. Raises Http404 for the held posts of others."""
    post = (
        Post.objects.select_related("thread__consultation", "thread__provision", "author")
        .filter(pk=post_id)
        .first()
    )
    if post is None or (post.state == PostState.HELD and not may_read_unpublished(user, post)):
        raise Http404
    return post


def access_own_post(user: Any, post_id: int) -> Post:
    """The reader's own post. Raises Http404 for all others."""
    post = access_post(user, post_id)
    if not user.is_authenticated or post.author_id != user.pk:
        raise Http404
    return post


def may_read_unpublished(user: Any, post: Post) -> bool:
    """Authors read their own held and hidden texts, facilitators those of their consultation."""
    if not user.is_authenticated:
        return False
    return post.author_id == user.pk or RoleKind.FACILITATOR in roles_of(user, post.thread.consultation_id)


def readable_revisions(user: Any, post: Post) -> Sequence[Revision]:
    """A post's revisions that `user` may read, oldest first. Nothing of hidden and withdrawn posts is public."""
    revisions = post.revisions.order_by("number")
    if may_read_unpublished(user, post):
        return list(revisions)
    if post.state != PostState.PUBLISHED:
        raise Http404
    return list(revisions.filter(was_public=True))


# ---- the thread page ----------------------------------------------------------------------------------------


def thread_view(thread: Thread, *, user: Any, language: str, at: datetime) -> ThreadView:
    """Everything of the page that does not depend on the posts. Four queries, one less for visitors."""
    shown = vars(thread)
    standing = situation(thread.consultation.stages.all(), at)
    return ThreadView(
        thread=thread,
        consultation=thread.consultation,
        situation=standing,
        acts=standing.acts_sections if thread.provision_id else standing.acts_general,
        outline=_outline(thread, version_id=shown["version_id"], user=user, language=language),
        article=_article(thread, version_id=shown["version_id"], language=language),
        last_event=shown["last_event"],
        roles=roles_of(user, thread.consultation_id),
    )


def _outline(thread: Thread, *, version_id: int | None, user: Any, language: str) -> list[OutlineEntry]:
    seen: Any = Value(None, output_field=IntegerField())
    if user.is_authenticated:
        marks = ReadMark.objects.filter(user_id=user.pk, thread=OuterRef("provision__thread"))
        seen = Coalesce(Subquery(marks.values("last_post_number")[:1]), Value(0))
    rows = (
        Section.objects.filter(version_id=version_id, kind__in=OUTLINED)
        .annotate(translated=FilteredRelation("translations", condition=Q(translations__language=language)))
        .order_by("position")
        .values_list(
            "provision__anchor",
            "kind",
            "depth",
            Coalesce(F("translated__label"), F("label")),
            Coalesce(F("translated__heading"), F("heading")),
            F("translated__pk"),
            "provision__thread__post_count",
            "provision__thread__last_post_number",
            seen,
        )
    )
    return [
        OutlineEntry(
            anchor=anchor,
            kind=kind,
            depth=depth,
            label=label,
            heading=heading,
            language=language if translation else thread.consultation.language,
            posts=posts or 0,
            unread=min(max((last or 0) - seen, 0), posts or 0) if seen is not None else 0,
        )
        for anchor, kind, depth, label, heading, translation, posts, last, seen in rows
    ]


def _article(thread: Thread, *, version_id: int | None, language: str) -> SectionView | None:
    """The provision with everything under it in the newest version; None for the consultation's own thread."""
    if thread.provision is None or version_id is None:
        return None
    original = thread.consultation.language
    version = DraftVersion(pk=version_id)
    found = sections_below(version, thread.provision.anchor, language=language, original=original)
    return found[0] if found else None


def post_page(
    thread: Thread,
    *,
    user: Any,
    language: str,
    is_facilitator: bool = False,
    start: str = "",
    after: str = "",
    before: str = "",
) -> PostPage:
    """One page of posts by key: from `start` on, or next to a cursor. One query when all fragments are stored."""
    size = settings.POSTS_PER_PAGE
    rows = _visible(thread, user=user, is_facilitator=is_facilitator)
    if before:
        rows = rows.filter(path__lt=before).order_by("-path")
    elif after:
        rows = rows.filter(path__gt=after).order_by("path")
    else:
        rows = rows.filter(path__gte=start).order_by("path")
    found = list(
        rows.annotate(
            stored=FilteredRelation("fragments", condition=Q(fragments__language=language)),
            endorsed=_endorsed_by(user),
        ).values_list(
            "pk",
            "path",
            "number",
            "state",
            "author_id",
            "version",
            "endorsement_count",
            "endorsed",
            "stored__key",
            "stored__html",
        )[: size + 1]
    )
    more = len(found) > size
    found = found[:size]
    if before:
        found.reverse()
    html = _html_of(found, language)
    me = user.pk if user.is_authenticated else None
    fragments = [
        fill(
            html[pk],
            count=count,
            pressed=bool(endorsed),
            own=own_actions(pk, state=state) if author_id == me and me else "",
        )
        for pk, _path, _number, state, author_id, _version, count, endorsed, _key, _html in found
    ]
    has_previous, has_next = (more, True) if before else (bool(start or after), more)
    return PostPage(
        fragments=fragments,
        previous=found[0][1] if found and has_previous else None,
        next=found[-1][1] if found and has_next else None,
        last_number=max((row[2] for row in found), default=0),
    )


def _visible(thread: Thread, *, user: Any, is_facilitator: bool) -> QuerySet[Post]:
    posts = Post.objects.filter(thread=thread)
    if is_facilitator:
        return posts
    seen = ~Q(state=PostState.HELD)
    if user.is_authenticated:
        seen |= Q(author_id=user.pk)
    return posts.filter(seen)


def _endorsed_by(user: Any) -> Any:
    if not user.is_authenticated:
        return Value(False)
    return Exists(Endorsement.objects.filter(post=OuterRef("pk"), user_id=user.pk))


def _html_of(rows: Sequence[tuple[Any, ...]], language: str) -> dict[int, str]:
    """Stored fragments where they are of the post's present version; the others are rendered now."""
    html = {}
    missing = []
    for pk, _path, _number, state, _author, version, _count, _endorsed, key, stored in rows:
        if key == fragment_key(version) and state != PostState.HELD:
            html[pk] = stored
        else:
            missing.append(pk)
    if missing:
        made = store_fragments(load_posts(missing), [language])
        html.update({pk: text for (pk, _language), text in made.items()})
    return html


def page_start(post: Post) -> str:
    """Where the page that holds a permalinked post begins: at the first post of its branch."""
    return post.path[:PATH_DIGITS]


def rendered_for(post_id: int, *, user: Any, language: str) -> SafeString:
    """One post as `user` sees it, for the answer to their own action."""
    post = load_posts([post_id])[0]
    mine = user.is_authenticated and post.author_id == user.pk
    return fill(
        render_fragment(post, language),
        count=post.endorsement_count,
        pressed=user.is_authenticated and Endorsement.objects.filter(post=post, user_id=user.pk).exists(),
        own=own_actions(post.pk, state=post.state) if mine else "",
    )


def post_counts(consultation_id: int) -> dict[str, int]:
    """Readable posts of each thread of a consultation by anchor, `_` for its own thread. One query."""
    rows = Thread.objects.filter(consultation_id=consultation_id).values_list(
        "provision__anchor", "post_count"
    )
    return {anchor or GENERAL: count for anchor, count in rows}


# ---- for reviewers ------------------------------------------------------------------------------------------


def post_context(post_id: int, *, neighbours: int = 3) -> list[Post]:
    """The posts that a reviewer reads with a post: its ancestors and those just before it, each with `current`."""
    post = Post.objects.get(pk=post_id)
    wanted: list[int] = []
    parent_id = post.parent_id
    while parent_id is not None and len(wanted) < neighbours:
        wanted.append(parent_id)
        parent_id = Post.objects.values_list("parent_id", flat=True).get(pk=parent_id)
    before = Post.objects.filter(thread_id=post.thread_id, path__lt=post.path).order_by("-path")
    wanted += list(before.values_list("pk", flat=True)[:neighbours])
    return sorted(load_posts(set(wanted)), key=lambda other: other.path)
