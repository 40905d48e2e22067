"""Sources and tags, which records of several teams share: corrected in all of them in one bounded step."""

import json

import pytest

from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from media4sec.records.models import AuditEntry, Record, Source, Tag
from tests.factories import fresh, make, publication_of, publish, save, source
from tests.people import administrator, logged_in, member, owned, told
from tests.test_admin import filled

pytestmark = pytest.mark.django_db
ADDRESS, OTHER = "https://example.org/report", "https://example.org/report/"


def merge(client, row, into, **more):
    address = f"/admin/records/{row._meta.model_name}/{row.pk}/merge/"
    return client.post(address, filled(client, address, into=str(into.pk), **more), follow=True)


def public(record):
    return json.loads(publication_of(record).document)


def test_one_of_two_sources_takes_the_place_of_the_other():
    cited = publish(make("theme", sources=[source(url=ADDRESS, title="The report")]))
    both = make(
        "theme", sources=[source(url=ADDRESS, title="As they call it"), source(url=OTHER, title="Report")]
    )
    gone, stays = Source.objects.get(url=ADDRESS), Source.objects.get(url=OTHER)
    root = administrator()

    done = merge(logged_in(root), gone, stays)

    assert told(done) == ["Merged. Corrected in 2 records, 1 of them public now."]
    assert [(one.url, one.is_public) for one in Source.objects.all()] == [(OTHER, True)]
    assert [(one["url"], one["title"]) for one in working_document(cited)["sources"]] == [(OTHER, "Report")]
    assert public(cited)["sources"] == working_document(cited)["sources"]
    assert [one["title"] for one in working_document(both)["sources"]] == ["As they call it", "Report"]
    assert {entry.note for entry in AuditEntry.objects.filter(version=2, actor=root.get_username())} == {
        "The source The report was merged into Report"
    }
    assert workflow.rebuild_publications() == 0


def test_one_of_two_tags_takes_the_place_of_the_other():
    first = publish(make("theme", tags=["drone", "fire"]))
    both = publish(make("theme", tags=["drone", "drones"]))
    gone, stays = Tag.objects.get(name="drone"), Tag.objects.get(name="drones")

    merge(logged_in(administrator()), gone, stays)

    assert (working_document(first)["tags"], public(first)["tags"]) == (["drones", "fire"],) * 2
    assert (working_document(both)["tags"], public(both)["tags"]) == (["drones"],) * 2
    assert list(Tag.objects.values_list("name", flat=True)) == ["drones", "fire"]
    found = logged_in(administrator("second")).get("/admin/records/record/", {"q": "drones"})
    assert found.context["cl"].result_count == 2
    assert workflow.rebuild_publications() == 0


def test_a_renamed_tag_is_public_at_once():
    record = publish(make("theme", tags=["drone"]))
    address = f"/admin/records/tag/{Tag.objects.get().pk}/change/"
    client = logged_in(administrator())

    client.post(address, filled(client, address, name="Drones"))

    assert public(record)["tags"] == ["Drones"]
    assert Record.objects.get(pk=record.pk).edit_version == 2


def test_how_far_a_merge_reaches_is_said_without_drafts_of_others(partner):
    named = {"sources": [source(url=ADDRESS, title="The report")]}
    owned(publish(make("theme", **named)), partner)
    publish(make("theme", **named))
    theirs = owned(publish(make("theme")), partner)
    save({**working_document(theirs), **named}, "theme", fresh(theirs))
    make("theme", **named)
    owned(make("theme", sources=[source(url=OTHER)]), partner)
    row = Source.objects.get(url=ADDRESS)
    address = f"/admin/records/source/{row.pk}/merge/"

    page = logged_in(member("publisher")).get(address)

    assert (
        page.context["reach"]
        == "2 records have it, 1 of them in public; in public, 1 of other teams as well."
    )
    assert OTHER not in page.content.decode()
    assert logged_in(member("publisher", partner=partner)).get(address).status_code == 403


def test_a_merge_is_not_done_with_what_changed_since_it_was_shown():
    record = make("theme", tags=["drone"])
    make("theme", tags=["drones"])
    gone, stays = Tag.objects.get(name="drone"), Tag.objects.get(name="drones")
    client, address = logged_in(administrator()), f"/admin/records/tag/{gone.pk}/merge/"
    values = filled(client, address, into=str(stays.pk))
    save({**working_document(record), "summary": "New"}, "theme", fresh(record))

    refused = client.post(address, values)

    assert refused.status_code == 409
    assert "Records that have it changed since you saw this: look at it again." in refused.content.decode()
    assert Tag.objects.count() == 2


def test_what_others_drafted_is_not_merged_into(partner):
    make("theme", tags=["drone"])
    owned(make("theme", tags=["foreign"]), partner)
    gone, foreign = Tag.objects.get(name="drone"), Tag.objects.get(name="foreign")
    client = logged_in(member("publisher"))

    refused = merge(client, gone, foreign)

    assert "foreign" not in refused.content.decode()
    assert working_document(Record.objects.filter(taggings__tag=gone).get())["tags"] == ["drone"]


def test_how_many_name_a_record_is_said_before_it_is_merged(partner):
    maker = owned(publish(make("organisation")), partner)
    named = {"makers": [maker.identifier]}
    owned(publish(make("technology", **named)), partner)
    owned(make("technology", **named), partner)
    publish(make("technology", **named))
    make("technology", **named)

    page = logged_in(member("publisher", partner=partner)).get(
        f"/admin/catalogue/organisation/{maker.pk}/merge/"
    )

    assert len(page.context["named_by"]) == 3
    assert page.context["reach"] == "2 of them public, 1 of other teams."


def test_a_public_tag_is_not_merged_into_one_that_is_another_in_public(partner):
    owned(make("theme", tags=["drones"]), partner)
    publish(make("theme", tags=["drones"]))
    gone = owned(publish(make("theme", tags=["uav"])), partner)
    row = Tag.objects.get(name="uav")
    private = Tag.objects.get(name="drones", is_public=False)

    answer = merge(logged_in(administrator()), row, private)

    assert "which readers know: choose that" in answer.content.decode()
    assert working_document(gone)["tags"] == ["uav"]
