"""Write the public site as plain files."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from media4sec.languages import language_tag
from media4sec.operations.mirror import NotWhole, export_site


class Command(BaseCommand):
    help = (
        "Write every public page as a plain file, with static files and files of records, into a folder that any web "
        "server can show. Search, filters and forms do not work there. An earlier copy is replaced at the end."
    )

    def add_arguments(self, parser):
        codes = {language_tag(code): code for code, _ in settings.LANGUAGES}
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--language", action="append", choices=codes, help="Only this one; may be repeated. Without: all."
        )

    def handle(self, *, folder, language, **options):
        languages = [code for code, _ in settings.LANGUAGES if not language or language_tag(code) in language]
        try:
            number = export_site(folder, languages)
        except NotWhole as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{number} files are in {folder}.")
