"""What machines read of the real content: schema.org on pages of every type, and the vocabularies."""

import pytest
from rdflib import DCTERMS, RDF, SKOS, URIRef

from tests.pages import LISTS, RECORDS
from tests.test_rdf import BASE, broken_rules, of_scheme, on_page, read, unknown_terms

pytestmark = pytest.mark.once


def test_pages_of_every_type_say_what_they_are(client, content):
    told = {}
    records = {f"record-{kind}": url for kind, url in RECORDS.items()}
    for name, address in ({"home": "/", "about": "/about/"} | LISTS | records).items():
        nodes = on_page(client.get(address).content.decode())
        assert unknown_terms(nodes) == [], name
        told[name] = {node["@type"] for node in nodes}

    assert told["home"] == {"WebSite", "DataCatalog"}
    assert told["list-technologies"] == {"Dataset", "BreadcrumbList"}
    assert told["record-deliverable"] == {"Report", "WebPage", "BreadcrumbList"}
    assert told["record-theme"] == {"DefinedTerm", "WebPage", "BreadcrumbList"}
    assert told["about"] == {"BreadcrumbList"}


def test_the_vocabularies_keep_the_rules_of_skos(client, content):
    graph = read(client, "/schemes")
    schemes = set(graph.subjects(RDF.type, SKOS.ConceptScheme))

    assert broken_rules(graph) == []
    assert {str(scheme).removeprefix(f"{BASE}/schemes/") for scheme in schemes} > {
        "theme", "function", "issue", "statement-kind", "target-user", "technology-status", "glossary-term",
    }  # fmt: skip
    assert {len(list(graph.objects(scheme, DCTERMS.title))) for scheme in schemes} == {1}
    theme = URIRef(f"{BASE}/themes/dark-web/")
    assert {label.language for label in graph.objects(theme, SKOS.prefLabel)} == {
        "en", "nl", "de", "fr", "es", "el", "sl",
    }  # fmt: skip
    levels = [bool(list(graph.objects(one, SKOS.broader))) for one in of_scheme(graph, "function")]
    assert (levels.count(False), levels.count(True)) == (9, 40)
