"""The rules that the database and the models keep, each broken once."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from rest_framework.exceptions import ValidationError as DocumentError

from catalogue.models import Concept, Deliverable, Function, NewsItem, Technology
from ethics.models import CheckQuestion
from media4sec.accounts.models import Token
from media4sec.kinds import kinds
from media4sec.links.models import Link, LinkUse
from media4sec.publications.models import Publication, PublicFile, Term, ThemePlace
from media4sec.records.documents.reading import working_document
from media4sec.records.documents.writing import save_document
from media4sec.records.models import (
    FieldHint,
    Holding,
    Recheck,
    Record,
    Relation,
    Revision,
    SavedList,
    Source,
    Tag,
    Tagging,
    model_of,
)
from media4sec.writing.models import SentRequest
from roadmap.models import RoadmapItem
from tests.factories import document_for, fresh, make, published, save
from tests.files import stored
from tests.people import member
from workshops.models import Theme, Workshop

pytestmark = pytest.mark.django_db


def refused(constraint, write):
    """The database itself refuses the write, and names the constraint where it can."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    text = str(caught.value)
    assert constraint in text or "UNIQUE constraint failed" in text


# Constraints of the database


def test_identifier_is_unique_within_its_kind():
    make("theme", identifier="one")
    other = make("theme", identifier="two")
    make("partner", identifier="one")

    refused("records_identifier_unique", lambda: Record.objects.filter(pk=other.pk).update(identifier="one"))


def test_what_is_public_has_a_published_version():
    draft = make("theme")

    refused("records_public_has", lambda: Record.objects.filter(pk=draft.pk).update(public_state="published"))


def test_relation_stands_once():
    technology, issue = make("technology"), make("issue")
    relation = {"record": technology, "role": "issues", "target": issue}
    Relation.objects.create(**relation)

    refused("records_relation_unique", lambda: Relation.objects.create(**relation))


def test_relation_never_points_at_itself():
    technology = make("technology")

    refused(
        "records_relation_never",
        lambda: Relation.objects.create(record=technology, role="issues", target=technology),
    )


def test_tag_stands_once_on_a_record():
    theme = make("theme", tags=["one"])

    refused(
        "records_tag_once", lambda: Tagging.objects.create(tag=Tag.objects.get(), content_object_id=theme.pk)
    )


def test_version_number_stands_once():
    first = make("theme").revisions.get()

    refused(
        "records_revision_number",
        lambda: Revision.objects.create(record_id=first.record_id, number=1, document="{}", state="draft"),
    )


def test_source_has_one_row_an_address_once_it_is_public():
    first, other = (Source.objects.create(url="https://example.org/") for _ in range(2))
    Source.objects.filter(pk=first.pk).update(is_public=True)

    refused("records_source_public", lambda: Source.objects.filter(pk=other.pk).update(is_public=True))


def test_tag_has_one_row_once_it_is_public():
    first, other = (Tag.objects.create(name=name) for name in ("Dark web", "dark web"))
    Tag.objects.filter(pk=first.pk).update(is_public=True)

    refused("records_tag_public", lambda: Tag.objects.filter(pk=other.pk).update(is_public=True))


def test_publication_is_one_a_record():
    theme = published("theme")

    refused(
        "publications_one_per_record",
        lambda: Publication.objects.create(
            kind="theme", identifier=theme.identifier, uuid=uuid4(), state="published"
        ),
    )


def test_term_stands_once():
    published("theme")
    term = Term.objects.first()
    again = {name: getattr(term, name) for name in ("publication", "field", "value", "label")}

    refused("publications_term_once", lambda: Term.objects.create(**again))


@pytest.mark.parametrize(("model", "field"), [(Theme, "order"), (Workshop, "number")])
def test_numbers_are_not_given_twice(model, field):
    first, other = make(model.kind), make(model.kind)

    refused(field, lambda: model.objects.filter(pk=other.pk).update(**{field: getattr(first, field)}))


def test_concept_is_unique_within_its_scheme():
    first, other = make("concept"), make("concept")

    refused(
        "catalogue_concept_unique",
        lambda: Concept.objects.filter(pk=other.pk).update(scheme=first.scheme, code=first.code),
    )


def twice(row):
    """The same row once more."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    type(row).objects.create(**{field.attname: getattr(row, field.attname) for field in fields})


@pytest.mark.parametrize("owned", [True, False])
def test_what_stands_beside_records_stands_there_once(owned):
    record, user = published("theme"), member("contributor")
    file, owner = stored(), published("partner") if owned else None
    link = Link.objects.create(digest="0" * 64, url="https://example.org/", host="example.org")
    public = Publication.objects.get(identifier=record.identifier)

    for name, row in {
        "records_recheck_once": Recheck(record=record, changed=make("instrument"), at=timezone.now()),
        "records_one_hint_a_field": FieldHint(kind_name="theme", field="title", text="Short."),
        "records_saved_list_once": SavedList(user=user, page="workshops_theme", name="Mine", query=""),
        "records_a_file_once_per_team": Holding(file=file, owner=owner),
        "links_use_once_per_record": LinkUse(link=link, record=record, is_public=True),
        "publications_file_once": PublicFile(publication=public, url="/files/x", stored_as="x"),
        "publications_theme_place_once": ThemePlace(publication=public, theme="dark-web"),
        "writing_a_key_once": SentRequest(user=user, key="a", digest="0" * 64, begun_at=timezone.now()),
    }.items():
        row.save()
        refused(name, lambda row=row: twice(row))


def test_a_name_of_a_token_stands_once_with_an_account():
    day, user = timezone.localdate(), member("contributor")
    Token.objects.create(user=user, name="A", digest="0" * 64, scopes=[], expires_on=day)

    refused(
        "accounts_token_name_once",
        lambda: Token.objects.create(user=user, name="A", digest="1" * 64, scopes=[], expires_on=day),
    )


# Those of rooms whose own files break them, or that only our own code writes to, under a lock.
ELSEWHERE = {
    *("records_one_team_for_each_owner", "records_a_role_once", "records_unsaved_once_per_form"),
    *("publications_version_once", "publications_feature_once", "accounts_one_for_each_address"),
    *("corrections_closed_has_a_time", "corrections_record_is_named_whole"),
}


def test_every_constraint_is_broken_here():
    """A new constraint needs a test above, or is one of those that others rely on, whose files test them."""
    rooms = ("media4sec.", "workshops.", "catalogue.", "ethics.", "roadmap.")
    ours = (model for model in apps.get_models() if model.__module__.startswith(rooms))

    named = {constraint.name for model in ours for constraint in model._meta.constraints}

    assert named - ELSEWHERE == {
        "records_identifier_unique_within_kind",
        "records_public_has_a_revision",
        "records_relation_unique",
        "records_relation_never_points_at_itself",
        "records_tag_once_per_record",
        "records_tag_public_once",
        "records_source_public_once",
        "records_revision_number_unique",
        "publications_one_per_record",
        "publications_term_once",
        "catalogue_concept_unique_within_scheme",
        *("records_recheck_once", "records_one_hint_a_field", "records_saved_list_once"),
        *("records_a_file_once_per_team", "links_use_once_per_record", "publications_file_once"),
        *("publications_theme_place_once", "writing_a_key_once", "accounts_token_name_once"),
    }


def test_what_others_name_cannot_be_deleted():
    maker = make("organisation")
    issue = make("issue")
    technology = save(document_for("technology", issues=[issue.identifier]), "technology")

    with pytest.raises(ProtectedError):
        issue.delete()
    assert Technology.objects.filter(pk=technology.pk).exists()
    assert Record.objects.filter(pk=maker.pk).exists()


# Rules of the models


def test_bare_record_refuses_to_be_saved():
    with pytest.raises(TypeError, match="Write through the kind"):
        Record(title="Nothing in particular").save()


def test_versions_are_append_only():
    revision = make("theme").revisions.get()

    with pytest.raises(TypeError, match="append-only"):
        revision.save()
    with pytest.raises(TypeError, match="append-only"):
        revision.delete()


def test_record_with_versions_cannot_be_deleted():
    theme = make("theme")

    with pytest.raises(ProtectedError):
        theme.delete()


def test_identifiers_are_given_in_order():
    make("technology", identifier="T-009")
    document = document_for("technology")

    first = Technology(title="A tool", technology_kind="software", status="active")
    first.save()
    second = Technology(title="A tool", technology_kind="software", status="active")
    second.save()
    Technology.objects.filter(identifier="T-010").update(identifier="T-1000")
    third = Technology(title="A tool", technology_kind="software", status="active")
    third.save()

    assert document["identifier"].startswith("T-")
    assert [first.identifier, second.identifier, third.identifier] == ["T-010", "T-011", "T-1001"]


def test_identifier_of_a_kind_without_numbers_is_its_slug():
    theme = Theme(title="Dark web & hidden services", order=1)
    theme.save()

    assert (theme.identifier, theme.slug) == ("dark-web-hidden-services", "dark-web-hidden-services")


@pytest.mark.parametrize("identifier", ["T-1", "T001", "t-001", "X-001", "T-001-", "T-00a", "../T-001"])
def test_identifier_must_look_like_its_kinds(identifier):
    with pytest.raises(ValidationError, match="does not look like"):
        save_document("technology", document_for("technology", identifier=identifier))


def test_review_is_due_after_the_interval_of_the_kind():
    technology = make("technology", checked_on="2018-08-31")
    given = make("technology", checked_on="2018-08-31", review_due="2018-09-01")

    assert working_document(technology)["review_due"] == "2019-02-28"
    assert working_document(given)["review_due"] == "2018-09-01"


@pytest.mark.parametrize(
    ("date", "precision"), [("2018", "month"), ("2018-03", "day"), ("2018-03-14", ""), ("", "year")]
)
@pytest.mark.parametrize("model", [Deliverable, NewsItem])
def test_date_has_the_stated_precision(model, date, precision):
    with pytest.raises(ValidationError, match="precision"):
        save_document(model.kind.name, document_for(model.kind, date=date, date_precision=precision))


def test_roadmap_item_never_comes_before_itself():
    first = make("roadmap-item")
    second = make("roadmap-item", depends_on=[first.identifier])
    third = make("roadmap-item", depends_on=[second.identifier])

    with pytest.raises(ValidationError, match="before itself"), transaction.atomic():
        save_document("roadmap-item", working_document(first) | {"depends_on": [third.identifier]}, first)
    with pytest.raises(ValidationError, match="name itself"), transaction.atomic():
        save_document("roadmap-item", working_document(first) | {"depends_on": [first.identifier]}, first)

    assert list(RoadmapItem.objects.get(pk=first.pk).depends_on.all()) == []


def test_roadmap_items_may_meet_again():
    first = make("roadmap-item")
    left, right = (make("roadmap-item", depends_on=[first.identifier]) for _ in range(2))

    last = make("roadmap-item", depends_on=[left.identifier, right.identifier])

    assert working_document(last)["depends_on"] == [left.identifier, right.identifier]


@pytest.mark.parametrize(
    ("level", "parent"),
    [(1, "group"), (2, None), (2, "function")],
    ids=["group in group", "alone", "third level"],
)
def test_functions_have_two_levels(level, parent):
    group = make("function")
    function = make("function", level=2, parent=group.identifier)
    named = {"group": group.identifier, "function": function.identifier, None: None}[parent]

    with pytest.raises(ValidationError, match="belongs to a group"):
        save_document("function", document_for("function", level=level, parent=named))

    assert Function.objects.get(pk=function.pk).parent == group


def question(**changes):
    answers = [{"key": value, "value": value, "label": value.title()} for value in ("yes", "no")]
    return make("check-question", answers=answers, **changes)


@pytest.mark.parametrize(
    ("waits", "answers", "complaint"),
    [
        (True, [], "Name the question and its answers"),
        (False, ["yes"], "Name the question and its answers"),
        (True, ["yes", "perhaps"], "has no answer perhaps"),
    ],
)
def test_question_waits_for_answers_that_there_are(waits, answers, complaint):
    first = question()
    document = document_for(
        "check-question", show_if_question=first.identifier if waits else None, show_if_answers=answers
    )

    with pytest.raises(ValidationError, match=complaint):
        save_document("check-question", document)


def test_questions_never_wait_for_each_other():
    first = question()
    second = question(show_if_question=first.identifier, show_if_answers=["yes"])
    waiting = {"show_if_question": second.identifier, "show_if_answers": ["no"]}

    with pytest.raises(ValidationError, match="wait for each other"), transaction.atomic():
        save_document("check-question", working_document(first) | waiting, first)

    assert CheckQuestion.objects.get(pk=first.pk).show_if_question is None


def test_part_keys_are_unique_within_the_record():
    answers = [{"key": "same", "value": value, "label": value} for value in ("yes", "no")]

    with pytest.raises(ValidationError, match="same"):
        save_document("check-question", document_for("check-question", answers=answers))


def test_relation_knows_its_roles():
    technology, theme = make("technology"), make("theme")

    with pytest.raises(ValidationError, match="these roles: issues"):
        Relation(record=technology, role="friends", target=theme).clean()
    with pytest.raises(ValidationError, match="of kind issue"):
        Relation(record=technology, role="issues", target=theme).clean()


@pytest.mark.parametrize("value", ["text", [""], ["  "], [1], [["a"]], {"a": 1}])
def test_lists_hold_texts_that_are_not_empty(value):
    theme = make("theme")
    theme.notes = value

    with pytest.raises(ValidationError):
        theme.full_clean()


def test_lists_with_options_hold_nothing_else():
    technology = make("technology")
    technology.target_users = ["police", "martian"]

    with pytest.raises(ValidationError, match="martian"):
        technology.full_clean()


def test_changes_of_a_record_leave_its_derived_columns_true():
    technology = fresh(make("technology"))

    assert technology.kind_name == "technology"
    assert isinstance(technology._meta.pk, models.OneToOneField)
    assert technology.url == f"/technologies/{technology.identifier}-{technology.slug}/"


# What every database can hold

LIMITS = {"PositiveSmallIntegerField": 32_767, "PositiveIntegerField": 2_147_483_647}


def numbers_of_editors():
    """Every whole number that forms and documents take."""
    for kind in kinds():
        model = model_of(kind.name)
        for field in model._meta.fields:
            if field.get_internal_type() in LIMITS and field.editable and not field.choices:
                yield pytest.param(model, field, id=f"{kind.name}.{field.name}")


@pytest.mark.parametrize(("model", "field"), [*numbers_of_editors()])
def test_no_number_is_larger_than_postgresql_takes(model, field):
    limit, record = LIMITS[field.get_internal_type()], model()

    setattr(record, field.name, limit)
    record.clean_fields(exclude=[other.name for other in model._meta.fields if other is not field])
    setattr(record, field.name, limit + 1)
    with pytest.raises(ValidationError) as caught:
        record.clean_fields(exclude=[other.name for other in model._meta.fields if other is not field])

    assert list(caught.value.message_dict) == [field.name]
    document = document_for(model.kind) | {field.name: limit + 1}
    with pytest.raises((ValidationError, DocumentError), match=field.name):
        save_document(model.kind.name, document)
