from django.core.management.base import BaseCommand

from media4sec.records.messages import write_all


class Command(BaseCommand):
    help = "Gather the texts of the interface into locale/, and keep their translations; make compiles them."
    requires_system_checks = ()  # one of them is that translations are compiled, which comes after this

    def handle(self, **options):
        for language, missing in write_all().items():
            self.stdout.write(f"{language}: {missing or 'none'} without translation")
