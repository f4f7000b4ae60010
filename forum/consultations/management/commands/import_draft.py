"""Imports a draft text into a consultation, after showing what it took as what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.common.errors import DomainError
from forum.consultations import services
from forum.consultations.compare import Row
from forum.consultations.drafts import DraftRefusedError, ParsedDraft, parse_draft
from forum.consultations.models import Consultation, DraftVersion, Level, StageKind


class Command(BaseCommand):
    help = (
        "Reads a draft regulation (a Markdown or text file, or a folder in the order of its SUMMARY.md), "
        "says what it took as what, and saves it as the next version of a consultation. "
        "An unchanged text makes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="file or folder of the draft")
        parser.add_argument("--consultation", metavar="SLUG", help="the consultation it belongs to")
        parser.add_argument("--dry-run", action="store_true", help="report only, save nothing")
        parser.add_argument("--strict", action="store_true", help="refuse what would only be noted")
        parser.add_argument("--encoding", default="utf-8", help="of the files (utf-8; cp950 for Big5)")
        parser.add_argument("--quiet-report", action="store_true", help="do not list what was taken as what")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES])
        parser.add_argument(
            "--translation-of",
            type=int,
            metavar="VERSION",
            help="lay it beside this version as a translation",
        )
        new = parser.add_argument_group("a new consultation")
        new.add_argument("--create", action="store_true", help="make the consultation if it is not there yet")
        new.add_argument("--title")
        new.add_argument("--agency")
        new.add_argument("--question", default="")
        new.add_argument("--level", choices=Level.values, default=Level.CENTRAL)
        new.add_argument(
            "--stage",
            action="append",
            nargs=3,
            default=[],
            metavar=("KIND", "OPENS", "CLOSES"),
            help=f"{', '.join(StageKind.values)}; times as 2026-01-31T09:00+08:00",
        )

    def handle(self, *, path: Path, **options: Any) -> None:
        draft = self._read(path, options)
        self._report(draft, quiet=options["quiet_report"])
        if options["dry_run"] and not options["consultation"]:
            return
        if not options["consultation"]:
            raise CommandError(_("Name the consultation with --consultation."))
        try:
            self._save(draft, options)
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        except ValidationError as error:
            raise CommandError("; ".join(_field_messages(error))) from error

    def _read(self, path: Path, options: dict[str, Any]) -> ParsedDraft:
        try:
            return parse_draft(path, encoding=options["encoding"], strict=options["strict"])
        except DraftRefusedError as refused:
            lines = [str(problem) for problem in refused.problems]
            count = len(lines)
            head = ngettext(
                "The draft was refused for %(count)d reason:",
                "The draft was refused for %(count)d reasons:",
                count,
            )
            raise CommandError("\n".join([head % {"count": count}, *lines])) from refused
        except LookupError as error:
            raise CommandError(_("There is no encoding of this name.")) from error

    def _report(self, draft: ParsedDraft, *, quiet: bool) -> None:
        if not quiet:
            for taken in draft.report():
                self.stdout.write(str(taken))
        for note in draft.notes:
            self.stderr.write(self.style.WARNING(f"{_('Note')}: {note}"))
        kinds = [section.kind for section in draft.walk()]
        self.stdout.write(
            _("%(title)s: %(articles)d articles, %(sections)d sections in all, %(beside)d files beside it.")
            % {
                "title": draft.title or "-",
                "articles": kinds.count("article"),
                "sections": len(kinds),
                "beside": len(draft.background),
            }
        )

    @transaction.atomic
    def _save(self, draft: ParsedDraft, options: dict[str, Any]) -> None:
        consultation = Consultation.objects.filter(slug=options["consultation"]).first()
        if options["dry_run"]:
            self._foretell(draft, consultation)
            return
        if consultation is None:
            consultation = self._create(options, draft)
        if options["translation_of"] is not None:
            self._lay_beside(draft, consultation, options)
            return
        if options["language"] not in (None, consultation.language):
            raise CommandError(
                _("The consultation's language is %(language)s; for another one name --translation-of.")
                % {"language": consultation.language}
            )
        result = services.import_version(draft, consultation=consultation)
        number = {"number": result.version.number}
        if not result.is_new:
            self.stdout.write(_("Nothing new: version %(number)d already has this text.") % number)
            return
        if result.version.number > 1:
            self._list_changes(result.rows)
        self.stdout.write(self.style.SUCCESS(_("Saved as version %(number)d.") % number))

    def _foretell(self, draft: ParsedDraft, consultation: Consultation | None) -> None:
        newest = consultation.versions.order_by("-number").first() if consultation else None
        if newest and newest.digest == draft.digest():
            self.stdout.write(
                _("Nothing new: version %(number)d already has this text.") % {"number": newest.number}
            )
        elif newest:
            self._list_changes(services.rows_against(draft, newest))
        self.stdout.write(_("Nothing was saved."))

    def _create(self, options: dict[str, Any], draft: ParsedDraft) -> Consultation:
        if not options["create"]:
            raise CommandError(
                _("There is no consultation %(slug)s. Name --create to make it.")
                % {"slug": options["consultation"]}
            )
        title = options["title"] or draft.title
        if not title or not options["agency"]:
            raise CommandError(_("A new consultation needs --title and --agency."))
        return services.create_consultation(
            options["consultation"],
            title=title,
            agency=options["agency"],
            question=options["question"] or _("What should change in this draft, and why?"),
            language=options["language"] or settings.LANGUAGE_CODE,
            level=options["level"],
            stages=[self._window(*stage) for stage in options["stage"]],
        )

    def _window(self, kind: str, opens: str, closes: str) -> services.StageWindow:
        times = []
        for written in (opens, closes):
            try:
                moment = parse_datetime(written)
            except ValueError:
                moment = None
            if moment is None:
                raise CommandError(
                    _("%(time)s is no time such as 2026-01-31T09:00+08:00.") % {"time": written}
                )
            times.append(moment if timezone.is_aware(moment) else timezone.make_aware(moment))
        return services.StageWindow(kind, *times)

    def _lay_beside(self, draft: ParsedDraft, consultation: Consultation, options: dict[str, Any]) -> None:
        version = DraftVersion.objects.filter(
            consultation=consultation, number=options["translation_of"]
        ).first()
        if version is None:
            raise CommandError(
                _("The consultation has no version %(number)d.") % {"number": options["translation_of"]}
            )
        if not options["language"]:
            raise CommandError(_("Name the language of the translation with --language."))
        result = services.import_translation(draft, version=version, language=options["language"])
        self.stdout.write(
            self.style.SUCCESS(
                _("Translation of version %(number)d: %(sections)d sections, %(changed)d new or changed.")
                % {"number": version.number, "sections": result.sections, "changed": result.changed}
            )
        )

    def _list_changes(self, rows: tuple[Row, ...]) -> None:
        same = 0
        for row in rows:
            if row.is_changed:
                self.stdout.write(f"  {row.status}: {row.anchor} {row.name}".rstrip())
            else:
                same += 1
        self.stdout.write("  " + _("%(count)d sections are unchanged.") % {"count": same})


def _field_messages(error: ValidationError) -> list[str]:
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    return [f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items()]
