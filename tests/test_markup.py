"""Markup in every text of every kind of record stays text on all its pages, of readers and of editors (gate 4.5)."""

import json

import pytest
from django.urls import reverse

from media4sec.kinds import kinds
from media4sec.publications.models import Version
from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.documents.reading import working_document
from tests.factories import fresh, full_document_for, publish, published, save

pytestmark = [pytest.mark.django_db, pytest.mark.once]
every_kind = pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)

REST = "\"'&{{x}}"
# What factories write where any text may stand, so that codes, dates and addresses stay as they are.
FREE = {"title": "Source ", "locator": "p. "}


def planted(value, name=""):
    """A document with markup in every text, which names the field that it stands in."""
    if isinstance(value, dict):
        return {inner: planted(item, inner) for inner, item in value.items()}
    if isinstance(value, list):
        return [planted(item, name) for item in value]
    if name == "tags":
        return f"{value} <q-tags>&'"  # quotation marks stand between tags
    starts = (f"{name} ", "This sentence is about", FREE.get(name, f"{name} "))
    if not isinstance(value, str) or not value.startswith(starts):
        return value
    return f"<q-{name}>{REST}"


def names_planted(document):
    return {part.partition(">")[0] for part in json.dumps(document).split("<q-")[1:]}


def checked(response):
    """The page, in which none of what was planted is markup, or ends an attribute."""
    assert response.status_code in (200, 410), response.request["PATH_INFO"]
    html = response.content.decode()
    assert "<q-" not in html
    assert REST not in html
    return html


@pytest.mark.slow
@every_kind
def test_markup_is_text_on_every_page(client, admin_client, kind):
    whole = full_document_for(kind)
    document = planted(whole) | {name: f"{whole[name]} <q-{name}>{REST}" for name in ("title", "summary")}
    record = publish(save(document, kind))
    other = published(kind)

    shown = names_planted(json.loads(Version.objects.get(publication__identifier=record.identifier).document))
    page = checked(client.get(record.url))
    version = checked(client.get(f"{record.url}versions/1/"))
    assert {"title", "summary"} <= shown == {name for name in shown if f"&lt;q-{name}&gt;" in version}
    assert "&lt;q-title&gt;" in page
    assert "&lt;q-summary&gt;" in page

    record = publish(save(working_document(record) | {"title": f"Changed <q-title>{REST}"}, kind, record))
    views = ["", "?sort=-title", "?view=table", f"?q={record.identifier}"]
    lists = [checked(client.get(f"{kind.list_url}{view}")) for view in views]
    assert [view for view, html in zip(views, lists, strict=True) if "&lt;q-title&gt;" not in html] == []
    for address in (
        "/",
        f"/de{record.url}",
        f"/de{kind.list_url}",
        f"{record.url}versions/",
        f"{record.url}versions/?from=1&to=2",
        f"/search/?q={record.identifier}",
        f"/corrections/new/?record={kind.name}:{record.identifier}",
        *(
            [f"{kind.list_url}compare/?ids={record.identifier},{other.identifier}"]
            if kind.listed.is_compared
            else []
        ),
    ):
        checked(client.get(address))

    record = save(working_document(record) | {"summary": f"Again <q-summary>{REST}"}, kind, record)
    for action in ("change", "history", "publish", "withdraw", "merge"):
        assert "&lt;q-title&gt;" in checked(admin_client.get(admin_url(record, action)))
    opts = record._meta
    for number in (1, 3):
        args = [record.pk, number]
        name = f"admin:{opts.app_label}_{opts.model_name}_version"
        assert "&lt;q-title&gt;" in checked(admin_client.get(reverse(name, args=args)))
    for address in (
        reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"),
        "/admin/records/record/",
    ):
        assert "&lt;q-title&gt;" in checked(admin_client.get(address, {"q": record.identifier}))

    workflow.withdraw(fresh(record), reason=f"Gone <q-reason>{REST}", successor=other)
    assert "&lt;q-reason&gt;" in checked(client.get(record.url))


def test_markup_is_text_for_sources_and_tags(admin_client):
    record = save(planted(full_document_for("theme")), "theme")

    for citation in record.citations.all():
        address = reverse("admin:records_source_change", args=[citation.source_id])
        assert "&lt;q-title&gt;" in checked(admin_client.get(address))
    for tag in record.tags.all():
        assert "&lt;q-tags&gt;" in checked(
            admin_client.get(reverse("admin:records_tag_change", args=[tag.pk]))
        )
    for name in ("source", "tag"):
        assert "&lt;q-" in checked(admin_client.get(reverse(f"admin:records_{name}_changelist")))
