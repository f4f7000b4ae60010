from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from forum.consultations.models import Consultation, DraftVersion, Provision, SectionTranslation

from .conftest import draft_text
from .drafts import write

NEW = ("--create", "--agency", "市政府", "--language", "zh-hant")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("import_draft", *map(str, arguments), stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def path(tmp_path):
    write(tmp_path, {"draft.md": draft_text(2)})
    return tmp_path / "draft.md"


def test_a_dry_run_reports_and_saves_nothing(db, path):
    said = run(path, "--consultation", "parks", "--dry-run", *NEW)
    assert "draft.md:5: article 第1條 [art-1] 標題1" in said
    assert "draft.md:9: paragraph [art-1-p2] 下列除外：" in said
    assert "Nothing was saved." in said
    assert not Consultation.objects.exists()
    assert "[art-1]" in run(path, "--dry-run")


def test_a_consultation_is_made_with_its_stages(db, path):
    stage = ("--stage", "opinion", "2026-01-01T09:00+08:00", "2026-02-01T09:00")
    assert "Saved as version 1." in run(path, "--consultation", "parks", *NEW, *stage)
    made = Consultation.objects.get(slug="parks")
    assert (made.title, made.agency, made.language) == ("公園夜間開放辦法草案", "市政府", "zh-hant")
    assert [s.closes_at.isoformat() for s in made.stages.all()] == ["2026-02-01T01:00:00+00:00"]


def test_running_it_again_makes_nothing_new_and_says_so(db, path):
    run(path, "--consultation", "parks", *NEW)
    counts = DraftVersion.objects.count(), Provision.objects.count()
    assert "Nothing new: version 1 already has this text." in run(path, "--consultation", "parks")
    assert "Nothing new" in run(path, "--consultation", "parks", "--dry-run")
    assert (DraftVersion.objects.count(), Provision.objects.count()) == counts


def test_a_changed_file_makes_a_new_version_and_lists_what_changed(db, path):
    run(path, "--consultation", "parks", *NEW)
    path.write_text(draft_text(3, changed=1), encoding="utf-8")
    foretold = run(path, "--consultation", "parks", "--dry-run")
    said = run(path, "--consultation", "parks")
    for line in ("changed: art-1-p1", "added: art-3 第3條", "sections are unchanged."):
        assert line in foretold
        assert line in said
    assert "Saved as version 2." in said


def test_a_refused_draft_names_every_place_and_saves_nothing(db, path):
    path.write_text(draft_text(2) + "\n### 第2條\n\n文。\n\n### 第1條\n\n", encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        run(path, "--consultation", "parks", *NEW)
    lines = str(refused.value).splitlines()
    assert lines[0] == "The draft was refused for 3 reasons:"
    assert [line.split(": ")[0] for line in lines[1:]] == ["draft.md:29", "draft.md:33", "draft.md:33"]
    assert not Consultation.objects.exists()


def test_a_translation_is_laid_beside_a_version(db, path, tmp_path):
    run(path, "--consultation", "parks", *NEW)
    write(tmp_path, {"english.md": draft_text(2, chinese=False)})
    arguments = (
        tmp_path / "english.md",
        "--consultation",
        "parks",
        "--language",
        "en",
        "--translation-of",
        "1",
    )
    assert "Translation of version 1: 11 sections, 11 new or changed." in run(*arguments)
    assert "0 new or changed" in run(*arguments)
    assert SectionTranslation.objects.filter(language="en").count() == 11


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name the consultation"),
        (["--consultation", "parks"], "There is no consultation parks"),
        (["--consultation", "parks", "--create"], "needs --title and --agency"),
        (["--consultation", "no slug!", *NEW], "slug"),
        (["--consultation", "parks", *NEW, "--stage", "opinion", "soon", "later"], "soon is no time"),
        (["--consultation", "parks", *NEW, "--stage", "voting", "2026-01-01", "2026-02-01"], "kind"),
        (["--consultation", "parks", *NEW, "--translation-of", "7"], "has no version 7"),
        (["--consultation", "parks", *NEW, "--encoding", "klingon"], "no encoding"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_one_line(db, path, arguments, said):
    with pytest.raises(CommandError) as refused:
        run(path, *arguments)
    assert said in str(refused.value)
    assert not Consultation.objects.exists()
