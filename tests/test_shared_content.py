"""A source of the real content that many records rest on is corrected in all of them in one bounded step."""

import pytest
from django.db import connection
from django.db.models import Count, F
from django.test.utils import CaptureQueriesContext

from media4sec.records import workflow
from media4sec.records.documents.fields import dumps
from media4sec.records.documents.reading import working_documents
from media4sec.records.models import Record, Revision, Source
from tests.people import administrator, logged_in


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.parametrize("change", [{"title": "A corrected title"}, {"url": "https://example.org/moved"}])
def test_a_correction_of_the_most_cited_source_takes_few_queries(content, change):
    source = Source.objects.annotate(uses=Count("citations__record", distinct=True)).latest("uses")
    users = Record.objects.filter(pk__in=source.citations.values("record"))
    root = administrator()
    reach = logged_in(root).get(f"/admin/records/source/{source.pk}/change/").content.decode()
    Source.objects.filter(pk=source.pk).update(**change)

    with CaptureQueriesContext(connection) as asked:
        done, public = workflow.carry_over(users, by=root, note="Corrected")

    assert f"{done} records use it." in reach
    visible = users.filter(state=Record.State.PUBLISHED)
    assert done == source.uses > 300
    assert public == visible.count() > 300
    # The test is a transaction itself, and so this one has the marks of one within another.
    assert len([one for one in asked if "SAVEPOINT" not in one["sql"]]) <= 50
    documents = working_documents(users)
    newest = Revision.objects.filter(record__in=users, number=F("record__edit_version"))
    assert dict(newest.values_list("record", "document")) == {pk: dumps(one) for pk, one in documents.items()}
    assert workflow.rebuild_publications() == 0
