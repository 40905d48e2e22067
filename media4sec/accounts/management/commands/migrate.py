"""Django's own command; before it, a database with accounts of Django's own model is told that they are ours now."""

from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

OURS = ("accounts", "0001_initial")  # the same table


class Command(migrate.Command):
    def handle(self, *args, **options):
        take_over(connections[options["database"]])
        super().handle(*args, **options)


def take_over(connection):
    recorder = MigrationRecorder(connection)
    if recorder.has_table():
        applied = recorder.applied_migrations()
        if ("admin", "0001_initial") in applied and OURS not in applied:
            recorder.record_applied(*OURS)
