"""The columns of the index in files: shared by processes, whole or not there, and never those of another database."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection, transaction

from media4sec.letters import sort_key
from media4sec.publications import columns, index, index_files
from media4sec.publications.columns import Columns
from media4sec.publications.index import current
from media4sec.publications.models import Generation, Publication
from media4sec.publications.search import search
from media4sec.publications.words import loose_key_of, word_key
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from tests.factories import fresh, publish, published, save

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def root(tmp_path, settings):
    settings.INDEX_ROOT = tmp_path / "index"
    index._indexes.clear()
    yield settings.INDEX_ROOT
    index._indexes.clear()


def started():
    """The index as a process has it that has just started."""
    index._indexes.clear()
    return current()


def sets():
    """The sets of columns in the folder of this database, and what somebody may have left there."""
    return sorted(path for path in index_files.index_folder().iterdir() if path.is_dir())


def is_mapped(found):
    return not found.base.arrays["slots"].flags.owndata and not found.base.arrays["slots"].flags.writeable


def answers():
    """What is found, counted and sorted."""
    found = current()
    words = {
        text: search(text, None, found).ids for text in ("violet", "marigold", "T-901", "marigald", "heather")
    }
    counts = {
        field: sorted(
            (label, int(number))
            for (_, label), number in zip(
                found.facet(field)[1], found.counted(field, found.is_alive), strict=True
            )
            if number
        )
        for field in ("theme", "status", "type")
    }
    slots = found.ordered(["technology"])
    orders = [found.pks[slots[found.places(order)[slots].argsort()]].tolist() for order in columns.ORDERS]
    links = {
        (pk, *key): sorted(found.pks[named].tolist())
        for pk in Publication.objects.order_by("pk").values_list("pk", flat=True)
        for key, named in found.naming(pk).items()
    }
    return words, counts, orders, links


@pytest.fixture
def never_read(monkeypatch):
    """Returns a function after which nobody may read all publications."""

    def forbid():
        read = index._read

        def only_some(seen, ways=None, pks=None):
            assert pks is not None, "all publications were read"
            return read(seen, ways, pks)

        monkeypatch.setattr(index, "_read", only_some)

    return forbid


def test_keys_of_all_words_are_not_kept_by_who_made_the_columns(root):
    published("technology", title="Violet marigold")

    started()

    assert [keys.cache_info().currsize for keys in (sort_key, word_key, loose_key_of)] == [0, 0, 0]


def test_second_process_maps_what_the_first_has_written(never_read):
    published("technology", identifier="T-901", title="Violet")
    assert is_mapped(started())
    before = answers()
    code = (
        "from media4sec.publications.search import search; from media4sec.publications.index import current; "
    )
    code += "f = current(); print(search('violet').ids, f.base.arrays['slots'].flags.owndata, f.later)"

    never_read()
    assert is_mapped(started())
    assert answers() == before
    assert len(sets()) == 1
    other = run(code)
    assert other == f"{before[0]['violet']} False None"


def run(code):
    """What another process prints, on the database and folder of this test."""
    start = (
        "import django; django.setup(); from django.conf import settings; from django.db import connection; "
        f"from pathlib import Path; settings.INDEX_ROOT = Path({str(settings.INDEX_ROOT)!r}); "
        f"connection.settings_dict['NAME'] = {str(connection.settings_dict['NAME'])!r}; "
    )
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", start + code], env=environ, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_changes_since_are_read_beside_the_files(never_read):
    tool = published("technology", identifier="T-901", title="Violet")
    other = published("technology", identifier="T-902", title="Marigold")
    started()
    files = sets()
    never_read()

    for change in (
        lambda: publish(save(working_document(tool) | {"title": "Marigold"}, "technology", tool)),
        lambda: workflow.withdraw(fresh(other), reason="Twice"),
        lambda: published("technology", identifier="T-903", title="Heather", status="active"),
    ):
        change()
        found = answers()
        assert current().later
        started()
        assert answers() == found, "a process that starts now finds the same"
    assert sets() == files


def test_two_changes_with_a_search_after_each_equal_new_columns(root):
    tool = published("technology", identifier="T-901", title="Violet")
    started()
    publish(save(working_document(tool) | {"title": "Marigold"}, "technology", tool))
    answers()
    published("technology", identifier="T-902", title="Heather", status="active")
    followed = answers()
    assert current().later

    settings.INDEX_ROOT = root / "elsewhere"
    assert started().later is None
    assert answers() == followed


def test_what_is_not_committed_is_in_no_file(root):
    with transaction.atomic():
        published("technology", title="Violet")
        assert len(search("violet").ids) == 1
        transaction.set_rollback(True)

    assert not root.exists()
    assert search("violet").ids == []


def test_too_many_changes_make_a_new_set_and_the_old_one_goes(monkeypatch):
    published("technology", identifier="T-901", title="Violet")
    reader = started()
    (old,) = sets()
    monkeypatch.setattr(index, "MOST_CHANGES", 2)
    index._indexes.clear()

    for number in range(2, 5):
        published("technology", identifier=f"T-90{number}", title="Heather")

    assert len(search("heather").ids) == 3
    (new,) = sets()
    assert new != old
    assert len(search("violet", None, reader).ids) == 1, "who has the old one mapped keeps it"


def test_another_process_at_it_is_not_waited_for_while_changes_can_be_followed(monkeypatch):
    published("technology", identifier="T-901", title="Violet")
    started()
    files = sets()
    monkeypatch.setattr(index, "MOST_CHANGES", 1)
    published("technology", identifier="T-902", title="Heather")

    with index_files.turn(is_awaited=True):
        assert len(search("heather").ids) == 1
        assert current().later
    assert sets() == files

    published("technology", identifier="T-903", title="Heather")
    assert len(search("heather").ids) == 2
    assert current().later is None
    assert sets() != files


def test_process_that_breaks_off_leaves_the_old_set(monkeypatch):
    published("technology", identifier="T-901", title="Violet")
    started()
    files = sets()
    monkeypatch.setattr(index, "MOST_CHANGES", 1)
    published("technology", identifier="T-902", title="Heather")

    def break_off(name, column):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(columns.np, "save", break_off)
        with pytest.raises(KeyboardInterrupt):
            current()
    assert [path for path in sets() if path.name != "new"] == files

    assert len(search("heather").ids) == 1
    assert is_mapped(current())
    assert len(sets()) == 1, "what was begun is gone"


@pytest.mark.parametrize("name", ["slots.npy", "words.npy", "pks.npy", columns.ABOUT])
@pytest.mark.parametrize("harm", ["cut", "gone", "foreign"])
@pytest.mark.once
def test_set_that_is_not_whole_is_made_again(name, harm):
    published("technology", identifier="T-901", title="Violet")
    started()
    before = answers()
    (folder,) = sets()
    path = folder / name
    if harm == "gone":
        path.unlink()
    else:
        content = path.read_bytes()
        path.write_bytes(content[:-1] if harm == "cut" else b"[1]" + b" " * (len(content) - 3))

    assert is_mapped(started())
    assert answers() == before
    assert Columns.open(folder).count == 1


def test_folder_that_cannot_be_written_leaves_the_index_in_memory(root, caplog):
    root.write_text("This is a file.")
    published("technology", identifier="T-901", title="Violet")

    assert not is_mapped(started())
    assert len(search("violet").ids) == 1
    assert "The search index stays in memory" in caplog.text


def test_folder_that_is_full_leaves_the_index_in_memory(monkeypatch, caplog):
    published("technology", identifier="T-901", title="Violet")

    def full(name, column):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(columns.np, "save", full)
    started()
    assert len(search("violet").ids) == 1
    assert "No space left on device" in caplog.text


def test_files_can_be_read_where_they_cannot_be_written(never_read):
    published("technology", identifier="T-901", title="Violet")
    started()
    (folder,) = sets()
    never_read()

    for path in (*folder.iterdir(), folder, index_files.index_folder(), settings.INDEX_ROOT):
        path.chmod(0o555)
    try:
        assert is_mapped(started())
        assert len(search("violet").ids) == 1
    finally:
        for path in (settings.INDEX_ROOT, index_files.index_folder(), folder):
            path.chmod(0o755)


def test_database_of_another_generation_or_name_has_its_own_set(monkeypatch):
    published("technology", identifier="T-901", title="Violet")
    started()
    files, home = sets(), index_files.index_folder()
    Generation.objects.update(name="another")

    assert current().later is None
    assert is_mapped(current())
    assert sets() != files, "a process that runs notices too"

    monkeypatch.setitem(connection.settings_dict, "HOST", "elsewhere")
    assert index_files.index_folder() != home


def test_another_release_does_not_read_the_files(monkeypatch):
    published("technology", identifier="T-901", title="Violet")
    started()
    files = sets()
    monkeypatch.setattr(index_files, "release", lambda: "another")

    assert is_mapped(started())
    assert sets() != files


def test_rows_made_again_without_a_change_are_read_again():
    published("technology", identifier="T-901", title="Violet")
    row = Publication.objects.get(identifier="T-901")
    Publication.objects.filter(pk=row.pk).update(title_stems="", text_stems="")
    started()
    assert search("violet").ids == []

    assert workflow.rebuild_publications() == 0, "there is no change to hear of"
    assert search("violet").ids == [row.pk]
