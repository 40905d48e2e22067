"""See whether every new migration fits the code of the release before, and whether released ones are as they were."""

from django.core.management.base import BaseCommand, CommandError

from media4sec.operations.safe_migrations import RELEASED, as_released, migration_faults, ours, released


class Command(BaseCommand):
    help = "Lint migrations: add first, remove a release later. No database is asked."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--mark-released",
            action="store_true",
            help="Note the migrations that there are as those of a release.",
        )

    def handle(self, *, mark_released, **options):
        if mark_released:
            RELEASED.write_text(as_released(), "utf-8")
        if found := list(migration_faults()):
            raise CommandError("\n".join(found))
        new = len(ours()) - len(released())
        self.stdout.write(
            f"{len(ours())} migrations, {new} of them new: each fits the release before, and goes back."
        )
