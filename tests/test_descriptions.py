"""What other catalogues are told of a record and of what it describes; and forms that are made of it."""

import sys
from importlib import reload
from types import ModuleType

import pytest
from django.conf import settings
from django.urls import clear_url_caches

from media4sec import representations
from media4sec.front import urls
from media4sec.kinds import kinds
from media4sec.publications.description import DUBLIN_CORE, NUMBER_SHAPES, descriptions_of
from media4sec.publications.models import Publication
from media4sec.representations import Representation, forms_of_lists, forms_of_records
from media4sec.work_types import WORK_TYPES
from tests.factories import make, published
from tests.test_exports import read_bibtex, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]
EVERY_KIND = pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)


def described(record):
    row = Publication.objects.get(kind=type(record).kind.name, identifier=record.identifier)
    return next(descriptions_of([row]))


@EVERY_KIND
def test_every_kind_says_which_of_its_fields_mean_what(kind):
    thing, document = kind.thing, described(published(kind)).document
    field, types = thing.types
    named = [
        thing.title, *thing.other_titles, thing.creators, *thing.contributors, thing.publisher, thing.date, thing.until,
        thing.number, *thing.numbers.values(), thing.url, *thing.files, thing.language, *thing.place, thing.country,
        thing.licence, thing.open_if[0], *thing.works_for, field, kind.cited.quotes,
    ]  # fmt: skip

    assert {thing.type, *types.values()} <= WORK_TYPES.keys()
    assert {name for name in named if name} <= document.keys()
    assert thing.numbers.keys() <= NUMBER_SHAPES.keys()
    assert set(kind.links.means.values()) <= set(DUBLIN_CORE)
    assert kind.links.means.keys() <= document.keys()


@EVERY_KIND
def test_every_kind_of_the_content_is_described(kind):
    """Each record and its thing are two: what is ours is not said of the thing."""
    found = described(published(kind, summary="Our own words."))

    assert (
        found.record.url == found.url == f"{settings.BASE_URL}{Publication.objects.get(uuid=found.uuid).url}"
    )
    assert (found.record.summary, found.record.licence) == (
        "Our own words.",
        "https://creativecommons.org/licenses/by/4.0/",
    )
    assert (found.thing.summary, found.thing.version, found.thing.keywords) == ("", "", ())
    assert found.thing.title


def test_a_report_has_its_own_facts():
    lead = published("partner")
    author = published(
        "person", title="P. van den Brink", given_name="P.", particle="van den", family_name="Brink",
        organisation=lead.identifier,
    )  # fmt: skip
    theme = published("theme")
    record = published(
        "deliverable", authors=[author.identifier], date="2017-03", date_precision="month", themes=[theme.identifier],
        alternative_title="The other title", document_reference="ABC-1", alternate_urls=["https://example.org/copy.pdf"],
    )  # fmt: skip

    found = described(record)

    (name,) = found.thing.creators
    assert (name.given, name.particle, name.family, name.organisation) == (
        "P.",
        "van den",
        "Brink",
        lead.title,
    )
    assert name.url == f"{settings.BASE_URL}{author.url}"
    assert (found.thing.date, found.thing.number, found.thing.numbers) == (
        "2017-03", record.identifier, {"reference": "ABC-1"},
    )  # fmt: skip
    assert (found.thing.publisher, found.thing.grant) == (
        "MEDI@4SEC", "info:eu-repo/grantAgreement/EC/H2020/700281",
    )  # fmt: skip
    assert found.thing.other_titles == ("The other title",)
    assert found.thing.files == ("https://example.org/copy.pdf",)
    assert [(ref.identifier, ref.means) for ref in found.themes] == [(theme.identifier, "subject")]
    package = next(ref for ref in found.relations if ref.kind == "work-package")
    assert (package.means, package.field) == ("isPartOf", "work_package")


@pytest.mark.parametrize(
    ("number", "numbers"),
    [
        ("32016R0679", {"celex": "32016R0679"}),
        ("52021PC0206", {"celex": "52021PC0206"}),
        ("ETS No. 185", {}),
        ("", {}),
    ],
)
def test_a_number_is_of_a_scheme_only_where_it_looks_like_it(number, numbers):
    found = described(published("instrument", celex_or_number=number, eli=""))

    assert (found.thing.number, found.thing.numbers) == (number, numbers)


def test_what_a_technology_is_its_record_says_more_exactly():
    assert described(published("technology", technology_kind="service")).thing.type == "service"
    assert described(published("technology", technology_kind="app")).thing.type == "software"


def test_a_draft_is_in_no_description():
    maker = make("organisation", title="Secret Works")
    record = published("technology", makers=[maker.identifier])

    found = described(record)

    assert found.thing.creators == ()
    assert "Secret" not in repr(found)


def test_a_body_that_has_a_record_is_a_body():
    maker = published("organisation", title="de Vries Ltd")
    (name,) = described(published("technology", makers=[maker.identifier])).thing.creators

    assert (name.whole, name.family, name.is_body) == ("de Vries Ltd", "", True)


def test_csl_says_the_same_as_bibtex(client):
    author = published("person", title="P. van den Brink")
    record = published(
        "deliverable", authors=[author.identifier], date="2017-03", date_precision="month", tags=["dark web"],
        summary="One\nline.",
    )  # fmt: skip
    stem = record.url.rstrip("/")

    work, ours = client.get(f"{stem}.csl.json").json()
    bib_work, bib_ours = read_bibtex(text_of(client.get(f"{stem}.bib")))

    assert work == {
        "id": bib_work.key, "type": "report", "title": bib_work["title"],
        "author": [{"family": "Brink", "given": "P.", "non-dropping-particle": "van den"}],
        "issued": {"date-parts": [[2017, 3]]}, "publisher": "MEDI@4SEC", "number": record.identifier,
    }  # fmt: skip
    assert (ours["title"], ours["URL"], ours["note"]) == (
        bib_ours["title"],
        bib_ours["url"],
        bib_ours["note"],
    )
    assert (ours["keyword"], ours["abstract"]) == ("dark web", "One line.")


# Forms


@pytest.fixture
def one_more_form(monkeypatch):
    """Another form, as whoever adds one does it: a module with a function, and a line in the table."""
    module = ModuleType("tests.shouted")
    module.shout = lambda description: f"{description.record.title.upper()}\n"
    monkeypatch.setitem(sys.modules, "tests.shouted", module)
    form = Representation("loud", "text/x-loud", "Loud", describe="tests.shouted.shout")
    monkeypatch.setattr(representations, "REPRESENTATIONS", (*representations.REPRESENTATIONS, form))
    _addresses_anew()
    yield form
    monkeypatch.undo()
    _addresses_anew()


def _addresses_anew():
    reload(urls)
    clear_url_caches()


def test_a_form_is_one_function_and_one_line(client, one_more_form):
    record = published("technology", title="Watcher")
    stem = record.url.rstrip("/")

    page, listed = client.get(record.url).content.decode(), client.get("/technologies/").content.decode()

    assert client.get(f"{stem}.loud").content == client.get("/technologies.loud").content == b"WATCHER\n"
    assert client.get(f"{stem}.loud").headers["Content-Type"] == "text/x-loud"
    assert f'href="{stem}.loud"' in page
    assert 'href="/technologies.loud"' in listed
    assert client.get("/api/v1").json()["kinds"][0]["files"]["loud"].endswith(".loud")
    led = client.get(record.url, headers={"Accept": "text/x-loud"})
    assert (led.status_code, led.headers["Location"]) == (303, f"{stem}.loud")


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accepted", "suffix"),
    [
        *((form.media_type, form.suffix) for form in forms_of_records()),
        ("application/x-bibtex, text/html;q=0.5", "bib"),
        ("text/html;q=0.5, application/x-bibtex", "bib"),
        ("application/x-bibtex, */*;q=0.1", "bib"),
        ("text/html, application/x-bibtex;q=0.9", ""),
        ("application/x-bibtex;q=0", ""),
        ("text/x-nonsense", ""),
        ("*/*", ""),
        ("", ""),
        (BROWSER, ""),
    ],
)
def test_whoever_likes_another_form_better_is_led_to_it(client, keeps, accepted, suffix):  # M-10
    record = published("technology")

    for _ in range(2):  # a page that is kept hides no other form
        client.get(record.url, headers={"Accept": BROWSER})
        answer = client.get(record.url, headers={"Accept": accepted} if accepted else {})
        assert answer.status_code == (303 if suffix else 200)
        assert answer.headers.get("Location", "") == (f"{record.url.rstrip('/')}.{suffix}" if suffix else "")
        assert "Accept" in [name.strip() for name in answer.headers["Vary"].split(",")]


def test_a_list_is_led_to_with_its_filters(client):
    published("technology")
    types = {form.media_type: form.suffix for form in forms_of_lists()}

    for media_type, suffix in types.items():
        answer = client.get("/de/technologies/?status=unknown", headers={"Accept": media_type})
        assert (answer.status_code, answer.headers["Location"]) == (
            303,
            f"/technologies.{suffix}?status=unknown",
        )
    assert client.get("/technologies/?page=1", headers={"Accept": "text/csv"}).status_code == 303
