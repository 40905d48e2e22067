"""How a copy elsewhere stays in step: lists that tell of what has gone, the changes, the dumps, a mirror."""

import csv
import gzip
import hashlib
import io
import json
import re
import runpy
import sqlite3
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection, transaction
from django.http import FileResponse
from django.utils import timezone

from media4sec import kept as keeping
from media4sec.interchange.api.changes import change_cursor, read_change_cursor
from media4sec.interchange.api.rest import read_moment
from media4sec.interchange.files import dumps
from media4sec.interchange.records import entry_facts, moment, sent
from media4sec.kinds import kinds
from media4sec.publications.models import Change, Generation, Publication
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document, writer
from tests.factories import (
    fresh,
    full_document_for,
    make,
    one_of_every_kind,
    published,
    save,
    several_published,
)
from tests.public import api_item, api_list, body_of, every_item, identifiers, relative
from tests.test_api import assert_problem
from tests.test_server import started
from tests.test_turns import Elsewhere

THEMES, CHANGES = "/api/v1/themes", "/api/v1/changes"
MIRROR = Path(project.BASE_DIR, "docs/examples/mirror.py")


@pytest.fixture(autouse=True)
def dumps_root(settings, tmp_path):
    settings.DUMPS_ROOT = tmp_path / "dumps"
    return settings.DUMPS_ROOT


def status_of(client, address):
    return downloaded(client, address)[0]


def downloaded(client, address):
    """(status, bytes) of a file, which is closed then, as a server does."""
    response = client.get(address, follow=True)
    body = body_of(response)
    for close in response._resource_closers:  # not the response: that ends the connection of the test
        if isinstance(response, FileResponse):
            close()
    return response.status_code, body


def row_of(record):
    return Publication.objects.get(kind=record.kind_name, identifier=record.identifier)


# Documents


def test_no_document_has_a_field_that_its_entry_has_as_well():
    facts = entry_facts(
        Publication(kind="theme", url="/x/", issued_at=timezone.now(), modified_at=timezone.now())
    )

    for kind in kinds():
        assert facts.keys().isdisjoint(writer(kind.name).fields)


@pytest.mark.django_db
def test_a_document_says_which_version_it_is_and_when_it_changed(client):
    record = published("technology")
    first = client.get(api_item(record)).json()
    changed = save(working_document(record) | {"summary": "It changed."}, "technology", record)
    workflow.publish(changed)

    second = client.get(api_item(record)).json()

    assert (first["version"], second["version"]) == (1, 2)
    assert first["issued"] == second["issued"] == first["updated"] < second["updated"]
    assert datetime.fromisoformat(second["updated"]) == row_of(record).modified_at
    assert second["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert client.get(relative(second["links"]["self"])).json() == second
    for name in ("page", "versions", "list"):
        assert client.get(relative(second["links"][name])).status_code == 200


@pytest.mark.django_db
def test_every_form_of_a_record_says_the_same(client):
    records = one_of_every_kind()

    for record in records.values():
        item = client.get(api_item(record)).content
        url = row_of(record).url
        assert item in client.get(api_list(record.kind)).content
        assert client.get(f"{url.removesuffix('/')}.json").content == item
        assert item + b"\n" in body_of(client.get(f"/{record.kind.path}.ndjson"))


@pytest.mark.django_db
def test_every_reference_leads_to_the_record_that_it_names(client):
    def references(value):
        if isinstance(value, list):
            for item in value:
                yield from references(item)
        elif isinstance(value, dict) and "api" in value and "label" in value:
            yield value
        elif isinstance(value, dict):
            for item in value.values():
                yield from references(item)

    found = 0
    for record in one_of_every_kind().values():
        for reference in references(client.get(api_item(record)).json()):
            found += 1
            named = client.get(relative(reference["api"])).json()
            assert (named["kind"], named["identifier"]) == (reference["kind"], reference["id"])
            assert (named["uuid"], named["title"]) == (reference["uuid"], reference["label"])
    assert found > 20


# Lists


@pytest.mark.django_db
def test_what_changed_since_a_time_is_found_and_nothing_else(client):
    one, two, three = several_published("theme", 3)
    workflow.publish(save(working_document(two) | {"summary": "Newer."}, "theme", two))
    at = moment(row_of(two).modified_at)

    assert identifiers(client, THEMES, updated_since=at) == [two.identifier]
    assert set(identifiers(client, THEMES, updated_before=at)) == {one.identifier, three.identifier}
    assert identifiers(client, THEMES, updated_since=at, updated_before=at) == []
    later = moment(row_of(two).modified_at + timedelta(microseconds=1))
    assert identifiers(client, THEMES, updated_since=later) == []


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("2026-11-29T08:00:00Z", datetime(2026, 11, 29, 8, tzinfo=UTC)),
        ("2026-11-29t08:00:00.5z", datetime(2026, 11, 29, 8, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-11-29T08:00:00.123456+02:00", datetime(2026, 11, 29, 6, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-11-29", datetime(2026, 11, 29, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2026-11-29T08:00:00.1234567890Z", datetime(2026, 11, 29, 8, 0, 0, 123_456, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", datetime.min.replace(tzinfo=UTC)),
        ("0000-02-29T00:00:00Z", datetime.min.replace(tzinfo=UTC)),
        ("9999-12-31T23:59:59-14:00", datetime.max.replace(tzinfo=UTC)),
        *((text, None) for text in ("", "now", "2026-11-31", "2026-11-29T08:00:00", "2026-11-29 08:00:00Z")),
        *(
            (text, None)
            for text in (
                "20261129",
                "2026-W48-7",
                "٢٠٢٦-11-29",
                "2026",
                "2026-11-29T25:00:00Z",
                "2026-11-29T08:60:00Z",
            )
        ),
    ],
)
def test_times_are_read_as_the_standard_says(text, right):  # RFC 3339
    assert read_moment(text) == right


@pytest.mark.django_db
def test_what_was_withdrawn_is_told_to_those_who_ask(client):
    stays, goes, merged = several_published("theme", 3)
    never = make("theme")
    workflow.withdraw(goes, reason="It was never true.", successor=stays)
    workflow.merge(merged, stays)
    hidden = {goes.identifier, merged.identifier}

    plain = identifiers(client, THEMES)
    items = {item["identifier"]: item for item in every_item(client, THEMES, include_deleted="true", limit=2)}

    assert hidden.isdisjoint(plain)
    assert set(items) == {*plain, *hidden}
    assert never.identifier not in items
    for record in (goes, merged):
        found = items[record.identifier]
        assert found["deleted"] is True
        assert found["uuid"] == str(row_of(record).uuid)
        assert found["deleted_at"] == moment(row_of(record).modified_at)
        assert found["successor"]["id"] == stays.identifier
    assert items[goes.identifier]["reason"] == "It was never true."
    since = items[merged.identifier]["deleted_at"]
    assert identifiers(client, THEMES, include_deleted="true", updated_since=since) == [merged.identifier]


@pytest.mark.django_db
def test_many_are_asked_for_at_once(client):
    one, two, three = several_published("theme", 3)
    workflow.withdraw(two, reason="By mistake.")
    ids = ",".join([three.identifier, two.identifier, one.identifier, "no-such-theme"])

    assert identifiers(client, THEMES, ids=ids) == [one.identifier, three.identifier]
    every = identifiers(client, THEMES, ids=ids, include_deleted="true")
    assert every == [one.identifier, two.identifier, three.identifier]


@pytest.mark.django_db
def test_orders_are_those_of_the_page_and_words_have_the_best_hit_first(client):
    records = [
        published("theme", title=title, summary=summary)
        for title, summary in (
            ("Beta", "Something else."),
            ("Alpha", "On drones."),
            ("Drones", "What flies."),
        )
    ]
    names = {record.title: record.identifier for record in records}

    for limit in (1, 2, 50):
        sorted_up = identifiers(client, THEMES, sort="title", limit=limit)
        wanted = [names[title] for title in ("Alpha", "Beta", "Drones")]
        assert [name for name in sorted_up if name in wanted] == wanted
        assert identifiers(client, THEMES, sort="-title", limit=limit) == sorted_up[::-1]
        assert identifiers(client, THEMES, q="drones", limit=limit) == [names["Drones"], names["Alpha"]]


@pytest.mark.django_db
def test_an_order_whose_place_has_gone_says_so(client):
    records = several_published("theme", 3)
    page = client.get(THEMES, {"sort": "title", "limit": "1"}).json()
    first = next(record for record in records if record.identifier == page["results"][0]["identifier"])
    workflow.withdraw(first, reason="By mistake.")

    assert_problem(client.get(relative(page["next"])), 400)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("updated_since=yesterday", "updated_since"),
        ("updated_before=2026-13-01", "updated_before"),
        ("updated_since=2026-01-01&updated_since=2026-01-02", "updated_since"),
        ("include_deleted=yes", "include_deleted"),
        ("include_deleted=true&lens=good", "include_deleted"),
        ("include_deleted=true&q=number", "include_deleted"),
        ("include_deleted=true&sort=title", "include_deleted"),
        ("sort=colour", "sort"),
        ("ids=", "ids"),
        ("ids=T-001,,T-002", "ids"),
        ("ids=T-001, T-002", "ids"),
        ("ids=é", "ids"),
        (f"ids={','.join(f'a{number}' for number in range(201))}", "ids"),
    ],
)
def test_what_a_list_does_not_understand_is_named(client, query, named):  # gate 4.3
    published("theme", lens="good")

    response = client.get(f"{THEMES}?{query}")

    assert_problem(response, 400)
    assert [error["parameter"] for error in response.json()["errors"]] == [named]


# The front door


@pytest.mark.slow
@pytest.mark.django_db
def test_everything_is_found_from_the_front_door(client, dumps_root):
    one_of_every_kind()
    dumps.make_dump(dumps_root)

    root = client.get("/api/v1").json()

    assert [kind["kind"] for kind in root["kinds"]] == [kind.name for kind in kinds()]
    for kind in root["kinds"]:
        assert kind["records"] == client.get(relative(kind["list"]), {"count": "true"}).json()["count"]
        newest = [item["updated"] for item in every_item(client, relative(kind["list"]))]
        assert kind["updated"] == max(newest)
        for address in (kind["page"], kind["feed"], kind["dump"], *kind["files"].values()):
            assert status_of(client, relative(address)) == 200
    for name in ("description", "documentation", "changes", "dumps", "feed"):
        assert client.get(relative(root[name])).status_code == 200


@pytest.mark.django_db
def test_an_empty_portal_has_a_front_door(client):
    root = client.get("/api/v1").json()

    assert {kind["records"] for kind in root["kinds"]} == {0}
    assert client.get(CHANGES).json()["changes"] == []


# Changes


def all_changes(client, cursor=None, limit=1_000):
    found = []
    while True:
        answer = client.get(CHANGES, {"limit": limit} | ({"cursor": cursor} if cursor else {})).json()
        found += answer["changes"]
        cursor = answer["cursor"]
        if not answer["has_more"]:
            return found, cursor


@pytest.mark.django_db
def test_changes_tell_what_happened_in_order(client):
    one, two = several_published("theme", 2)
    _, before = all_changes(client)
    workflow.publish(save(working_document(one) | {"summary": "Newer."}, "theme", one))
    workflow.withdraw(two, reason="By mistake.")
    workflow.restore(fresh(two))

    found, after = all_changes(client, before)

    told = [(change["action"], change["identifier"]) for change in found]
    assert told == [("updated", one.identifier), ("deleted", two.identifier), ("created", two.identifier)]
    assert sorted(change["seq"] for change in found) == [change["seq"] for change in found]
    assert sorted(change["at"] for change in found) == [change["at"] for change in found]
    assert client.get(relative(found[0]["api"])).headers["ETag"] == found[0]["etag"]
    assert all_changes(client, after) == ([], after)  # a cursor is given, though nothing is new


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [1, 2, 3, 1_000])
def test_changes_come_in_pages_that_miss_nothing(client, limit):
    several_published("theme", 5)

    found, _ = all_changes(client, limit=limit)

    assert [change["seq"] for change in found] == list(
        Change.objects.order_by("seq").values_list("seq", flat=True)
    )
    page = client.get(CHANGES, {"limit": "1"})
    following = re.search(r'<([^>]+)>; rel="next"', page.headers["Link"])[1]
    assert client.get(relative(following)).json()["changes"][0]["seq"] == found[1]["seq"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("limit=0", ["limit"]),
        ("limit=1001", ["limit"]),
        ("cursor=", ["cursor"]),
        ("cursor=x", ["cursor"]),
        ("cursor=ä", ["cursor"]),
        ("since=2026", ["since"]),
        ("cursor=YQ&cursor=YQ", ["cursor"]),
    ],
)
def test_what_the_changes_do_not_understand_is_named(client, query, named):  # gate 4.3
    response = client.get(f"{CHANGES}?{query}")

    assert_problem(response, 400)
    assert sorted({error["parameter"] for error in response.json()["errors"]}) == named


@pytest.mark.parametrize(("name", "seq"), [("", 0), ("0123456789abcdef", 10**17)])
def test_cursors_of_changes_are_read_as_written(name, seq):
    assert read_change_cursor(change_cursor(name, seq)) == (name, seq)


@pytest.mark.django_db
def test_a_cursor_of_another_history_is_refused(client):
    published("theme")
    _, cursor = all_changes(client)
    name, seq = read_change_cursor(cursor)

    assert_problem(
        client.get(CHANGES, {"cursor": change_cursor(name, seq + 1)}), 410
    )  # an older backup came back
    workflow.rebuild_publications()
    response = client.get(CHANGES, {"cursor": cursor})

    assert_problem(response, 410, title="The content was made anew")
    assert response.json()["type"].endswith("#problem-other-history")
    assert b'id="problem-other-history"' in client.get("/api/").content


@pytest.mark.django_db
def test_times_of_changes_grow_whatever_the_clock_says(client, monkeypatch):  # gate 6.4
    one = published("theme")
    newest = Change.objects.order_by("-seq").first().at
    monkeypatch.setattr(timezone, "now", lambda: newest - timedelta(hours=1))

    two = published("theme")

    assert row_of(two).modified_at > row_of(one).modified_at
    assert identifiers(client, THEMES, updated_since=moment(newest + timedelta(microseconds=1))) == [
        two.identifier
    ]


@pytest.mark.django_db
def test_nothing_of_the_api_is_older_than_a_change_that_was_heard_of(client, keeps, monkeypatch):
    monkeypatch.setattr(keeping, "ASKED_EVERY", 1e9)  # pages would be trusted for as long
    monkeypatch.setattr(keeping, "TRUSTED_FOR", 1e9)
    record = published("theme", summary="Old.")
    address = f"{THEMES}?ids={record.identifier}"
    before = [client.get(address).json()["results"][0]["version"] for _ in range(2)]

    workflow.publish(save(working_document(record) | {"summary": "New."}, "theme", record))
    (change,) = (entry for entry in client.get(CHANGES).json()["changes"] if entry["action"] == "updated")

    assert before == [1, 1]
    assert client.get(address).json()["results"][0]["version"] == 2
    assert client.get(relative(change["api"])).json()["summary"] == "New."


# Dumps


def lines_of(client, file):
    _, packed = downloaded(client, relative(file["url"]))
    assert (len(packed), hashlib.sha256(packed).hexdigest()) == (file["bytes"], file["sha256"])
    return gzip.decompress(packed).decode().splitlines()


@pytest.mark.django_db
def test_a_dump_has_everything_that_is_public_and_nothing_else(client, dumps_root):  # gate 3.9
    records = list(one_of_every_kind().values())
    gone = published("theme")
    workflow.withdraw(gone, reason="By mistake.")
    save(full_document_for("technology", title="Zqplantedtitle"), "technology")
    call_command("make_dumps", stdout=io.StringIO())

    manifest = client.get("/dumps/manifest.json").json()

    files = {file["name"]: file for file in manifest["files"]}
    everything = lines_of(client, files["everything.jsonl.gz"])
    assert (
        len(everything) == files["everything.jsonl.gz"]["records"] == Publication.objects.published().count()
    )
    items = [item for kind in kinds() for item in every_item(client, api_list(kind))]
    assert [json.loads(line) for line in everything] == items
    for record in records:
        assert client.get(api_item(record)).content.decode() in lines_of(
            client, files[f"{record.kind.plural}.jsonl.gz"]
        )
    assert [json.loads(line)["identifier"] for line in lines_of(client, files["withdrawn.jsonl.gz"])] == [
        gone.identifier
    ]
    assert client.get(relative(manifest["changes"])).json()["changes"] == []
    everywhere = b"".join(path.read_bytes() for path in dumps_root.rglob("*.sqlite3"))
    assert b"Zqplanted" not in everywhere
    assert not any("zqplanted" in line.lower() for line in everything)


@pytest.mark.slow
@pytest.mark.django_db
def test_the_database_and_the_tables_of_a_dump_say_the_same(client, dumps_root, tmp_path):
    one_of_every_kind()
    dumps.make_dump(dumps_root)
    files = {file["name"]: file for file in client.get("/dumps/manifest.json").json()["files"]}

    (tmp_path / "copy.sqlite3").write_bytes(
        downloaded(client, relative(files["everything.sqlite3"]["url"]))[1]
    )
    copy = sqlite3.connect(tmp_path / "copy.sqlite3")
    documents = [text for (text,) in copy.execute("SELECT document FROM records ORDER BY rowid")]
    assert documents == lines_of(client, files["everything.jsonl.gz"])
    sheets = zipfile.ZipFile(io.BytesIO(downloaded(client, relative(files["tables.zip"]["url"]))[1]))
    for kind in kinds():
        rows = list(csv.DictReader(io.TextIOWrapper(sheets.open(f"{kind.plural}.csv"), "utf-8", newline="")))
        assert [row["identifier"] for row in rows] == identifiers(client, api_list(kind))
        assert rows[0]["updated"] == client.get(api_list(kind)).json()["results"][0]["updated"]


@pytest.mark.django_db
def test_a_dump_is_made_when_something_changed_and_the_one_before_stays(client, dumps_root):
    published("theme")
    first, is_new = dumps.make_dump(dumps_root)
    assert is_new
    assert dumps.make_dump(dumps_root) == (first, False)
    made = [first]
    for _ in range(2):
        published("theme")
        made.append(dumps.make_dump(dumps_root)[0])

    names = {path.name for path in dumps_root.iterdir() if path.is_dir()}
    assert names == {made[1]["name"], made[2]["name"]}
    for manifest, status in zip(made, (404, 200, 200), strict=True):
        assert status_of(client, relative(manifest["files"][0]["url"])) == status
    found = client.get("/dumps/themes.jsonl.gz")
    assert (found.status_code, found.headers["Location"]) == (
        302,
        f"/dumps/{made[2]['name']}/themes.jsonl.gz",
    )


@pytest.mark.django_db
def test_equal_content_makes_equal_files(dumps_root, tmp_path):
    one_of_every_kind()
    one, _ = dumps.make_dump(dumps_root)
    two, _ = dumps.make_dump(tmp_path / "elsewhere")

    digests = [{file["name"]: file["sha256"] for file in made["files"]} for made in (one, two)]
    assert digests[0] == digests[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/dumps/manifest.json", "/dumps/x.gz", "/dumps/a/x.gz", "/dumps/a/..%2Fx.gz"]
)
def test_without_a_dump_there_is_none(client, address):
    assert_problem(client.get(address), 404)


@pytest.mark.django_db
def test_only_files_of_the_manifest_are_sent(client, dumps_root):
    published("theme")
    name = dumps.make_dump(dumps_root)[0]["name"]
    (dumps_root / name / "secret.gz").write_text("secret")

    for address in (f"/dumps/{name}/secret.gz", f"/dumps/{name}/manifest.json", "/dumps/secret.gz"):
        assert_problem(client.get(address), 404)


# A mirror


def mirrored(origin, path):
    """Run the example as its reader would, and give its two tables."""
    arguments, sys.argv = sys.argv, ["mirror.py", origin, str(path)]
    try:
        runpy.run_path(str(MIRROR), run_name="__main__")
    finally:
        sys.argv = arguments
    copy = sqlite3.connect(path)
    return tuple(
        {(kind, name): text for kind, name, text in copy.execute(f"SELECT * FROM {table}")}
        for table in ("records", "withdrawn")
    )


def public_now():
    found = {}, {}
    for row in Publication.objects.select_related("successor"):
        found[row.state != Publication.State.PUBLISHED][row.kind, row.identifier] = sent(row)
    return found


def work(number, times):
    """What an editor does, as fast as it goes: publish, correct, rename, withdraw, restore, merge."""
    dice = Random(number)
    mine = [published("theme", title=f"Theme {number} of somebody")]
    for turn in range(times):
        record = fresh(dice.choice(mine))
        match dice.randrange(5):
            case 0:
                mine.append(published("theme", title=f"Theme {number} {turn}"))
            case 1 if record.state == "withdrawn":
                workflow.restore(record)
            case 1 if record.state == "published":
                workflow.withdraw(record, reason="By mistake.")
            case 2 if record.state == "published" and len(mine) > 2:
                other = fresh(dice.choice([one for one in mine if one.pk != record.pk]))
                if other.state == "published":
                    workflow.merge(record, other)
            case _ if record.state == "published":
                changes = {"title": f"Renamed {number} {turn}", "summary": f"Text {turn}."}
                workflow.publish(save(working_document(record) | changes, "theme", record))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_mirror_misses_nothing_while_four_people_write(
    dumps_root, tmp_path, capsys, monkeypatch
):  # gate 6.4
    several_published("theme", 5)
    published("technology")
    with started(connection.settings_dict["NAME"], DUMPS_ROOT=str(dumps_root)) as (origin, _):
        monkeypatch.setattr(project, "BASE_URL", origin)
        dumps.make_dump(dumps_root)
        threads = [Elsewhere(lambda number=number: work(number, 12)) for number in range(4)]
        threads.append(Elsewhere(slowly))
        while any(not thread.done.is_set() for thread in threads):
            mirrored(origin, tmp_path / "copy.sqlite3")
        for thread in threads:
            thread.finished()
        assert Change.objects.count() > 40

        assert mirrored(origin, tmp_path / "copy.sqlite3") == public_now()

        workflow.rebuild_publications()  # the dump is of another history now, and so is the copy
        published("theme")
        assert mirrored(origin, tmp_path / "copy.sqlite3") == public_now()
        dumps.make_dump(dumps_root)
        assert mirrored(origin, tmp_path / "new.sqlite3") == public_now()
    assert Generation.objects.count() == 1


def slowly():
    """A step that commits two seconds after it took its number."""
    with transaction.atomic():
        published("theme", title="Slow")
        time.sleep(2)


@pytest.mark.django_db
def test_a_slash_at_the_end_leads_to_the_address_without_one(client):
    record = published("theme")

    for address in ("/api/v1", THEMES, CHANGES, api_item(record)):
        response = client.get(f"{address}/?limit=1")
        assert (response.status_code, response.headers["Location"]) == (301, f"{address}?limit=1")
    assert_problem(client.get("/api/v1/nothing/"), 404)
