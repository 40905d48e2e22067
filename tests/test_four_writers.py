"""Four people edit one record at once, as fast as they can: nothing is lost, and only true collisions are asked."""

import re
from random import Random

import pytest

from media4sec.records.admin.lists import admin_url
from media4sec.records.documents.reading import working_document
from media4sec.records.models import AuditEntry
from tests.examples import examples
from tests.factories import fresh, make
from tests.people import logged_in, member
from tests.test_admin import Form
from tests.test_turns import Elsewhere

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WRITERS, EDITS = 4, examples(50)
COLLIDED = re.compile(r'<th scope="row">([^<]*)</th>')


def write(client, address, name):
    """Edit after edit: a line of one's own among the notes, and now and then the title; returns what was asked."""
    dice, asked = Random(name), 0
    for number in range(EDITS):
        values = Form(client.get(address).content.decode()).values
        values["notes"] = f"{values['notes']}\n{name} {number}".strip()
        if dice.random() < 0.1:
            values["title"] = f"As {name} has it, {number}"
        response = client.post(address, values | {"_continue": "1"})
        while response.status_code == 200:  # both texts are shown: keep one's own
            page = response.content.decode()  # contexts of templates are mixed up between threads
            assert "while you were editing. Nothing of yours was saved, and nothing is lost." in page
            assert {*COLLIDED.findall(page)} == {"Title"}, page
            asked += 1
            response = client.post(address, Form(page).values | {"_continue": "1"})
        assert response.status_code == 302
    return asked


def test_many_edits_by_four_writers_lose_nothing():  # gate 6.2
    record = make("theme", title="At first", notes=[])
    address, names = admin_url(record), [f"writer{number}" for number in range(WRITERS)]
    clients = [logged_in(member("contributor", name=name)) for name in names]

    threads = [
        Elsewhere(lambda client=client, name=name: write(client, address, name))
        for client, name in zip(clients, names, strict=True)
    ]
    for thread in threads:
        thread.finished()

    document = working_document(fresh(record))
    assert set(document["notes"]) == {f"{name} {number}" for name in names for number in range(EDITS)}
    assert fresh(record).edit_version == 1 + WRITERS * EDITS
    saved = AuditEntry.objects.filter(action="saved", identifier=record.identifier).exclude(actor="")
    assert saved.count() == WRITERS * EDITS
    assert {entry.version for entry in saved} == set(range(2, 2 + WRITERS * EDITS))
