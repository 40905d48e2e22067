"""Publish what was to become public at a time that has come."""

from media4sec.records.workflow import publish_due
from media4sec.repeating import RepeatedCommand


class Command(RepeatedCommand):
    help = "Publish what is due by the database's clock. Run it each minute, or with --every."

    def work(self):
        done, problems = publish_due()
        if done:
            self.stdout.write(f"{done} published.")
        for problem in problems:
            self.stderr.write(f"Not published: {problem}")
