"""Files that editors import: read, matched, looked at, applied once."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from media4sec.records.importing import reports
from media4sec.records.models import ImportReport, Record
from tests.factories import fresh, make, make_full, published
from tests.people import administrator, logged_in, member, owned

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/catalogue/organisation/import/"


@pytest.fixture
def partner():
    return published("partner", title="A police force")


@pytest.fixture
def editor(partner):
    return logged_in(member("contributor", partner=partner))


def uploaded(client, content, name="rows.csv", address=ADDRESS, **more):
    """The page of a report, or the form with what is wrong with the file."""
    content = content.encode() if isinstance(content, str) else content
    return client.post(address, {"file": SimpleUploadedFile(name, content), **more}, follow=True)


def test_rows_become_drafts(editor, partner):
    page = uploaded(editor, "title;summary;tags\nOne;First;a; b\n".replace("a; b", '"a; b"') + "Two;;\n", owner=partner.pk)
    report = ImportReport.objects.get()
    assert page.context["told"]["faults"] == []
    assert (report.state, report.created) == ("ready", 2)
    assert not Record.objects.filter(kind_name="organisation").exists()

    page = editor.post(f"{ADDRESS}{report.pk}/", {"apply": "yes"}, follow=True)

    made = Record.objects.filter(kind_name="organisation").order_by("pk")
    assert [(one.title, one.state, one.public_state, one.owner_id, one.edit_version) for one in made] == [
        ("One", "draft", "", partner.pk, 1),
        ("Two", "draft", "", partner.pk, 1),
    ]
    assert made[0].revisions.get().note == "Imported from rows.csv"
    assert sorted(made[0].tags.names()) == ["a", "b"]
