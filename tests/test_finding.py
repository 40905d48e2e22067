"""Search in the back-office finds what the public search would, drafts included, and the same on both databases."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from media4sec.publications.models import Publication
from media4sec.publications.search import search
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from media4sec.records.finding import Wanted, remember_all
from media4sec.records.models import Record, Words
from tests.factories import make, save

ALL = "/admin/records/record/"


def listed(client, text, url=ALL, **more):
    """The titles of a list, in its order."""
    return [row.title for row in client.get(url, {"q": text, **more}).context["cl"].result_list]


def offered(client, text, model="relation", field="target", **more):
    asked = {"app_label": "records", "model_name": model, "field_name": field, "term": text}
    return [
        row["text"] for row in json.loads(client.get("/admin/autocomplete/", asked | more).content)["results"]
    ]


@pytest.fixture
def records(db):
    """Drafts, none of them public."""
    organisation = make("organisation", title="PublicSonar B.V.")
    make("organisation", title="Łukasiewicz Institute")
    make("organisation", title="Facewatch Limited", former_names=["Retail Eyes"])
    make("organisation", title="Ελληνική Αστυνομία", summary="The Hellenic Police")
    make("person", title="Anže Žitnik")
    make("theme", title="Dark web")
    make(
        "technology",
        identifier="T-012",
        title="PublicSonar",
        makers=[organisation.identifier],
        homepage="https://publicsonar.com/",
        summary="Organises volunteers",
    )
    make("technology", identifier="T-120", title="Mesh radio", summary="Nothing of the kind")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("žitnik", "Anže Žitnik"),
        ("ŽITNIK", "Anže Žitnik"),
        ("zitnik anze", "Anže Žitnik"),
        ("łukasiewicz", "Łukasiewicz Institute"),
        ("lukasiewicz", "Łukasiewicz Institute"),
        ("PublicSonar B.V.", "PublicSonar B.V."),
        ("institute lukasiewicz", "Łukasiewicz Institute"),
        ("publicsonar.com", "PublicSonar"),
        ("public sonar", "PublicSonar"),
        ("Facewach", "Facewatch Limited"),
        ("fcaewatch", "Facewatch Limited"),
        ("retail eyes", "Facewatch Limited"),
        ("αστυνομια", "Ελληνική Αστυνομία"),
        ("ΑΣΤΥΝΟΜΊΑ", "Ελληνική Αστυνομία"),
        ("hellenic", "Ελληνική Αστυνομία"),
        ("darkweb", "Dark web"),
        ("dark-web", "Dark web"),
        ("organizing volunteer", "PublicSonar"),
        ("T-012", "PublicSonar"),
        ("t012", "PublicSonar"),
        ("mesh radio nobodyknowsthis", "Mesh radio"),
    ],
)
def test_what_readers_would_find_is_found(admin_client, records, text, title):
    assert listed(admin_client, text)[0] == title
    assert title in offered(admin_client, text)[0]


@pytest.mark.parametrize("text", ["T-01", "publicsonar", "publics", "publicsonar bv"])
def test_the_beginning_of_a_word_is_enough(admin_client, records, text):
    assert "PublicSonar" in listed(admin_client, text)


@pytest.mark.parametrize("text", ["qqqqqqq", "警察庁", "T-999", "zz"])
def test_what_nobody_has_is_not_found(admin_client, records, text):
    assert listed(admin_client, text) == []


def test_text_without_words_does_not_search(admin_client, records):
    assert len(listed(admin_client, "…")) == Record.objects.count()


def test_a_list_in_an_order_of_ones_own_keeps_it(admin_client, records):
    assert listed(admin_client, "publicsonar") == ["PublicSonar", "PublicSonar B.V."]
    assert listed(admin_client, "publicsonar", o="-3") == ["PublicSonar B.V.", "PublicSonar"]


def test_names_of_others_are_searched_and_follow_when_they_are_renamed(admin_client, records):
    maker = Record.objects.get(title="PublicSonar B.V.").as_organisation
    url = "/admin/catalogue/technology/"
    before = listed(admin_client, "b.v.", url)

    save(working_document(maker) | {"title": "Sonar Group"}, "organisation", maker)

    assert before == ["PublicSonar"]
    assert listed(admin_client, "sonar group", url) == ["PublicSonar"]


def test_only_records_of_the_wanted_kind_are_offered(admin_client, records):
    assert [text.split(" (")[0] for text in offered(admin_client, "publicsonar", kind="organisation")] == [
        "PublicSonar B.V."
    ]
    assert offered(admin_client, "facewach", kind="technology") == []


def test_sources_and_tags_are_found_without_accents(admin_client, db):
    source = {"url": "https://example.org/Ž", "title": "Šolar: Poročilo"}
    make("theme", sources=[source], tags=["Αστυνομία"])

    assert offered(admin_client, "solar POROCILO", "citation", "source") == ["Šolar: Poročilo"]
    assert [
        tag.name
        for tag in admin_client.get("/admin/records/tag/", {"q": "αστυνομια"}).context["cl"].result_list
    ] == ["Αστυνομία"]


def test_a_search_costs_the_same_however_many_filters_and_words(admin_client, records):
    """One analysis serves the list and the counts of all its filters."""

    def cost(text):
        with CaptureQueriesContext(connection) as queries:
            admin_client.get(ALL, {"q": text})
        return len(queries)

    whole = cost("publicsonar")

    assert cost("publicsonar " * 15) == whole
    assert cost(" ".join(f"wrd{place}" for place in range(24))) <= whole + 40
    assert cost("facewach nobodyknows") <= whole + 6


def test_what_is_kept_can_be_made_anew(records):
    before = {row.pk: (set(row.names.split()), set(row.texts.split())) for row in Words.objects.all()}
    Words.objects.all().delete()

    workflow.rebuild_publications()

    assert {row.pk: (set(row.names.split()), set(row.texts.split())) for row in Words.objects.all()} == before
    remember_all([])
    assert len(before) == Record.objects.count()


BEST = [
    "žitnik",
    "publicsonar",
    "facewach",
    "gdpr",
    "AI Act",
    "dark web",
    "organising volunteers",
    "2016/679",
]


@pytest.mark.parametrize("text", BEST)
def test_the_best_of_the_public_search_stands_on_the_first_page(content, text):
    best = Publication.objects.get(pk=search(text).ids[0])

    rows = Wanted(Record.objects.all(), text).among(Record.objects.order_by("identifier"))[:20]

    assert (best.kind, best.identifier) in {(row.kind_name, row.identifier) for row in rows}
