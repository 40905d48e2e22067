"""Print docs/rights.md: who may do what, as the policy has it."""

from django.core.management.base import BaseCommand

from media4sec.kinds import kinds, lower_first
from media4sec.records.policy import NEED_SECOND_FACTOR, RIGHTS, Right, TeamRole
from media4sec.records.step_forms import RECORD_STEPS

HEAD = """# Who may do what

Written by `make docs` from [`records/policy.py`](../media4sec/records/policy.py), which every page, step and command
asks with the record. A role is held in a team: the people of one partner, or the editorial office, which keeps what no
partner is responsible for. Somebody can hold several roles, in several teams. A portal administrator may do
everything, for all teams. For everybody else the records of other teams are not there: their addresses answer 404, and
they can be named in one's own records only by what the public knows of them.
"""


class Command(BaseCommand):
    help = "Print the matrix of rights as Markdown."

    def handle(self, **options):
        self.stdout.write(f"{HEAD}\n")
        self.table("With a record of the team, they may …", [*TeamRole], self.rights())
        roles = ", ".join(role.label.lower() for role in TeamRole if role in NEED_SECOND_FACTOR)
        self.stdout.write(f"\nA second factor is needed to log in as {roles} or portal administrator.")
        self.stdout.write("\n## Steps\n\n")
        self.table("step", ["needs the right", "of"], self.steps())
        own = [lower_first(kind.names.many) for kind in kinds() if kind.is_editorial]
        self.stdout.write("\n## What only the editorial office adds\n\n")
        self.stdout.write(", ".join(own).capitalize() + ". All other kinds are added by whoever may write.")

    def table(self, first, columns, rows):
        heads = [first, *(getattr(column, "label", column) for column in columns)]
        self.stdout.write(f"| {' | '.join(heads)} |\n| --- |{' --- |' * len(columns)}")
        for row in rows:
            self.stdout.write(f"| {' | '.join(row)} |")

    def rights(self):
        for right in Right:
            yield right.label, *("yes" if role in RIGHTS[right] else "" for role in TeamRole)

    def steps(self):
        for step in RECORD_STEPS:
            holders = (role.label.lower() for role in TeamRole if role in RIGHTS[step.right])
            yield step.title, step.right.value, ", ".join(holders)
