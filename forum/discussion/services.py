"""What people and moderation do to posts. Each function is one transaction, or part of its caller's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.accounts.models import User
from forum.accounts.selectors import roles_of
from forum.common.markdown import render
from forum.consultations.models import Consultation, Provision
from forum.consultations.selectors import allowed_actions
from forum.consultations.stages import Act
from forum.discussion.errors import ReplyImpossible, StageClosed, StateConflict
from forum.discussion.fragments import all_languages, load_posts, store_fragments
from forum.discussion.gate import Action, Draft, Verdict, gate
from forum.discussion.models import PATH_DIGITS, Endorsement, Post, PostState, ReadMark, Revision, Thread
from forum.discussion.places import place_of
from forum.discussion.rules import Rule
from forum.notices.services import notify
from forum.realtime.services import append_event

EDITABLE = (PostState.PUBLISHED, PostState.HELD, PostState.HIDDEN)


@dataclass(frozen=True)
class Outcome:
    """What became of a submission: a post, or (nudged) none yet. `repeated` says that it was there already."""

    post: Post | None
    verdict: Verdict | None
    repeated: bool = False


def open_thread(consultation: Consultation, provision: Provision | None) -> Thread:
    """The thread about a provision, or about the consultation as a whole; made when first asked for."""
    thread, _created = Thread.objects.get_or_create(consultation=consultation, provision=provision)
    return thread


# ---- what people do -----------------------------------------------------------------------------------------


def submit_post(
    *,
    author: User,
    thread_id: int,
    source: str,
    language: str,
    parent_id: int | None = None,
    submission_key: UUID | None = None,
    insisted: int | None = None,
) -> Outcome:
    """Takes a text into a thread: published, held, or (not saved yet) nudged.

    `submission_key` makes a repeated request harmless; `insisted` is the nudge that the author has answered with
    "post as it is". Raises StageClosed and ReplyImpossible.
    """
    if repeated := _submitted_before(author, submission_key):
        return Outcome(post=repeated, verdict=None, repeated=True)
    thread = Thread.objects.select_related("consultation").get(pk=thread_id)
    check_stage(thread, Act.REPLY if parent_id else Act.POST, at=timezone.now())
    if parent_id:
        answerable_post(thread_id=thread.pk, post_id=parent_id)
    verdict = gate().judge(
        Draft(
            author_id=author.pk,
            consultation_id=thread.consultation_id,
            thread_id=thread.pk,
            source=source,
            insisted=insisted,
        )
    )
    if verdict.action is Action.NUDGE:
        return Outcome(post=None, verdict=verdict)
    html = render(source)
    try:
        with transaction.atomic():
            post = _place(
                author=author, thread=thread, parent_id=parent_id, key=submission_key, verdict=verdict
            )
            revision = Revision.objects.create(
                post=post, number=1, source=source, html=html, language=language, was_public=post.is_public
            )
            gate().record(verdict, post=post, revision=revision)
            if post.is_public:
                _show(post.pk, counted=1)
                _tell_of_reply(post)
    except IntegrityError:
        # The same press of the button arrived twice at the same moment.
        repeated = _submitted_before(author, submission_key)
        if repeated is None:
            raise
        return Outcome(post=repeated, verdict=verdict, repeated=True)
    post.refresh_from_db()
    return Outcome(post=post, verdict=verdict)


def edit_post(
    *,
    author: User,
    post_id: int,
    source: str,
    language: str,
    seen_revision: int,
    insisted: int | None = None,
) -> Outcome:
    """Gives a post a new revision, screened like a first one.

    A published post stays published or is held; a held one stays held and a hidden one hidden until a
    facilitator has seen the difference. `seen_revision` is the number that the author edited from. Raises
    StageClosed and StateConflict.
    """
    post = Post.objects.select_related("thread__consultation").get(pk=post_id, author=author)
    check_stage(post.thread, Act.REPLY, at=timezone.now())
    if post.state not in EDITABLE:
        raise StateConflict(_("A withdrawn post cannot be edited."))
    verdict = gate().judge(
        Draft(
            author_id=author.pk,
            consultation_id=post.thread.consultation_id,
            thread_id=post.thread_id,
            source=source,
            post_id=post.pk,
            insisted=insisted,
        )
    )
    if verdict.action is Action.NUDGE:
        return Outcome(post=None, verdict=verdict)
    html = render(source)
    with transaction.atomic():
        post = Post.objects.select_for_update(no_key=True).get(pk=post_id)
        newest = post.revisions.order_by("-number").values_list("number", "source").first()
        if newest and newest[1] == source:
            return Outcome(post=post, verdict=verdict, repeated=True)
        if post.state not in EDITABLE or newest is None or newest[0] != seen_revision:
            raise StateConflict
        was_published = post.state == PostState.PUBLISHED
        public = was_published and verdict.action is Action.PUBLISH
        if was_published and not public:
            post.state = PostState.HELD
            post.state_changed_at = timezone.now()
        post.awaiting_screening = verdict.awaiting
        post.edited_at = timezone.now()
        post.version += 1
        post.save()
        revision = Revision.objects.create(
            post=post,
            number=seen_revision + 1,
            source=source,
            html=html,
            language=language,
            was_public=public,
        )
        gate().record(verdict, post=post, revision=revision)
        if public:
            _show(post.pk)
        elif was_published:
            _take_from_view(post, counted=-1)
    post.refresh_from_db()
    return Outcome(post=post, verdict=verdict)


def withdraw_post(*, author: User, post_id: int) -> None:
    """Takes the author's own post back; its place stays, its text does not. Repeating it changes nothing."""
    with transaction.atomic():
        post = Post.objects.select_for_update(no_key=True).get(pk=post_id, author=author)
        if post.state == PostState.WITHDRAWN:
            return
        if post.state == PostState.HIDDEN:
            raise StateConflict(_("A post that was hidden cannot be withdrawn. You can revise it."))
        counted = -1 if post.state == PostState.PUBLISHED else 0
        was_held = post.state == PostState.HELD
        _move(post.pk, to=PostState.WITHDRAWN, of=(PostState.PUBLISHED, PostState.HELD))
        post.refresh_from_db()
        gate().withdrawn(post)
        if not was_held:
            _show(post.pk, counted=counted)


def endorse(*, user: User, post_id: int, at: datetime | None = None) -> int:
    """Adds the person's support; returns the new count. Repeating it changes nothing."""
    return _set_endorsement(user=user, post_id=post_id, wanted=True, at=at or timezone.now())


def unendorse(*, user: User, post_id: int, at: datetime | None = None) -> int:
    """Takes the person's support back; returns the new count. Repeating it changes nothing."""
    return _set_endorsement(user=user, post_id=post_id, wanted=False, at=at or timezone.now())


def mark_read(*, user_id: int, thread_id: int, number: int) -> None:
    """Remembers the newest post number that the person has been shown."""
    ReadMark.objects.bulk_create(
        [ReadMark(user_id=user_id, thread_id=thread_id, last_post_number=number)],
        update_conflicts=True,
        update_fields=["last_post_number"],
        unique_fields=["thread", "user"],
    )


# ---- what moderation does, inside its own transaction ---------------------------------------------------------


def publish_post(post_id: int) -> None:
    """A held or hidden post becomes readable (again), where it stood. Raises StateConflict."""
    with transaction.atomic():
        _move(post_id, to=PostState.PUBLISHED, of=(PostState.HELD, PostState.HIDDEN))
        revisions = Revision.objects.filter(post_id=post_id)
        is_new = not revisions.filter(was_public=True).exists()
        newest = revisions.order_by("-number").values_list("pk", flat=True)[0]
        revisions.filter(pk=newest).update(was_public=True)
        _show(post_id, counted=1)
        if is_new:
            _tell_of_reply(Post.objects.get(pk=post_id))


def hide_post(post_id: int, *, rule: Rule | str) -> None:
    """Puts a tombstone that names the rule in the place of a published or held post. Raises StateConflict."""
    with transaction.atomic():
        published = Post.objects.filter(pk=post_id, state=PostState.PUBLISHED).exists()
        _move(post_id, to=PostState.HIDDEN, of=(PostState.PUBLISHED, PostState.HELD), rule=str(rule))
        _show(post_id, counted=-1 if published else 0)


def hold_post(post_id: int) -> None:
    """Takes a published post out of sight until somebody decides. Raises StateConflict."""
    with transaction.atomic():
        _move(post_id, to=PostState.HELD, of=(PostState.PUBLISHED,))
        _take_from_view(Post.objects.get(pk=post_id), counted=-1)


def screened(post_id: int) -> None:
    """The post's newest revision has been screened after all."""
    Post.objects.filter(pk=post_id).update(awaiting_screening=False)


# ---- rules --------------------------------------------------------------------------------------------------


def check_stage(thread: Thread, act: Act, *, at: datetime) -> None:
    """Raises StageClosed unless the stage at that moment allows the act in the thread."""
    allowed = allowed_actions(thread.consultation, at=at, general=thread.provision_id is None)
    if act in allowed:
        return
    if act is Act.POST and Act.REPLY in allowed:
        raise StageClosed(_("In the present stage you can reply to posts, but not begin new ones."))
    raise StageClosed


def answerable_post(*, thread_id: int, post_id: int) -> Post:
    """The post to reply to. Raises ReplyImpossible with the reason."""
    post = Post.objects.filter(pk=post_id).first()
    if post is None or post.state == PostState.HELD:
        raise ReplyImpossible(
            _("The post you reply to is not there. Your text is kept: post it without the reply.")
        )
    if post.thread_id != thread_id:
        raise ReplyImpossible(_("The post you reply to stands in another thread. Your text is kept."))
    if post.state == PostState.HIDDEN:
        raise ReplyImpossible(_("The post you reply to has been hidden meanwhile. Your text is kept."))
    if post.state == PostState.WITHDRAWN:
        raise ReplyImpossible(_("The post you reply to has been withdrawn meanwhile. Your text is kept."))
    return post


# ---- how it is done -----------------------------------------------------------------------------------------


def _submitted_before(author: User, key: UUID | None) -> Post | None:
    return Post.objects.filter(author=author, submission_key=key).first() if key else None


def _place(
    *, author: User, thread: Thread, parent_id: int | None, key: UUID | None, verdict: Verdict
) -> Post:
    """Saves a post at its place. Raising the thread's counter first makes writers of one thread take turns."""
    Thread.objects.filter(pk=thread.pk).update(last_post_number=F("last_post_number") + 1)
    number = Thread.objects.values_list("last_post_number", flat=True).get(pk=thread.pk)
    parent = answerable_post(thread_id=thread.pk, post_id=parent_id) if parent_id else None
    own = f"{number:0{PATH_DIGITS}d}"
    ancestors = parent.path[: 2 * PATH_DIGITS] if parent else ""
    return Post.objects.create(
        thread=thread,
        number=number,
        parent=parent,
        path=ancestors + own,
        depth=len(ancestors) // PATH_DIGITS,
        author=author,
        role=_speaking_role(author, thread.consultation_id),
        state=PostState.HELD if verdict.action is Action.HOLD else PostState.PUBLISHED,
        awaiting_screening=verdict.awaiting,
        submission_key=key,
    )


def _speaking_role(author: User, consultation_id: int) -> str:
    """The office shown beside the name; the one that binds most comes first."""
    held = roles_of(author, consultation_id)
    return next((kind for kind in ("official", "facilitator", "intermediary") if kind in held), "")


def _move(post_id: int, *, to: PostState, of: tuple[PostState, ...], rule: str = "") -> None:
    moved = Post.objects.filter(pk=post_id, state__in=of).update(
        state=to, hidden_rule=rule, state_changed_at=timezone.now(), version=F("version") + 1
    )
    if not moved:
        raise StateConflict


def _show(post_id: int, *, counted: int = 0) -> None:
    """Renders the post as it is now and tells the thread's readers."""
    post = load_posts([post_id])[0]
    store_fragments([post], all_languages())
    if counted:
        Thread.objects.filter(pk=post.thread_id).update(post_count=F("post_count") + counted)
    append_event(f"thread-{post.thread_id}", kind="post", subject_id=post_id)


def _tell_of_reply(post: Post) -> None:
    """Tells the author of the post replied to, unless they talk to themselves or are gone."""
    if post.parent_id is None:
        return
    parent = Post.objects.select_related("author", "thread").get(pk=post.parent_id)
    if parent.author is None or parent.author_id == post.author_id:
        return
    place = place_of(parent.thread, language=parent.author.language)
    url = reverse("discussion:post", args=[post.pk])
    notify(user_id=parent.author.pk, kind="reply", url=url, context={"place": place})


def _take_from_view(post: Post, *, counted: int) -> None:
    """Removes what was stored for readers and tells them that the post is gone, without saying why."""
    post.fragments.all().delete()
    if counted:
        Thread.objects.filter(pk=post.thread_id).update(post_count=F("post_count") + counted)
    append_event(f"thread-{post.thread_id}", kind="post", subject_id=post.pk)


def _set_endorsement(*, user: User, post_id: int, wanted: bool, at: datetime) -> int:
    post = Post.objects.select_related("thread__consultation").get(pk=post_id)
    check_stage(post.thread, Act.ENDORSE, at=at)
    if post.state != PostState.PUBLISHED:
        raise StateConflict
    if post.author_id == user.pk:
        raise StateConflict(_("You cannot endorse your own post."))
    with transaction.atomic():
        # The row lock makes the count follow the endorsements, whoever presses at the same moment.
        locked = Post.objects.select_for_update(no_key=True).get(pk=post_id)
        if wanted:
            _row, changed = Endorsement.objects.get_or_create(post=locked, user=user)
        else:
            changed = bool(Endorsement.objects.filter(post=locked, user=user).delete()[0])
        if changed:
            locked.endorsement_count += 1 if wanted else -1
            locked.save(update_fields=["endorsement_count"])
            append_event(f"thread-{locked.thread_id}", kind="endorsements", subject_id=post_id)
        return locked.endorsement_count
