"""OAI-PMH: other people's harvesters, strict schemas, every error, and harvests in the midst of publications."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
import xmlschema
from django.apps import apps
from django.conf import settings as project
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies
from lxml import etree
from oaipmh_scythe import Scythe
from sickle import Sickle

from media4sec import imprint
from media4sec.interchange.harvesting import oai, oai_lists
from media4sec.interchange.harvesting.oai_lists import Harvest, read_stamp, stamp
from media4sec.kinds import kinds
from media4sec.publications.models import Change, Generation, Publication, ThemePlace
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from tests.examples import examples
from tests.factories import (
    copies_published,
    fresh,
    make,
    one_of_every_kind,
    publish,
    published,
    save,
    several_published,
)
from tests.files import file_part, pdf, stored

pytestmark = pytest.mark.django_db

SCHEMAS = Path(project.BASE_DIR, "tests/schemas")
NAMES = {
    "oai": "http://www.openarchives.org/OAI/2.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "oaire": "http://namespace.openaire.eu/schema/oaire/",
    "datacite": "http://datacite.org/schema/kernel-4",
}
DC, OPENAIRE = {"metadataPrefix": "oai_dc"}, {"metadataPrefix": "oai_openaire"}


@pytest.fixture(autouse=True)
def origin(settings):
    settings.BASE_URL = "https://kb.example.eu"
    return settings.BASE_URL


@pytest.fixture(scope="module")
def schemas():
    """``{prefix: the strict schema of the envelope and what is in it}``; nothing is read from the network."""
    files = {"oai_dc": "harvest.xsd", "oai_openaire": "harvest-openaire.xsd"}
    return {prefix: xmlschema.XMLSchema(str(SCHEMAS / name), allow="local") for prefix, name in files.items()}


@pytest.fixture
def ask(client, schemas):
    """Asks by GET; gives the answer read, after both schemas' check of it."""

    def asked(verb, method="get", **arguments):
        response = getattr(client, method)("/oai", {"verb": verb, **arguments})
        assert (response.status_code, response["Content-Type"]) == (200, "text/xml; charset=UTF-8")
        text = response.content.decode()
        schemas["oai_openaire" if "<oaire:" in text else "oai_dc"].validate(text)
        return etree.fromstring(response.content)

    return asked


@pytest.fixture
def sickle(client, monkeypatch):
    """PyPI's sickle, which reads the portal without a socket."""

    def answer(method, data):
        response = getattr(client, method)("/oai", data)
        text = response.content.decode()
        return SimpleNamespace(
            status_code=response.status_code,
            text=text,
            content=response.content,
            raise_for_status=lambda: None,
        )

    monkeypatch.setattr("sickle.app.requests.get", lambda url, params, **more: answer("get", params))
    monkeypatch.setattr("sickle.app.requests.post", lambda url, data, **more: answer("post", data))
    return Sickle("https://kb.example.eu/oai")


@pytest.fixture
def scythe(client):
    """PyPI's oaipmh-scythe, the same."""

    def answer(request):
        response = client.get("/oai", request.url.params)
        return httpx2.Response(response.status_code, headers=dict(response.headers), content=response.content)

    harvester = Scythe("https://kb.example.eu/oai")
    harvester._client = httpx2.Client(transport=httpx2.MockTransport(answer))
    return harvester


def row_of(record):
    return Publication.objects.get(kind=record.kind.name, identifier=record.identifier)


def name_of(record):
    return oai_lists.oai_identifier(row_of(record))


def values(tree, path):
    return [found if isinstance(found, str) else found.text for found in tree.xpath(path, namespaces=NAMES)]


def error_of(tree):
    return values(tree, "//oai:error/@code")


def headers(tree):
    """``{identifier: (is deleted, sets)}`` in order."""
    return {
        values(header, "oai:identifier")[0]: (
            header.get("status") == "deleted",
            values(header, "oai:setSpec"),
        )
        for header in tree.xpath("//oai:header", namespaces=NAMES)
    }


def listed(ask, **arguments):
    return headers(ask("ListIdentifiers", **DC | arguments))


def elements(tree):
    """The elements of a record in Dublin Core: ``[(name, text)]``."""
    return [
        (etree.QName(one).localname, one.text) for one in tree.xpath("//oai:metadata/*/*", namespaces=NAMES)
    ]


def known_work(**more):
    """A work of the project whose date and author are known."""
    author = published("person").identifier
    return published("deliverable", date="2017", date_precision="year", authors=[author], **more)


def moved_to(record, at):
    """As if a record had changed then."""
    Publication.objects.filter(pk=row_of(record).pk).update(modified_at=at)


# The protocol


def test_every_kind_is_told_in_dublin_core_and_stands_in_its_set(ask):
    records = one_of_every_kind()

    for kind in kinds():
        tree = ask("GetRecord", identifier=name_of(records[kind.name]), **DC)
        ((_, (is_deleted, sets)),) = headers(tree).items()
        assert (is_deleted, sets[0]) == (False, kind.name)
        assert ("identifier", f"https://kb.example.eu{row_of(records[kind.name]).url}") in elements(tree)
    told = {key for kind in kinds() for key in listed(ask, set=kind.name)}
    assert told == set(listed(ask)) == {oai_lists.oai_identifier(row) for row in Publication.objects.all()}


def test_identify_tells_what_is_true(ask, monkeypatch):
    monkeypatch.setattr(oai, "CONTACT", "data@kb.example.eu")
    first, _ = several_published("theme", 2)
    moved_to(first, datetime(2026, 3, 4, 5, 6, 7, 999_999, UTC))

    tree = ask("Identify")

    told = {etree.QName(one).localname: one.text for one in tree.xpath("//oai:Identify/*", namespaces=NAMES)}
    assert told | {"description": None} == {
        "repositoryName": imprint.CATALOGUE_TITLE,
        "baseURL": "https://kb.example.eu/oai",
        "protocolVersion": "2.0",
        "adminEmail": "data@kb.example.eu",
        "earliestDatestamp": "2026-03-04T05:06:07Z",
        "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
        "description": None,
    }
    assert [one.text for one in tree.find(".//{*}oai-identifier")] == [
        "oai",
        "kb.example.eu",
        ":",
        name_of(first),
    ]


@pytest.mark.parametrize("base", ["http://127.0.0.1:8000", "https://kb.example.eu"])
def test_identify_without_contact_and_content_names_the_mailbox_of_web_sites(
    ask, settings, monkeypatch, base
):
    settings.BASE_URL = base
    monkeypatch.setattr(oai, "CONTACT", "")
    now = timezone.now()
    monkeypatch.setattr(oai, "complete_until", lambda: now)

    tree = ask("Identify")

    host = base.split("/")[2].split(":")[0]
    assert values(tree, "//oai:adminEmail") == [f"webmaster@{host}"]
    assert values(tree, "//oai:earliestDatestamp") == values(tree, "//oai:responseDate")


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("", "badVerb"),
        ("verb=identify", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("metadataPrefix=oai_dc", "badVerb"),
        ("verb=Identify&identifier=x", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&nothing=1", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a::b", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-11", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=0000-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-29T08:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-29T08:00:00%2B01:00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-02&until=2026-11-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-01&until=2026-11-02T00:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x", "badArgument"),
        ("verb=ListRecords&metadataPrefix=%00", "badArgument"),
        ("verb=ListRecords&resumptionToken=%08", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=a%20b", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marcxml", "cannotDisseminateFormat"),
        ("verb=ListIdentifiers&metadataPrefix=marcxml", "cannotDisseminateFormat"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=nothing", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=oai:kb.example.eu:theme/x", "idDoesNotExist"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=1999-12-31", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=9999-12-31", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=nothing", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=theme:nothing", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=abc", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=abc", "badResumptionToken"),
    ],
)  # fmt: skip
@pytest.mark.once
def test_errors_have_the_names_of_the_protocol(client, schemas, question, code):
    published("theme")

    response = client.get(f"/oai?{question}")

    assert response.status_code == 200
    schemas["oai_dc"].validate(response.content.decode())
    tree = etree.fromstring(response.content)
    assert error_of(tree) == [code]
    (request,) = tree.xpath("oai:request", namespaces=NAMES)
    echoed = dict(pair.split("=") for pair in question.split("&") if pair)
    assert dict(request.attrib) == ({} if code in ("badVerb", "badArgument") else echoed)


def test_errors_that_a_record_gives(ask):
    theme, gone = several_published("theme", 2)
    workflow.withdraw(gone, reason="Wrong.")

    assert error_of(ask("GetRecord", identifier=name_of(theme), **OPENAIRE)) == ["cannotDisseminateFormat"]
    assert error_of(ask("ListMetadataFormats", identifier=name_of(gone))) == ["noMetadataFormats"]


def test_there_are_sets_so_that_noSetHierarchy_is_never_said(ask):
    draft = make("theme")
    theme, gone = several_published("theme", 2)
    workflow.withdraw(gone, reason="Wrong.")

    tree = ask("ListSets")

    found = dict(zip(values(tree, "//oai:setSpec"), values(tree, "//oai:setName"), strict=True))
    assert found.keys() == {
        "openaire", *(kind.name for kind in kinds()), f"theme:{theme.identifier}", f"theme:{gone.identifier}",
    }  # fmt: skip
    assert (found[f"theme:{theme.identifier}"], found[f"theme:{gone.identifier}"]) == (
        theme.title, f"{gone.identifier} (withdrawn)",
    )  # fmt: skip
    assert draft.identifier not in etree.tostring(tree).decode()


def test_formats_are_those_of_the_record(ask):
    work = known_work()

    def prefixes(**arguments):
        return values(ask("ListMetadataFormats", **arguments), "//oai:metadataPrefix")

    assert prefixes() == prefixes(identifier=name_of(work)) == ["oai_dc", "oai_openaire"]
    assert prefixes(identifier=name_of(published("theme"))) == ["oai_dc"]


def test_forms_are_read_as_addresses_are_without_a_token_of_ours(client, ask):
    published("theme")
    strict = type(client)(enforce_csrf_checks=True)

    posted = strict.post("/oai", {"verb": "ListRecords", **DC})

    assert posted.status_code == 200
    assert posted["Cache-Control"] == "no-store"
    assert headers(etree.fromstring(posted.content)) == headers(ask("ListRecords", **DC))
    assert error_of(ask("ListRecords", method="post", metadataPrefix="marcxml")) == [
        "cannotDisseminateFormat"
    ]
    twice = strict.post("/oai?verb=Identify", {"verb": "Identify"})
    assert error_of(etree.fromstring(twice.content)) == ["badVerb"]


def test_other_methods_are_refused(client):
    refused, asked = client.put("/oai"), client.options("/oai")

    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD, POST")
    assert (asked.status_code, asked["Allow"]) == (204, "GET, HEAD, POST, OPTIONS")
    assert client.head("/oai?verb=Identify").status_code == 200


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    verb=strategies.sampled_from(list(oai.OAI_VERBS)),
    arguments=strategies.dictionaries(
        strategies.sampled_from(["identifier", "metadataPrefix", "set", "from", "until", "resumptionToken"]),
        strategies.text(max_size=12)
        | strategies.sampled_from(["oai_dc", "2026-11-29", "theme", "a:b", "%zz", "[::1]"]),
    ),
)
def test_whatever_is_asked_the_answer_is_valid(client, schemas, verb, arguments):
    response = client.post("/oai", {"verb": verb, **arguments})

    assert response.status_code == 200
    schemas["oai_dc"].validate(response.content.decode())


# Times


def test_from_and_until_are_inclusive_to_the_second_and_to_the_day(ask):
    early, late = several_published("theme", 2)
    moved_to(early, datetime(2026, 3, 4, 5, 6, 7, 999_999, UTC))
    moved_to(late, datetime(2026, 3, 5, 0, 0, 0, 1, UTC))

    def told(**window):
        return [key for key in listed(ask, **window) if key in (name_of(early), name_of(late))]

    assert told(**{"from": "2026-03-04T05:06:07Z", "until": "2026-03-04T05:06:07Z"}) == [name_of(early)]
    assert told(**{"from": "2026-03-04T05:06:08Z", "until": "2026-03-05T00:00:00Z"}) == [name_of(late)]
    assert told(**{"from": "2026-03-04", "until": "2026-03-04"}) == [name_of(early)]
    assert told(**{"from": "2026-03-05", "until": "9999-12-31"}) == [name_of(late)]
    assert told(until="2026-03-05") == [name_of(early), name_of(late)]


def test_who_goes_on_from_the_date_of_an_answer_misses_no_step_that_was_under_way(ask):
    """A step gives its changes their time, and is seen only once it is committed."""
    published("theme")
    long_ago = timezone.now() - timedelta(days=9)
    Change.objects.update(at=long_ago)
    Publication.objects.update(modified_at=long_ago)
    (answered,) = values(ask("ListIdentifiers", **DC), "//oai:responseDate")
    late = published("theme")
    moved_to(late, timezone.now() - timedelta(seconds=50))  # it took so long until it was seen

    assert name_of(late) in listed(ask, **{"from": answered})
    assert timedelta(seconds=59) < timezone.now() - read_stamp(answered) < timedelta(minutes=2)


def test_no_answer_tells_of_less_than_its_date_says_though_clocks_differ(ask):
    published("theme")
    ahead = timezone.now() + timedelta(hours=1)
    Change.objects.update(at=ahead)

    assert values(ask("ListIdentifiers", **DC), "//oai:responseDate") == [stamp(ahead)]


# Sets, and what leaves them


def test_what_leaves_a_theme_counts_as_deleted_there_and_only_there(ask):
    old, new = several_published("theme", 2)
    tool = published("technology", themes=[old.identifier])
    spec = f"theme:{old.identifier}"
    assert listed(ask, set=spec) == {name_of(tool): (False, ["technology", spec])}

    publish(save(working_document(tool) | {"themes": [new.identifier]}, "technology", tool))

    assert listed(ask, set=spec) == {name_of(tool): (True, [spec])}
    now = {name_of(tool): (False, ["technology", f"theme:{new.identifier}"])}
    assert listed(ask, set=f"theme:{new.identifier}") == listed(ask, set="technology") == now
    assert listed(ask)[name_of(tool)] == now[name_of(tool)]
    assert ask("ListRecords", set=spec, **DC).find(".//{*}metadata") is None


def test_the_set_of_themes_has_what_is_placed_under_them(ask):
    theme = published("theme")
    tool, other = published("technology", themes=[theme.identifier]), published("technology", themes=[])

    told = listed(ask, set="theme")

    assert {name_of(theme), name_of(tool)} <= told.keys()
    assert name_of(other) not in told
    assert not any(is_deleted for is_deleted, _ in told.values())


def test_a_tombstone_keeps_its_sets_for_ever(ask):
    theme = published("theme")
    work = known_work(themes=[theme.identifier])
    spec = f"theme:{theme.identifier}"
    workflow.withdraw(work, reason="Superseded.")
    gone = {name_of(work): (True, ["deliverable", "openaire", spec])}

    for arguments in ({"set": spec}, {"set": "deliverable"}, {"set": "openaire"}):
        assert listed(ask, **arguments) == gone
    assert headers(ask("GetRecord", identifier=name_of(work), **DC)) == gone
    assert headers(ask("GetRecord", identifier=name_of(work), **OPENAIRE)) == gone

    workflow.restore(fresh(work))

    assert listed(ask, set=spec) == {name_of(work): (False, ["deliverable", "openaire", spec])}


def test_a_withdrawn_theme_takes_all_out_of_its_set(ask):
    theme = published("theme")
    tool = published("technology", themes=[theme.identifier])
    before = values(ask("ListIdentifiers", **DC), "//oai:responseDate")[0]

    workflow.withdraw(theme, reason="Wrong.")

    spec = f"theme:{theme.identifier}"
    assert listed(ask, set=spec, **{"from": before}) == {name_of(tool): (True, [spec])}
    assert listed(ask)[name_of(tool)] == (False, ["technology"])


def test_a_draft_theme_is_in_no_header(ask):
    draft = make("theme")
    tool = published("technology", themes=[draft.identifier])

    assert listed(ask)[name_of(tool)] == (False, ["technology"])
    assert error_of(ask("ListIdentifiers", set=f"theme:{draft.identifier}", **DC)) == ["noRecordsMatch"]
    assert not ThemePlace.objects.exists()


def test_rebuilding_keeps_where_records_were(ask):
    theme = published("theme")
    tool = published("technology", themes=[theme.identifier])
    ThemePlace.objects.all().delete()

    assert workflow.rebuild_publications() == 0

    assert list(ThemePlace.objects.values_list("publication", "theme")) == [
        (row_of(tool).pk, theme.identifier)
    ]


def test_what_stood_under_themes_before_is_placed_by_the_migration():
    theme = published("theme")
    tool = published("technology", themes=[theme.identifier])
    ThemePlace.objects.all().delete()

    import_module("media4sec.publications.migrations.0010_theme_places").fill(apps, None)

    assert list(ThemePlace.objects.values_list("publication", "theme")) == [
        (row_of(tool).pk, theme.identifier)
    ]


# Harvests


def copied(harvester, **arguments):
    """A copy as somebody keeps it: ``{identifier: deleted?}``; no record may come twice."""
    found = {}
    for record in harvester.ListRecords(**DC | arguments):
        assert record.header.identifier not in found
        found[record.header.identifier] = record.header.deleted
    return found


def truth():
    rows = Publication.objects.values_list("kind", "uuid", "state")
    return {f"oai:kb.example.eu:{kind}/{uuid}": state != "published" for kind, uuid, state in rows}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sickle_harvests_everything_and_then_what_changed(sickle, monkeypatch, method):
    monkeypatch.setattr(oai_lists, "PAGE_OF_HARVEST", 3)
    sickle.http_method = method
    records = several_published("theme", 7)
    workflow.withdraw(records[2], reason="Wrong.")
    copy = copied(sickle)
    assert copy == truth()
    assert sum(copy.values()) == 1
    Publication.objects.update(modified_at=timezone.now() - timedelta(days=2))

    workflow.withdraw(records[4], reason="Wrong.")
    new = published("theme")

    since = stamp(timezone.now() - timedelta(days=1))
    assert copied(sickle, **{"from": since}) == {name_of(records[4]): True, name_of(new): False}
    assert sickle.GetRecord(identifier=name_of(new), **DC).metadata["title"] == [new.title]
    assert next(found.setSpec for found in sickle.ListSets()) == "openaire"
    assert sickle.Identify().deletedRecord == "persistent"


def test_scythe_harvests_everything_and_reads_all_verbs(scythe, monkeypatch):
    monkeypatch.setattr(oai_lists, "PAGE_OF_HARVEST", 3)
    records = several_published("theme", 7)
    workflow.withdraw(records[2], reason="Wrong.")

    told = {
        record.header.identifier: record.header.deleted
        for record in scythe.list_records(metadata_prefix="oai_dc")
    }

    assert told == truth()
    assert (
        len(list(scythe.list_identifiers(metadata_prefix="oai_dc", set_="theme", ignore_deleted=True))) == 6
    )
    assert scythe.identify().granularity == "YYYY-MM-DDThh:mm:ssZ"
    assert "theme" in {found.setSpec for found in scythe.list_sets()}
    assert [form.metadataPrefix for form in scythe.list_metadata_formats()] == ["oai_dc", "oai_openaire"]
    assert scythe.get_record(identifier=name_of(records[0]), metadata_prefix="oai_dc").metadata["title"] == [
        records[0].title
    ]


def test_a_harvest_in_the_midst_of_publications_neither_loses_nor_repeats(sickle, monkeypatch):  # issue 10, 4
    monkeypatch.setattr(oai_lists, "PAGE_OF_HARVEST", 3)
    themes = several_published("theme", 14)
    begun = None
    copy, turns = {}, iter(range(99))
    for record in sickle.ListRecords(**DC):
        begun = begun or values(etree.fromstring(sickle_answer(sickle)), "//oai:responseDate")[0]
        assert record.header.identifier not in copy
        copy[record.header.identifier] = record.header.deleted
        turn = next(turns)
        if turn < 6:  # one that was told and one that was not, a new one, and one that goes
            for theme in (themes[0], themes[12]):
                theme = fresh(theme)
                publish(save(working_document(theme) | {"summary": f"Turn {turn}."}, "theme", theme))
            published("theme")
            workflow.withdraw(themes[13 - turn] if turn != 1 else themes[2], reason="Wrong.")
    assert copy.keys() == truth().keys()  # new ones stand at the end

    copy |= copied(sickle, **{"from": begun})

    assert copy == truth()


def sickle_answer(sickle):
    return sickle.harvest(verb="ListIdentifiers", **DC).raw.encode()


@pytest.mark.parametrize("is_counted", [True, False])
def test_pages_are_counted_and_the_last_token_is_empty(ask, monkeypatch, is_counted):
    monkeypatch.setattr(oai_lists, "PAGE_OF_HARVEST", 3)
    several_published("theme", 7)
    number = Publication.objects.count()
    monkeypatch.setattr(oai_lists, "MOST_COUNTED", number if is_counted else number - 1)
    size, arguments, seen = str(number) if is_counted else None, DC, []
    while arguments:
        tree = ask("ListIdentifiers", **arguments)
        (token,) = tree.xpath("//oai:resumptionToken", namespaces=NAMES)
        assert (token.get("completeListSize"), token.get("cursor")) == (size, str(len(seen)))
        seen += headers(tree)
        arguments = {"resumptionToken": token.text} if token.text else {}
    assert seen == list(listed_whole())


def listed_whole():
    return [oai_lists.oai_identifier(row) for row in Publication.objects.order_by("pk")]


def test_a_list_of_one_page_has_no_token(ask):
    published("theme")

    assert ask("ListRecords", **DC).find(".//{*}resumptionToken") is None


def test_a_token_gives_the_same_page_each_time_and_only_to_its_list(ask, monkeypatch):
    monkeypatch.setattr(oai_lists, "PAGE_OF_HARVEST", 2)
    several_published("theme", 5)
    (token,) = values(ask("ListIdentifiers", **DC), "//oai:resumptionToken")

    first, again = (ask("ListIdentifiers", resumptionToken=token) for _ in range(2))

    assert headers(first) == headers(again) != {}
    assert values(first, "//oai:resumptionToken") == values(again, "//oai:resumptionToken")
    for wrong in (token[:-1], token + "A", token.swapcase(), token + "="):
        assert error_of(ask("ListIdentifiers", resumptionToken=wrong)) == ["badResumptionToken"]
    assert error_of(ask("ListRecords", resumptionToken=token)) == ["badResumptionToken"]
    Generation.objects.update(name="another")
    assert error_of(ask("ListIdentifiers", resumptionToken=token)) == ["badResumptionToken"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": "soon"},
        {"spec": "a\0b"},
        {"prefix": "x y"},
        {"since": "2026-02-30"},
        {"after": 10**19},
        {"spec": "a|b"},
    ],
)
def test_a_token_that_somebody_made_up_does_no_harm(ask, wrong):
    published("theme")
    name = Generation.objects.get().name
    made_up = Harvest(**{"verb": "ListRecords", "prefix": "oai_dc", "database": name} | wrong)

    assert error_of(ask("ListRecords", resumptionToken=made_up.token())) == ["badResumptionToken"]
    assert Harvest.resumed(Harvest("ListRecords", "oai_dc", database=name).token()) is not None


def test_what_leaves_the_window_of_a_harvest_ends_it(ask, monkeypatch):
    """It stands in a later window then."""
    monkeypatch.setattr(oai_lists, "PAGE_OF_HARVEST", 2)
    several_published("theme", 3)
    Publication.objects.update(modified_at=datetime(2026, 3, 4, tzinfo=UTC))
    (token,) = values(ask("ListIdentifiers", until="2026-03-05", **DC), "//oai:resumptionToken")
    Publication.objects.update(modified_at=datetime(2026, 3, 6, tzinfo=UTC))

    assert error_of(ask("ListIdentifiers", resumptionToken=token)) == ["noRecordsMatch"]


@pytest.mark.parametrize("prefix", ["oai_dc", "oai_openaire"])
def test_a_page_costs_the_same_however_many_records(client, django_assert_max_num_queries, prefix):
    theme = published("theme")
    workflow.withdraw(known_work(themes=[theme.identifier]), reason="Wrong.")
    copies_published(known_work(themes=[theme.identifier]), 120)

    for verb in ("ListRecords", "ListIdentifiers"):
        with django_assert_max_num_queries(8):
            response = client.get("/oai", {"verb": verb, "metadataPrefix": prefix, "set": "deliverable"})
        assert len(headers(etree.fromstring(response.content))) == 100


# What is said of records


def test_a_technology_in_dublin_core(ask):
    maker, theme = published("organisation", title="Works & Co"), published("theme")
    tool = published(
        "technology", title="Tool <1>", summary="What it does.", makers=[maker.identifier], themes=[theme.identifier],
        homepage="https://tool.example", licence="MIT", country="NL", technology_kind="app", tags=["live"],
        functions=[], issues=[],
    )  # fmt: skip

    assert elements(ask("GetRecord", identifier=name_of(tool), **DC)) == [
        ("title", "Tool <1>"),
        ("creator", "Works & Co"),
        ("subject", theme.title),
        ("subject", "live"),
        ("description", "What it does."),
        ("type", "Software"),
        ("identifier", f"https://kb.example.eu{tool.url}"),
        ("identifier", "https://tool.example"),
        ("coverage", "NL"),
        ("rights", "MIT"),
        ("rights", "Catalogue record: CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"),
    ]


@pytest.fixture
def report():
    author = published(
        "person", title="P. van den Brink", given_name="P.", particle="van den", family_name="Brink"
    )
    return published(
        "deliverable", title="A report", summary="What it says.", authors=[author.identifier], date="2017-03",
        date_precision="month", document_reference="ABC-1", dissemination_level="public", themes=[], tags=[],
        alternative_title="", download_url="https://example.org/report.pdf", lead_partner=None, workshop=None,
        responsible_organisations=[], contributors=[],
    )  # fmt: skip


def test_a_report_is_what_openaire_asks_for(ask, report):
    package = f"https://kb.example.eu{Publication.objects.get(kind='work-package').url}"
    page = f"https://kb.example.eu{report.url}"

    tree = ask("GetRecord", identifier=name_of(report), **DC)

    assert elements(tree) == [
        ("title", "A report"),
        ("creator", "van den Brink, P."),
        ("description", "What it says."),
        ("publisher", "MEDI@4SEC"),
        ("date", "2017-03"),
        ("type", "info:eu-repo/semantics/report"),
        ("type", "Text"),
        ("identifier", page),
        ("identifier", "https://example.org/report.pdf"),
        ("identifier", report.identifier),
        ("identifier", "ABC-1"),
        ("relation", "info:eu-repo/grantAgreement/EC/H2020/700281"),
        ("relation", package),
        ("rights", "info:eu-repo/semantics/openAccess"),
    ]
    assert tree.xpath("//oai:about//@ref", namespaces=NAMES) == [
        "https://creativecommons.org/licenses/by/4.0/"
    ]


def test_a_report_in_openaires_own_profile(ask, report):
    tree = ask("GetRecord", identifier=name_of(report), **OPENAIRE)

    assert values(tree, "//datacite:creatorName | //datacite:givenName | //datacite:familyName") == [
        "van den Brink, P.", "P.", "van den Brink",
    ]  # fmt: skip
    assert values(tree, "//datacite:date[@dateType='Issued']") == ["2017-03"]
    assert values(tree, "//datacite:identifier") == [f"https://kb.example.eu{report.url}"]
    assert values(tree, "//oaire:resourceType") == ["report"]
    assert values(tree, "//oaire:resourceType/@uri") == ["http://purl.org/coar/resource_type/c_93fc"]
    assert values(tree, "//datacite:rights/@rightsURI") == ["http://purl.org/coar/access_right/c_abf2"]
    assert values(tree, "//oaire:fundingReference/*") == ["European Commission", "H2020", "700281"]
    assert values(tree, "//oaire:file") == ["https://example.org/report.pdf"]


def test_a_report_that_nobody_can_read_is_not_called_open(ask, report):
    closed = publish(
        save(working_document(report) | {"dissemination_level": "confidential"}, "deliverable", report)
    )

    assert ("rights", "info:eu-repo/semantics/closedAccess") in elements(
        ask("GetRecord", identifier=name_of(closed), **DC)
    )
    tree = ask("GetRecord", identifier=name_of(closed), **OPENAIRE)
    assert values(tree, "//datacite:rights") == ["metadata only access"]
    assert values(tree, "//oaire:file") == []


def test_a_copy_that_the_portal_keeps_is_told(ask, report):
    changed = working_document(report) | {"files": [file_part(stored(pdf("A report."), "pdf"))]}
    kept = publish(save(changed, "deliverable", report))

    found = elements(ask("GetRecord", identifier=name_of(kept), **DC))
    addresses = [text for name, text in found if name == "identifier" and "/files/" in text]

    assert ("format", "application/pdf") in found
    tree = ask("GetRecord", identifier=name_of(kept), **OPENAIRE)
    assert values(tree, "//oaire:file[@mimeType='application/pdf']") == addresses != []


def test_a_work_without_its_date_is_not_told_to_openaire_until_it_has_one(ask, report):
    undated = publish(
        save(working_document(report) | {"date": "", "date_precision": ""}, "deliverable", report)
    )

    assert error_of(ask("GetRecord", identifier=name_of(undated), **OPENAIRE)) == ["cannotDisseminateFormat"]
    assert values(ask("ListMetadataFormats", identifier=name_of(undated)), "//oai:metadataPrefix") == [
        "oai_dc"
    ]
    assert listed(ask, set="openaire") == {name_of(undated): (True, ["openaire"])}
    assert headers(ask("ListRecords", **OPENAIRE))[name_of(undated)][0]
    assert listed(ask)[name_of(undated)] == (False, ["deliverable"])
    assert not any(
        text.startswith("info:eu-repo/semantics")
        for _, text in elements(ask("GetRecord", identifier=name_of(undated), **DC))
    )
