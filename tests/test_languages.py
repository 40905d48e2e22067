"""The interface in seven languages: addresses, words of records, and what must not depend on the language."""

import json
import re
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.urls import set_script_prefix
from django.utils import translation

from media4sec import saying
from media4sec.kinds import kinds, kinds_by_name
from media4sec.languages import CODES, addresses_of, local, memory
from media4sec.portal import wording
from media4sec.publications.models import Change, Publication, Term
from media4sec.records import workflow
from tests import factories, pseudo
from tests.factories import published, published_full
from tests.public import facets_of, text_of

LANGUAGES = ["en-gb", *CODES]

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def tags(response, name):
    """The attributes of every element of a name, in order."""
    found = re.findall(rf"<{name}\b((?:\"[^\"]*\"|[^>\"])*)>", response.content.decode())
    return [dict(re.findall(r"([\w:-]+)=\"([^\"]*)\"", attributes)) for attributes in found]


def language_of(response):
    return tags(response, "html")[0]["lang"]


# Addresses


@pytest.mark.parametrize("code", CODES)
def test_pages_stand_under_their_language(client, code):
    record = published("technology")

    for path in ("/", "/technologies/", record.url, "/search/", "/about/", "/api/"):
        response = client.get(f"/{code}{path}")
        assert (response.status_code, language_of(response)) == (200, code), path
    assert language_of(client.get(record.url)) == "en-GB"


@pytest.mark.parametrize(
    "path",
    ["/admin/", "/api/v1/technologies", "/api/v1/openapi.json", "/sitemap.xml/", "/de/", "/nl/technologies/"],
)
def test_what_is_not_a_page_has_no_language(client, path):
    response = client.get(f"/de{path}")

    assert (response.status_code, language_of(response)) == (404, "de")


@pytest.mark.parametrize(
    "path", ["/en/", "/en-gb/", "/xx/", "/DE/", "/en/technologies/", "/xx/technologies/"]
)
def test_other_languages_are_not_found(client, path):
    response = client.get(path)

    assert (response.status_code, language_of(response)) == (404, "en-GB")


def test_a_language_without_its_slash_gets_it(client):
    response = client.get("/de?q=x")

    assert (response.status_code, response["Location"]) == (301, "/de/?q=x")


def test_redirects_keep_the_language(client):
    record, other = published("technology", slug="right"), published("technology")
    workflow.merge(other, record)

    for path in (
        f"/technologies/{record.identifier}/",
        f"/technologies/{record.identifier}-wrong/",
        other.url,
    ):
        response = client.get(f"/sl{path}")
        assert (response.status_code, response["Location"]) == (301, f"/sl{record.url}")


def test_neither_browser_nor_cookie_chooses_the_language(client):
    headers = {"accept-language": "de", "cookie": "django_language=de"}

    response = client.get("/", headers=headers)

    assert language_of(response) == "en-GB"
    assert client.get("/de/", headers={"accept-language": "fr"}).content == client.get("/de/").content
    assert not response.cookies
    assert "accept-language" not in response.get("Vary", "").lower()


def test_the_language_ends_with_the_request(client):
    client.get("/el/")
    client.get("/el/nothing/here/")

    assert (translation.get_language(), local("/about/"), memory.get()) == ("en-gb", "/about/", None)


def test_only_our_pages_get_the_language():
    elsewhere = ["https://example.org/", "//example.org/", "mailto:a@example.org", "#main", "?q=x"]

    set_script_prefix("/de/")
    urls = [local(url) for url in ("/about/", *elsewhere)]
    set_script_prefix("/")

    assert urls == ["/de/about/", *elsewhere]


# The menu, search engines


def test_menu_leads_to_the_same_page_with_its_query(client):
    published("technology", title="Radio")

    response = client.get("/fr/technologies/?q=radio")

    menu = re.search(r'<details class="languages">.*?</details>', response.content.decode(), re.S)[0]
    links = re.findall(
        r'<a\s+href="([^"]*)"\s+lang="(\w+)"\s+hreflang="(\w+)"\s*(aria-current="true")?\s*>([^<]*)</a>', menu
    )
    assert links == [
        (f"{path}?q=radio", code[:2], code[:2], 'aria-current="true"' if code == "fr" else "", name)
        for code, name, path in addresses_of("/technologies/")
    ]


@pytest.mark.parametrize("code", LANGUAGES)
def test_search_engines_are_told_of_all_languages(client, code):
    record = published("technology")
    own = {code: path for code, _, path in addresses_of(record.url)}

    links = tags(client.get(f"{own[code]}?country=ES"), "link")

    assert [link["href"] for link in links if link["rel"] == "canonical"] == [settings.BASE_URL + own[code]]
    found = {link["hreflang"]: link["href"] for link in links if "hreflang" in link}
    expected = {code[:2]: settings.BASE_URL + path for code, path in own.items()}
    assert found == expected | {"x-default": settings.BASE_URL + record.url}


@pytest.mark.parametrize(
    "path", ["/technologies/?q=x", "/search/?q=x", "/search/", "/technologies/?x=1", "/nothing/"]
)
def test_what_search_engines_should_not_keep_names_no_languages(client, path):
    links = tags(client.get(f"/de{path}"), "link")

    assert not [link for link in links if link["rel"] == "canonical" or "hreflang" in link]


def test_sitemap_names_every_page_in_every_language(client):
    record = published("technology")

    root = ElementTree.fromstring(client.get("/sitemap-1.xml").content)

    place, link = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc", "{http://www.w3.org/1999/xhtml}link"
    found = {
        entry.find(place).text: {one.get("hreflang"): one.get("href") for one in entry.findall(link)}
        for entry in root
    }
    for url in ("/", "/technologies/", record.url):
        expected = {code[:2]: settings.BASE_URL + path for code, _, path in addresses_of(url)}
        assert found[settings.BASE_URL + url] == expected


def test_pages_say_that_records_are_in_english(client):
    record = published("technology")

    response = client.get(f"/de{record.url}")

    links = [
        link for link in tags(response, "a") if link.get("href") == record.url and link.get("lang") == "en"
    ]
    assert len(links) == 2  # in the menu, and beside the sentence
    assert 'class="in-english"' in response.content.decode()
    assert 'class="in-english"' not in client.get(record.url).content.decode()


# Errors (gate 4.16)


@pytest.mark.parametrize(
    ("path", "status"), [("/technologies/?x=1", 400), ("/technologies/T-999/", 404), ("/nothing/", 404)]
)
def test_error_pages_speak_the_language(client, path, status):
    response = client.get(f"/el{path}")

    assert (response.status_code, language_of(response)) == (status, "el")


def test_a_withdrawn_record_says_so_in_the_language(client):
    record = published("technology")
    workflow.withdraw(record, reason="It is gone.")

    response = client.get(f"/nl{record.url}")

    assert (response.status_code, language_of(response)) == (410, "nl")


@pytest.mark.parametrize(("error", "status"), [(RuntimeError, 500), (OperationalError, 503)])
def test_failures_speak_the_language_without_database(monkeypatch, django_assert_num_queries, error, status):
    def fail(*args, **kwargs):
        raise error("out of order")

    monkeypatch.setattr("media4sec.portal.lists.views.paths", fail)
    with django_assert_num_queries(0):
        response = Client(raise_request_exception=False).get("/fr/technologies/")

    assert (response.status_code, language_of(response)) == (status, "fr")


# What publications hold


def test_what_is_written_is_english_in_any_language():
    records = factories.one_of_every_kind()

    def state():
        fields = ("kind", "identifier", "document", "display", "title_stems", "text_stems")
        terms = Term.objects.order_by("publication__kind", "field", "value").values_list(
            "field", "value", "label"
        )
        return list(Publication.objects.order_by("pk").values_list(*fields)), list(terms)

    before = state()
    with translation.override("de"):
        workflow.publish_all(list(records.values()))
        workflow.rebuild_publications()

    assert state() == before


def concept(scheme, code, english, german):
    labels = [
        {
            "key": language,
            "language": language,
            "label": label,
            "translated_by": "",
            "provenance": "editorial",
        }
        for language, label in (("en", english), ("de", german))
    ]
    labels = [label | {"verified": None, "sources": []} for label in labels]
    return published("concept", scheme=scheme, code=code, title=english, labels=labels)


def fact(client, url, name):
    response = client.get(url)
    facts = response.context["page"].display["facts"]
    return [str(value["text"]) for one in facts if one["name"] == name for value in one["values"]]


def test_labels_come_from_the_vocabulary(client):
    technology = published("technology", status="active", target_users=["police"])
    url = f"/de{technology.url}"
    police = concept("target-user", "police", "Police", "Polizeikräfte")

    assert fact(client, url, "target_users") == ["Polizeikräfte"]
    assert fact(client, technology.url, "target_users") == ["Police"]

    workflow.withdraw(police, reason="A better word was found.")
    assert fact(client, url, "target_users") == [translation_of("Police", "de")]


def translation_of(text, code):
    with translation.override(code):
        return translation.gettext(text)


def test_a_label_that_means_two_things_goes_by_its_code(client):
    concept("record-kind-plural", "person", "People", "Personen")
    concept("check-section", "people", "People", "Menschen")
    question = published("check-question", section="people")

    assert fact(client, f"/de{question.url}", "section") == ["Menschen"]


def test_a_state_of_law_is_not_called_like_its_event(client):
    concept("legal-event-kind", "in-force", "In force", "Inkrafttreten")
    event = {"key": "force", "date": "2018-05-06", "event_kind": "in-force", "title": "In force."}
    event |= {"note": "", "provenance": "editorial", "verified": None, "sources": []}
    law = published("instrument", force="in-force", events=[event])

    response = client.get(f"/de{law.url}")

    assert response.context["page"].display["state"]["label"] == "In Kraft"
    assert [part["events"][0]["kind_label"] for part in response.context["page"].own["event_parts"]] == [
        "Inkrafttreten"
    ]


def test_reasons_leave_out_what_languages_cannot_say(client):
    partner = published("partner")
    published("person", organisation=partner.identifier)

    assert "Person 1 It worked for this partner" in text_of(client.get(partner.url))
    assert "Person 1 War für diesen Partner tätig" in text_of(client.get(f"/de{partner.url}"))


def test_themes_are_called_by_the_vocabulary(client):
    theme = published("theme", identifier="dark-web", title="The Dark Web")
    technology = published("technology", themes=["dark-web"])
    assert f'lang="en">{theme.title}' in client.get(f"/de{technology.url}").content.decode()

    concept("theme", "dark-web", "The Dark Web", "Das Darknet")

    assert "Das Darknet" in text_of(client.get(f"/de{technology.url}"))
    assert "Das Darknet" not in text_of(client.get(technology.url))


def test_vocabulary_costs_one_query_and_none_in_english(client, django_assert_num_queries):
    technology = published("technology", status="active")
    concept("technology-status", "active", "Active", "Aktiv")
    client.get(f"/de{technology.url}")

    with django_assert_num_queries(0), translation.override("en-gb"):
        assert wording.word("Active") == "Active"
    remembered = memory.set({})
    with django_assert_num_queries(1), translation.override("de"):
        assert [wording.word("Active"), wording.word("Active")] == ["Aktiv", "Aktiv"]
    memory.reset(remembered)
    assert Change.objects.exists()


DATES = {
    "en-gb": ("14 March 2018", "March 2018", "2018"),
    "nl": ("14 maart 2018", "maart 2018", "2018"),
    "de": ("14. März 2018", "März 2018", "2018"),
    "fr": ("14 mars 2018", "mars 2018", "2018"),
    "es": ("14 de marzo de 2018", "marzo de 2018", "2018"),
    "el": ("14/03/2018", "Μάρτιος 2018", "2018"),
    "sl": ("14. marec 2018", "marec 2018", "2018"),
}
NUMBERS = {
    "en-gb": ("1,999,560", "1,234.50"),
    "nl": ("1.999.560", "1.234,50"),
    "de": ("1.999.560", "1.234,50"),
    "fr": ("1\xa0999\xa0560", "1\xa0234,50"),
    "es": ("1\xa0999\xa0560", "1\xa0234,50"),
    "el": ("1.999.560", "1.234,50"),
    "sl": ("1.999.560", "1.234,50"),
}
COUNTRIES = {
    "en-gb": "Greece",
    "nl": "Griekenland",
    "de": "Griechenland",
    "fr": "Grèce",
    "es": "Grecia",
    "el": "Ελλάδα",
    "sl": "Grčija",
}


# gate 7.13
@pytest.mark.parametrize("code", LANGUAGES)
def test_dates_numbers_and_countries(code):
    with translation.override(code):
        days = tuple(saying.day(text) for text in ("2018-03-14", "2018-03", "2018"))
        numbers = tuple(saying.number(text) for text in ("1999560.00", "1234.50"))
        country = saying.country("GR")

    assert days == DATES[code]
    assert tuple(text.replace("\u202f", "\xa0") for text in numbers) == NUMBERS[code]
    assert country == COUNTRIES[code]


# gate 7.13
@pytest.mark.parametrize("code", LANGUAGES)
def test_a_record_shows_them(client, code):
    partner = published_full(
        "partner", country="GR", eu_contribution_eur="1999560.00", checked_on="2018-03-14"
    )
    url = {code: path for code, _, path in addresses_of(partner.url)}[code]

    assert fact(client, url, "country") == [COUNTRIES[code]]
    assert fact(client, url, "eu_contribution_eur")[0].replace("\u202f", "\xa0") == NUMBERS[code][0]
    assert DATES[code][0] in text_of(client.get(url))


def test_a_language_is_named(client):
    url = published("news-item", language="el").url

    assert fact(client, url, "language") == ["Greek"]
    assert fact(client, f"/de{url}", "language") == ["Griechisch"]


def test_content_is_marked_as_english(client):
    technology = published_full("technology", title="A tool", summary="It does a thing. And another.")

    html = client.get(f"/de{technology.url}").content.decode()

    assert re.search(r'<h1[^>]* lang="en"[^>]*>\s*A tool', html)
    english = client.get(technology.url).content.decode()
    marked, of_menu = (re.findall(rf'\slang="en"{rest}', english) for rest in ("", r'\s+hreflang="en"'))
    assert len(marked) == len(of_menu)  # the menu's


def test_display_holds_what_does_not_depend_on_the_language():
    partner = published_full("partner", country="GR", role="coordinator", eu_contribution_eur="12.50")

    row = Publication.objects.get(kind="partner", identifier=partner.identifier)

    values = {one["name"]: one["values"] for one in json.loads(row.display)["facts"]}
    assert values["country"] == [{"text": "Greece", "url": None, "type": "country", "value": "GR"}]
    assert values["role"] == [{"text": "Coordinator", "url": None, "type": "choice", "value": "coordinator"}]
    assert values["eu_contribution_eur"] == [
        {"text": "12.50", "url": None, "type": "number", "value": "12.50"}
    ]


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
@pytest.mark.parametrize("code", ["de", "sl"])
def test_every_kind_has_its_pages_in_every_language(client, kind, code):
    record = published_full(kind)

    for url in (kind.list_url, record.url):
        response = client.get(f"/{code}{url}")
        assert (response.status_code, language_of(response)) == (200, code)


def test_a_number_of_records_in_english():
    technology = kinds_by_name()["technology"]

    assert [technology.names.counted(number) for number in (0, 1, 2, 1499)] == [
        "0 technologies",
        "1 technology",
        "2 technologies",
        "1,499 technologies",
    ]


# What lists can be narrowed by


def options(client, address, name):
    found = facets_of(client, client.get(address))[name]
    return [(str(option.label), option.label.lang) for option in found]


def test_countries_are_named_in_the_language_of_the_page_whether_by_code_or_by_name(client):
    for jurisdiction in ("EU", "Germany", "United Kingdom"):
        published("instrument", jurisdiction=jurisdiction)
    for country in ("DE", "EU"):
        published("technology", country=country)

    countries = [("Deutschland", ""), ("Europäische Union", "")]
    assert options(client, "/de/law/", "jurisdiction") == [*countries, ("Vereinigtes Königreich", "")]
    assert options(client, "/de/technologies/", "country") == countries
    assert ("Germany", "") in options(client, "/law/", "jurisdiction")
    assert client.get("/de/law/?jurisdiction=Germany").context["count"] == 1


def test_words_of_free_texts_are_translated_and_the_rest_is_content(client, monkeypatch):
    pseudo.install(monkeypatch)
    for jurisdiction, type_ in (("Council of Europe", "EU directive"), ("Atlantis", "sea law")):
        published("instrument", jurisdiction=jurisdiction, instrument_type=type_)
    for kind in ("blog post", "press release"):
        published("news-item", news_kind=kind)

    assert options(client, "/de/law/", "instrument-type") == [("⟦EU directive⟧", ""), ("Sea law", "en")]
    assert options(client, "/de/law/", "jurisdiction") == [("Atlantis", "en"), ("⟦Council of Europe⟧", "")]
    assert sorted(options(client, "/de/news/", "news-kind")) == [("Press release", "en"), ("⟦blog post⟧", "")]
    table = client.get("/de/news/?view=table").context["table"]
    shown = [str(value["text"]) for row in table["rows"] for cell in row["cells"] for value in cell["values"]]
    assert {"⟦blog post⟧", "Press release"} <= set(shown)


def test_a_word_that_two_languages_share_is_translated_and_a_number_has_no_language(client):
    for kind, year in (("software", 2017), ("app", 2018)):
        published("technology", technology_kind=kind)
        published("case", year=year)

    assert dict(options(client, "/de/technologies/", "kind"))["Software"] == ""
    assert options(client, "/de/practices/", "year") == [("2018", ""), ("2017", "")]
    assert '<span lang="en">Software' not in client.get("/de/technologies/").content.decode()


def test_tags_and_makers_are_content_whatever_they_are_called(client):
    for tag in ("Police", "Software"):
        published("technology", tags=[tag])

    assert options(client, "/de/technologies/", "tag") == [("Police", "en"), ("Software", "en")]
