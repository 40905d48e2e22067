"""Rules that the data must always obey, each broken once."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from catalogue.models import Concept, Function
from media4sec.records import workflow
from media4sec.records.documents import save_document, working_document
from media4sec.records.models import Record, Relation, Revision, Tag, Tagging, specific
from roadmap.models import RoadmapItem
from tests.factories import document_for, fresh, make, published, save

pytestmark = pytest.mark.django_db


def refused(action, *arguments, **options):
    """True if the database itself refuses."""
    try:
        with transaction.atomic():
            action(*arguments, **options)
    except IntegrityError:
        return True
    return False


def test_an_identifier_stands_once_within_its_kind():
    first, second = make("technology"), make("technology")

    assert refused(Record.objects.filter(pk=second.pk).update, identifier=first.identifier)


def test_what_is_public_has_a_revision():
    record = make("technology")

    assert refused(Record.objects.filter(pk=record.pk).update, public_state="published")


def test_a_relation_never_points_at_itself():
    record = make("statement")

    assert refused(Relation.objects.create, record=record, role="subjects", target=record)


def test_a_relation_stands_once():
    record, target = make("statement"), make("technology")
    Relation.objects.create(record=record, role="subjects", target=target)

    assert refused(Relation.objects.create, record=record, role="subjects", target=target)


def test_a_tag_stands_once_on_a_record():
    record, tag = make("technology"), Tag.objects.create(name="night", slug="night")
    Tagging.objects.create(tag=tag, content_object=record)

    assert refused(Tagging.objects.create, tag=tag, content_object=record)


def test_a_revision_number_stands_once():
    record = make("technology")

    assert refused(Revision.objects.create, record=record, number=1, document="{}", state="draft")


def test_a_concept_stands_once_within_its_scheme():
    first, second = make("concept"), make("concept")

    assert refused(Concept.objects.filter(pk=second.pk).update, scheme=first.scheme, code=first.code)


def test_a_bare_record_is_refused():
    with pytest.raises(TypeError, match="through the kind"):
        Record(title="Nothing in particular").save()


def test_revisions_are_append_only():
    revision = make("technology").revisions.get()

    with pytest.raises(TypeError, match="append-only"):
        revision.save()
    with pytest.raises(TypeError, match="append-only"):
        revision.delete()


def test_identifiers_are_taken_in_order_and_never_twice():
    make("roadmap-item", identifier="R-007")

    item = RoadmapItem(title="Next", strand="training")
    item.save()

    assert item.identifier == "R-008"


@pytest.mark.parametrize(
    ("kind", "identifier"),
    [("technology", "X-001"), ("technology", "T-1"), ("deliverable", "report"), ("glossary-term", "a/b")],
)
def test_an_identifier_looks_like_those_of_its_kind(kind, identifier):
    with pytest.raises(ValidationError, match="does not look like"):
        save_document(kind, document_for(kind) | {"identifier": identifier})


def test_mixed_records_become_their_kinds_with_one_query_each(django_assert_num_queries):
    made = [make("technology"), make("theme"), make("technology")]
    bare = [Record.objects.get(pk=record.pk) for record in made]

    with django_assert_num_queries(2):
        assert specific(bare) == made
    assert [type(record) for record in specific(bare)] == [type(record) for record in made]


def test_roadmap_items_never_wait_for_themselves():
    first = make("roadmap-item")
    second = make("roadmap-item", depends_on=[first.identifier])
    third = make("roadmap-item", depends_on=[second.identifier])

    with pytest.raises(ValidationError, match="before itself"), transaction.atomic():
        save(working_document(first) | {"depends_on": [third.identifier]}, "roadmap-item", first)


def test_functions_have_two_levels():
    group = make("function", level=1)
    inner = make("function", level=2, parent=group.identifier)

    assert Function.objects.get(pk=inner.pk).parent == group
    with pytest.raises(ValidationError, match="belongs to a group"), transaction.atomic():
        save_document("function", document_for("function", level=2, parent=inner.identifier))
    with pytest.raises(ValidationError, match="belongs to a group"), transaction.atomic():
        save_document("function", document_for("function", level=1, parent=group.identifier))


def test_check_questions_follow_answers_that_exist_and_never_each_other():
    answer = {"key": "yes", "value": "yes", "label": "Yes"}
    first = make("check-question", answers=[answer])
    follows = {"show_if_question": first.identifier, "show_if_answers": ["yes"]}
    second = make("check-question", answers=[answer], **follows)

    with pytest.raises(ValidationError, match="has no answer no"), transaction.atomic():
        make("check-question", **follows | {"show_if_answers": ["no"]})
    with pytest.raises(ValidationError, match="Name the question and its answers"), transaction.atomic():
        make("check-question", show_if_answers=["yes"])
    circle = {"show_if_question": second.identifier, "show_if_answers": ["yes"]}
    with pytest.raises(ValidationError, match="wait for each other"), transaction.atomic():
        save(working_document(first) | circle, "check-question", first)


def test_a_key_stands_once_in_all_the_parts_of_a_record():
    point = {"key": "one", "aspect": "good", "text": "Good."}
    alternative = {"key": "one", "type": "low-tech", "text": "A poster."}

    with pytest.raises(ValidationError, match="stands twice in this record"):
        make("situation", points=[point], alternatives=[alternative])


def test_a_date_has_the_stated_precision():
    with pytest.raises(ValidationError, match="precision"):
        make("news-item", date="2017-05", date_precision="day")


def test_the_review_date_follows_from_the_check_unless_given():
    assert str(make("instrument", checked_on="2026-11-30").review_due) == "2027-02-28"
    assert (
        str(make("technology", checked_on="2026-11-23", review_due="2026-12-01").review_due) == "2026-12-01"
    )


def test_three_values_stay_three():
    for value in (True, False, None):
        record = published("technology", listed_in_d22=value)
        assert fresh(record).listed_in_d22 is value
        assert working_document(record)["listed_in_d22"] is value
    assert workflow.rebuild_publications() == 0
