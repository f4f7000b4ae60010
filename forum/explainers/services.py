"""Writing, publishing, withdrawing and reviewing background. Each service owns its transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.accounts.models import User
from forum.common.markdown import render
from forum.explainers.content import Content, content_of
from forum.explainers.errors import EditConflict, NotPublishable, NotReviewable
from forum.explainers.models import Explainer, ExplainerRevision, Publication, Source
from forum.explainers.signals import background_changed
from forum.notices.services import notify


@transaction.atomic
def create_explainer(
    consultation_id: int, *, author: User, content: Content, submission_key: uuid.UUID | None = None
) -> ExplainerRevision:
    """Starts an explainer with its first revision, as a draft.

    The same key again is a repeated press of the button: it starts nothing new, and adds a revision only if
    the text has changed since. Raises EditConflict as `save_revision` does.
    """
    if submission_key is not None:
        made, is_new = Explainer.objects.get_or_create(
            consultation_id=consultation_id, submission_key=submission_key
        )
        if not is_new:
            return save_revision(made.pk, author=author, content=content, base=1)
    else:
        made = Explainer.objects.create(consultation_id=consultation_id)
    return _add_revision(made, author=author, content=content, number=1)


@transaction.atomic
def save_revision(explainer_id: int, *, author: User, content: Content, base: int) -> ExplainerRevision:
    """Adds a revision, as a draft; nothing public changes.

    `base` is the number of the newest revision (in this language) that the author has seen, 0 for none.
    Raises EditConflict when there is a newer one. A text equal to the newest adds nothing and returns it.
    """
    explainer = Explainer.objects.select_for_update().get(pk=explainer_id)
    newest = explainer.revisions.filter(language=content.language).order_by("-number").first()
    if newest is not None and content_of(newest) == content:
        return newest
    number = newest.number if newest else 0
    if newest is not None and number != base:
        raise EditConflict(newest)
    return _add_revision(explainer, author=author, content=content, number=number + 1)


def _add_revision(explainer: Explainer, *, author: User, content: Content, number: int) -> ExplainerRevision:
    revision = ExplainerRevision.objects.create(
        explainer=explainer,
        language=content.language,
        number=number,
        author=author,
        title=content.title,
        sentence=content.sentence,
        plain=content.plain,
        depth=content.depth,
        plain_html=render(content.plain),
        depth_html=render(content.depth),
        is_about_whole=content.is_about_whole,
    )
    revision.provisions.set(content.provision_ids)
    Source.objects.bulk_create(
        Source(
            revision=revision,
            position=position,
            title=line.title,
            url=line.url,
            publisher=line.publisher,
            accessed_on=line.accessed_on,
        )
        for position, line in enumerate(content.sources, start=1)
    )
    return revision


@transaction.atomic
def publish_revision(revision_id: int) -> None:
    """Makes a revision what the public reads in its language, and its places where the explainer is pinned.

    Open pages hear of it by `background_changed`. Raises NotPublishable when the text is incomplete or no
    longer the newest of its language. Publishing what is public changes nothing.
    """
    revision = ExplainerRevision.objects.select_related("explainer").get(pk=revision_id)
    explainer = Explainer.objects.select_for_update().get(pk=revision.explainer_id)
    if explainer.placed_by_id == revision.pk:
        return
    _check_publishable(revision)
    before = _places(explainer.placed_by)
    now = timezone.now()
    Publication.objects.update_or_create(
        explainer=explainer,
        language=revision.language,
        defaults={"revision": revision, "published_at": now},
    )
    ExplainerRevision.objects.filter(pk=revision.pk, first_published_at=None).update(first_published_at=now)
    Explainer.objects.filter(pk=explainer.pk).update(placed_by=revision)
    _announce(explainer, places=before | _places(revision))


def _check_publishable(revision: ExplainerRevision) -> None:
    if not content_of(revision).is_complete():
        raise NotPublishable(_("A sentence, plain words, a place and sources are needed before publishing."))
    newer = ExplainerRevision.objects.filter(
        explainer_id=revision.explainer_id, language=revision.language, number__gt=revision.number
    )
    if newer.exists():
        raise NotPublishable(_("There is a newer revision. Open it and publish that one."))


@transaction.atomic
def withdraw_publication(explainer_id: int) -> None:
    """Takes an explainer out of the public's sight in all languages; its revisions stay. May be repeated."""
    explainer = Explainer.objects.select_for_update().get(pk=explainer_id)
    if not explainer.is_published:
        return
    places = _places(explainer.placed_by)
    explainer.publications.all().delete()
    Explainer.objects.filter(pk=explainer.pk).update(placed_by=None)
    _announce(explainer, places=places)


def _places(revision: ExplainerRevision | None) -> frozenset[int | None]:
    """Where a revision pins its explainer; None stands for the consultation's own thread."""
    if revision is None:
        return frozenset()
    own_thread: Iterable[int | None] = [None] if revision.is_about_whole else []
    return frozenset([*own_thread, *revision.provisions.values_list("pk", flat=True)])


def _announce(explainer: Explainer, *, places: frozenset[int | None]) -> None:
    background_changed.send(
        sender=Explainer,
        consultation_id=explainer.consultation_id,
        provision_ids=places,
        explainer_id=explainer.pk,
    )


@transaction.atomic
def review_revision(revision_id: int, *, reviewer: User, url: str) -> None:
    """Marks a revision as reviewed by another intermediary and tells its author, who finds it at `url`.

    Raises NotReviewable for its own author and for a revision that has been reviewed. Open pages hear of it
    if the revision is public.
    """
    unreviewed = ExplainerRevision.objects.filter(pk=revision_id, reviewed_at=None)
    by_another = unreviewed.exclude(author=reviewer)
    if not by_another.update(reviewed_by=reviewer, reviewed_at=timezone.now()):
        raise NotReviewable(_("A review is for somebody other than the author, and is given once."))
    revision = ExplainerRevision.objects.select_related("explainer__placed_by").get(pk=revision_id)
    is_public = Publication.objects.filter(revision=revision).exists()
    if is_public:
        _announce(revision.explainer, places=_places(revision.explainer.placed_by))
    if revision.author_id is not None:
        # A draft's title stays here: a notice travels by e-mail.
        context: dict[str, str | int] = {"place": revision.title} if is_public else {}
        notify(user_id=revision.author_id, kind="explainer_reviewed", url=url, context=context)
