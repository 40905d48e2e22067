"""What is asked of the whole content is read again when it has changed, and no more often."""

import datetime

import pytest

from media4sec.portal import rows
from media4sec.publications import stated
from media4sec.publications.models import Change
from media4sec.publications.stated import said_since_change, since_change
from media4sec.records.workflow import rebuild_publications
from tests.factories import changed, publication_of, publish, published, several_published

pytestmark = [pytest.mark.django_db, pytest.mark.once]


class Read:
    """Counts how often it was read."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return self.times


def changes(kind, count=1):
    now = datetime.datetime.now(datetime.UTC)
    rows = [Change(action=Change.Action.UPDATED, kind=kind, identifier=f"{n}", at=now) for n in range(count)]
    Change.objects.bulk_create(rows)


@pytest.fixture
def asked():
    """How often the same was read, of anything and of themes only, when it is asked for once more."""
    whole, themes = Read(), Read()
    published("technology")

    def ask():
        return since_change("tests: whole", whole), since_change("tests: themes", themes, "theme")

    ask()
    return ask


def test_nothing_is_read_twice_while_nothing_changes(asked, django_assert_num_queries):
    with django_assert_num_queries(2):  # the version, twice
        assert asked() == (1, 1)


def test_answers_on_some_kinds_outlive_changes_of_others(asked):
    changes("technology")

    assert asked() == (2, 1)


def test_answers_on_some_kinds_end_with_a_change_of_one_of_these(asked):
    changes("technology", 2)
    changes("theme")
    changes("technology")

    assert asked() == (2, 2)


def test_a_change_among_very_many_is_not_overlooked(asked, monkeypatch):
    monkeypatch.setattr(stated, "MOST_FOLLOWED", 3)
    changes("technology", 3)

    assert asked() == (2, 2)


def test_a_rebuild_ends_all_answers(asked):
    rebuild_publications()

    assert asked() == (2, 2)


def test_another_history_ends_all_answers(asked):
    """A change that was taken back, and another one that has its number now: a restored copy, for example."""
    newest = Change.objects.order_by("-seq").first()
    newest.at += datetime.timedelta(seconds=1)
    newest.save()
    changes("technology")

    assert asked() == (2, 2)


def test_what_is_said_is_said_again_when_the_vocabulary_changes():
    published("technology")
    read = Read()
    said = [said_since_change("tests: said", read, "theme")]
    for kind in ("technology", "concept", "theme"):
        changes(kind)
        said.append(said_since_change("tests: said", read, "theme"))

    assert said == [1, 1, 2, 3]


# Of each record, in one place of pages


@pytest.fixture
def told():
    """The titles of these records as a page tells them, and which of them it had to make."""
    made = []

    def tell(row):
        made.append(row.title)
        return row.title

    def ask(records):
        made.clear()
        pks = [publication_of(record).pk for record in records]
        found = rows.told_of_records("tests", pks, ("kind", "identifier", "title"), tell)
        return list(found.values()), sorted(made)

    return ask


def test_only_what_has_changed_is_told_anew(told):  # gate 6.8
    one, two = several_published("technology", 2)
    both = [one.title, two.title]

    assert told([one, two]) == (both, sorted(both))
    assert told([two, one]) == (both[::-1], [])
    publish(changed(one, title="Another name"))
    assert told([one, two]) == (["Another name", two.title], ["Another name"])


def test_a_store_that_is_full_takes_nothing_off_a_page(told, monkeypatch):
    monkeypatch.setattr(stated, "MOST_KEPT", 1)
    records = several_published("technology", 3)

    told(records[:2])
    assert told(records)[0] == [record.title for record in records]
