"""What stands above the talk: the public explainers pinned to it, and that open pages hear of changes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forum.consultations.models import DraftVersion
from forum.explainers import services
from forum.explainers.fragments import background_fragments
from forum.explainers.selectors import background_for
from forum.explainers.signals import background_changed
from tests.explainers.conftest import make_intermediary, text


@pytest.fixture
def heard():
    """What the signal said, in order."""
    said = []

    def listen(**told):
        assert connection.in_atomic_block
        said.append((told["consultation_id"], set(told["provision_ids"]), told["explainer_id"]))

    background_changed.connect(listen)
    yield said
    background_changed.disconnect(listen)


def ids(rows):
    return [row.explainer_id for row in rows]


def shown(provision_id, consultation, language="en"):
    return ids(background_for(provision_id, consultation_id=consultation.pk, language=language))


def test_a_published_explainer_stands_in_the_threads_of_its_articles_alone(publish, article, consultation):
    explainer = publish(article(1), article(2))
    assert shown(article(1), consultation) == shown(article(2), consultation) == [explainer.pk]
    assert shown(article(3), consultation) == []
    assert shown(None, consultation) == []


def test_one_about_the_whole_stands_in_the_consultations_own_thread(publish, article, consultation):
    explainer = publish(is_about_whole=True)
    assert shown(None, consultation) == [explainer.pk]
    assert shown(article(1), consultation) == []


def test_a_draft_stands_nowhere(consultation, writer, article):
    content = text(provision_ids=frozenset({article(1)}), is_about_whole=True)
    services.create_explainer(consultation.pk, author=writer, content=content)
    assert shown(article(1), consultation) == shown(None, consultation) == []


def test_a_newer_draft_changes_neither_text_nor_places(publish, article, consultation, writer):
    explainer = publish(article(1))
    content = text(sentence="A secret draft.", provision_ids=frozenset({article(2)}))
    services.save_revision(explainer.pk, author=writer, content=content, base=1)
    (pinned,) = background_for(article(1), consultation_id=consultation.pk, language="en")
    assert pinned.sentence == text().sentence
    assert shown(article(2), consultation) == []


def test_a_newer_publication_takes_its_text_and_places_with_it(publish, article, consultation, writer):
    explainer = publish(article(1))
    content = text(sentence="Now different.", provision_ids=frozenset({article(2)}))
    revision = services.save_revision(explainer.pk, author=writer, content=content, base=1)
    services.publish_revision(revision.pk)
    assert shown(article(1), consultation) == []
    (pinned,) = background_for(article(2), consultation_id=consultation.pk, language="en")
    assert (pinned.sentence, pinned.number) == ("Now different.", 2)


def test_readers_get_their_language_and_otherwise_the_other_with_a_word_about_it(
    publish, article, consultation, writer
):
    explainer = publish(article(1))
    (pinned,) = background_for(article(1), consultation_id=consultation.pk, language="zh-hant")
    assert (pinned.language, pinned.is_fallback) == ("en", True)
    fragment = background_fragments(article(1), consultation_id=consultation.pk, language="zh-hant")
    assert "這裡先顯示英文版" in fragment[explainer.pk]
    assert 'lang="en"' in fragment[explainer.pk]

    chinese = text("zh-hant", title="為什麼要回答", provision_ids=frozenset({article(1)}))
    services.publish_revision(services.save_revision(explainer.pk, author=writer, content=chinese, base=0).pk)
    (pinned,) = background_for(article(1), consultation_id=consultation.pk, language="zh-hant")
    assert (pinned.title, pinned.is_fallback) == ("為什麼要回答", False)
    assert pinned.languages == ("en", "zh-hant")
    (pinned,) = background_for(article(1), consultation_id=consultation.pk, language="en")
    assert (pinned.title, pinned.is_fallback) == (text().title, False)


@pytest.mark.parametrize("count", [1, 12])
def test_a_thread_asks_the_database_twice_however_much_background_it_has(
    publish, article, consultation, count
):
    for _ in range(count):
        publish(article(1))
    provision_id = article(1)
    with CaptureQueriesContext(connection) as queries:
        rows = background_for(provision_id, consultation_id=consultation.pk, language="en")
        assert [len(row.sources) for row in rows] == [1] * count
    assert len(queries) == 2


def test_the_fragment_is_the_same_for_everybody_and_holds_the_layers(publish, article, consultation):
    explainer = publish(article(1))
    (html,) = background_fragments(article(1), consultation_id=consultation.pk, language="en").values()
    assert f'id="background-{explainer.pk}"' in html
    assert "<strong>answer</strong>" in html
    assert 'href="https://law.moj.gov.tw/a" rel="nofollow ugc noreferrer"' in html
    assert "CC BY 4.0" in html
    assert "csrf" not in html


def test_an_explainer_of_another_consultation_stands_nowhere_here(
    publish, article, consultation, other_consultation
):
    stranger = make_intermediary("stranger", other_consultation)
    publish(article(1, of=other_consultation), author=stranger, consultation_id=other_consultation.pk)
    assert shown(article(1), consultation) == []
    assert shown(article(1, of=other_consultation), consultation) == []


def test_it_stays_when_the_draft_gets_a_new_version(publish, article, consultation):
    explainer = publish(article(1))
    DraftVersion.objects.create(
        consultation=consultation, number=2, digest="1" * 64, published_at="2026-01-01T00:00Z"
    )
    assert shown(article(1), consultation) == [explainer.pk]


# ---- the signal -----------------------------------------------------------------------------------------


def test_a_draft_is_not_announced(consultation, writer, article, heard):
    services.create_explainer(consultation.pk, author=writer, content=text())
    assert heard == []


def test_publishing_announces_the_places_in_the_same_transaction(publish, article, consultation, heard):
    explainer = publish(article(1), article(2))
    assert heard == [(consultation.pk, {article(1), article(2)}, explainer.pk)]


def test_moving_announces_old_and_new_places(publish, article, consultation, writer, heard):
    explainer = publish(article(1))
    content = text(provision_ids=frozenset({article(2)}), is_about_whole=True)
    revision = services.save_revision(explainer.pk, author=writer, content=content, base=1)
    services.publish_revision(revision.pk)
    assert heard[-1] == (consultation.pk, {article(1), article(2), None}, explainer.pk)


def test_publishing_again_what_is_public_announces_nothing(publish, article, heard):
    explainer = publish(article(1))
    services.publish_revision(explainer.placed_by_id)
    assert len(heard) == 1


def test_withdrawing_announces_and_empties_the_places_once(publish, article, consultation, heard):
    explainer = publish(article(1))
    services.withdraw_publication(explainer.pk)
    services.withdraw_publication(explainer.pk)
    assert heard[1:] == [(consultation.pk, {article(1)}, explainer.pk)]
    assert shown(article(1), consultation) == []


def test_a_review_of_a_public_text_is_announced(publish, article, consultation, colleague, heard):
    explainer = publish(article(1))
    services.review_revision(explainer.placed_by_id, reviewer=colleague, url="/")
    assert heard[1:] == [(consultation.pk, {article(1)}, explainer.pk)]
    (pinned,) = background_for(article(1), consultation_id=consultation.pk, language="en")
    assert (pinned.is_reviewed, pinned.reviewer) == (True, "colleague")
