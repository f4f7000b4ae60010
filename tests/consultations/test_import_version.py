import pytest
from django.core.exceptions import ValidationError

from forum.consultations import services
from forum.consultations.models import DraftVersion, Provision, Section, SectionTranslation

from .conftest import at, draft_text
from .drafts import read


def test_a_draft_becomes_the_first_version_with_its_tree(consultation, publish):
    result = publish(consultation, draft_text(2))
    assert (result.is_new, result.version.number, result.version.title) == (True, 1, "公園夜間開放辦法草案")
    rows = result.version.sections.values_list(
        "provision__anchor", "kind", "parent__provision__anchor", "depth"
    )
    assert list(rows)[:5] == [
        ("ch-1", "chapter", None, 0),
        ("art-1", "article", "ch-1", 1),
        ("art-1-p1", "paragraph", "art-1", 2),
        ("art-1-p2", "paragraph", "art-1", 2),
        ("art-1-p2-sp1", "subparagraph", "art-1-p2", 3),
    ]
    article = Section.objects.get(version=result.version, provision__anchor="art-2")
    assert (article.ordinal, article.label, article.heading, article.reason) == (
        "2",
        "第2條",
        "標題2",
        "明定第2區。",
    )


def test_an_unchanged_text_makes_nothing_new(consultation, publish):
    first = publish(consultation, draft_text(3))
    again = publish(consultation, draft_text(3) + "\n\n")
    assert (again.is_new, again.version) == (False, first.version)
    assert DraftVersion.objects.count() == 1


def test_a_changed_text_makes_a_new_version_and_keeps_the_provisions(consultation, publish):
    publish(consultation, draft_text(3))
    before = dict(Provision.objects.values_list("anchor", "pk"))
    result = publish(consultation, draft_text(4, changed=2))
    assert result.version.number == 2
    assert before.items() <= dict(Provision.objects.values_list("anchor", "pk")).items()
    changes = {(row.anchor, row.status.value) for row in result.rows if row.is_changed}
    assert ("art-2-p1", "changed") in changes
    assert ("art-4", "added") in changes
    assert not any(anchor.startswith(("art-1", "art-3")) for anchor, _ in changes)


def test_a_text_that_goes_back_to_an_older_one_is_a_version_of_its_own(consultation, publish):
    for changed in (0, 2, 0):
        publish(consultation, draft_text(3, changed=changed))
    assert [v.number for v in consultation.versions.all()] == [1, 2, 3]


def test_alternatives_headings_and_divisions_are_saved_as_what_they_are(consultation, publish):
    text = (
        "# 規則\n\n## 第一節 甲\n\n### 第一條\n\n甲案：文。\n\n乙案：字。\n\n## 附則\n\n### 第二條\n\n文。\n"
    )
    version = publish(consultation, text).version
    kinds = dict(version.sections.values_list("provision__anchor", "kind"))
    assert (kinds["sec-1"], kinds["art-1-alt-1"]) == ("division", "alternative")
    assert "heading" in kinds.values()


def test_nothing_is_saved_when_something_fails_in_the_middle(consultation, tmp_path, monkeypatch):
    draft = read(tmp_path, draft_text(2))
    monkeypatch.setattr(Section.objects, "bulk_create", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.import_version(draft, consultation=consultation)
    assert not DraftVersion.objects.exists()
    assert not Provision.objects.exists()


def test_a_translation_is_laid_beside_the_sections_of_the_same_anchors(consultation, publish, tmp_path):
    version = publish(consultation, draft_text(2)).version
    english = read(tmp_path, draft_text(2, chinese=False))
    result = services.import_translation(english, version=version, language="en")
    assert result.changed == result.sections == version.sections.count()
    item = SectionTranslation.objects.get(section__provision__anchor="art-1-p2-sp2")
    assert (item.label, item.text) == ("(b)", "two.")
    assert services.import_translation(english, version=version, language="en").changed == 0


def test_a_translation_that_lacks_a_section_is_refused_with_its_anchor(consultation, publish, tmp_path):
    version = publish(consultation, draft_text(3)).version
    english = read(tmp_path, draft_text(2, chinese=False))
    with pytest.raises(services.DraftError, match="translation_mismatch") as refused:
        services.import_translation(english, version=version, language="en")
    assert "art-3-p2-sp1" in str(refused.value.message)
    assert not SectionTranslation.objects.exists()


def test_the_original_language_is_no_translation(consultation, publish, tmp_path):
    version = publish(consultation, draft_text(1)).version
    with pytest.raises(services.DraftError, match="same_language"):
        services.import_translation(read(tmp_path, draft_text(1)), version=version, language="zh-hant")


def test_a_new_version_keeps_the_translations_of_what_did_not_change(consultation, publish, tmp_path):
    version = publish(consultation, draft_text(2)).version
    english = read(tmp_path, draft_text(2, chinese=False))
    services.import_translation(english, version=version, language="en")
    second = publish(consultation, draft_text(2, changed=2)).version
    translated = set(
        SectionTranslation.objects.filter(section__version=second).values_list(
            "section__provision__anchor", flat=True
        )
    )
    assert "art-1-p1" in translated
    assert "art-2-p1" not in translated


def test_stages_of_a_consultation_do_not_overlap(consultation):
    consultation.stages.filter(kind="reflection").delete()
    services.add_stage(consultation, services.StageWindow("reflection", at(15), at(20)))
    consultation.stages.filter(kind="reflection").delete()
    with pytest.raises(services.DraftError, match="stage_overlaps"):
        services.add_stage(consultation, services.StageWindow("reflection", at(14), at(20)))


def test_a_slug_is_given_once(consultation):
    with pytest.raises(ValidationError):
        services.create_consultation(
            "parks", title="x", agency="x", question="x", language="en", level="local"
        )
