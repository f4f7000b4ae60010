"""The translation catalogues are complete, and the checker that says so notices what is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import polib
import pytest
from django.core.management import CommandError, call_command

from forum.common.management.catalogues import catalogue_problems, compile_catalogues


def catalogue(path: Path, **entries: str) -> Path:
    """A catalogue file with these messages; a name's underscores are spaces of its source text."""
    file = polib.POFile()
    file.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    file.extend(
        polib.POEntry(msgid=source.replace("_", " "), msgstr=text) for source, text in entries.items()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    file.save(str(path))
    return path


def test_every_message_of_the_interface_is_translated(capsys: pytest.CaptureFixture[str]) -> None:
    if not shutil.which("xgettext"):
        pytest.skip("the gettext programs are not installed")
    try:
        call_command("check_catalogues")
    except CommandError as error:
        pytest.fail(f"{error}\n{capsys.readouterr().out}")


@pytest.mark.parametrize(
    ("present", "complaint"),
    [
        ({}, "missing: 'Save'"),
        ({"Save": ""}, "has no translation"),
        ({"Save": "儲存", "Send": "送出"}, "no longer used: 'Send'"),
        ({"Save": "儲存 %(name)s"}, "has other placeholders than its source (%(name)s)"),
    ],
)
def test_a_gap_in_a_catalogue_is_told(tmp_path: Path, present: dict[str, str], complaint: str) -> None:
    extracted = catalogue(tmp_path / "fresh.po", Save="")
    problems = catalogue_problems(catalogue(tmp_path / "django.po", **present), extracted=extracted)
    assert any(complaint in problem for problem in problems), problems


def test_a_fuzzy_entry_is_told(tmp_path: Path) -> None:
    path = catalogue(tmp_path / "django.po", Save="儲存")
    path.write_text(path.read_text().replace('msgid "Save"', '#, fuzzy\nmsgid "Save"'))
    [problem] = catalogue_problems(path, extracted=catalogue(tmp_path / "fresh.po", Save=""))
    assert "is fuzzy" in problem


def test_a_complete_catalogue_has_no_problems(tmp_path: Path) -> None:
    fresh = catalogue(tmp_path / "fresh.po", Save="")
    assert catalogue_problems(catalogue(tmp_path / "django.po", Save="儲存"), extracted=fresh) == []


def test_only_changed_catalogues_are_compiled(tmp_path: Path) -> None:
    source = catalogue(
        tmp_path / "forum" / "x" / "locale" / "zh_Hant" / "LC_MESSAGES" / "django.po", Save="儲存"
    )
    assert compile_catalogues(tmp_path) == [source.with_suffix(".mo")]
    assert compile_catalogues(tmp_path) == []
