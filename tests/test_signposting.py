"""Where pages lead machines: Signposting read by its own client, tags for reference managers, citations as text."""

import json
import re

import pytest
from django.conf import settings
from signposting.linkheader import find_signposting_http_link
from signposting.linkset import LinksetJSON, _parse_linkset_json

from media4sec.link_headers import LONGEST_LINKS, link_header, web_link
from media4sec.publications.citing import american_day, apa, british_day, cited_in_words, iso690
from media4sec.publications.description import Facts, Name, descriptions_of
from media4sec.publications.models import Publication
from media4sec.representations import LINKSET, forms_of_records, twin
from media4sec.work_types import RECORD, WORK_TYPES
from tests.factories import published
from tests.files import file_part, pdf, stored
from tests.public import relative, text_of

pytestmark = pytest.mark.django_db
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def whole(url):
    return f"{settings.BASE_URL}{url}"


def signposts(response, url):
    """What the client reads in the header of an answer: {rel: {(target, media type), …}}."""
    return _by_rel(find_signposting_http_link([response.headers["Link"]], whole(url)))


def in_linkset(client, url):
    """The same of the set of links: {anchor: {rel: […]}}."""
    answer = client.get(url)
    assert answer.headers["Content-Type"] == "application/linkset+json"
    text = LinksetJSON(answer.content.decode(), answer.headers["Content-Type"], whole(url), whole(url))
    found = _parse_linkset_json(text)
    return {str(anchor): _by_rel(found.for_context(anchor)) for anchor in found.other_contexts}


def _by_rel(found):
    rels = {}
    for post in found:
        rels.setdefault(str(post.rel), set()).add((str(post.target), post.type and str(post.type)))
    return rels


def described(record):
    return next(
        descriptions_of(Publication.objects.filter(uuid=Publication.objects.get(url=record.url).uuid))
    )


def report(**changes):
    known = {"title": "What we found", "date": "2017-03", "date_precision": "month", "identifier": "D2.9"}
    if "authors" not in changes:
        authors = [
            published("person", title="P. van den Brink"),
            published(
                "person", title="Anna-Maria Smith", given_name="Anna-Maria", particle="", family_name="Smith"
            ),
        ]
        known["authors"] = [author.identifier for author in authors]
    return published("deliverable", **known | changes)


# Links


def test_a_link_is_written_so_that_simple_readers_can_split_it():
    link = web_link("https://example.org/a,b?q=é, c", "next", "text/html")

    assert link == '<https://example.org/a%2Cb?q=%C3%A9%2C%20c>; type="text/html"; rel="next"'
    assert link_header(link) == f'{link}, <{LICENCE}>; rel="license"'


@pytest.mark.parametrize(
    "address",
    [
        "/technologies.csv?q=one%2Ctwo", "/feeds/technologies.atom?q=one%2Ctwo", "/api/v1", "/api/v1/changes?limit=1",
        "/api/v1/pos/solutions",
    ],
)  # fmt: skip
def test_every_header_can_be_split_at_its_commas(client, address):
    published("technology", title="one, two")
    published("technology")
    response = client.get(address)

    for link in response.headers.get("Link", "").split(", "):
        assert not link or re.fullmatch(r'<[^<>,\s]+>;( type="[^",]+";)? rel="[a-z-]+"', link), link


# Signposting


def test_the_page_of_a_record_leads_to_all_that_belongs_to_it(client):
    file = stored(pdf("Findings"), "pdf")
    record = report(files=[file_part(file)])
    page = client.get(record.url)

    found = signposts(page, record.url)

    assert found["cite-as"] == {(whole(record.url), None)}
    assert found["type"] == {("https://schema.org/AboutPage", None), ("https://schema.org/Report", None)}
    assert found["license"] == {(LICENCE, None)}
    assert found["linkset"] == {(whole("/library/D2.9.linkset.json"), "application/linkset+json")}
    assert found["describedby"] == {
        (whole(twin(record.url, form.suffix)), form.media_type)
        for form in forms_of_records()
        if form.suffix != LINKSET
    }
    people = Publication.objects.of("person")
    assert found["author"] == {(whole(row.url), None) for row in people}
    ((item, media_type),) = found["item"]
    assert media_type == "application/pdf"
    assert client.get(relative(item)).headers["Content-Type"] == "application/pdf"
    assert in_linkset(client, "/library/D2.9.linkset.json")[whole(record.url)] == found
    assert client.head(record.url).headers["Link"] == page.headers["Link"]
    assert 'rel="linkset"' in page.content.decode()


def test_files_and_forms_lead_back(client):
    record = report(files=[file_part()])
    found = signposts(client.get(record.url), record.url)
    ((file, _),) = found["item"]
    back = {(whole(record.url), "text/html")}

    links = in_linkset(client, "/library/D2.9.linkset.json")

    assert links[file] == {"collection": back}
    assert signposts(client.get(relative(file)), relative(file))["collection"] == back
    for target, _ in found["describedby"]:
        assert links[target] == {"describes": back}
        assert signposts(client.get(relative(target)), relative(target))["describes"] == back


def test_a_file_of_several_pages_leads_to_the_first_as_it_can_be_in_one_collection(client):
    file = stored()
    first, second = (published("technology", files=[file_part(file)]) for _ in range(2))
    ((item, _),) = signposts(client.get(second.url), second.url)["item"]

    found = signposts(client.get(relative(item)), relative(item))["collection"]

    assert found == {(whole(first.url), "text/html")}


def test_a_header_is_never_longer_than_proxies_take(client):
    people = [published("person") for _ in range(30)]
    record = report(authors=[person.identifier for person in people])

    page = client.get(record.url)

    assert len(page.headers["Link"]) <= LONGEST_LINKS
    assert sum(len(name) + len(value) + 4 for name, value in page.headers.items()) < 4_000
    assert 0 < len(signposts(page, record.url)["author"]) < 30
    links = in_linkset(client, "/library/D2.9.linkset.json")
    assert len(links[whole(record.url)]["author"]) == 30


@pytest.mark.parametrize(
    ("kind", "changes", "schema"),
    [
        ("technology", {"technology_kind": "app"}, "SoftwareApplication"),
        ("workshop", {}, "Event"),
        ("theme", {}, "DefinedTerm"),
    ],
)
def test_what_a_page_is_about_stands_in_its_header(client, kind, changes, schema):
    record = published(kind, **changes)

    found = signposts(client.get(record.url), record.url)

    assert (f"https://schema.org/{schema}", None) in found["type"]


def test_who_asks_for_the_links_is_led_to_them(client):
    record = published("technology")

    led = client.get(record.url, headers={"Accept": "application/linkset+json"})

    assert (led.status_code, led.headers["Location"]) == (303, twin(record.url, LINKSET))


@pytest.mark.parametrize("name", ["a%0Ab", "a%0D%0Ab", "a%3Fb", "a%23b", "%E4%B8%AD"])
def test_who_asks_for_a_form_of_what_is_not_there_is_led_to_it_as_it_was_spelled(client, name):
    led = client.get(f"/technologies/{name}/", headers={"Accept": "application/json"})

    assert (led.status_code, led.headers["Location"]) == (303, f"/technologies/{name}.json")
    assert client.get(led.headers["Location"]).status_code == 404


# Tags for reference managers


def tags_of(page):
    found = {}
    for name, content in re.findall(r'<meta name="((?:citation|DC)[^"]+)" content="([^"]*)">', page):
        found.setdefault(name, []).append(content)
    return found


def test_reference_managers_read_a_report(client):
    record = report(
        files=[file_part(stored(pdf("Findings"), "pdf"))], download_url="https://example.org/d2-9.pdf"
    )
    page = client.get(record.url)

    found = tags_of(page.content.decode())

    assert found == {
        "citation_title": ["What we found"],
        "citation_author": ["van den Brink, P.", "Smith, Anna-Maria"],
        "citation_publication_date": ["2017/03"],
        "citation_technical_report_institution": ["MEDI@4SEC"],
        "citation_technical_report_number": ["D2.9"],
        "citation_pdf_url": [target for target, _ in signposts(page, record.url)["item"]],
        "DC.title": ["What we found"],
        "DC.creator": ["van den Brink, P.", "Smith, Anna-Maria"],
        "DC.date": ["2017-03"],
        "DC.publisher": ["MEDI@4SEC"],
        "DC.identifier": ["https://example.org/d2-9.pdf", "D2.9"],
        "DC.type": ["Text"],
    }


def test_without_our_own_copy_no_pdf_is_named(client):
    found = tags_of(client.get(report(download_url="https://example.org/d2-9.pdf").url).content.decode())

    assert "citation_pdf_url" not in found


def test_what_was_not_published_elsewhere_has_no_tags(client):
    assert tags_of(client.get(published("technology").url).content.decode()) == {}


# Citations as text

WORK = Facts(
    key="x", type="report", title="What we found", creators=(Name("P. van den Brink", "P.", "van den", "Brink"),),
    date="2017-03-04", publisher="MEDI@4SEC", number="D2.9", url="https://example.org/a",
)  # fmt: skip
SOURCE = Facts(
    key="y",
    type="web-page",
    title="Is it so?",
    url="https://example.org/b",
    pages="p. 3",
    read_on="2026-11-02",
)


def test_a_work_is_cited_in_both_styles():
    assert apa(WORK) == (
        "van den Brink, P. (2017, March 4). What we found (Report D2.9). MEDI@4SEC. https://example.org/a"
    )
    assert iso690(WORK) == (
        "VAN DEN BRINK, P. What we found [online]. MEDI@4SEC, 4 March 2017. Report D2.9. "
        "Available from: https://example.org/a"
    )


def test_what_is_not_stated_is_left_out():
    assert apa(SOURCE) == ("Is it so? (p. 3). (n.d.). Retrieved November 2, 2026, from https://example.org/b")
    assert iso690(SOURCE) == (
        "Is it so? [online]. [viewed 2 November 2026]. p. 3. Available from: https://example.org/b"
    )


@pytest.mark.parametrize(
    ("number", "first", "last"),
    [(1, "N1, G.", "(2017"), (2, "N1, G., & N2, G.", "(2017"), (3, "N1, G., N2, G., & N3, G.", "(2017"),
     (21, "N1, G., N2, G.", "N19, G., … N21, G. (2017")],
)  # fmt: skip
def test_authors_are_listed_as_the_style_says(number, first, last):
    names = tuple(Name(f"G N{n}", "Gerd", "", f"N{n}") for n in range(1, number + 1))

    text = apa(Facts(key="x", type="report", title="T", date="2017", creators=names))

    assert text.startswith(first)
    assert last in text


def test_a_body_is_not_taken_for_a_person():
    facts = Facts(key="x", type="software", title="Tool", creators=(Name("de Vries Ltd", is_body=True),))

    assert apa(facts) == "de Vries Ltd (n.d.). Tool."
    assert iso690(facts) == "DE VRIES LTD. Tool."


@pytest.mark.parametrize(
    ("text", "american", "british"),
    [
        ("2017-03-04", "2017, March 4", "4 March 2017"),
        ("2017-12", "2017, December", "December 2017"),
        ("2017", "2017", "2017"),
        ("", "", ""),
    ],
)
def test_days_are_said_as_precisely_as_they_are_stated(text, american, british):
    assert (american_day(text), british_day(text)) == (american, british)


def test_a_statement_is_cited_with_what_it_was_taken_from(client):
    work = report()
    record = published("statement", title="It was slow.", deliverable=work.identifier, locator="p. 12")

    words = text_of(client.get(record.url))

    assert "What we found (Report D2.9, p. 12). MEDI@4SEC." in words
    assert f"(Catalogue record {record.identifier}, version 1). {whole(record.url)}" in words


@pytest.mark.parametrize("type_", sorted(set(WORK_TYPES) - {RECORD}))
def test_every_type_of_work_can_be_cited(type_):
    facts = Facts(key="x", type=type_, title="Title", number="7", url="https://example.org/")

    assert apa(facts).startswith("Title (")
    assert iso690(facts).startswith("Title [online].")


def test_both_styles_state_every_fact_of_a_record():
    description = described(report())

    for _, (work, record) in cited_in_words(description):
        for fact in ("What we found", "Brink", "2017", "MEDI@4SEC", "D2.9"):
            assert fact.casefold() in work.casefold()
        for fact in (description.url, "version 1", description.record.date[:4]):
            assert fact.casefold() in record.casefold()


def test_the_set_of_links_has_the_same_bytes_each_time(client):
    record = published("technology")
    first, again = (client.get(twin(record.url, LINKSET)) for _ in range(2))

    assert first.content == again.content
    assert first.headers["ETag"] == again.headers["ETag"]
    assert json.loads(first.content)["linkset"][0]["anchor"] == whole(record.url)
