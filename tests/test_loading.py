"""Loading files: all that is wrong is said at once, by file, record and field, and then nothing is stored."""

import json
from importlib import import_module
from pkgutil import iter_modules

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from media4sec.kinds import kinds
from media4sec.publications.models import Change, Publication, Term, Version
from media4sec.records import migrations, workflow
from media4sec.records.documents.fields import AnyReferences, OrderedReferences, Reference
from media4sec.records.documents.reading import working_document, writer
from media4sec.records.folder_io import LoadError, export_folder, load_folder
from media4sec.records.models import Citation, Record, Relation, Revision, Source, Tag, model_of
from media4sec.records.workflow import rebuild_publications
from tests.factories import document_for, full_document_for, make, make_full, publish, published, save
from tests.public import sitemap_of

pytestmark = pytest.mark.django_db
TABLES = (Record, Revision, Publication, Change, Source, Citation, Relation, Tag)


@pytest.fixture
def folder(tmp_path):
    """Write files of documents, or of these very bytes; returns the folder."""

    def write(**files):
        for name, content in files.items():
            path = tmp_path / f"{name.replace('_', '-')}.json"
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                path.write_text(json.dumps(content), "utf-8")
        return tmp_path

    return write


def theme(number=1, **changes):
    title = f"Theme {number}"
    return {"identifier": f"theme-{number}", "slug": "", "title": title, "order": number} | changes


def everything():
    return {model: list(model.objects.order_by("pk").values_list()) for model in TABLES}


def problems(folder):
    """What is said of a folder that cannot be loaded: [(file, record, field)]; nothing may have been stored."""
    before = everything()
    with pytest.raises(LoadError) as caught:
        load_folder(folder)
    assert everything() == before
    return [(problem.file, problem.record, problem.field) for problem in caught.value.problems]


def messages(folder):
    with pytest.raises(LoadError) as caught:
        load_folder(folder)
    return str(caught.value)


def test_loads_and_publishes(folder):
    loaded = load_folder(folder(themes=[theme(1), theme(2)]))

    assert (loaded.created, loaded.changed, loaded.unchanged) == (2, 0, 0)
    assert Publication.objects.published().count() == 2


def test_tells_new_changed_and_unchanged_apart(folder):
    load_folder(folder(themes=[theme(1), theme(2)]))
    export_folder(folder())
    documents = json.loads((folder() / "themes.json").read_text("utf-8"))
    documents[0]["title"] = "Renamed"

    loaded = load_folder(folder(themes=[*documents, theme(3)]))

    assert (loaded.created, loaded.changed, loaded.unchanged) == (1, 1, 1)
    assert sorted(Publication.objects.values_list("title", flat=True)) == ["Renamed", "Theme 2", "Theme 3"]


def test_records_may_name_what_comes_later(folder):
    items = [document_for("roadmap-item", identifier=f"R-{number:03d}") for number in (1, 2)]
    items[0]["depends_on"] = ["R-002"]

    load_folder(folder(roadmap=items))

    row = Publication.objects.get(kind="roadmap-item", identifier="R-001")
    assert [ref["id"] for ref in json.loads(row.document)["depends_on"]] == ["R-002"]


def test_all_that_is_wrong_is_said_at_once(folder):
    found = problems(
        folder(
            themes=[theme(1, order="first", lens="purple"), theme(2, colour="red"), theme(3, title="")],
            partners=[{"identifier": "one"}],
        )
    )

    assert {
        ("themes.json", "theme-1", "order"),
        ("themes.json", "theme-1", "lens"),
        ("themes.json", "theme-2", "colour"),
        ("themes.json", "theme-3", "title"),
        ("partners.json", "one", "title"),
        ("partners.json", "one", "country"),
    } <= set(found)


def test_all_files_that_cannot_be_read_are_named(folder):
    found = problems(
        folder(
            themes=b"{",
            partners={"identifier": "one"},
            people=b"\xff\xfe",
            unknown=[],
            workshops=[1, {"identifier": 5}, {}],
        )
    )

    assert sorted(found) == [
        ("partners.json", "–", "–"),
        ("people.json", "–", "–"),
        ("themes.json", "–", "–"),
        ("unknown.json", "–", "–"),
        ("workshops.json", "no. 1", "identifier"),
        ("workshops.json", "no. 2", "identifier"),
        ("workshops.json", "no. 3", "identifier"),
    ]


def test_folder_that_is_not_there_is_named(tmp_path):
    assert "no such folder" in messages(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[{"identifier": "a", "identifier": "b"}]', "the field “identifier” stands twice in one object"),
        ('[{"identifier": "a", "title": "A", "order": NaN}]', "NaN"),
        ('[{"identifier": "a", "title": "A", "order": -Infinity}]', "Infinity"),
        ('[{"identifier": "a", "title": "A", "order": 1e999}]', "the number 1e999 is too large"),
        ("[" * 100_000, "too deeply within each other"),
        (f'[{{"identifier": "a", "order": {"9" * 5000}}}]', "the number 99999999999999999999… is too long"),
        ("", "line 1, column 1: a value is missing"),
        ("[] []", "line 1, column 4: the list has ended before this"),
        ('[\n {"identifier": "a"\n  "title": "A"}]', "line 3, column 3: a comma is missing before this"),
        ('[{"identifier" "a"}]', "line 1, column 16: a colon is missing before this"),
        ('[{"identifier": "a",}]', "line 1, column 21: the name of a field in double quotation marks"),
        ("[{'identifier': 'a'}]", "line 1, column 3: the name of a field in double quotation marks"),
        ('[{"identifier": a}]', "line 1, column 17: a value is missing, or a text without quotation marks"),
        (
            '[{"identifier": "a}]',
            "line 1, column 17: the text that begins here has no closing quotation mark",
        ),
        ('[{"identifier": "a\n"}]', "line 1, column 19: a line break, a tab or another control character"),
        (
            r'[{"identifier": "C:\x"}]',
            "column 20: after the backslash here stands something that JSON does not know",
        ),
    ],
    ids=str,
)
def test_what_is_no_sound_json_is_refused(folder, text, complaint):  # gates 4.4, 4.6
    where = folder(themes=text.encode())

    assert problems(where) == [("themes.json", "–", "–")]
    assert complaint in messages(where)


def test_a_byte_order_mark_is_no_part_of_the_file(folder):
    load_folder(folder(themes=b"\xef\xbb\xbf" + json.dumps([theme(1)]).encode()))

    assert Publication.objects.get().title == "Theme 1"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('[{"identifier": "koeln",\n "title": "Köln"}]'.encode("cp1252"), 2),
        ("[\n\n“”]".encode("cp1252"), 3),
        ("[]".encode("utf-16"), 1),
        (b"[]\n" + b"\xc3", 2),
    ],
    ids=["Windows-1252", "quotation marks of Windows", "UTF-16", "cut off"],
)
def test_a_file_in_another_encoding_says_so_with_the_line(folder, content, line):
    where = folder(themes=content)

    assert problems(where) == [("themes.json", "–", "–")]
    assert f"Line {line}: the file was saved in another encoding than UTF-8." in messages(where)


def test_identifier_twice_in_a_file_is_refused(folder):
    assert problems(folder(themes=[theme(1), theme(1, title="Again")])) == [
        ("themes.json", "theme-1", "identifier")
    ]


def test_number_twice_is_refused(folder):
    assert problems(folder(themes=[theme(1), theme(2, order=1)])) == [("themes.json", "theme-2", "order")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lead_partner": "nobody"}, "lead_partner"),
        ({"lead_partner": ["nobody"]}, "lead_partner"),
        ({"lead_partner": 5}, "lead_partner"),
        ({"owner": "nobody"}, "owner"),
        ({"reports": ["D9.9"]}, "reports"),
        ({"reports": "D9.9"}, "reports"),
        ({"reports": [None]}, "reports.0"),
        ({"tags": ["a", "a"]}, "tags"),
        ({"tags": "a"}, "tags"),
        ({"notes": [""]}, "notes.0"),
        ({"notes": "text"}, "notes"),
        ({"sources": [{"url": "javascript:alert(1)"}]}, "sources.0.url"),
        ({"sources": [{"url": "https://example.org/", "page": 5}]}, "sources.0.page"),
        ({"sources": {"url": "https://example.org/"}}, "sources"),
        ({"checked_on": "2018-02-30"}, "checked_on"),
        ({"checked_on": "yesterday"}, "checked_on"),
        ({"order": -1}, "order"),
        ({"order": 10**12}, "order"),
        ({"order": 1.5}, "order"),
        ({"order": None}, "order"),
        ({"verified": "perhaps"}, "verified"),
        ({"page_url": "no address"}, "page_url"),
        ({"title": "x" * 401}, "title"),
        ({"title": ["A"]}, "title"),
        ({"title": None}, "title"),
        ({"slug": "a slug"}, "slug"),
        ({"state": "nonsense"}, "state"),
        ({"state": "withdrawn"}, "withdrawal"),
        (
            {"state": "withdrawn", "withdrawal": {"reason": "Old.", "successor": "theme:9"}},
            "withdrawal.successor",
        ),
        ({"published_document": 5}, "published_document"),
        ({"public_state": "published"}, "public_state"),
        ({"edit_version": 5}, "edit_version"),
        ({"id": 5}, "id"),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_each_wrong_field_is_named(folder, changes, field):  # gate 3.4
    where = folder(themes=[theme(1, **changes)])

    assert [found for found in problems(where) if found != ("themes.json", "theme-1", field)] == []


def test_wrong_fields_of_parts_are_named(folder):
    answers = [
        {"key": "yes", "value": "yes", "label": "Yes", "raises": ["I-999"]},
        {"key": "no", "value": "not a value", "label": "", "colour": "red"},
    ]
    found = problems(
        folder(check_questions=[document_for("check-question", identifier="Q1", answers=answers)])
    )

    assert {field for _, _, field in found} <= {
        "answers.0.raises",
        "answers.1.colour",
        "answers.1.value",
        "answers.1.label",
    }
    assert found


def test_rules_over_several_records_hold_for_files_too(folder):
    names = ["R-001", "R-002"]
    items = [
        document_for("roadmap-item", identifier=name, depends_on=[other])
        for name, other in zip(names, reversed(names), strict=True)
    ]

    assert {(file, record) for file, record, _ in problems(folder(roadmap=items))} == {
        ("roadmap.json", name) for name in names
    }
    assert "would have to come before itself" in messages(folder())


def names_of_its_own_kind():
    """(kind, field, is a list, the name with its kind): what could name the record itself.

    Only a partner may: it is responsible for its own record.
    """
    for kind in kinds():
        for name, one in writer(kind.name).fields.items():
            if name == "owner":
                continue
            if isinstance(one, AnyReferences) and one.target in ("", kind.name):
                yield pytest.param(kind, name, True, not one.target, id=f"{kind.name}.{name}")
            elif isinstance(one, OrderedReferences) and one.child_relation.kind_name == kind.name:
                yield pytest.param(kind, name, True, False, id=f"{kind.name}.{name}")
            elif isinstance(one, Reference) and one.kind_name == kind.name:
                yield pytest.param(kind, name, False, False, id=f"{kind.name}.{name}")


@pytest.mark.parametrize(("kind", "name", "is_list", "is_whole"), [*names_of_its_own_kind()])
def test_a_record_that_names_itself_is_named(folder, kind, name, is_list, is_whole):
    document = document_for(kind)
    itself = f"{kind.name}:{document['identifier']}" if is_whole else document["identifier"]
    document[name] = [itself] if is_list else itself

    found = problems(folder(**{kind.plural: [document]}))

    assert found == [(f"{kind.plural}.json", document["identifier"], name)]


def test_references_of_any_kind_name_kind_and_record(folder):
    for wrong in ("nobody", "theme:nobody", "nothing:at-all", ":", "theme:", "record:1"):
        where = folder(statements=[document_for("statement", identifier="E-0001", subjects=[wrong])])
        assert problems(where) == [("statements.json", "E-0001", "subjects")], wrong


def test_wrong_published_version_is_named(folder):
    document = theme(1, published_document=theme(1, lens="purple"))

    assert [(file, record) for file, record, _ in problems(folder(themes=[document]))] == [
        ("themes.json", "theme-1")
    ]


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "a\udfffb"], ids=ascii)
@pytest.mark.parametrize(
    "field",
    [
        "identifier",
        "slug",
        "title",
        "summary",
        "notes",
        "tags",
        "sources",
        "lead_partner",
        "reports",
        "alternative_name",
    ],
)
def test_text_that_a_database_cannot_hold_is_refused(folder, field, text):  # gate 4.1
    values = {
        "notes": [text],
        "tags": [text],
        "reports": [text],
        "sources": [{"url": "https://example.org/", "title": text}],
    }

    found = problems(folder(themes=[theme(1, **{field: values.get(field, text)})]))

    assert {file for file, _, _ in found} == {"themes.json"}
    assert {name.partition(".")[0] for _, _, name in found} == {field}


def test_dry_run_stores_nothing(folder):
    load_folder(folder(themes=[theme(1)]))
    before = everything()

    loaded = load_folder(folder(themes=[theme(1, title="Renamed"), theme(2)]), dry_run=True)

    assert (loaded.created, loaded.changed) == (1, 1)
    assert everything() == before


def test_dry_run_says_what_is_wrong(folder):
    with pytest.raises(LoadError):
        load_folder(folder(themes=[theme(1, lens="purple")]), dry_run=True)


def test_a_dry_run_with_nothing_wrong_leaves_nothing_behind(folder):
    before = everything()

    loaded = load_folder(folder(themes=[theme(1)]), dry_run=True)

    assert (loaded.created, everything()) == (1, before)


def test_the_commands_write_what_they_read_and_make_the_read_side_anew(folder, tmp_path, capsys):
    load_folder(folder(themes=[theme(1), theme(2, state="draft")]))
    Publication.objects.update(title="Broken")

    call_command("export_records", str(tmp_path / "first"))
    call_command("load_records", str(tmp_path / "first"))
    call_command("export_records", str(tmp_path / "second"))
    written = capsys.readouterr().out
    call_command("rebuild_publications")

    first, second = ((tmp_path / name / "themes.json").read_bytes() for name in ("first", "second"))
    assert first == second
    assert [document["identifier"] for document in json.loads(first)] == ["theme-1", "theme-2"]
    assert written.count("themes.json: 2") == 2
    assert capsys.readouterr().out == "1 publications changed.\n"
    assert Publication.objects.get().title == "Theme 1"


def test_command_says_all_of_it(folder, capsys):
    where = folder(themes=[theme(1, order="first"), theme(2, lens="purple")])

    with pytest.raises(CommandError, match="2 problems; nothing was loaded"):
        call_command("load_records", str(where))

    said = capsys.readouterr().err
    assert "themes.json: theme-1: order: " in said
    assert "themes.json: theme-2: lens: " in said


def test_command_counts(folder, capsys):
    where = folder(themes=[theme(1)])

    call_command("load_records", str(where), dry_run=True)
    call_command("load_records", str(where))

    assert capsys.readouterr().out.splitlines() == [
        "Would be: 1 created, 0 changed, 0 unchanged.",
        "1 created, 0 changed, 0 unchanged.",
    ]


def test_document_in_a_state_keeps_it(folder):
    load_folder(
        folder(themes=[theme(1, state="draft"), theme(2, state="in-review"), theme(3, state="approved")])
    )

    assert list(Record.objects.order_by("identifier").values_list("state", "public_state")) == [
        ("draft", ""),
        ("in-review", ""),
        ("approved", ""),
    ]
    assert not Publication.objects.exists()


# What is withdrawn where it comes from

SECRET = "Zerubabel"


def withdrawn(number=1, title=SECRET, **changes):
    withdrawal = {"reason": "It should not stand here.", "successor": None, "merged": False}
    return theme(number, title=title, summary=f"All about {SECRET}.", notes=[f"{SECRET} himself."]) | {
        "state": "withdrawn",
        "withdrawal": withdrawal | changes,
    }


def read_side():
    """Everything that the public side holds, as text."""
    return repr([list(model.objects.values()) for model in (Publication, Version, Term, Change)])


def test_withdrawn_document_is_never_readable(client, folder):
    load_folder(folder(themes=[withdrawn(), theme(2)]))

    assert SECRET not in read_side()
    gone = [f"/themes/theme-1{rest}" for rest in ("/", "/versions/", "/versions/1/", ".json")]
    for address in [*gone, "/api/v1/themes/theme-1"]:
        answer = client.get(address)
        assert answer.status_code == 410
        assert SECRET not in answer.content.decode()
    assert "It should not stand here." in client.get("/themes/theme-1/").content.decode()
    for address in ("/", "/themes/", "/api/v1/themes", "/feeds/everything.atom", "/feeds/themes.atom"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert SECRET not in answer.content.decode()
    assert client.get("/search/", {"q": SECRET}).context["count"] == 0
    listed = sitemap_of(client)
    assert "/themes/theme-2/" in listed
    assert "/themes/theme-1/" not in listed


def test_withdrawn_document_goes_out_as_it_came_in(folder):
    where = folder(themes=[withdrawn(), theme(2)])
    load_folder(where)
    export_folder(where)
    before = (where / "themes.json").read_bytes()

    loaded = load_folder(where)
    export_folder(where)

    assert loaded.unchanged == 2
    assert (where / "themes.json").read_bytes() == before
    assert json.loads(before)[0]["withdrawal"]["reason"] == "It should not stand here."
    assert rebuild_publications() == 0


@pytest.mark.parametrize("change", [{}, {"title": f"{SECRET} the Second"}], ids=["same text", "new text"])
def test_document_that_becomes_withdrawn_takes_its_versions_along(client, folder, change):
    first = {key: value for key, value in withdrawn().items() if key not in ("state", "withdrawal")}
    load_folder(folder(themes=[first]))
    load_folder(folder(themes=[first | {"summary": f"{SECRET}, again."}]))
    assert Version.objects.count() == 2

    load_folder(folder(themes=[withdrawn() | {"summary": f"{SECRET}, again."} | change]))

    assert not Version.objects.exists()
    assert SECRET not in read_side()
    assert client.get("/themes/theme-1/").status_code == 410
    assert Revision.objects.filter(published_at__isnull=False).count() == 2
    assert list(Change.objects.values_list("action", flat=True)) == ["created", "updated", "deleted"]


def test_what_never_was_public_is_restored_as_its_first_version(folder):
    load_folder(folder(themes=[withdrawn()]))
    record = Record.objects.get()

    workflow.restore(record)

    assert Publication.objects.published().get().title == SECRET
    assert list(Version.objects.values_list("number", flat=True)) == [1]


def test_others_leave_a_withdrawn_document_out(folder):
    partner = document_for("partner", identifier="partner-1")
    off = partner | {"state": "withdrawn", "withdrawal": withdrawn()["withdrawal"], "title": SECRET}

    load_folder(folder(partners=[off], themes=[theme(1, lead_partner="partner-1")]))

    row = Publication.objects.get(kind="theme")
    assert json.loads(row.document)["lead_partner"] is None
    assert SECRET not in read_side()


def test_merged_document_leads_to_the_other_without_being_readable(client, folder):
    load_folder(folder(themes=[withdrawn(successor="theme:theme-2", merged=True), theme(2)]))

    answer = client.get("/themes/theme-1/")

    assert (answer.status_code, answer["Location"]) == (301, "/themes/theme-2/")
    assert SECRET not in read_side()


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize("changes", [{}, {"title": "Another title"}])
def test_successor_of_another_kind_or_that_is_not_public_is_named(folder, is_known, changes):
    """All that is wrong with what documents are merged into or replaced by is said at once."""
    names = ["partner:one", "theme:theme-9", "theme:theme-2"]
    partner = document_for("partner", identifier="one")
    if is_known:
        load_folder(folder(partners=[partner], themes=[theme(number) for number in (1, 3, 4)]))
    rows = [
        theme(number, **changes, state="withdrawn", withdrawal=withdrawal)
        for number, withdrawal in zip(
            (1, 3, 4), ({"reason": "Old.", "merged": True, "successor": name} for name in names), strict=True
        )
    ]

    missing = problems(folder(partners=[partner], themes=rows))
    others = problems(folder(partners=[partner], themes=[rows[0], theme(2, state="draft"), rows[2]]))

    assert {*missing} == {("themes.json", f"theme-{number}", "withdrawal.successor") for number in (3, 4)}
    assert others == [("themes.json", f"theme-{number}", "withdrawal.successor") for number in (1, 4)]


@pytest.mark.parametrize("is_known", [False, True])
def test_what_was_withdrawn_may_be_replaced_by_a_record_of_another_kind(folder, is_known):
    partner = document_for("partner", identifier="one")
    if is_known:
        load_folder(folder(partners=[partner], themes=[theme(1)]))
    withdrawal = {"reason": "Old.", "successor": "partner:one"}

    load_folder(folder(partners=[partner], themes=[theme(1, state="withdrawn", withdrawal=withdrawal)]))

    assert Record.objects.get(kind_name="theme").successor.identifier == "one"


def test_withdrawn_document_with_changes_keeps_what_would_be_restored(folder):
    document = withdrawn(title=f"{SECRET} as edited since") | {"published_document": theme(1, title=SECRET)}
    where = folder(themes=[document])
    load_folder(where)
    export_folder(where)
    (exported,) = json.loads((where / "themes.json").read_text("utf-8"))

    assert SECRET not in read_side()
    assert (exported["title"], exported["published_document"]["title"]) == (document["title"], SECRET)
    workflow.restore(Record.objects.get())
    assert Publication.objects.get().title == SECRET


# What a source supports


@pytest.mark.parametrize(
    ("names", "is_known"),
    [
        (["title", "lead_partner", "reports"], True),
        ([], True),
        (["name"], False),
        (["title", "report"], False),
        (["Title"], False),
        (["sources"], False),
        (["summary "], True),  # spaces around a text are taken off, as everywhere
    ],
    ids=str,
)
def test_source_supports_fields_of_its_record(folder, names, is_known):
    where = folder(themes=[theme(1, sources=[{"url": "https://example.org/", "supports": names}])])

    if is_known:
        load_folder(where)
        assert Citation.objects.get().supports == [name.strip() for name in names]
    else:
        assert problems(where) == [("themes.json", "theme-1", "sources.0.supports")]


@pytest.mark.parametrize(
    ("names", "is_known"),
    [
        (["date", "note"], True),
        (["events"], True),
        ([], True),
        (["summary"], False),
        (["answers"], False),
        (["key"], False),
    ],
    ids=str,
)
def test_source_of_a_part_supports_fields_of_the_part_or_all_of_it(folder, names, is_known):
    event = {
        "key": "a",
        "date": "2018-03-14",
        "event_kind": "adopted",
        "title": "A",
        "provenance": "editorial",
    }
    event["sources"] = [{"url": "https://example.org/"}, {"url": "https://example.org/2", "supports": names}]
    where = folder(instruments=[document_for("instrument", identifier="act", events=[event])])

    if is_known:
        load_folder(where)
        assert [row.supports for row in Citation.objects.order_by("position")][:2] == [[], names]
    else:
        assert problems(where) == [("instruments.json", "act", "events.0.sources.1.supports")]


def test_all_that_sources_support_wrongly_is_named(folder):
    sources = [
        {"url": f"https://example.org/{name}", "supports": [name]} for name in ("name", "title", "report")
    ]

    assert problems(folder(themes=[theme(1, sources=sources)])) == [
        ("themes.json", "theme-1", "sources.0.supports"),
        ("themes.json", "theme-1", "sources.2.supports"),
    ]
    assert "“report” is no field here; there are alternative_name, checked_on" in messages(folder())


def test_export_takes_away_files_of_kinds_without_records(folder):
    where = folder(themes=[theme(1)], partners=[])

    load_folder(where)
    export_folder(where)

    assert sorted(path.name for path in where.glob("*.json")) == ["themes.json"]


# Beside edits


def edit(identifier="theme-1", *, is_published=True, **changes):
    """What somebody does in the back-office; returns the document afterwards."""
    record = model_of("theme").objects.get(identifier=identifier)
    save(working_document(record) | changes, "theme", record)
    if is_published:
        publish(record)
    return working_document(record)


def titles():
    """{identifier: (title of the working copy, title that the public sees)}"""
    public = dict(Publication.objects.values_list("identifier", "title"))
    return {
        identifier: (title, public.get(identifier))
        for identifier, title in Record.objects.values_list("identifier", "title")
    }


@pytest.mark.parametrize("is_published", [True, False])
def test_an_edit_stays_while_the_file_says_what_it_said(folder, is_published):
    where = folder(themes=[theme(1), theme(2)])
    load_folder(where)
    edit(title="Edited here", is_published=is_published)
    before = everything()

    loaded = load_folder(where)

    assert (loaded.created, loaded.changed, loaded.unchanged, loaded.conflicts) == (0, 0, 2, [])
    assert everything() == before


@pytest.mark.parametrize("is_published", [True, False])
def test_where_both_have_changed_the_record_is_left_alone_and_named(folder, is_published):
    load_folder(folder(themes=[theme(1), theme(2)]))
    edit(title="Edited here", is_published=is_published)
    before = everything()[Revision]

    loaded = load_folder(folder(themes=[theme(1, title="New in the file"), theme(2, title="Also new")]))

    assert (loaded.created, loaded.changed, loaded.unchanged) == (0, 1, 1)
    assert [record.identifier for record in loaded.conflicts] == ["theme-1"]
    assert titles() == {
        "theme-1": ("Edited here", "Edited here" if is_published else "Theme 1"),
        "theme-2": ("Also new", "Also new"),
    }
    assert len(everything()[Revision]) == len(before) + 1


@pytest.mark.parametrize(
    "changes",
    [
        {"summary": "Another field than the one that was edited."},
        {"state": "withdrawn", "withdrawal": {"reason": "Old.", "successor": None}},
        {"state": "draft"},
    ],
    ids=lambda changes: next(iter(changes)) + str(changes.get("state", "")),
)
def test_a_file_that_changed_anything_is_not_published_over_an_edit(folder, changes):
    load_folder(folder(themes=[theme(1)]))
    edit(title="Edited here")
    before = everything()

    loaded = load_folder(folder(themes=[theme(1, **changes)]))

    assert [record.identifier for record in loaded.conflicts] == ["theme-1"]
    assert everything() == before


def test_a_record_made_here_is_not_written_over(folder):
    published("theme", identifier="theme-1", order=1, title="Made here")

    loaded = load_folder(folder(themes=[theme(1)]))

    assert [record.identifier for record in loaded.conflicts] == ["theme-1"]
    assert titles() == {"theme-1": ("Made here", "Made here")}


def test_a_record_that_was_only_published_or_withdrawn_here_takes_the_file(folder):
    load_folder(folder(themes=[theme(1, state="draft"), theme(2)]))
    publish(model_of("theme").objects.get(identifier="theme-1"))
    workflow.withdraw(model_of("theme").objects.get(identifier="theme-2"), reason="It was never true.")

    loaded = load_folder(folder(themes=[theme(1, title="New"), theme(2, title="New too")]))

    assert loaded.conflicts == []
    assert titles() == {"theme-1": ("New", "New"), "theme-2": ("New too", "")}


def test_an_edit_that_came_into_the_files_is_no_edit_any_more(folder, tmp_path):
    load_folder(folder(themes=[theme(1)]))
    document = edit(title="Edited here")
    load_folder(folder(themes=[document]))

    loaded = load_folder(folder(themes=[document | {"title": "Then in the file"}]))

    assert (loaded.changed, loaded.conflicts) == (1, [])
    assert titles() == {"theme-1": ("Then in the file", "Then in the file")}


def test_after_a_conflict_the_export_holds_the_edit_and_loads(folder):
    load_folder(folder(themes=[theme(1)]))
    edit(title="Edited here", is_published=False)
    where = folder(themes=[theme(1, title="New in the file")])
    load_folder(where)

    export_folder(where)
    [exported] = json.loads((where / "themes.json").read_text("utf-8"))
    again = load_folder(where)

    assert (exported["title"], exported["published_document"]["title"]) == ("Edited here", "Theme 1")
    assert (again.changed, again.unchanged, again.conflicts) == (0, 1, [])


def test_an_edit_taken_back_is_none(folder):
    load_folder(folder(themes=[theme(1)]))
    edit(title="Edited here")
    edit(title="Theme 1")

    loaded = load_folder(folder(themes=[theme(1, title="New in the file")]))

    assert [record.identifier for record in loaded.conflicts] == ["theme-1"]  # until a load has seen it
    edit(title="Theme 1")
    load_folder(folder(themes=[working_document(model_of("theme").objects.get())]))
    assert load_folder(folder(themes=[theme(1, title="Newer")])).conflicts == []


def test_told_to_loading_writes_over_edits_and_keeps_the_history(folder, tmp_path):
    record = publish(save(full_document_for("technology"), "technology"))
    export_folder(tmp_path / "export")
    save(working_document(record) | {"title": "Edited since"}, "technology", record)

    loaded = load_folder(tmp_path / "export", overwrite=True)

    record.refresh_from_db()
    assert loaded.conflicts == []
    assert [json.loads(one.document)["title"] for one in record.revisions.all()] == [
        record.title,
        "Edited since",
        record.title,
    ]
    assert not record.has_unpublished_changes


def test_the_command_names_what_it_left_alone(folder, capsys):
    load_folder(folder(themes=[theme(1)]))
    edit(title="Edited here")
    where = folder(themes=[theme(1, title="New in the file")])

    call_command("load_records", str(where), dry_run=True)
    call_command("load_records", str(where))
    said = capsys.readouterr().out.splitlines()
    call_command("load_records", str(where), overwrite=True)

    left_alone = [
        "1 edited here, and changed in the files since then; left alone:",
        "  theme theme-1: Edited here",
        "With --overwrite the files' text is published; export_records writes what was edited here into files.",
    ]
    assert said == [
        "Would be: 0 created, 0 changed, 1 unchanged.",
        *left_alone,
        "0 created, 0 changed, 1 unchanged.",
        *left_alone,
    ]
    assert capsys.readouterr().out == "0 created, 1 changed, 0 unchanged.\n"
    assert titles() == {"theme-1": ("New in the file", "New in the file")}


def test_versions_of_a_database_from_before_are_recognised(folder, django_user_model):
    """A version counts as loaded if it has the loader's note and nobody's name."""
    load_folder(folder(themes=[theme(1), theme(2)]))
    files = [working_document(record) for record in model_of("theme").objects.order_by("order")]
    edit("theme-2", title="Edited here")
    user = django_user_model.objects.create_user("somebody@example.org")
    workflow.save_revision(make("theme", identifier="theme-3", order=3), note="Loaded from a file")
    Revision.objects.update(loaded="")
    Revision.objects.filter(record__identifier="theme-3").update(note="Loaded from a file", saved_by=user)
    [name] = [one.name for one in iter_modules(migrations.__path__) if one.name.endswith("_revision_loaded")]

    import_module(f"{migrations.__name__}.{name}").recognise(apps, None)

    where = folder(themes=[*files, theme(3)])
    loaded = load_folder(where)
    assert [record.identifier for record in loaded.conflicts] == ["theme-3"]
    assert titles()["theme-2"] == ("Edited here", "Edited here")
    changed = [document | {"summary": "New in the file."} for document in files]
    loaded = load_folder(folder(themes=changed))
    assert (loaded.changed, [record.identifier for record in loaded.conflicts]) == (1, ["theme-2"])


def test_drafts_survive_with_their_links(tmp_path):
    record = make_full("situation")
    workflow.save_revision(record)
    document = working_document(record)
    export_folder(tmp_path)
    make("theme")

    load_folder(tmp_path)

    assert working_document(record) == document
