"""Make the files of everything that is public."""

from django.conf import settings
from django.db import DatabaseError

from media4sec.interchange.files.dumps import make_dump
from media4sec.repeating import RepeatedCommand


class Command(RepeatedCommand):
    help = "Write all that is public into files in DUMPS_ROOT, if it changed. Run it each night, or with --every."
    passing = (DatabaseError, OSError)  # a disk may be full

    def work(self) -> None:
        made, is_new = make_dump(settings.DUMPS_ROOT)
        if is_new:
            records = made["files"][0]["records"]
            self.stdout.write(f"{records} records are in {settings.DUMPS_ROOT / made['name']}.")
