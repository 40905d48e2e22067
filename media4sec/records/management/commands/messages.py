from django.core.management.base import BaseCommand

from media4sec.records.messages import write_all


class Command(BaseCommand):
    help = "Gather the texts of the interface into locale/, keep their translations, and compile them."

    def handle(self, **options):
        for language, missing in write_all().items():
            self.stdout.write(f"{language}: {missing or 'none'} without translation")
