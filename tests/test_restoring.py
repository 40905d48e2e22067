"""Going back to an older version gives exactly what it said, whatever happened since, and nothing else moves."""

import json
import random

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from media4sec.kinds import kinds_by_name
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from media4sec.records.models import Record, specific
from tests.examples import examples
from tests.factories import document_for, full_document_for, make_full, published, save
from tests.people import owned

pytestmark = pytest.mark.django_db
KINDS = ("situation", "technology", "instrument", "deliverable", "issue")


def shuffled(document, seed):
    """The document with its lists in another order, and some of them shorter: order is part of what it says."""
    dice = random.Random(seed)
    changed = {}
    for name, value in document.items():
        if isinstance(value, list) and name != "tags":
            value = dice.sample(value, len(value))[: dice.randint(0, len(value))]
        changed[name] = value
    return changed


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_going_back_is_a_round_trip(kind):
    assert kind in kinds_by_name()

    @given(
        st.lists(
            st.tuples(st.sampled_from(["new", "full", "shuffle", "back"]), st.integers(0, 999)), max_size=5
        )
    )
    @settings(max_examples=examples(15))
    def check(steps):
        with transaction.atomic():
            partner = published("partner")
            record = owned(make_full(kind), partner)
            for step, seed in steps:
                edit(record, kind, step, seed)
            for revision in record.revisions.all():
                workflow.revert(record, revision)
                now = specific([Record.objects.get(pk=record.pk)])[0]
                assert working_document(now) == json.loads(revision.document)
                assert now.owner_id == partner.pk
            transaction.set_rollback(True)

    check()


def edit(record, kind, step, seed):
    if step == "back":
        numbers = list(record.revisions.values_list("pk", flat=True))
        workflow.revert(record, record.revisions.get(pk=numbers[seed % len(numbers)]))
        return
    identifier = {"identifier": record.identifier}
    if step == "shuffle":
        document = shuffled(working_document(record), seed)
    else:
        document = {"new": document_for, "full": full_document_for}[step](kind, **identifier)
    save(document, kind, specific([Record.objects.get(pk=record.pk)])[0])
