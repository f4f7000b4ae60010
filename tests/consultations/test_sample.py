"""The consultation that ships: loaded once, in two languages and two versions."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.consultations import selectors
from forum.consultations.compare import compare_words
from forum.consultations.models import Consultation, DraftVersion, SectionTranslation
from forum.consultations.sample import load_sample, sample_draft
from forum.consultations.services import words_of_version


@pytest.mark.parametrize("number", [1, 2])
def test_both_languages_have_the_same_provisions(number):
    chinese, english = sample_draft(number, "zh-hant"), sample_draft(number, "en")
    assert [(s.anchor, s.kind) for s in chinese.walk()] == [(s.anchor, s.kind) for s in english.walk()]
    assert not chinese.notes
    assert not english.notes
    assert not chinese.background
    assert chinese.preface
    assert english.preface


def test_it_has_a_dozen_articles_in_three_chapters_each_with_heading_words_and_reason():
    draft = sample_draft(1, "zh-hant")
    assert [s.anchor for s in draft.sections] == ["ch-1", "ch-2", "ch-3"]
    assert [a.anchor for a in draft.articles] == [f"art-{n}" for n in range(1, 13)]
    assert all(a.heading and a.reason and a.children for a in draft.articles)
    assert any(s.kind == "subparagraph" for s in draft.walk())


def test_the_second_version_changes_two_articles_and_adds_one(db):
    first, second = load_sample().versions.all()
    rows = compare_words(words_of_version(first), words_of_version(second))
    changed = {row.anchor.split("-p")[0] for row in rows if row.status == "changed"}
    added = {row.anchor.split("-p")[0] for row in rows if row.status == "added"}
    assert (changed, added) == ({"art-6", "art-9"}, {"art-9-1"})
    assert not any(row.status == "removed" for row in rows)


def test_loading_it_again_changes_nothing(db):
    first = load_sample()
    counts = [model.objects.count() for model in (Consultation, DraftVersion, SectionTranslation)]
    assert load_sample() == first
    assert [model.objects.count() for model in (Consultation, DraftVersion, SectionTranslation)] == counts
    assert counts[:2] == [1, 2]


@pytest.mark.parametrize("language", ["zh-hant", "en"])
def test_its_opinion_stage_is_open_and_its_text_is_whole_in_both_languages(db, language):
    sample = load_sample()
    now = timezone.now()
    for moment in (now, now + timedelta(days=7)):
        assert selectors.situation(sample.stages.all(), moment).stage.kind == "opinion"
    version = selectors.newest_version(sample)
    tree = selectors.draft_tree(version, language=language, original=sample.language)
    assert {article.language for chapter in tree for article in chapter.children} == {language}


def test_its_general_explanation_is_in_both_languages(client, db):
    load_sample()
    for language, words in (("en", "Regulations touch everyone"), ("zh-hant", "法規影響每一個人的生活")):
        client.cookies["django_language"] = language
        html = client.get("/c/online-consultation/draft/").content.decode()
        assert words in html


def test_every_section_of_both_versions_is_translated(db):
    load_sample()
    for version in DraftVersion.objects.all():
        assert version.sections.count() == version.sections.filter(translations__language="en").count()
