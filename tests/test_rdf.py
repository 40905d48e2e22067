"""What machines read without our API: schema.org in pages, the vocabularies as SKOS, the catalogue after DCAT-AP."""

import json
import os
import subprocess
import sys
from pathlib import Path

import extruct
import msgspec_schemaorg.models
import pytest
from django.conf import settings
from pyshacl import validate
from rdflib import DCAT, DCTERMS, FOAF, OWL, RDF, SDO, SKOS, Graph, Literal, URIRef

from media4sec.interchange.files.dumps import make_dump
from media4sec.interchange.linked import dcat
from media4sec.interchange.linked.rdf import RDF_FORMS
from media4sec.kinds import kinds, paths
from media4sec.publications.models import Publication
from media4sec.records import workflow
from tests.factories import one_of_every_kind, published, published_full
from tests.files import file_part
from tests.public import relative

pytestmark = [
    pytest.mark.once,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated"),  # by rdflib itself
]
EVERY_KIND = pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
EVERY_ADDRESS = pytest.mark.parametrize("address", ["/catalog", "/schemes", "/schemes/theme"])
BASE = settings.BASE_URL
SYNTAXES = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
ABOUT_NODES = {"@type": "type", "@id": "id", "@context": "context"}


def read(client, address, suffix="ttl"):
    answer = client.get(f"{address}.{suffix}")
    assert answer.status_code == 200
    return Graph().parse(data=answer.content, format=SYNTAXES[suffix])


def at(record):
    return URIRef(f"{BASE}{record.url}")


def row_of(record):
    return Publication.objects.get(kind=record.kind.name, identifier=record.identifier)


# schema.org


def on_page(html):
    """What a page says in JSON-LD, as extruct reads it: one block."""
    (block,) = extruct.extract(html, syntaxes=["json-ld"])["json-ld"]
    assert block["@context"] == "https://schema.org"
    return block["@graph"]


def unknown_terms(node):
    """Names that schema.org does not have, or not for the class that they are said of."""
    if isinstance(node, list):
        return [wrong for item in node for wrong in unknown_terms(item)]
    if not isinstance(node, dict):
        return []
    class_ = getattr(msgspec_schemaorg.models, node.get("@type", "Thing"), None)
    if class_ is None or node.get("@type", "Thing") not in SDO:
        return [node["@type"]]
    known = {*class_.__struct_fields__}
    names = [name.removesuffix("-input") for name in node if not name.startswith("@")]
    wrong = [f"{node.get('@type')}.{name}" for name in names if name not in known or name not in SDO]
    return wrong + unknown_terms([*node.values()])


def test_a_wrong_term_is_seen():
    assert unknown_terms({"@type": "Person", "reportNumber": "1"}) == ["Person.reportNumber"]
    assert unknown_terms({"@type": "Report", "about": {"@type": "Nonsense"}}) == ["Nonsense"]


@EVERY_KIND
def test_a_page_and_a_file_say_the_same_of_a_record(client, kind):
    record = published_full(kind)

    shown = on_page(client.get(record.url).content.decode())
    document = client.get(f"{record.url.rstrip('/')}.jsonld").json()

    thing, entry = document["@graph"]
    assert shown[:2] == [thing, entry]
    assert entry["url"] == f"{BASE}{record.url}"
    assert entry["mainEntity"]["@id"] == thing["@id"]
    assert thing["name"]
    assert shown[2]["@type"] == "BreadcrumbList"
    assert unknown_terms(shown) == []
    assert "null" not in json.dumps(shown)
    graph = Graph().parse(data=json.dumps(document | {"@context": {"@vocab": str(SDO)}}), format="json-ld")
    assert (URIRef(thing["@id"]), SDO.name, Literal(thing["name"])) in graph


def test_a_report_in_the_words_of_schema_org(client):
    author, theme = published("person", title="P. van den Brink"), published("theme")
    package = published("work-package")
    record = published(
        "deliverable", title="A report", summary="What it says.", authors=[author.identifier],
        themes=[theme.identifier], work_package=package.identifier, date="2017-03", date_precision="month", download_url="https://example.org/a.pdf",
        alternate_urls=[], contributors=[],
    )  # fmt: skip

    thing, entry = client.get(f"{record.url.rstrip('/')}.jsonld").json()["@graph"]

    assert thing == {
        "@type": "Report",
        "@id": f"{BASE}{record.url}",
        "name": "A report",
        "description": "What it says.",
        "url": "https://example.org/a.pdf",
        "mainEntityOfPage": {"@id": f"{BASE}{record.url}#record"},
        "author": {"@type": "Person", "@id": f"{BASE}{author.url}", "name": "P. van den Brink"},
        "publisher": {"@type": "Organization", "name": "MEDI@4SEC"},
        "datePublished": "2017-03",
        "funder": {"@type": "Organization", "name": "European Union"},
        "encoding": {"@type": "MediaObject", "contentUrl": "https://example.org/a.pdf"},
        "isPartOf": {"@type": "Project", "@id": f"{BASE}{package.url}", "name": package.title},
        "about": {"@type": "DefinedTerm", "@id": f"{BASE}{theme.url}", "name": theme.title},
        "reportNumber": record.identifier,
    }
    assert (entry["@type"], entry["version"], entry["license"]) == (
        "WebPage", "1", "https://creativecommons.org/licenses/by/4.0/",
    )  # fmt: skip
    assert entry["identifier"] == [record.identifier, f"urn:uuid:{row_of(record).uuid}"]


def test_a_collection_was_made_on_the_day_on_which_it_was_gathered(client):
    record = published("collection", generated_on="2026-11-23")

    thing, _entry = client.get(f"{record.url.rstrip('/')}.jsonld").json()["@graph"]

    assert (thing["@type"], thing["dateCreated"]) == ("Collection", "2026-11-23")
    assert "temporalCoverage" not in thing  # which days it tells of, nobody states


def test_pictures_and_makers_of_a_tool(client):
    maker = published("organisation")
    record = published(
        "technology",
        makers=[maker.identifier],
        country="NL",
        technology_kind="app",
        files=[file_part(key="a")],
    )

    thing, _entry = client.get(f"{record.url.rstrip('/')}.jsonld").json()["@graph"]

    assert thing["provider"] == {"@type": "Organization", "@id": f"{BASE}{maker.url}", "name": maker.title}
    assert thing["countryOfOrigin"] == {"@type": "Country", "name": "NL"}
    assert client.get(relative(thing["image"]["contentUrl"])).status_code == 200


def test_what_a_title_says_cannot_end_the_block(client):
    record = published("technology", title="</script><b>&amp;")

    html = client.get(record.url).content.decode()

    assert on_page(html)[0]["name"] == "</script><b>&amp;"
    assert "</script><b>" not in html


def test_a_list_is_one_file(client):
    first, second = published("technology"), published("technology")

    document = client.get("/technologies.jsonld").json()

    things = [node["@id"] for node in document["@graph"] if node["@type"] != "WebPage"]
    assert things == [f"{BASE}{record.url}" for record in (first, second)]


def test_the_way_to_a_page_is_in_its_language(client):
    record = published("technology")

    *_, way = on_page(client.get(f"/de{record.url}").content.decode())

    assert way["itemListElement"][0] == {
        "@type": "ListItem", "position": 1, "name": "Startseite", "item": f"{BASE}/de/",
    }  # fmt: skip


# RDF in three syntaxes


@pytest.mark.slow
@EVERY_ADDRESS
def test_three_syntaxes_say_the_same(client, address):
    one_of_every_kind()

    graphs = [set(read(client, address, form.suffix)) for form in RDF_FORMS]

    assert len(graphs[0]) > 5
    assert graphs[0] == graphs[1] == graphs[2]


@EVERY_ADDRESS
def test_an_empty_portal_has_them_too(client, address):
    graphs = [set(read(client, address, form.suffix)) for form in RDF_FORMS]

    assert graphs[0]
    assert graphs[0] == graphs[1] == graphs[2]


@EVERY_ADDRESS
@pytest.mark.parametrize(
    ("accepted", "suffix"),
    [
        *((form.media_type, form.suffix) for form in RDF_FORMS),
        ("*/*", "ttl"),
        ("", "ttl"),
        ("text/html;q=0.5, application/ld+json", "jsonld"),
    ],
)
def test_an_address_leads_to_a_form(client, address, accepted, suffix):
    answer = client.get(address, headers={"Accept": accepted} if accepted else {})

    assert (answer.status_code, answer["Location"]) == (303, f"{address}.{suffix}")
    assert "Accept" in answer["Vary"]


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/catalog", "/api/"),
        ("/schemes", "/vocabulary/"),
        ("/schemes/theme", "/themes/"),
        ("/schemes/lens", "/vocabulary/?scheme=lens"),
    ],
)
def test_people_are_led_to_a_page(client, address, page):
    answer = client.get(address, headers={"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"})

    assert (answer.status_code, answer["Location"]) == (303, page)
    assert client.get(page).status_code == 200


@pytest.mark.parametrize(
    ("method", "address", "accepted", "status"),
    [
        ("get", "/catalog", "image/png", 406),
        ("get", "/catalog?x=1", "*/*", 400),
        ("get", "/schemes.ttl?scheme=theme", "*/*", 400),
        ("get", "/schemes/nothing", "*/*", 404),
        ("get", "/schemes/nothing.ttl", "*/*", 404),
        ("post", "/catalog.ttl", "*/*", 405),
    ],
)
def test_what_cannot_be_had_is_a_problem(client, method, address, accepted, status):
    answer = getattr(client, method)(address, headers={"Accept": accepted})

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


WRITE = """
import django; django.setup()
from rdflib import SKOS, Literal, URIRef
from media4sec.interchange.linked.rdf import RDF_FORMS, Triples, serialised
triples = Triples()
for number in range({order}):
    facts = {{SKOS.prefLabel: [Literal(f"ä {{number}} {{code}}", lang=code) for code in ("en", "de", "fr")],
              SKOS.related: [URIRef(f"https://example.org/{{other}}") for other in range(9)]}}
    triples.say(f"https://example.org/{{number}}", facts)
print("\\x00".join(serialised(triples.graph(), form.suffix) for form in RDF_FORMS))
"""


def test_equal_content_makes_equal_bytes():
    """Sets come in another order in each process, and whoever is asked may have read in another one."""
    first, second = (
        subprocess.run(
            [sys.executable, "-c", WRITE.format(order=order)],
            env={**os.environ, "PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            cwd=settings.BASE_DIR, capture_output=True, check=True, text=True,
        ).stdout
        for seed, order in (("1", "9"), ("2", "8, -1, -1"))
    )  # fmt: skip

    assert first.count("\x00") == 2
    assert first == second


# SKOS


def broken_rules(graph):
    """What a vocabulary must not say: https://www.w3.org/TR/skos-reference/, and what we promise beyond it."""
    wrong = []
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    for concept in concepts:
        preferred = list(graph.objects(concept, SKOS.prefLabel))
        others = [*graph.objects(concept, SKOS.altLabel), *graph.objects(concept, SKOS.hiddenLabel)]
        is_used = (concept, OWL.deprecated, Literal(True)) not in graph
        if is_used and (LANGUAGE_MISSING := "en" not in {label.language for label in preferred}):
            wrong.append((concept, "no English name", LANGUAGE_MISSING))
        if len({label.language for label in preferred}) < len(preferred):
            wrong.append((concept, "two names in one language", preferred))
        if set(preferred) & set(others):
            wrong.append((concept, "a label is preferred and not", others))
        if is_used and len(list(graph.objects(concept, SKOS.inScheme))) != 1:
            wrong.append((concept, "not in one scheme", ""))
        if is_used and len(list(graph.objects(concept, SKOS.notation))) != 1:
            wrong.append((concept, "not one notation", ""))
        above = set(graph.objects(concept, SKOS.broader))
        if is_used and bool(above) == bool(list(graph.objects(concept, SKOS.topConceptOf))):
            wrong.append((concept, "on top and below, or neither", above))
        if concept in graph.transitive_objects(concept, SKOS.broader) and above & {concept}:
            wrong.append((concept, "above itself", above))
    wrong += [
        (schemed, "in no scheme that is there", scheme)
        for schemed, scheme in graph.subject_objects(SKOS.inScheme)
        if (scheme, RDF.type, SKOS.ConceptScheme) not in graph
    ]
    inverse = {SKOS.broader: SKOS.narrower, SKOS.topConceptOf: SKOS.hasTopConcept}
    wrong += [
        (subject, "is not said both ways", value)
        for there, back in inverse.items()
        for first, second in ((there, back), (back, there))
        for subject, value in graph.subject_objects(first)
        if (value, second, subject) not in graph
    ]
    return wrong


def test_a_broken_rule_is_seen():
    graph = Graph()
    graph.add((URIRef("https://example.org/a"), RDF.type, SKOS.Concept))
    graph.add((URIRef("https://example.org/a"), SKOS.broader, URIRef("https://example.org/a")))

    assert {what for _, what, _ in broken_rules(graph)} == {
        "no English name", "not in one scheme", "not one notation", "above itself", "is not said both ways",
    }  # fmt: skip


def of_scheme(graph, name):
    return set(graph.subjects(SKOS.inScheme, URIRef(f"{BASE}/schemes/{name}")))


def labels_in(*texts):
    return [
        {"key": f"l{number}", "language": language, "label": label, "provenance": "editorial"}
        for number, (language, label) in enumerate(texts)
    ]


def test_a_theme_is_one_concept_with_the_labels_of_the_vocabulary(client):  # M-12
    theme = published("theme", title="The Dark Web", alternative_name="Darknet", summary="What is hidden.")
    words = published(
        "concept", scheme="theme", code=theme.identifier,
        labels=labels_in(("en", "The Dark Web"), ("de", "Das Darknet"), ("de", "Darknet")),
    )  # fmt: skip

    graph = read(client, "/schemes")

    assert of_scheme(graph, "theme") == {at(theme)}
    assert not list(graph.predicate_objects(at(words)))
    said = {
        predicate: set(graph.objects(at(theme), predicate))
        for predicate in (SKOS.prefLabel, SKOS.altLabel, SKOS.definition, SKOS.notation, DCTERMS.identifier)
    }
    assert said == {
        SKOS.prefLabel: {Literal("The Dark Web", lang="en"), Literal("Das Darknet", lang="de")},
        SKOS.altLabel: {Literal("Darknet", lang="de"), Literal("Darknet", lang="en")},
        SKOS.definition: {Literal("What is hidden.", lang="en")},
        SKOS.notation: {Literal(theme.identifier)},
        DCTERMS.identifier: {Literal(f"urn:uuid:{row_of(theme).uuid}")},
    }
    # Neither is there another one in the words of schema.org.
    thing = client.get(f"{words.url.rstrip('/')}.jsonld").json()["@graph"][0]
    assert (thing["@id"], thing["inDefinedTermSet"]) == (str(at(theme)), f"{BASE}/schemes/theme")


def test_what_people_ask_for_is_never_a_name(client):
    record = published(
        "concept", title="Austria", scheme="country", code="AT",
        labels=labels_in(("en", "Austrian"), ("en", "austria"), ("de", "österreichisch")),
    )  # fmt: skip

    graph = read(client, "/schemes/country")

    assert set(graph.objects(at(record), SKOS.prefLabel)) == {Literal("Austria", lang="en")}
    assert set(graph.objects(at(record), SKOS.hiddenLabel)) == {
        Literal("Austrian", lang="en"), Literal("österreichisch", lang="de"),
    }  # fmt: skip


def test_functions_have_two_levels(client):
    group = published("function", level=1, parent=None)
    one = published("function", level=2, parent=group.identifier)

    graph = read(client, "/schemes/function")

    assert (at(one), SKOS.broader, at(group)) in graph
    assert (at(group), SKOS.narrower, at(one)) in graph
    assert set(graph.subjects(SKOS.topConceptOf)) == {at(group)}


def test_a_withdrawn_concept_keeps_its_address(client):
    gone, heir = published("theme"), published("theme")
    workflow.withdraw(gone, reason="Two names for one thing.", successor=heir)

    graph = read(client, "/schemes/theme")

    assert (at(gone), OWL.deprecated, Literal(True)) in graph
    assert graph.value(at(gone), DCTERMS.isReplacedBy) == at(heir)
    assert graph.value(at(gone), SKOS.historyNote) == Literal("Two names for one thing.", lang="en")
    assert not list(graph.objects(at(gone), SKOS.prefLabel))
    assert broken_rules(graph) == []


# DCAT-AP 3


@pytest.fixture(scope="module")
def shapes():
    """Those of release 3.0.0: tests/dcat_ap_shacl.jsonld, see THIRD_PARTY.md."""
    return Graph().parse(Path(__file__).parent / "dcat_ap_shacl.jsonld", format="json-ld")


def faults(graph, shapes):
    conforms, _report, text = validate(graph, shacl_graph=shapes, inference="rdfs")
    return "" if conforms else text


@pytest.fixture
def dumps_root(tmp_path, settings):
    settings.DUMPS_ROOT = tmp_path / "dumps"
    return settings.DUMPS_ROOT


@pytest.mark.slow
@pytest.mark.parametrize("contact", ["", "kb@example.eu"])
def test_the_catalogue_conforms_to_dcat_ap(client, shapes, dumps_root, monkeypatch, contact):
    monkeypatch.setattr(dcat, "CONTACT", contact)
    one_of_every_kind()
    make_dump(dumps_root)

    graph = read(client, "/catalog")

    assert faults(graph, shapes) == ""
    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == len(kinds()) + 1
    assert bool(list(graph.objects(None, DCAT.contactPoint))) == bool(contact)
    mailboxes = {str(found) for found in graph.objects(None, FOAF.mbox)}
    assert mailboxes == ({f"mailto:{contact}"} if contact else set())
    # So that the shapes are known to find something.
    dataset = URIRef(f"{BASE}/catalog#technologies")
    graph.remove((dataset, DCTERMS.title, None))
    assert "dcterms:title" in faults(graph, shapes)


@pytest.mark.slow
def test_every_file_of_the_catalogue_can_be_had(client, dumps_root):
    one_of_every_kind()
    before = read(client, "/catalog")
    make_dump(dumps_root)

    graph = read(client, "/catalog")

    addresses = {str(file) for file in graph.objects(None, DCAT.accessURL)}
    answers = {address: client.get(relative(address)).status_code for address in addresses}
    assert {address: code for address, code in answers.items() if code not in (200, 302)} == {}
    assert {code for address, code in answers.items() if "/dumps/" in address} == {302}
    assert not any("/dumps/" in str(file) for file in before.objects(None, DCAT.accessURL))
    checksum = URIRef("http://spdx.org/rdf/terms#checksum")
    assert len(list(graph.subjects(checksum))) == len(kinds()) + 4
    assert {str(page) for page in graph.objects(None, DCAT.landingPage)} == {
        f"{BASE}/{path}" for path in ("", *(f"{path}/" for path in paths()))
    }


def test_the_catalogue_is_kept_for_a_change_and_a_dump(client, dumps_root):
    record = published("technology")
    first = client.get("/catalog.ttl")
    again = client.get("/catalog.ttl")
    make_dump(dumps_root)
    dumped = client.get("/catalog.ttl")
    workflow.withdraw(record, reason="Gone.")
    changed = client.get("/catalog.ttl")

    assert (again["ETag"], again.content) == (first["ETag"], first.content)
    assert len({first["ETag"], dumped["ETag"], changed["ETag"]}) == 3
    assert b"/dumps/technologies.jsonl.gz>" in dumped.content
    assert b"/dumps/" not in first.content
    assert b"#technologies>" in dumped.content
    assert b"#technologies>" not in changed.content


def test_the_catalogue_asks_one_query_however_much_there_is(client, django_assert_max_num_queries):
    one_of_every_kind()

    with django_assert_max_num_queries(3):  # and two for what has changed
        client.get("/catalog.ttl")


def test_the_services_are_named(client):
    graph = read(client, "/catalog")

    services = {
        str(one): str(graph.value(one, DCAT.endpointURL)) for one in graph.objects(None, DCAT.service)
    }
    assert services == {
        f"{BASE}/catalog#rest-api": f"{BASE}/api/v1",
        f"{BASE}/catalog#oai-pmh": f"{BASE}/oai",
    }
    rest = URIRef(f"{BASE}/catalog#rest-api")
    assert client.get(relative(str(graph.value(rest, DCAT.endpointDescription)))).status_code == 200
