"""The back-office: every kind can be listed, written, published, taken back; and nobody's work is lost."""

import json
from itertools import count

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import models
from rest_framework.serializers import BooleanField, ChoiceField, DateField, IntegerField, ListSerializer

from media4sec.kinds import kinds
from media4sec.publications.models import Change, Publication
from media4sec.records import workflow
from media4sec.records.admin import admin_url
from media4sec.records.documents import (
    AnyReferences,
    CitationField,
    OrderedReferences,
    Reference,
    save_document,
    working_document,
    writer,
)
from media4sec.records.forms import own_fields
from media4sec.records.models import Record, Source, Tag, model_of

pytestmark = pytest.mark.django_db
number = count(1)


def smallest(serializer):
    """A document, or a part of one, with nothing but what must be there."""
    return {name: value_for(name, field) for name, field in serializer.fields.items() if field.required}


def value_for(name, field):
    match field:
        case Reference():
            return make(field.kind_name).identifier
        case BooleanField():
            return True
        case ChoiceField():
            return next(iter(field.choices))
        case IntegerField():
            return 1 if name == "level" else next(number)
        case DateField():
            return "2018-12-31"
    return {"country": "NL", "url_of_item": "https://example.org/news"}.get(name, f"{name[:6]}-{next(number)}")


def make(kind_name, **values):
    """A draft of a kind, saved as its first version."""
    body = smallest(writer(kind_name)) | values
    record = save_document(kind_name, body)
    workflow.save_revision(record)
    record.refresh_from_db()
    return record


def make_full(kind_name, rows):
    """A record with that many rows of everything its document may hold several of."""
    document = writer(kind_name)
    return make(kind_name, **{name: several(field, rows) for name, field in document.fields.items() if is_list(field)})


def is_list(field):
    return isinstance(field, (OrderedReferences, AnyReferences, CitationField, ListSerializer))


def several(field, rows):
    match field:
        case OrderedReferences():
            return [make(field.child_relation.kind_name).identifier for _ in range(rows)]
        case AnyReferences(target=target) if target:
            return [make(target).identifier for _ in range(rows)]
        case AnyReferences():
            return [f"theme:{make('theme').identifier}" for _ in range(rows)]
        case CitationField():
            return [{"url": f"https://example.org/{next(number)}", "title": "Source"} for _ in range(rows)]
    parts = [smallest(field.child) for _ in range(rows)]
    inner = {name: inner for name, inner in field.child.fields.items() if is_list(inner)}
    return [part | {name: several(inner_field, rows) for name, inner_field in inner.items()} for part in parts]


def posted(response, **changes):
    """What a browser would send for the form of this page, with some fields changed."""
    context = response.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is None or value is False:
                continue
            widget = bound.field.widget
            if hasattr(widget, "widgets") or isinstance(value, (list, tuple)) and value and "\n" not in str(value):
                value = [str(one) for one in value] if not hasattr(value, "split") else value
            data[bound.html_name] = value
    return data | changes


@pytest.fixture
def editor(admin_client):
    """Somebody who may do everything."""
    return admin_client


@pytest.fixture
def writer_client(client):
    """Somebody who may write themes, and publish nothing."""
    user = User.objects.create_user("writer", is_staff=True)
    content_type = ContentType.objects.get_for_model(model_of("theme"))
    user.user_permissions.set(Permission.objects.filter(content_type=content_type))
    client.force_login(user)
    return client


def publish(record):
    workflow.publish(record)
    record.refresh_from_db()
    return record


def public_document(record):
    return json.loads(Publication.objects.get(kind=record.kind_name, identifier=record.identifier).document)


def save(client, record, **changes):
    """Open the record's form as a browser does, change something, and save."""
    url = admin_url(record)
    return client.post(url, posted(client.get(url), **changes))


def errors_in(response):
    return [str(error) for error in response.context["errors"]]


every_kind = pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)


# Every kind


@every_kind
@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_a_kind_costs_the_same_however_many_records(editor, kind, rows, django_assert_max_num_queries):
    records = [make_full(kind.name, 1) for _ in range(rows)]
    if kind.name == "theme":
        publish(records[0])
    url = admin_url(records[0]).removesuffix(f"{records[0].pk}/change/")

    with django_assert_max_num_queries(24):
        response = editor.get(url)

    assert {record.pk for record in response.context["cl"].result_list} >= {record.pk for record in records}
