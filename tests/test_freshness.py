"""How fresh the records are, and that what nobody could confirm looks so wherever it is told."""

import json
import re

import feedparser
import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from catalogue.models import Technology
from media4sec.dates import span_of
from media4sec.kinds import kinds, kinds_by_name
from media4sec.publications.models import Publication
from media4sec.publications.stated import known_on, stated_facts
from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.documents.reading import working_document
from media4sec.records.documents.writing import save_document
from media4sec.records.folder_io import export_folder, load_folder
from tests.factories import (
    document_for,
    fresh,
    make,
    publish,
    published,
    published_full,
    save,
    several_published,
    source,
)
from tests.public import api_item, text_of
from tests.test_admin import filled

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SIGN = {"sign_of_life": "a release", "checked_on": "2026-11-28"}


def row_of(record):
    return Publication.objects.get(kind=record.kind_name, identifier=record.identifier)


# Signs of life


@pytest.mark.parametrize(
    ("sign", "status"),
    [
        ("2025-05-28", "active"),
        ("2025-05-27", "unknown"),
        ("2025-06", "active"),
        ("2025-05", "unknown"),  # it may have been on the first of May
        ("2026", "active"),
        ("2025", "unknown"),
        ("2026-11-28", "active"),
    ],
)
def test_active_needs_a_sign_that_is_certainly_not_older_than_eighteen_months(sign, status):
    assert make("technology", sign_of_life_on=sign, **SIGN).status == status


def test_without_a_sign_nobody_knows():
    assert make("technology", checked_on="2026-11-28").status == "unknown"


def test_a_month_with_fewer_days_ends_the_time_earlier():
    assert (
        make("technology", sign_of_life_on="2025-02-28", **SIGN | {"checked_on": "2026-08-31"}).status
        == "active"
    )
    assert (
        make("technology", sign_of_life_on="2025-02-27", **SIGN | {"checked_on": "2026-08-31"}).status
        == "unknown"
    )


def test_what_is_discontinued_stays_so_whatever_moves():
    tool = make("technology", is_discontinued=True, sign_of_life_on="2026-10", sources=[source()], **SIGN)

    assert tool.status == "discontinued"


@pytest.mark.parametrize("typed", ["active", "discontinued", "unknown", "alive", ""])
def test_a_status_that_somebody_types_is_worked_out_again(typed):
    document = document_for("technology", sign_of_life_on="2026-10", **SIGN) | {"status": typed}

    assert working_document(save_document("technology", document))["status"] == "active"


def test_the_status_moves_with_the_day_of_the_check():
    tool = published("technology", sign_of_life_on="2026-01-10", **SIGN)
    assert api_status(tool) == "active"

    save(working_document(tool) | {"checked_on": "2027-08-01", "review_due": None}, "technology", tool)
    publish(fresh(tool))

    assert api_status(tool) == "unknown"
    assert workflow.rebuild_publications() == 0


def api_status(record):
    return json.loads(row_of(record).document)["status"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sign_of_life_on": "2026-10", "checked_on": "2026-11-28"}, "sign_of_life"),
        ({"sign_of_life": "a release", "checked_on": "2026-11-28"}, "sign_of_life"),
        ({"sign_of_life": "a release", "sign_of_life_on": "2026-10"}, "checked_on"),
        (
            {"sign_of_life": "a release", "sign_of_life_on": "2026-12", "checked_on": "2026-11-28"},
            "sign_of_life_on",
        ),
        (
            {"sign_of_life": "a release", "sign_of_life_on": "2026", "checked_on": "0001-01-01"},
            "sign_of_life_on",
        ),
        ({"is_discontinued": True, "sources": []}, "is_discontinued"),
    ],
)
def test_a_sign_of_life_is_whole_and_seen_before_it_is_judged(changes, field):
    with pytest.raises(ValidationError) as caught:
        save_document("technology", document_for("technology", **changes))

    assert field in caught.value.message_dict


@pytest.mark.parametrize("sign", ["2026-13", "null", "0000", "2026-02-30", "today"])
def test_a_sign_of_life_that_is_no_date_is_refused_by_the_form(admin_client, sign):
    tool = make("technology", sign_of_life_on="2026-10", **SIGN)

    response = admin_client.post(admin_url(tool), filled(admin_client, admin_url(tool), sign_of_life_on=sign))

    assert {*response.context["adminform"].form.errors} == {"sign_of_life_on"}


@pytest.mark.parametrize("day", ["0001-01-01", "0002-06-30"])
def test_a_check_at_the_beginning_of_the_calendar_is_judged(admin_client, day):
    tool = make("technology")
    changes = {"sign_of_life_on": "0001", "sign_of_life": "a stone", "checked_on": day}

    response = admin_client.post(admin_url(tool), filled(admin_client, admin_url(tool), **changes))

    assert (response.status_code, fresh(tool).status) == (302, "active")


def test_a_version_keeps_the_status_that_follows_from_what_it_says(tmp_path):
    """Also where the working copy has another one since."""
    with transaction.atomic():
        tool = published("technology", sign_of_life_on="2026-10", **SIGN)
        ended = document_for("technology", identifier=tool.identifier, status="discontinued")
        assert save(ended, "technology", tool).status == "discontinued"
        export_folder(tmp_path)
        transaction.set_rollback(True)

    load_folder(tmp_path)

    tool = Technology.objects.get(identifier=tool.identifier)
    assert (tool.status, api_status(tool)) == ("discontinued", "active")
    export_folder(tmp_path / "again")
    assert (tmp_path / "again/technologies.json").read_bytes() == (
        tmp_path / "technologies.json"
    ).read_bytes()


def test_the_end_of_a_project_is_enough_to_be_discontinued():
    assert make("technology", is_discontinued=True, eu_project_acronym="TRILLION").status == "discontinued"


def test_readers_are_told_what_active_means(client):
    tool = published("technology", status="active")

    for address in (tool.url, "/technologies/"):
        assert "Active means that there is a dated sign of life, not older than 18 months" in text_of(
            client.get(address)
        )
    assert "Newest sign of life October 2026 A release" in text_of(client.get(tool.url))


def test_planners_see_price_place_and_data_where_they_decide(client):
    tool = published(
        "technology",
        price="paid",
        price_note="By the year.",
        works_on=["browser", "phone"],
        data_leaves=True,
        data_leaves_note="A service of the maker.",
    )
    other = published("technology", price="free", data_leaves=False)
    silent = published("technology")

    page = text_of(client.get(tool.url))
    assert "Price Paid By the year." in page
    assert "Works on Browser Phone" in page
    assert "Data leave your organisation Yes A service of the maker." in page
    assert "price, works on, data leave your organisation" in text_of(client.get(silent.url))
    rows = text_of(client.get("/technologies/"))
    assert "Price: Paid Works on: Browser, Phone Data leave your organisation: Yes" in rows
    assert "Price: Free Data leave your organisation: No" in rows
    assert "Unless a row says otherwise: Works on: not stated." in rows  # as most of them
    assert "Not stated: price, data leave your organisation" in rows
    table = client.get("/technologies/?view=table").context["table"]
    assert {"price", "data_leaves"} <= {column["name"] for column in table["columns"]}
    compared = text_of(client.get(f"/technologies/compare/?ids={tool.identifier},{other.identifier}"))
    assert "Price differs Paid By the year. Free" in compared
    assert "Data leave your organisation differs Yes A service of the maker. No" in compared
    for query, number in (
        ("price=paid", 1),
        ("works-on=phone", 1),
        ("data-leaves=no", 1),
        ("price=not-stated", 1),
    ):
        assert client.get(f"/technologies/?{query}").context["count"] == number, query


# The newest source


@pytest.mark.parametrize(
    ("stated", "sources", "newest"),
    [
        ("", [], ("", "")),
        ("", [source(accessed_on="2026-11-23"), source(accessed_on="2026-11-28")], ("2026-11-28", "read")),
        ("", [source(accessed_on="2026-11-28", dated_on="2017-09")], ("2017-09", "dated")),
        ("", [source(dated_on="2026-07"), source(dated_on="2026-07-04"), source()], ("2026-07-04", "dated")),
        ("2026-06", [source(accessed_on="2026-11-28")], ("2026-06", "dated")),
        ("2026-06", [source(dated_on="2026-07-01")], ("2026-07-01", "dated")),
        ("", [source(accessed_on=None)], ("", "")),
    ],
)
def test_the_newest_source_is_worked_out_of_all_sources(client, stated, sources, newest):
    law = published("instrument", newest_source_on=stated, sources=sources)

    answer = client.get(api_item(law)).json()

    assert (answer["newest_source_on"], answer["newest_source_basis"]) == newest
    assert working_document(law)["newest_source_on"] == stated


def test_sources_of_parts_count_too():
    event = {
        "key": "one", "date": "2026-01-01", "event_kind": "amended", "title": "Amended",
        "provenance": "editorial", "verified": True, "sources": [source(dated_on="2026-02-03")],
    }  # fmt: skip
    law = published("instrument", sources=[source(dated_on="2020")], events=[event])

    assert json.loads(row_of(law).document)["newest_source_on"] == "2026-02-03"


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-02-30", "26", "2026-7-4", "4 July 2026", "2026-07-04T", "٢٠٢٦"]
)
def test_only_a_date_is_a_date(text):
    with pytest.raises(ValueError, match=r"YYYY|month|day"):
        span_of(text)
    with pytest.raises(Exception, match="YYYY"):
        save_document("instrument", document_for("instrument", sources=[source(dated_on=text)]))
    with pytest.raises(Exception, match="YYYY"):
        save_document("instrument", document_for("instrument", newest_source_on=text))


def test_pages_say_how_fresh_the_sources_are(client):
    dated = published("instrument", sources=[source(title="A note", dated_on="2026-07-04")])
    read = published("instrument", sources=[source(accessed_on="2026-11-23")])

    assert "newest source 4 July 2026" in text_of(client.get(dated.url))
    assert "dated 4 July 2026" in text_of(client.get(dated.url))
    assert "sources without dates, read up to 23 November 2026" in text_of(client.get(read.url))


def test_home_and_law_say_as_of_when_the_law_is_known(client):
    for address in ("/", "/law/"):
        assert "Law as known on" not in text_of(client.get(address))
    published("instrument", newest_source_on="2026-06-29")
    newest = published("instrument", sources=[source(dated_on="2026-07-04", accessed_on="2026-11-28")])
    published("instrument", sources=[source(accessed_on="2026-11-28")])
    published("technology", newest_source_on="2026-11")

    for address in ("/", "/law/"):
        assert "Law as known on 4 July 2026" in text_of(client.get(address))
    workflow.withdraw(newest, reason="It is no law.")
    for address in ("/", "/law/"):
        assert "Law as known on 29 June 2026" in text_of(client.get(address))
    assert known_on(kinds_by_name()["instrument"]) == "2026-06-29"


# What nobody could confirm


def event(title, verified, date="2020-02-02", **changes):
    return {
        "key": title.lower().replace(" ", "-"), "date": date, "event_kind": "amended", "title": title,
        "provenance": "editorial", "verified": verified, "sources": [],
    } | changes  # fmt: skip


@pytest.mark.parametrize("verified", [False, None])
def test_an_event_that_is_not_verified_looks_so_everywhere(client, verified):
    published("project", start_date="2016-07-01", end_date="2018-12-31")
    events = [
        event("It was so", True),
        event("It was said", verified, "2017-05-05"),
        event("It comes", verified, "2099-01-01"),
    ]
    law = published("instrument", events=events)
    issue = published("issue", instruments=[law.identifier])

    page = client.get(law.url)
    text, html = text_of(page), page.content.decode()
    assert text.count("Not verified") == 2
    assert "2 of 3 entries on this page are not verified" in text
    assert html.count('class="tl-box is-unverified"') == 3  # both pictures, and the key to them
    assert html.count('class="tl-box is-planned is-unverified"') == 3
    assert text_of(client.get(issue.url)).count("Not verified") == 2
    assert text_of(client.get("/")).count("Not verified") == 2
    timeline = client.get("/timeline/")
    assert "It was said" in text_of(timeline)
    assert text_of(timeline).count("Not verified") == 1
    assert "pic-unverified" in timeline.content.decode()
    entry = feedparser.parse(client.get("/feeds/law.atom").content).entries[0]
    assert "Not verified: 2017-05-05, It was said; 2099-01-01, It comes." in entry.summary
    answer = client.get(api_item(law)).json()
    assert [row["verified"] for row in answer["events"]] == [True, verified, verified]


def test_what_is_verified_raises_no_doubt(client):
    law = published("instrument", events=[event("It was so", True)])
    published("issue", instruments=[law.identifier])

    for address in (law.url, "/", "/timeline/", "/feeds/law.atom"):
        body = client.get(address).content.decode()
        assert "ot verified" not in body
        assert "is-unverified" not in body


def test_the_roadmap_says_what_happened_since_and_what_of_it_is_doubtful(client):
    standard = published("issue", title="An issue")
    updates = [
        {
            "key": "later",
            "date": "2025",
            "text": "It was bought.",
            "refs": [],
            "verified": False,
            "sources": [],
        },
        {
            "key": "first",
            "date": "2021-11",
            "text": "It was written.",
            "refs": [f"issue:{standard.identifier}"],
            "verified": True,
            "sources": [source(title="A catalogue")],
        },
    ]
    item = published("roadmap-item", updates=updates)

    page = client.get(item.url)
    text = text_of(page)
    assert "What happened since" in text
    assert text.index("November 2021 It was written. A catalogue An issue") < text.index(
        "2025 It was bought. Not verified"
    )
    assert ("updates", "What happened since") in [
        (part["id"], part["title"]) for part in page.context["page"].parts
    ]
    assert text_of(client.get(standard.url)).count(item.title) >= 1
    save(working_document(item) | {"updates": updates[:1]}, "roadmap-item", item)
    publish(fresh(item))
    versions = text_of(client.get(f"{item.url}versions/"))
    assert "It was written." in versions


@pytest.mark.parametrize("changes", [{"date": ""}, {"date": "soon"}, {"text": ""}])
def test_what_happened_has_a_date_and_words(changes):
    update = {"key": "one", "date": "2025", "text": "It was.", "refs": [], "verified": True, "sources": []}

    with pytest.raises(Exception, match=next(iter(changes))):
        save_document("roadmap-item", document_for("roadmap-item", updates=[update | changes]))


def test_a_situation_asks_suppliers_in_numbered_lists(client):
    issue = published("issue", title="Dependence").identifier
    points = [
        {
            "key": f"{aspect}-{n}",
            "aspect": aspect,
            "actor": "",
            "text": f"{aspect} {n}?",
            "refs": [f"issue:{issue}"],
            "sources": [],
        }
        for aspect in ("ask-supplier", "ask-exit")
        for n in (1, 2)
    ]
    situation = published("situation", points=points)
    plain = published("situation")

    page = client.get(situation.url)
    before_decision = page.content.decode().partition('id="questions"')[2].partition("</section>")[0]
    assert re.findall(r'<h3 id="([^"]+)"', before_decision) == ["ask-supplier", "ask-exit"]
    assert page.content.decode().count('<ol class="asks">') == 2
    assert "Ask the supplier 2 ask-supplier 1?" in text_of(page)
    assert "Ask about leaving 2 ask-exit 1?" in text_of(page)
    assert page.context["page"].columns == []  # they are neither good nor bad
    assert client.get(plain.url).context["page"].own["asks"] == []
    assert 'class="asks"' not in client.get(plain.url).content.decode()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("opened-for-signature", "Opened for signature"),
        ("ratified", "Ratified"),
        ("decision", "Decision"),
        ("position", "Position"),
        ("appeal", "Appeal"),
    ],
)
def test_each_kind_of_event_has_words_a_box_and_a_filter(client, kind, words):
    law = published("instrument", events=[event("Something", True, event_kind=kind)])

    page = client.get(law.url)
    assert f"Something {words}" in text_of(page)
    (lane,) = [lane for _, lane in page.context["page"].own["picture"].lanes]
    assert [event["number"] for event in lane.events] == [1]
    assert client.get(f"/law/?event={kind}").context["count"] == 1


def test_a_treaty_that_was_opened_for_signature_was_adopted(client):
    law = published(
        "instrument", events=[event("Opened", True, "2016-01-02", event_kind="opened-for-signature")]
    )

    assert (
        client.get(law.url).context["page"].own["life"]["at_start"]["label"]
        == "Adopted; since when in force is not recorded"
    )


# A record is not verified on a basis that says the opposite


@pytest.mark.parametrize(
    "basis",
    [
        "Not verified",
        "not looked up; from general knowledge",
        "Unconfirmed.",
        "nothing was read",
        "number not seen",
    ],
)
def test_no_record_is_verified_on_a_basis_that_denies_it(basis):
    with pytest.raises(ValidationError, match="names nothing that was verified"):
        save_document("instrument", document_for("instrument", verified=True, verified_basis=basis))

    make("instrument", verified=False, verified_basis=basis)


@pytest.mark.parametrize(
    "basis", ["", "name and dates", "date read in a headnote; grant number from general knowledge"]
)
def test_a_basis_may_name_what_it_does_not_cover(basis):
    assert make("instrument", verified=True, verified_basis=basis).verified is True


# What no record of a kind states is not missed on each of them


def test_what_a_whole_kind_leaves_open_is_not_told_record_by_record(client):
    one, other = several_published("roadmap-item", 2)
    assert "horizon" not in client.get(one.url).context["page"].unknown

    published("roadmap-item", horizon="2020")

    for record in (one, other):
        assert "horizon" in client.get(record.url).context["page"].unknown


def test_requirements_that_no_record_states_are_not_asked_for(client):
    tool, other = several_published("technology", 2)
    address = f"/technologies/compare/?ids={tool.identifier},{other.identifier}"
    assert client.get(tool.url).context["page"].limits == []
    assert client.get(address).context["table"]["folded"] == []
    assert client.get("/technologies/?view=table").context["table"]["folded"] == []

    last = published("technology", licence="MIT", trl="7", price="free")

    assert [fact.label for fact in client.get(tool.url).context["page"].limits] == [
        "Licence",
        "Technology readiness",
    ]
    assert {"Licence", "Technology readiness", "Price"} == set(client.get(address).context["table"]["folded"])
    workflow.withdraw(last, reason="It was none.")
    assert client.get(tool.url).context["page"].limits == []


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_facts_that_a_record_states_are_known_to_be_stated(kind):
    record = published_full(kind)

    facts = {fact["name"] for fact in json.loads(row_of(record).display)["facts"] if fact["values"]}
    assert facts <= stated_facts(kind)
    assert {name for name in kind.page.facts if name not in facts} == set(kind.page.facts) - stated_facts(
        kind
    )


# Files from before


def test_documents_from_before_these_fields_load(tmp_path):
    document = document_for("technology")
    for name in (
        "price",
        "works_on",
        "data_leaves",
        "sign_of_life_on",
        "is_discontinued",
        "newest_source_on",
    ):
        document.pop(name, None)
    plain = {
        "url": "https://example.org/",
        "title": "A page",
        "accessed_on": None,
        "locator": "",
        "supports": [],
    }
    document |= {"sources": [plain], "status": "active"}
    (tmp_path / "technologies.json").write_text(json.dumps([document]), "utf-8")

    assert load_folder(tmp_path).created == 1
    assert Publication.objects.get(kind="technology", identifier=document["identifier"]).title
