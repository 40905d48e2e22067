"""The real content, in and out: files, database and public side agree, and doing it again changes nothing."""

from collections import Counter

import pytest

from media4sec.publications.models import Change, Publication, Term, Version
from media4sec.publications.search import search
from media4sec.records.folder_io import export_folder, load_folder
from media4sec.records.models import Record, Revision
from media4sec.records.workflow import rebuild_publications
from tests.conftest import FIXTURES
from tests.test_content import withdrawn_documents

pytestmark = [pytest.mark.usefixtures("content"), pytest.mark.slow]


def bytes_in(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.json"))}


def rows_of(model):
    return list(model.objects.order_by("pk").values_list())


def test_export_gives_the_fixtures_byte_for_byte(tmp_path):  # gate 6.5
    written = export_folder(tmp_path)

    assert bytes_in(tmp_path) == bytes_in(FIXTURES)
    assert sum(written.values()) == Record.objects.count()


def test_loading_again_changes_nothing():
    before = {model: rows_of(model) for model in (Record, Revision, Publication, Change)}

    loaded = load_folder(FIXTURES)

    assert (loaded.created, loaded.changed, loaded.unchanged) == (0, 0, Record.objects.count())
    assert {model: rows_of(model) for model in before} == before


def test_every_record_has_one_version_and_one_change():
    number, withdrawn = Record.objects.count(), len(withdrawn_documents())

    assert Revision.objects.count() == Change.objects.count() == number
    assert Publication.objects.published().count() == Version.objects.count() == number - withdrawn
    assert Counter(Change.objects.values_list("action", flat=True)) == {
        "created": number - withdrawn,
        "deleted": withdrawn,
    }


@pytest.mark.once
def test_rebuilding_changes_nothing():
    assert Publication.objects.exclude(related="").count() > 600
    before = {model: rows_of(model) for model in (Publication, Term, Change)}

    assert rebuild_publications() == 0

    assert {model: rows_of(model) for model in before} == before


def test_rebuilding_from_nothing_restores_documents_terms_and_search():
    documents, terms, stems = read_side()
    Term.objects.all().delete()
    Publication.objects.all().delete()
    assert read_side() == ({}, [], {})

    rebuild_publications()

    assert read_side() == (documents, terms, stems)


def read_side():
    """What the public sees, without the numbers of rows."""
    rows = Publication.objects.order_by("kind", "identifier")
    documents = {
        (row["kind"], row["identifier"]): {
            name: value
            for name, value in row.items()
            if name not in ("id", "issued_at", "modified_at", "successor_id")
        }
        for row in rows.values()
    }
    terms = Term.objects.values_list(
        "publication__kind",
        "publication__identifier",
        "field",
        "value",
        "label",
        "target__kind",
        "target__identifier",
    )
    words = ("police", "dark web", "whatsapp", "missing person", "D2.3")
    names = dict(Publication.objects.values_list("pk", "url"))
    found = {word: [names[pk] for pk in search(word).ids] for word in words} if documents else {}
    return documents, sorted(terms, key=str), found
