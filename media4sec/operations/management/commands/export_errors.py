"""``manage.py export_errors FOLDER``: the pages and problem documents that nginx shows when it answers by itself."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand
from django.urls import set_script_prefix
from django.utils import translation

from media4sec import problems
from media4sec.languages import CODES
from media4sec.portal import errors

# The page that says it, for each status of nginx (deploy/nginx/refused.conf).
PAGES = {
    400: 400,
    404: 404,
    405: 405,
    408: 408,
    413: 413,
    414: 400,
    429: 429,
    500: 500,
    502: 500,
    503: 503,
    504: 500,
}
BY_HTTPS = "The API is asked by https only."


class Command(BaseCommand):
    help = "Write the pages that nginx shows for its own errors, in each language, and the problem documents."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, folder, **options):
        root = folder / "_refused"
        for language in ("en", *CODES):
            (root / language).mkdir(parents=True, exist_ok=True)
            set_script_prefix("/" if language == "en" else f"/{language}/")
            with translation.override(language):
                for status, name in PAGES.items():
                    (root / language / str(status)).write_bytes(errors.page(None, name).content)
        set_script_prefix("/")
        (root / "json").mkdir(exist_ok=True)
        for status in PAGES:
            (root / "json" / str(status)).write_text(said(problems.problem(status)), "utf-8")
        (root / "json" / "https").write_text(said(problems.problem(403, BY_HTTPS)), "utf-8")
        if options["verbosity"]:
            self.stdout.write(f"Written to {root}.")


def said(problem):
    return json.dumps(problem | {"instance": ""}, ensure_ascii=False)
