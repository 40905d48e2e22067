"""The contract that every kind of record keeps, on pages, in the API, in search, in files and through the workflow."""

import json
import re

import pytest
from django.conf import settings
from django.db import transaction

from media4sec.interchange.records import entry_facts
from media4sec.kinds import kinds
from media4sec.publications.models import Publication
from media4sec.records import workflow
from media4sec.records.documents.reading import references_in, working_document, writer
from media4sec.records.folder_io import export_folder, load_folder
from media4sec.records.models import Record, Source, Tag, model_of
from media4sec.records.projection import named_in
from media4sec.records.references import named_by
from tests.factories import (
    document_for,
    fresh,
    full_document_for,
    make,
    make_full,
    most_of,
    publish,
    published,
    published_full,
    save,
    several_published,
    source,
)
from tests.public import (
    WITH_A_FRONT_PAGE,
    api_item,
    api_list,
    h1_of,
    identifiers,
    public_document,
    sitemap_of,
    text_of,
    with_kinds,
)

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)]


def list_of(kind):
    """The address of a kind's list."""
    return f"{kind.list_url}?page=1" if kind.path in WITH_A_FRONT_PAGE else kind.list_url


def shown_on(client, address, **parameters):
    """The identifiers of the rows on a list's first page, or on the search page."""
    response = client.get(address, parameters) if parameters else client.get(address)
    assert response.status_code == 200
    return [card["identifier"] for card in response.context["cards"]]


@pytest.fixture
def shown(client, kind):
    """Every place that lists a record, and whether it does."""

    def places(record):
        return {
            "list": record.identifier in shown_on(client, list_of(kind)),
            "search": record.identifier in shown_on(client, f"/search/?q={record.title}"),
            "api": record.identifier in identifiers(client, api_list(kind)),
            "sitemap": f"<loc>{settings.BASE_URL}{record.url}</loc>" in sitemap_of(client),
        }

    return places


EVERYWHERE = {"list": True, "search": True, "api": True, "sitemap": True}
NOWHERE = dict.fromkeys(EVERYWHERE, False)


def test_list_shows_what_is_published_in_order_and_no_draft(client, kind):
    shown = several_published(kind, 3)
    draft = make(kind)

    response = client.get(list_of(kind))

    own = [
        card["identifier"] for card in response.context["cards"] if card["url"] in {one.url for one in shown}
    ]
    assert sorted(own) == sorted(record.identifier for record in shown)
    assert draft.identifier not in [card["identifier"] for card in response.context["cards"]]
    assert draft.title not in response.content.decode()


@pytest.mark.once
@pytest.mark.parametrize("count", [1, 3, 30])
def test_list_costs_the_same_however_many_records(client, kind, count, django_assert_max_num_queries):
    several_published(kind, min(count, most_of(kind) - 1))
    make(kind)
    client.get(list_of(kind))  # after a change, the index is read first

    with django_assert_max_num_queries(4):
        response = client.get(list_of(kind))

    assert response.context["count"] >= min(count, most_of(kind) - 1)


@pytest.mark.once
@pytest.mark.parametrize("count", [1, 3])
def test_api_list_costs_the_same_however_many_records(client, kind, count, django_assert_max_num_queries):
    several_published(kind, count)
    client.get(api_list(kind))  # after a change, the index is read first

    with django_assert_max_num_queries(4):
        client.get(api_list(kind))


@pytest.mark.once
def test_record_page_shows_title_and_identifier_in_few_queries(client, kind, django_assert_max_num_queries):
    record = published_full(kind)
    client.get(record.url)  # what its whole kind states is read once after a change

    with django_assert_max_num_queries(15):
        response = client.get(record.url)

    assert response.status_code == 200
    assert h1_of(response).endswith(record.title)  # with its figure before it, where it has one
    assert record.identifier in response.content.decode()


@pytest.mark.once
def test_record_page_costs_the_same_however_much_names_it(client, kind, django_assert_max_num_queries):
    record = published_full(kind)
    several_published("statement", 3, subjects=[f"{kind.name}:{record.identifier}"])
    client.get(record.url)

    with django_assert_max_num_queries(15):
        response = client.get(record.url)

    assert response.status_code == 200


def test_record_page_says_what_is_in_the_record(client, kind):
    document = full_document_for(kind)
    record = publish(save(document, kind))

    text = text_of(client.get(record.url))

    for words in (document["summary"], *document["notes"], *(one["title"] for one in document["sources"])):
        assert words in text


@pytest.mark.parametrize("spelling", ["wrong slug", "no slug", "lower case"])
@pytest.mark.once
def test_other_spellings_lead_to_the_address(client, kind, spelling):
    record = published(kind)
    if not kind.identifier.has_slug:
        spelling = "lower case"
    ref = {
        "wrong slug": f"{record.identifier}-something-else",
        "no slug": record.identifier,
        "lower case": record.identifier.lower(),
    }[spelling]

    response = client.get(f"/{kind.path}/{ref}/")

    if f"/{kind.path}/{ref}/" == record.url:
        assert response.status_code == 200
    else:
        assert (response.status_code, response.headers["Location"]) == (301, record.url)


def test_address_follows_the_slug_and_the_old_one_leads_to_it(client, kind):
    record = published(kind)
    old = record.url

    save(working_document(record) | {"slug": "another-slug"}, kind, record)
    record = publish(fresh(record))

    assert client.get(record.url).status_code == 200
    if kind.identifier.has_slug:
        assert (client.get(old).status_code, client.get(old).headers["Location"]) == (301, record.url)
    assert client.get(api_item(record)).json()["url"] == f"{settings.BASE_URL}{record.url}"


def test_api_serves_every_field_of_the_document(client, kind):
    document = full_document_for(kind)
    record = publish(save(document, kind))

    answer = client.get(api_item(record))

    assert answer.headers["Content-Type"] == "application/json"
    assert public_document(answer.json()) == with_kinds(document, references_in(kind.name))
    assert answer.json()["kind"] == kind.name
    assert answer.json()["url"] == f"{settings.BASE_URL}{record.url}"


def test_api_list_and_item_send_the_stored_document(client, kind):
    record = published_full(kind)
    row = Publication.objects.get(kind=kind.name, identifier=record.identifier)
    sent = json.loads(re.sub(r'"(url|api)":"/', rf'"\1":"{settings.BASE_URL}/', row.document)) | entry_facts(
        row
    )

    listed = {item["identifier"]: item for item in client.get(api_list(kind)).json()["results"]}

    assert client.get(api_item(record)).json() == sent
    assert listed[record.identifier] == sent


def test_every_field_of_the_model_is_in_the_document(kind):
    hidden = {"id", "kind_name", "record_ptr", "state", "public_state", "withdrawal_reason", "successor"}
    hidden |= {"edit_version", "published_revision", "mentions", "tagged_items", "title_key"}
    hidden |= {"owner", "public_title"}
    names = {
        field.name for field in model_of(kind.name)._meta.get_fields() if not field.auto_created
    } - hidden

    assert names <= set(writer(kind.name).fields)


def test_search_finds_a_word_of_the_title(client, kind):
    record = published(kind, title="The Xylographer")
    published(kind, title="Something else")

    assert shown_on(client, "/search/?q=xylographer") == [record.identifier]
    assert shown_on(client, f"{kind.list_url}?q=xylographer") == [record.identifier]
    assert identifiers(client, api_list(kind), q="xylographer") == [record.identifier]


def test_search_finds_the_identifier(client, kind):
    record = published(kind)

    assert shown_on(client, f"/search/?q={record.identifier}")[0] == record.identifier


def test_every_facet_of_a_full_record_finds_it(client, kind):
    record = published_full(kind)
    published(kind)
    terms = Publication.objects.get(kind=kind.name, identifier=record.identifier).terms
    names = [facet.name for facet in kind.listed.all_facets]

    values = dict(terms.filter(field__in=names).values_list("field", "value"))
    for name, value in values.items():
        assert record.identifier in shown_on(client, kind.list_url, **{name: value}), (name, value)
    assert record.identifier in identifiers(client, api_list(kind), **values)


def test_withdrawn_is_gone_everywhere_and_says_why(client, kind, shown):  # gate 3.13
    record, successor = published_full(kind), published(kind)
    assert shown(record) == EVERYWHERE

    workflow.withdraw(record, reason="It was never true.", successor=successor)

    page, item = client.get(record.url), client.get(api_item(record))
    assert page.status_code == 410
    assert "It was never true." in text_of(page)
    assert f'href="{successor.url}"' in page.content.decode()
    assert record.title not in page.content.decode()
    assert (item.status_code, item.headers["Content-Type"]) == (410, "application/problem+json")
    assert item.json()["reason"] == "It was never true."
    assert item.json()["successor"] == f"{settings.BASE_URL}{successor.url}"
    assert shown(record) == NOWHERE


def test_restore_brings_all_of_it_back(client, kind, shown):
    record = published_full(kind)
    before = client.get(api_item(record)).json()
    terms = list(terms_of(record))
    workflow.withdraw(record, reason="By mistake.")

    workflow.restore(record)

    assert shown(record) == EVERYWHERE
    assert client.get(record.url).status_code == 200
    after = client.get(api_item(record)).json()
    assert after.pop("updated") > before.pop("updated")
    assert after == before
    assert terms_of(record) == terms


def terms_of(record):
    row = Publication.objects.get(kind=record.kind_name, identifier=record.identifier)
    return sorted(row.terms.values_list("field", "value", "label", "target_id"), key=str)


def test_merged_leads_to_the_other_record(client, kind, shown):
    record, into = published(kind), published(kind)

    workflow.merge(record, into)

    page, item = client.get(record.url), client.get(api_item(record))
    assert (page.status_code, page.headers["Location"]) == (301, into.url)
    assert item.status_code == 410
    assert item.json()["successor"] == f"{settings.BASE_URL}{into.url}"
    assert shown(record) == NOWHERE


def exported(folder):
    export_folder(folder)
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.json"))}


def test_every_field_survives_export_and_load(kind, tmp_path):
    """In every state that a record can be in, byte for byte; and the second time nothing changes."""
    with transaction.atomic():
        document = full_document_for(kind)
        edited, withdrawn, merged, _ = several_published(kind, 4)
        save(full_document_for(kind, identifier=edited.identifier), kind, edited)
        publish(save(document, kind))
        make(kind)
        workflow.withdraw(withdrawn, reason="It was never true.", successor=edited)
        workflow.merge(merged, edited)
        files = exported(tmp_path / "first")
        transaction.set_rollback(True)
    assert not Record.objects.exists()

    load_folder(tmp_path / "first")

    record = model_of(kind.name).objects.get(identifier=document["identifier"])
    assert working_document(record) == document
    assert json.loads(record.published_revision.document) == document
    assert exported(tmp_path / "second") == files

    again = load_folder(tmp_path / "first")

    assert (again.created, again.changed) == (0, 0)
    assert exported(tmp_path / "third") == files


def test_revert_brings_relations_parts_and_sources_back(kind):
    document = full_document_for(kind)
    record = publish(save(document, kind))
    first = record.revisions.get()
    other = document_for(kind) | {"identifier": document["identifier"], "sources": [source()]}
    save(other, kind, record)
    assert working_document(fresh(record)) != document

    workflow.revert(record, first)

    record = fresh(record)
    assert working_document(record) == document
    assert [revision.number for revision in record.revisions.all()] == [3, 2, 1]
    assert record.has_unpublished_changes


def test_saving_the_same_document_again_makes_no_version(kind):
    document = full_document_for(kind)
    record = save(document, kind)

    save(document, kind, record)

    assert record.revisions.count() == 1
    assert working_document(fresh(record)) == document


def test_a_draft_leaves_no_trace(client, kind, shown):  # gate 3.9
    published(kind)
    draft = make_full(kind)

    assert shown_draft(client, kind, draft) == NOWHERE
    assert client.get(draft.url).status_code == 404
    assert client.get(api_item(draft)).status_code == 404


def shown_draft(client, kind, draft):
    return {
        "list": draft.identifier in shown_on(client, list_of(kind)),
        "search": draft.identifier in shown_on(client, f"/search/?q={draft.title}"),
        "api": draft.identifier in identifiers(client, api_list(kind)),
        "sitemap": draft.url in sitemap_of(client),
    }


def test_sources_and_tags_are_shared_rows(kind):
    first = save(full_document_for(kind), kind)
    again = full_document_for(kind) | {
        "tags": sorted(first.tags.names()),
        "sources": working_document(first)["sources"],
    }
    sources, tags = Source.objects.count(), Tag.objects.count()

    save(again, kind)

    assert Tag.objects.count() == tags
    assert not Source.objects.filter(url__in=[one["url"] for one in again["sources"]]).count() > 2
    assert Source.objects.count() >= sources


def test_merging_what_a_record_names_changes_nothing_else_in_it(kind):
    record = make_full(kind)
    document = working_document(record)
    name = next(iter(sorted(named_in(kind.name, document))), None)
    if name is None:
        return  # its documents name no other record
    old = model_of(name[0]).objects.get(identifier=name[1])
    into = published(name[0], **SAME_FOR.get(kind.name, {}))

    workflow.merge(old, into, moves_names=True)

    now, new = working_document(record), (into.kind_name, into.identifier)
    assert named_in(kind.name, now) == (named_in(kind.name, document) - {name}) | {new}
    assert {field for field in now if now[field] != document[field]} <= {
        path.partition(".")[0] for path in references_in(kind.name)
    }
    assert named_by(old) == set()


# A question that waits for an answer can only wait for one that has it.
SAME_FOR = {
    "check-question": {"answers": [{"key": one, "value": one, "label": one} for one in ("yes", "no")]}
}
