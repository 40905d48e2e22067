"""What editors see before they publish is what readers see afterwards, and nothing of it is written or kept."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from media4sec.kinds import kinds
from media4sec.publications.models import Change, Feature, Publication, Term, Version
from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.documents.reading import working_document
from media4sec.records.models import AuditEntry, Record, Revision
from tests.factories import full_document_for, fresh, make, make_full, publish, published, save
from tests.people import logged_in, member, owned

pytestmark = pytest.mark.django_db


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return re.search(r"(?s)<main.*</main>", response.content.decode())[0]


def preview(client, record):
    return page(client, admin_url(record, "preview"))


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_a_new_record_is_shown_as_it_will_be(admin_client, client, kind):
    record = make_full(kind)

    before = preview(admin_client, record)
    publish(record)

    assert page(client, record.url) == before
