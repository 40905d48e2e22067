"""Documents in: everything that is wrong is named at once, and then nothing is stored."""

import json

import pytest

from media4sec.publications.models import Change, Publication
from media4sec.records import workflow
from media4sec.records.documents import working_document
from media4sec.records.files import LoadError, export_folder, load_folder
from media4sec.records.models import Record, Revision
from tests.factories import document_for, fresh, make, published, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    """Write documents to files, as ``folder(themes=[…])``; returns the folder."""

    def write(**files):
        for name, content in files.items():
            text = content if isinstance(content, str) else json.dumps(content)
            (tmp_path / f"{name.replace('_', '-')}.json").write_text(text, "utf-8")
        return tmp_path

    return write


def problems(path):
    with pytest.raises(LoadError) as caught:
        load_folder(path)
    return [(problem.file, problem.record, problem.field) for problem in caught.value.problems]


def counts():
    return [model.objects.count() for model in (Record, Revision, Publication, Change)]


def test_all_problems_are_named_and_nothing_is_stored(folder):  # gates 4.6, 6.1
    good = document_for("organisation")
    before = counts()

    found = problems(
        folder(
            organisations=[good, document_for("organisation") | {"title": ""}],
            themes=[document_for("theme") | {"lens": "pretty", "colour": "red"}],
            news=[document_for("news-item") | {"themes": ["nowhere"], "sources": [{"url": "no address"}]}],
        )
    )

    assert {(file, field) for file, _, field in found} >= {
        ("organisations.json", "title"),
        ("themes.json", "colour"),
    }
    assert counts() == before


def test_links_to_nowhere_are_named(folder):
    document = document_for("organisation") | {"sources": [{"url": "no address"}]}
    statement = document_for("statement") | {"subjects": ["theme:nowhere", "nothing:at-all"]}
    before = counts()

    found = problems(folder(organisations=[document], statements=[statement]))

    assert ("organisations.json", document["identifier"], "sources.0.url") in found
    assert ("statements.json", statement["identifier"], "subjects") in found
    assert counts() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[", "Not valid JSON"),
        ('{"identifier": "x"}', "must be a list"),
        ('[{"identifier": "x", "identifier": "y"}]', "stands twice"),
        ('[{"identifier": "x", "order": NaN}]', "not a number"),
        ('["x"]', "needs an identifier"),
        ("[{}]", "needs an identifier"),
    ],
)
def test_files_that_cannot_be_read_are_named(folder, content, message):  # gate 4.4
    with pytest.raises(LoadError, match=message):
        load_folder(folder(themes=content))


def test_a_file_of_no_kind_and_a_folder_that_is_not_there(folder, tmp_path):
    with pytest.raises(LoadError, match="Not a kind"):
        load_folder(folder(unicorns=[]))
    with pytest.raises(LoadError, match="no such folder"):
        load_folder(tmp_path / "nowhere")


def test_an_identifier_that_stands_twice(folder):
    document = document_for("theme")

    assert problems(folder(themes=[document, document])) == [
        ("themes.json", document["identifier"], "identifier")
    ]


@pytest.mark.parametrize("text", ["NUL \x00 inside", "half a letter \ud800"])
def test_text_that_a_database_cannot_hold_is_refused(folder, text):  # gate 4.1
    document = document_for("organisation") | {"summary": text}

    assert ("organisations.json", document["identifier"], "summary") in problems(
        folder(organisations=[document])
    )


def test_a_dry_run_checks_everything_and_stores_nothing(folder):
    path = folder(organisations=[document_for("organisation")])
    before = counts()

    assert load_folder(path, dry_run=True).created == 1
    assert counts() == before
    assert load_folder(path).created == 1


def test_loading_again_changes_nothing(folder):
    path = folder(organisations=[document_for("organisation")])
    load_folder(path)
    before = counts()

    assert vars(load_folder(path)) == {"created": 0, "changed": 0, "unchanged": 1}
    assert counts() == before


def test_a_changed_document_is_a_new_version_and_public(folder):
    document = document_for("organisation")
    load_folder(folder(organisations=[document]))

    assert load_folder(folder(organisations=[document | {"title": "Another name"}])).changed == 1

    record = Record.objects.get(identifier=document["identifier"])
    assert (record.edit_version, record.state) == (2, "published")
    assert Publication.objects.get(identifier=document["identifier"]).title == "Another name"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"state": "publishd"}, "state"),
        ({"state": "withdrawn"}, "withdrawal"),
        ({"state": "withdrawn", "withdrawal": {"reason": " "}}, "withdrawal"),
        ({"state": "withdrawn", "withdrawal": {"reason": "So.", "merged": True}}, "withdrawal.successor"),
        (
            {"state": "withdrawn", "withdrawal": {"reason": "So.", "successor": "theme:nowhere"}},
            "withdrawal.successor",
        ),
    ],
)
def test_an_impossible_state_is_named(folder, changes, field):
    document = document_for("organisation") | changes
    before = counts()

    assert problems(folder(organisations=[document])) == [
        ("organisations.json", document["identifier"], field)
    ]
    assert counts() == before


def test_a_withdrawal_stands_when_its_document_is_loaded_again_with_changes(folder):
    document = document_for("organisation")
    load_folder(folder(organisations=[document]))
    workflow.withdraw(Record.objects.get(identifier=document["identifier"]), reason="Wrong.")

    load_folder(folder(organisations=[document | {"title": "Another name"}]))

    record = Record.objects.get(identifier=document["identifier"])
    assert (record.title, record.public_state, record.edit_version) == ("Another name", "withdrawn", 2)


def test_every_state_comes_back_from_an_export(tmp_path):
    draft, other = make("theme"), published("theme")
    edited = published("theme")
    save(working_document(edited) | {"title": "Not public yet"}, "theme", edited)
    gone, merged = published("theme"), published("theme")
    workflow.withdraw(gone, reason="Gone.", successor=other)
    workflow.merge(merged, other)
    export_folder(tmp_path / "first")
    before = {row.identifier: (row.state, row.document, row.reason) for row in Publication.objects.all()}
    everything_away()

    load_folder(tmp_path / "first")
    export_folder(tmp_path / "second")

    assert same_files(tmp_path / "first", tmp_path / "second")
    after = {row.identifier: (row.state, row.document, row.reason) for row in Publication.objects.all()}
    assert after == before
    assert fresh_by_name(draft).public_state == ""
    assert fresh_by_name(edited).title == "Not public yet"
    assert fresh(fresh_by_name(edited)).has_unpublished_changes


def fresh_by_name(record):
    return type(record).objects.get(identifier=record.identifier)


def same_files(first, second):
    return {path.name: path.read_bytes() for path in first.iterdir()} == {
        path.name: path.read_bytes() for path in second.iterdir()
    }


def everything_away():
    """Empty the database below the models' own rules."""
    Publication.objects.update(successor=None)
    Publication.objects.all().delete()
    Change.objects.all().delete()
    Record.objects.update(published_revision=None, public_state="", successor=None)
    Revision.objects.all()._raw_delete(Revision.objects.db)
    for record in reversed(Record.objects.order_by("pk")):
        record.delete()
