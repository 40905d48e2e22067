"""Bring the portal up on this machine: database, real content, static files, then serve."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from media4sec.records.models import Record
from media4sec.serving import serving


class Command(BaseCommand):
    help = "Migrate, load the fixtures if they changed, collect static files if they changed, and serve."

    def add_arguments(self, parser):
        parser.add_argument("--no-serve", action="store_true", help="Stop before serving.")

    def handle(self, *, no_serve, **options):
        var = Path(settings.VAR_DIR)
        var.mkdir(exist_ok=True)
        call_command("migrate", verbosity=0)
        if not Record.objects.exists():
            (var / "loaded").unlink(missing_ok=True)  # the database was thrown away since
        self.once(var / "loaded", digest(settings.BASE_DIR / "fixtures", "*.json"), self.load)
        self.once(var / "collected", digest(settings.BASE_DIR / "static", "*"), self.collect)
        call_command("set_up_link", stdout=self.stdout)
        if no_serve:
            return
        self.stdout.write(f"The portal is at {settings.BASE_URL}/ (stop with Ctrl-C)")
        self.stdout.flush()
        commands = [("publish_due", "--every", "20"), ("make_dumps", "--every", "3600")]
        if settings.OUTGOING_REQUESTS:
            commands.append(("send_webhooks", "--every", "20"))
        for command in commands:
            beside = [sys.executable, str(settings.BASE_DIR / "manage.py"), *command]
            subprocess.Popen(beside)  # they end with the server
        command = serving(settings.BASE_URL)
        os.execv(command[0], command)

    def once(self, stamp, wanted, work):
        """Do the work unless it was done for exactly these files."""
        if stamp.exists() and stamp.read_text() == wanted:
            return
        work()
        stamp.write_text(wanted)

    def load(self):
        self.stdout.write("Loading the content …")
        self.stdout.flush()
        call_command("load_records", str(settings.BASE_DIR / "fixtures"), stdout=self.stdout)

    def collect(self):
        call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=["rest_framework"])


def digest(folder, pattern):
    """One value for the content of a folder's files."""
    found = hashlib.sha256(str(settings.DATABASES["default"]["NAME"]).encode())
    for path in sorted(folder.rglob(pattern)):
        if path.is_file():
            found.update(path.relative_to(folder).as_posix().encode())
            found.update(path.read_bytes())
    return found.hexdigest()
