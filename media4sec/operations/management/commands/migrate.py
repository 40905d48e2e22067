"""Django's own command, in the role that owns the tables, with limits of time, and then the web gets its rights."""

from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from media4sec.accounts.management.commands import migrate
from media4sec.operations.backup_databases import as_owner
from media4sec.operations.privileges import grant, web_role

# On PostgreSQL: a change of a table waits for readers, and everybody else waits behind it.
LOCK_WAIT, STATEMENT = "4s", "5s"


class Command(migrate.Command):
    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--offline",
            action="store_true",
            help="The portal is stopped: also run migrations that the release before cannot work with, without limits.",
        )

    def handle(self, *args, offline=False, **options):
        web = web_role()
        with as_owner():
            if not (offline or options["plan"] or options["check_unapplied"] or options["fake"]):
                self.refuse_offline()
            try:
                super().handle(*args, **options)
            finally:
                self.limit("0", "0")
            if connection.vendor == "postgresql" and web:
                grant(web)

    def refuse_offline(self):
        """A database that is in use is not changed under the feet of the release that uses it."""
        executor = MigrationExecutor(connection)
        if not executor.loader.applied_migrations:
            return  # nobody works with it yet
        for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
            if why := getattr(migration, "offline", ""):
                raise CommandError(
                    f"{migration} needs a portal that is stopped: {why} Stop it, then run migrate --offline."
                )

    def migration_progress_callback(self, action, migration=None, fake=False):
        if action in ("apply_start", "unapply_start"):
            self.limit(*(("0", "0") if getattr(migration, "offline", "") else (LOCK_WAIT, STATEMENT)))
        super().migration_progress_callback(action, migration, fake)

    def limit(self, wait, statement):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = '{wait}'")
                cursor.execute(f"SET statement_timeout = '{statement}'")
