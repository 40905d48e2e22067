from django.core.management.base import BaseCommand, CommandError

from media4sec.read_only import is_read_only
from media4sec.records.audit import chain, faults
from media4sec.records.models import AuditEntry, AuditHead


class Command(BaseCommand):
    help = "See whether the audit trail is as it was written: nothing changed, removed, moved or cut off."

    def add_arguments(self, parser):
        parser.add_argument(
            "--expect",
            metavar="POSITION:DIGEST",
            help="an end that this command printed before: is it still there?",
        )

    def handle(self, *, expect, **options):
        if not is_read_only():  # a portal that only reads, or a standby, can be looked at all the same
            chain()
        found = list(faults(noted(expect) if expect else None))
        if found:
            raise CommandError("\n".join(found))
        removed = AuditEntry.objects.filter(salt="").count()
        head = AuditHead.objects.first()
        self.stdout.write(
            f"{AuditEntry.objects.count()} entries, as they were written; of {removed} the texts were removed."
        )
        if waiting := AuditEntry.objects.filter(position=None).count():
            self.stdout.write(
                f"{waiting} of them have no place in the chain yet, and could not be looked at."
            )
        if head:
            self.stdout.write(f"The end, to note down: {head}")


def noted(text):
    """``(position, digest)``"""
    position, _, digest = text.partition(":")
    if not position.isdecimal() or len(digest) != 64:
        raise CommandError(
            f"“{text}” is no end of a chain: it looks like 12:9f86d0…, with 64 signs behind the colon."
        )
    return int(position), digest
