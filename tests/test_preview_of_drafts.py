"""What editors see before they publish is what readers see afterwards, and nothing of it is written or kept."""

import re

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from media4sec.headers import CONTENT_SECURITY_POLICIES
from media4sec.kept import kept
from media4sec.kinds import kinds
from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url, files_at
from media4sec.records.documents.reading import working_document
from media4sec.records.models import specific
from tests.factories import (
    full_document_for,
    make,
    make_full,
    publish,
    published,
    published_full,
    save,
    source,
)
from tests.people import logged_in, member, owned

pytestmark = pytest.mark.django_db
every_kind = pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
# Their pages show where they stand among others, which is told as it is today.
AMONG_OTHERS = {"pattern", "workshop", "country-note"}
BANNER = "Preview: readers do not see this"


def text_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def page(client, address):
    """What a page has between its header and its footer, but the banner of a preview."""
    return re.search(r"(?s)<main.*</main>", text_of(client, address))[0]


def preview(client, record):
    """Its files are those of readers, at addresses of the back-office."""
    return page(client, admin_url(record, "preview")).replace(files_at(record), "/files/")


def edited(record, document):
    """The record with a working copy that says this."""
    return save(document, record.kind, specific([record])[0])


@every_kind
@pytest.mark.once
def test_a_new_record_is_shown_as_it_will_be(admin_client, client, kind):
    record = make_full(kind)
    shown = preview(admin_client, record)

    publish(record)

    assert is_foreseen(kind, shown, page(client, record.url))


@every_kind
@pytest.mark.once
def test_an_edit_is_shown_as_it_will_be(admin_client, client, kind):
    record = published_full(kind, title="Before")
    fixed = {name: getattr(record, name) for name in ("identifier", "slug")}
    document = full_document_for(kind, title="After") | fixed
    public = page(client, record.url)
    record = edited(record, document)
    shown = preview(admin_client, record)
    assert page(client, record.url) == public
    assert "After" in shown

    publish(record)

    assert is_foreseen(kind, shown, page(client, record.url))


def is_foreseen(kind, shown, public):
    """The preview is the page; of those that stand among others, all facts and texts are the same."""
    if kind.name not in AMONG_OTHERS:
        return shown == public
    facts = re.compile(r"(?s)<h1.*?</h1>|<dt.*?</dd>|<blockquote.*?</blockquote>|<h2.*?</h2>")
    here, there = (facts.findall(text) for text in (shown, public))
    return len(here) > 5 and {*here} <= {*there}


def test_a_page_is_shown_with_what_names_it_and_what_is_near_it(admin_client, client):
    shared = source(url="https://example.org/shared")
    near = [published("technology", title=f"Near {name}", sources=[shared]) for name in "AB"]
    record = published("technology", title="Before", sources=[source()])
    published("pattern", title="Names it", technologies=[record.identifier])
    record = edited(record, working_document(record) | {"sources": [shared]})
    new = make("technology", title="New", sources=[shared])
    assert "https://example.org/shared" not in page(client, record.url)

    for one in (record, new):
        shown = preview(admin_client, one)
        assert all(other.title in shown for other in near)
        publish(one)
        assert page(client, one.url) == shown
    assert "Names it" in page(client, record.url)


def test_a_new_record_has_nothing_before_and_after_it(admin_client):
    published("deliverable")
    shown = preview(admin_client, make("deliverable"))

    assert 'rel="prev"' not in shown
    assert 'rel="next"' not in shown


def test_what_is_not_public_is_not_named(admin_client):
    hidden, public = make("issue", title="Hidden issue"), published("issue", title="Public issue")
    record = make("technology", issues=[hidden.identifier, public.identifier])
    shown = preview(admin_client, record)
    assert "Public issue" in shown
    assert "Hidden issue" not in shown

    publish(hidden)

    assert "Hidden issue" in preview(admin_client, record)


def test_two_teams_do_not_see_each_others(client):
    teams = [published("partner", title=title) for title in ("A police force", "A university")]
    records = [owned(make("technology", title=f"Draft of {team.title}"), team) for team in teams]
    roles = ("contributor", "reviewer", "publisher", "administrator")
    for own, foreign, team in zip(records, reversed(records), teams, strict=True):
        for role in roles:
            somebody = logged_in(member(role, partner=team))
            assert own.title in preview(somebody, own)
            assert f'href="{admin_url(own, "preview")}"' in text_of(somebody, admin_url(own))
            refused = somebody.get(admin_url(foreign, "preview"))
            assert refused.status_code == 404
            assert foreign.title not in refused.content.decode()
    assert client.get(admin_url(own, "preview")).status_code == 302


@pytest.mark.parametrize("is_public", [True, False])
def test_it_says_that_it_is_a_preview_and_is_kept_nowhere(admin_client, client, is_public):
    record = published("technology") if is_public else make("technology")
    record = edited(record, working_document(record) | {"title": "Only a draft"})
    kept.forget()

    response = admin_client.get(admin_url(record, "preview"))
    text = response.content.decode()

    assert text.index(BANNER) < text.index("<main")
    assert '<meta name="robots" content="noindex, nofollow">' in text
    assert 'rel="canonical"' not in text
    assert "hreflang" not in text  # other languages have no preview
    assert f'href="{admin_url(record)}"' in text
    assert "no-store" in response["Cache-Control"]
    assert "public" not in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Content-Security-Policy"] == CONTENT_SECURITY_POLICIES["page"]
    answer = client.get(record.url)
    assert answer.status_code == (200 if is_public else 404)
    assert "Only a draft" not in answer.content.decode()
    assert BANNER not in answer.content.decode()
    for address in ("/technologies/", "/", "/search/?q=draft"):
        assert "Only a draft" not in text_of(client, address)
    assert admin_client.head(admin_url(record, "preview")).status_code == 200
    assert admin_client.post(admin_url(record, "preview")).status_code == 405


def rows():
    """Everything in the database but sessions."""
    models = [
        model for model in apps.get_models() if model._meta.app_label not in ("sessions", "usersessions")
    ]
    return {model._meta.label: list(model.objects.order_by("pk").values()) for model in models}


@pytest.mark.parametrize("state", ["draft", "published", "withdrawn"])
def test_nothing_is_written_or_locked(admin_client, state):
    record = make_full("technology")
    if state != "draft":
        record = edited(publish(record), working_document(record) | {"title": "After"})
    if state == "withdrawn":
        workflow.withdraw(record, reason="Outdated.")
    admin_client.get("/admin/")
    before = rows()

    with CaptureQueriesContext(connection) as queries:
        assert admin_client.get(admin_url(record, "preview")).status_code == 200

    assert rows() == before
    reads = ("SELECT", "DECLARE")  # a cursor of PostgreSQL, which reads as well
    written = [query["sql"] for query in queries if not query["sql"].startswith(reads)]
    assert written == []
    assert not any("UPDATE" in query["sql"] for query in queries)


def test_its_row_in_lists_is_shown_too(admin_client, client):
    record = make_full("organisation", title="A maker")
    (row,) = re.findall(
        r'(?s)<li\s+class="\s*row.*?</li>', text_of(admin_client, admin_url(record, "preview"))
    )

    publish(record)

    listed = re.findall(r'(?s)<li\s+class="\s*row.*?</li>', text_of(client, "/organisations/"))
    assert [re.sub(r"\s+", " ", one) for one in listed if record.title in one] == [re.sub(r"\s+", " ", row)]


def test_texts_of_editors_stay_texts(admin_client):
    title = "<script>alert(1)</script>"
    shown = preview(admin_client, make("technology", title=title))

    assert title not in shown
    assert escape(title) in shown


@pytest.mark.parametrize("number", [1, 5])
def test_it_costs_the_same_however_many_records_there_are(
    admin_client, number, django_assert_max_num_queries
):
    issues = [published("issue") for _ in range(number)]
    record = make("technology", issues=[issue.identifier for issue in issues])
    preview(admin_client, record)

    with django_assert_max_num_queries(40):
        preview(admin_client, record)


def test_the_pages_of_steps_lead_there(admin_client):
    record = make("technology")

    for step in ("publish", "submit"):
        assert f'href="{admin_url(record, "preview")}"' in text_of(admin_client, admin_url(record, step))


def test_a_preview_is_not_part_of_the_site():
    """Whoever is not logged in is led to the login, whatever there is at that address."""
    record = make("technology")
    answers = {
        Client().get(f"/admin/catalogue/technology/{pk}/preview/").status_code for pk in (record.pk, 10**6)
    }
    assert answers == {302}
