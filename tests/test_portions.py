"""Steps with many records ask the database in portions: no statement takes more values because there are more."""

import re

import pytest
from django.db import connection

from media4sec.publications import related
from media4sec.publications.models import Publication
from media4sec.records import bulk, finding, read_side, workflow
from media4sec.records.changing import Edit
from media4sec.records.models import Record
from tests.factories import fresh, make, published, several_published

pytestmark = pytest.mark.django_db
FEW = 20


@pytest.fixture(autouse=True)
def small_portions(monkeypatch):
    monkeypatch.setattr(bulk.portions, "__defaults__", (FEW,))
    for module in (workflow, read_side):
        monkeypatch.setattr(module, "WRITTEN_AT_ONCE", FEW)
    monkeypatch.setattr(related, "FEATURED_AT_ONCE", FEW)
    monkeypatch.setattr(related, "COUNTED_AT_ONCE", FEW)
    monkeypatch.setattr(finding, "READ_AT_ONCE", FEW)


def most_values(do):
    """The most values that a list in a statement has, ``IN (%s, %s, …)`` or ``VALUES (%s), …``, meanwhile."""
    found = [0]

    def count(execute, sql, params, many, context):
        lists = re.findall(r" IN \(((?:%s(?:, )?)+)\)", sql) + re.findall(
            r"\(VALUES ((?:\(%s\)(?:, )?)+)\)", sql
        )
        found.extend(one.count("%s") for one in lists)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        do()
    return max(found)


def test_making_the_read_side_anew():
    theme = published("theme")
    several_published("technology", 3 * FEW, themes=[theme.identifier])
    Publication.objects.all().delete()

    assert most_values(workflow.rebuild_publications) <= 2 * FEW
    assert most_values(finding.remember_all) <= 2 * FEW


def test_publishing_many_and_what_names_them():
    theme = published("theme", title="One")
    records = several_published("technology", 3 * FEW, themes=[theme.identifier], title="Alike")
    for record in records:
        record.summary = "Another one."
        record.save()
    theme.title = "Two"
    theme.save()

    assert most_values(lambda: workflow.publish_all(records)) <= 2 * FEW
    assert most_values(lambda: workflow.publish(fresh(theme))) <= 2 * FEW


def test_changing_many():
    theme = published("theme")
    pks = [make("technology").pk for _ in range(3 * FEW)]
    records = list(Record.objects.filter(pk__in=pks))
    edit, versions = Edit(add={"themes": [theme]}), {record.pk: record.edit_version for record in records}

    assert most_values(lambda: workflow.change_all(records, edit, versions=versions)) <= 2 * FEW
