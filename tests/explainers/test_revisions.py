"""Revisions: added, never overwritten; published when complete; reviewed by somebody else."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from forum.accounts.services import export_account
from forum.explainers import services
from forum.explainers.content import SourceLine, content_of
from forum.explainers.errors import EditConflict, NotPublishable, NotReviewable
from forum.explainers.models import Explainer, ExplainerRevision, Source
from forum.notices.models import Notice
from tests.explainers.conftest import text


@pytest.fixture
def draft(consultation, writer, article):
    def make(**changes):
        content = text(provision_ids=frozenset({article(1)}), **changes)
        return services.create_explainer(consultation.pk, author=writer, content=content)

    return make


def test_each_save_adds_a_revision_and_leaves_the_older_as_they_were(draft, writer, article):
    first = draft()
    before = content_of(first)
    content = text(plain="Other words.", sources=(), provision_ids=frozenset({article(2)}))
    second = services.save_revision(first.explainer_id, author=writer, content=content, base=1)
    assert (second.number, content_of(second)) == (2, content)
    assert content_of(ExplainerRevision.objects.get(pk=first.pk)) == before


def test_numbers_count_for_each_language(draft, writer):
    first = draft()
    second = services.save_revision(first.explainer_id, author=writer, content=text("zh-hant"), base=0)
    assert (first.number, second.number) == (1, 1)


def test_saving_the_same_again_adds_nothing(draft, writer):
    first = draft()
    again = services.save_revision(first.explainer_id, author=writer, content=content_of(first), base=1)
    assert again.pk == first.pk


def test_who_saw_an_older_revision_learns_of_the_newer(draft, writer, colleague):
    first = draft()
    theirs = services.save_revision(first.explainer_id, author=colleague, content=text(plain="B"), base=1)
    with pytest.raises(EditConflict) as caught:
        services.save_revision(first.explainer_id, author=writer, content=text(plain="C"), base=1)
    assert caught.value.newest == theirs
    assert ExplainerRevision.objects.count() == 2


def test_two_presses_of_the_button_make_one_explainer(consultation, writer):
    key = uuid.uuid4()
    for _ in range(2):
        services.create_explainer(consultation.pk, author=writer, content=text(), submission_key=key)
    assert (Explainer.objects.count(), ExplainerRevision.objects.count()) == (1, 1)


def test_a_second_press_with_another_text_loses_no_text(consultation, writer):
    key = uuid.uuid4()
    services.create_explainer(consultation.pk, author=writer, content=text(), submission_key=key)
    changed = services.create_explainer(
        consultation.pk, author=writer, content=text(plain="More."), submission_key=key
    )
    assert (Explainer.objects.count(), changed.number, changed.plain) == (1, 2, "More.")


@pytest.mark.parametrize(
    "lack", [{"sentence": ""}, {"plain": ""}, {"sources": ()}, {"provision_ids": frozenset()}]
)
def test_what_is_incomplete_is_not_published(consultation, writer, article, lack):
    content = text(**({"provision_ids": frozenset({article(1)})} | lack))
    revision = services.create_explainer(consultation.pk, author=writer, content=content)
    with pytest.raises(NotPublishable):
        services.publish_revision(revision.pk)
    assert not Explainer.objects.get().is_published


def test_two_layers_are_enough_and_need_no_source(draft):
    services.publish_revision(draft(depth="", sources=()).pk)
    assert Explainer.objects.get().is_published


def test_an_older_revision_is_not_published_over_a_newer(draft, writer):
    first = draft()
    services.save_revision(first.explainer_id, author=writer, content=text(plain="Newer."), base=1)
    with pytest.raises(NotPublishable):
        services.publish_revision(first.pk)


def test_what_was_withdrawn_can_be_published_again(draft):
    revision = draft()
    services.publish_revision(revision.pk)
    services.withdraw_publication(revision.explainer_id)
    services.publish_revision(revision.pk)
    assert Explainer.objects.get().is_published


def test_a_review_names_another_intermediary_and_tells_the_author(draft, colleague, writer):
    revision = draft()
    services.review_revision(revision.pk, reviewer=colleague, url="/c/one/background/1/")
    revision.refresh_from_db()
    assert revision.reviewed_by == colleague
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind, notice.context) == (writer, "explainer_reviewed", {})


def test_nobody_reviews_their_own_text(draft, writer):
    with pytest.raises(NotReviewable):
        services.review_revision(draft().pk, reviewer=writer, url="/")


def test_the_database_itself_refuses_an_authors_review(draft, writer):
    revision = draft()
    with pytest.raises(IntegrityError), transaction.atomic():
        ExplainerRevision.objects.filter(pk=revision.pk).update(
            reviewed_by=writer, reviewed_at=revision.created_at
        )


def test_a_review_is_given_once(draft, colleague):
    revision = draft()
    services.review_revision(revision.pk, reviewer=colleague, url="/")
    with pytest.raises(NotReviewable):
        services.review_revision(revision.pk, reviewer=colleague, url="/")


def test_a_newer_revision_is_unreviewed(draft, colleague, writer):
    revision = draft()
    services.review_revision(revision.pk, reviewer=colleague, url="/")
    newer = services.save_revision(revision.explainer_id, author=writer, content=text(plain="N"), base=1)
    assert newer.reviewed_at is None


def test_hostile_markdown_is_stored_as_written_and_rendered_harmless(draft):
    hostile = (
        "<script>alert(1)</script> [x](javascript:alert(1)) ![p](https://e.example/p.png) <b onclick=x>b</b>"
    )
    revision = draft(plain=hostile, depth="[d](data:text/html,x)")
    assert revision.plain == hostile
    for html in (revision.plain_html, revision.depth_html):
        assert not any(bad in html for bad in ("<script", 'href="javascript', "<img", "<b ", 'href="data'))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "ftp://example.tw/x", "//example.tw"]
)
def test_the_database_itself_refuses_a_source_that_is_no_web_address(draft, url):
    with pytest.raises(IntegrityError), transaction.atomic():
        Source.objects.create(revision=draft(), position=9, title="x", url=url)


def test_a_copy_of_the_account_holds_the_texts_written(draft, writer, colleague):
    services.save_revision(draft().explainer_id, author=colleague, content=text(plain="Theirs."), base=1)
    (row,) = export_account(writer)["background"]
    assert (row["revision"], row["plain"], row["sources"]) == (1, text().plain, ["https://law.moj.gov.tw/a"])


def test_the_text_outlives_its_authors_account(draft, writer):
    revision = draft(sources=(SourceLine(title="x", url="https://example.tw/"),))
    writer.delete()
    revision.refresh_from_db()
    assert revision.author is None
    assert revision.plain


def test_only_the_title_of_a_public_text_goes_into_the_notice(publish, article, colleague):
    explainer = publish(article(1))
    services.review_revision(explainer.placed_by_id, reviewer=colleague, url="/")
    assert Notice.objects.get().context == {"place": text().title}
