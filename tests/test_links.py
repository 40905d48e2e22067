"""Links of records: asked seldom and politely, by one run at a time; what passes is no alarm (gates 6.17, 6.18)."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from media4sec.kinds import kinds
from media4sec.links import checking
from media4sec.links.addresses import addresses_in, read_records
from media4sec.links.checking import check_links
from media4sec.links.models import Link, LinkUse, Turn, digest_of_address
from media4sec.outgoing import Answered, OutgoingError, SwitchedOff
from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.documents.reading import working_document
from tests.factories import fresh, full_document_for, make, publish, save, source
from tests.people import administrator, logged_in, member, owned, queries_for, sections
from tests.test_outgoing import HERE, asking, leading_to, page, serving

pytestmark = pytest.mark.django_db
GOOD = "https://good.example/"


@pytest.fixture(autouse=True)
def _switched_on(settings):
    settings.OUTGOING_REQUESTS = True


def named(*urls, **more):
    """A technology that names these addresses as its sources."""
    return make("technology", sources=[source(url=url) for url in urls], **more)


class Web:
    """Other sites as tests need them: ``{address: status, answer, error or a list of these in turn}``."""

    def __init__(self):
        self.answers, self.asked, self.waits = {}, [], []

    def says(self, url, answer):
        self.answers[url] = answer
        return self

    def fetch(self, url, *, most):
        self.asked.append(url)
        answer = self.answers.get(url, 200)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Answered):
            return answer
        return Answered(url, answer, "text/html", b"")

    def check(self, most=100):
        return check_links("us", most, 600, self.fetch, self.waits.append)

    def days(self, number, **more):
        """Check on so many days, one after the other."""
        for _ in range(number):
            self.check(**more)
            tomorrow()


def tomorrow():
    """As if a day had gone by."""
    for link in Link.objects.all():
        link.due_at -= timedelta(days=1, hours=3)
        for name in ("failed_on", "failing_since"):
            if getattr(link, name):
                setattr(link, name, getattr(link, name) - timedelta(days=1))
        link.save()


def state_of(url):
    return Link.objects.get(url=url).state


# Which addresses


def test_addresses_of_sources_of_fields_and_of_parts_are_found():
    for kind in kinds():
        document = full_document_for(kind)
        text = json.dumps(document)
        found = addresses_in(kind.name, document)
        assert {url for url in found if url in text} == found
        assert text.count('"https://') == sum(text.count(f'"{url}"') for url in found), kind.name


def test_working_copies_and_public_versions_are_read_and_withdrawn_records_are_not():
    record = publish(named("https://a.example/", GOOD))
    save({**working_document(record), "sources": [source(url=GOOD)]}, "technology", record)
    workflow.withdraw(publish(named("https://gone.example/")), reason="Outdated.")

    read_records(Turn.take("us"))

    uses = LinkUse.objects.filter(record=record.pk).order_by("link__url")
    assert list(uses.values_list("link__url", "is_public")) == [("https://a.example/", True), (GOOD, True)]
    assert not Link.objects.filter(url="https://gone.example/").exists()


def test_only_what_changed_is_read_again():
    record, other = named(GOOD), named("https://a.example/")
    turn = Turn.take("us")
    read_records(turn)
    kept = LinkUse.objects.get(record=other.pk).pk
    save({**working_document(record), "sources": [source(url="https://b.example/")]}, "technology", record)

    with CaptureQueriesContext(connection) as first:
        read_records(turn)
    with CaptureQueriesContext(connection) as second:
        read_records(turn)

    assert list(Link.objects.values_list("url", flat=True)) == ["https://a.example/", "https://b.example/"]
    assert LinkUse.objects.get(record=other.pk).pk == kept
    reading = [
        any("records_revision" in query["sql"] for query in each.captured_queries) for each in (first, second)
    ]
    assert reading == [True, False]


# What an answer means


def test_what_works_is_asked_once_a_month():
    named(GOOD)
    web = Web()

    done = web.check()
    again = web.check()

    link = Link.objects.get()
    assert (done.asked, again.asked, web.asked) == (1, 0, [GOOD])
    assert (link.state, link.status, link.problem, link.failures) == ("works", 200, "", 0)
    assert link.due_at > timezone.now() + timedelta(days=29)


def test_a_failure_that_passes_is_no_alarm():
    named(GOOD)
    web = Web().says(GOOD, OutgoingError("It takes too long to answer."))
    web.days(2)
    assert (state_of(GOOD), Link.objects.get().failures) == ("failing", 2)

    web.says(GOOD, 200).days(1)
    Link.objects.update(due_at=timezone.now())
    web.says(GOOD, 500).days(2)

    assert (state_of(GOOD), Link.objects.get().failures) == ("failing", 2)


def test_three_days_make_a_link_broken_and_one_answer_mends_it():
    named(GOOD)
    web = Web().says(GOOD, 500)
    web.days(2)
    done = web.check()

    link = Link.objects.get()
    assert (done.broken, link.state, link.problem) == (1, "broken", "It answers 500 Internal Server Error.")
    assert link.failing_since == timezone.localdate() - timedelta(days=2)
    assert link.due_at > timezone.now() + timedelta(days=6)

    Link.objects.update(due_at=timezone.now())
    done = web.says(GOOD, 200).check()
    assert (done.works, state_of(GOOD), Link.objects.get().failing_since) == (1, "works", None)


def test_failures_of_one_day_count_once():
    named(GOOD)
    web = Web().says(GOOD, 404)
    for _ in range(5):
        web.check()
        Link.objects.update(due_at=timezone.now())

    assert (state_of(GOOD), Link.objects.get().failures) == ("failing", 1)


@pytest.mark.parametrize(("first", "second", "state"), [(404, 410, "broken"), (404, 500, "failing")])
def test_what_is_not_found_on_two_days_is_broken(first, second, state):
    named(GOOD)
    web = Web().says(GOOD, first)
    web.days(1)
    web.says(GOOD, second).check()

    assert state_of(GOOD) == state


@pytest.mark.parametrize("status", [401, 403, 451, 999])
def test_what_lets_only_people_look_is_neither_broken_nor_said_to_work(status):
    named(GOOD)
    Web().says(GOOD, status).days(4)

    assert (state_of(GOOD), Link.objects.get().failures) == ("closed", 0)


def test_a_host_that_asks_for_patience_is_left_alone():
    named(GOOD, "https://good.example/2", "https://other.example/")
    web = Web().says(GOOD, 429)

    web.check()

    assert web.asked == [GOOD, "https://other.example/"]
    assert (state_of(GOOD), Link.objects.get(url=GOOD).failures) == ("new", 0)
    assert Link.objects.get(url=GOOD).due_at > timezone.now() + timedelta(hours=23)


def test_where_it_leads_for_good_is_kept():
    named(GOOD)
    web = Web().says(GOOD, Answered("https://x/", 200, "", b"", ((301, "https://new.example/"),)))

    web.check()

    assert Link.objects.get().moved_to == "https://new.example/"


def test_a_redirect_that_no_database_keeps_is_a_failure():
    with serving(leading_to("/a\0b", "301 Moved Permanently"), page()) as (port, _):
        named(f"http://{HERE}:{port}/")
        check_links("us", 1, 600, asking)

    assert Link.objects.get().problem == "It leads to what is no address of the web."


def test_a_problem_that_is_told_at_length_is_cut():
    named(GOOD, "https://a.example/")
    Web().says(GOOD, OutgoingError("x" * 400)).check()

    assert Link.objects.get(url=GOOD).problem == "x" * 300


def test_hosts_take_turns_and_none_is_asked_twice_at_once(monkeypatch):
    monkeypatch.setattr(checking, "PAUSE", 1000)  # however long the others take
    urls = [f"https://a.example/{n}" for n in range(3)] + ["https://b.example/1"]
    named(*urls)
    web = Web()

    web.check()

    assert web.asked == [
        "https://a.example/0",
        "https://b.example/1",
        "https://a.example/1",
        "https://a.example/2",
    ]
    assert len(web.waits) == 2
    assert all(900 < pause <= 1000 for pause in web.waits)


def test_a_run_has_an_end_and_the_next_goes_on():
    named(*(f"https://{n}.example/" for n in range(5)))
    many = [f"https://one.example/{n:02}" for n in range(checking.MOST_OF_A_HOST + 3)]
    web = Web()

    web.check(most=3)
    web.check(most=3)
    assert len(set(web.asked)) == 5

    named(*many)
    assert [web.check().asked, web.check().asked] == [checking.MOST_OF_A_HOST, 3]
    named(GOOD)
    assert check_links("us", 100, -1, web.fetch, web.waits.append).says.startswith("The time was over")


def test_when_nobody_answers_nothing_is_counted():
    named(GOOD, "https://a.example/")
    web = Web()
    web.check()
    Link.objects.update(due_at=timezone.now())
    for url in (GOOD, "https://a.example/"):
        web.says(url, OutgoingError("It cannot be reached."))

    done = web.check()

    assert done.says.startswith("Nobody answers")
    assert set(Link.objects.values_list("state", "failures")) == {("works", 0)}
    web.says("https://a.example/", 200)
    assert web.check().asked == 2
    assert (state_of(GOOD), state_of("https://a.example/")) == ("failing", "works")


# Archived copies

ARCHIVE = "https://archive.example/available"
COPY = {
    "url": "http://archive.example/2019/x",
    "timestamp": "20190314120000",
    "status": "200",
    "available": True,
}


def archive_says(body, status=200):
    return Answered(ARCHIVE, status, "application/json", body)


def asked_archive(url=GOOD):
    return f"{ARCHIVE}?url={url.replace(':', '%3A').replace('/', '%2F')}"


def test_an_archive_is_asked_for_what_is_public_and_fails(settings):
    settings.ARCHIVE_LOOKUP = ARCHIVE
    publish(named(GOOD, "https://fine.example/"))
    named("https://draft.example/")
    web = Web().says(GOOD, 500).says("https://draft.example/", 500)
    web.says(asked_archive(), archive_says(json.dumps({"archived_snapshots": {"closest": COPY}}).encode()))

    web.check()

    link = Link.objects.get(url=GOOD)
    assert [url for url in web.asked if url.startswith(ARCHIVE)] == [asked_archive()]
    assert (link.archived_url, link.archived_on) == (COPY["url"], date(2019, 3, 14))


def test_no_archive_is_asked_unless_one_is_named():
    publish(named(GOOD))
    web = Web().says(GOOD, 500)

    web.days(3)

    assert web.asked == [GOOD] * 3


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{}", b"null", b'"x"', b"[" * 9_000, b'{"archived_snapshots": {}}', b"\xff"),
        json.dumps({"archived_snapshots": {"closest": COPY | {"url": "javascript:alert(1)"}}}).encode(),
        json.dumps({"archived_snapshots": {"closest": COPY | {"timestamp": "x"}}}).encode(),
        json.dumps({"archived_snapshots": {"closest": COPY | {"timestamp": None}}}).encode(),
        json.dumps({"archived_snapshots": {"closest": COPY | {"status": "404"}}}).encode(),
    ],
)
def test_what_an_archive_says_is_not_believed(settings, body):
    settings.ARCHIVE_LOOKUP = ARCHIVE
    publish(named(GOOD))
    Web().says(GOOD, 500).says(asked_archive(), archive_says(body)).check()

    link = Link.objects.get()
    assert (link.state, link.archived_url, link.archived_on) == ("failing", "", None)


def test_an_archive_that_is_away_is_asked_once_in_a_run(settings):
    settings.ARCHIVE_LOOKUP = ARCHIVE
    publish(named(GOOD, "https://a.example/"))
    web = Web()
    for url in (GOOD, "https://a.example/"):
        web.says(url, 500).says(asked_archive(url), OutgoingError("It cannot be reached."))

    web.check()

    assert len([url for url in web.asked if url.startswith(ARCHIVE)]) == 1
    assert Link.objects.filter(state="failing").count() == 2


# One run at a time


def test_two_runs_do_the_work_once():  # gate 6.17
    named(GOOD)
    web, others = Web(), []

    def fetch(url, *, most):
        others.append(check_links("them", 100, 600, web.fetch, web.waits.append))
        return web.fetch(url, most=most)

    done = check_links("us", 100, 600, fetch, web.waits.append)

    assert (done.asked, web.asked) == (1, [GOOD])
    assert [(other.asked, other.says) for other in others] == [(0, "Another run is checking links.")]


def test_the_turn_of_a_dead_run_is_free_after_a_minute():  # gate 6.17
    assert Turn.take("dead")
    left = Turn.objects.get().until - timezone.now()
    assert timedelta(seconds=55) < left <= timedelta(seconds=60.1)
    assert Turn.take("us") is None

    Turn.objects.update(until=timezone.now() - timedelta(seconds=1))

    assert Turn.take("us")


def test_a_run_that_lost_its_turn_writes_nothing():
    named(GOOD, "https://a.example/")
    web = Web()

    def fetch(url, *, most):
        Turn.objects.update(holder="them", until=timezone.now() + timedelta(seconds=60))
        return web.fetch(url, most=most)

    done = check_links("us", 100, 600, fetch, web.waits.append)

    assert (done.asked, done.says, len(web.asked)) == (0, "Another run has taken over.", 1)
    assert set(Link.objects.values_list("state", flat=True)) == {"new"}
    assert Turn.objects.get().holder == "them"


def test_a_turn_is_given_back_whatever_happens():
    named(GOOD)
    with pytest.raises(ZeroDivisionError):
        Web().says(GOOD, ZeroDivisionError()).check()
    assert Turn.take("us")


def test_nothing_is_asked_where_that_is_off(settings):
    settings.OUTGOING_REQUESTS = False
    named(GOOD)
    with pytest.raises(SwitchedOff):
        Web().check()
    with pytest.raises(CommandError, match="Set OUTGOING_REQUESTS=true"):
        call_command("check_links")
    assert not Link.objects.exists()


def test_a_real_answer_is_read():
    with serving(page(), page(b"", status="404 Not Found")) as (port, requests):
        urls = [f"http://{HERE}:{port}/", f"http://localhost:{port}/gone"]
        named(*urls)
        check_links("us", 10, 60, lambda url, most: asking(url, most=most, resolve=here))
    assert [state_of(url) for url in urls] == ["works", "failing"]
    assert len(requests) == 2


def here(host, port):
    return [HERE]


def test_the_command_says_what_it_did(monkeypatch):
    named("https://127.0.0.1/")  # is not asked, as it is not public
    out, err = StringIO(), StringIO()

    call_command("check_links", stdout=out, stderr=err)

    assert out.getvalue() == "1 asked, 0 broken now, 0 work again.\n"
    assert Link.objects.get().problem == "It is not on the public internet."


# In the back-office


def broken(*records):
    """All that these records name is broken since 3 May 2026."""
    read_records(Turn.take("us"))
    Turn.objects.update(holder="")
    since = {"failing_since": date(2026, 5, 3), "problem": "It answers 404 Not Found."}
    Link.objects.filter(uses__record__in=records).update(state="broken", **since)


def test_the_start_page_shows_what_is_broken_in_ones_own_records(partner):
    user, office = member("contributor", partner=partner), member("contributor")
    own, foreign = owned(named(GOOD), partner), named("https://foreign.example/")
    named("https://fine.example/")
    broken(own, foreign)

    section = sections(user)["links"]

    assert [(row.title, row.label, row.says) for row in section.rows] == [
        (GOOD, "In 1 record", "It answers 404 Not Found. Since 3 May 2026.")
    ]
    assert (section.total, section.all_url) == (1, "/admin/links/link/?state__exact=broken")
    listed = logged_in(user).get(section.all_url).context["cl"].result_list
    assert [link.url for link in listed] == [GOOD]
    assert [row.title for row in sections(office)["links"].rows] == ["https://foreign.example/"]
    assert sections(administrator())["links"].total == 2


def test_a_record_says_which_of_its_links_are_broken(partner):
    client = logged_in(member("contributor", partner=partner))
    record, other = owned(named(GOOD, "https://fine.example/"), partner), owned(named(GOOD), partner)
    broken(record)
    Link.objects.filter(url="https://fine.example/").update(state="works")
    link = Link.objects.get(url=GOOD)

    notices = list(client.get(admin_url(record)).context["notices"])

    assert notices == [
        (
            f"/admin/links/link/{link.pk}/change/",
            f"Broken link: {GOOD} It answers 404 Not Found. Since 3 May 2026.",
        )
    ]
    used = client.get(notices[0][0]).content.decode()
    assert admin_url(record) in used
    assert admin_url(other) in used


def test_what_was_mended_is_gone_at_once(partner):
    user = member("contributor", partner=partner)
    record = owned(named(GOOD), partner)
    broken(record)
    assert sections(user)["links"].total == 1

    save({**working_document(record), "sources": []}, "technology", record)

    assert "links" not in sections(user)
    assert list(logged_in(user).get(admin_url(record)).context["notices"]) == []
    assert logged_in(user).get("/admin/links/link/").context["cl"].result_count == 0


def test_what_readers_still_see_stays_broken(partner):
    user = member("contributor", partner=partner)
    record = publish(owned(named(GOOD), partner))
    broken(record)

    save({**working_document(record), "sources": []}, "technology", record)
    assert sections(user)["links"].total == 1
    publish(record)
    assert "links" not in sections(user)


def test_links_of_other_teams_are_not_there(partner):
    client = logged_in(member("publisher", partner=partner))
    foreign = named("https://foreign.example/")
    broken(foreign)
    link = Link.objects.get()

    assert client.get(f"/admin/links/link/{link.pk}/change/").status_code == 404
    assert "foreign.example" not in client.get("/admin/links/link/", {"q": "foreign"}).content.decode()


def test_lists_and_pages_cost_the_same_however_many_links(partner):
    client = logged_in(member("contributor", partner=partner))

    def queries():
        addresses = ("/admin/", "/admin/links/link/", admin_url(record))
        return [queries_for(client, address) for address in addresses]

    def add(*urls):
        now = fresh(record)
        document = working_document(now)
        document["sources"] += [source(url=url) for url in urls]
        save(document, "technology", now)
        broken(record, owned(named(*urls), partner))

    record = owned(named(), partner)
    add(GOOD)
    queries()  # what a process reads once
    before = queries()
    add(*(f"https://{n}.example/" for n in range(5)))

    assert queries() == before


def test_readers_are_told_nothing_of_it(client, partner):
    record = publish(owned(named(GOOD), partner))
    before = client.get(record.url).content
    broken(record)
    Link.objects.update(archived_url="https://archive.example/x", archived_on=date(2019, 1, 1))

    assert client.get(record.url).content == before


def test_one_address_is_one_link_however_long():
    long = f"https://good.example/{'ä' * 500}"
    named(long, GOOD)
    named(long)
    read_records(Turn.take("us"))

    assert Link.objects.get(digest=digest_of_address(long)).uses.count() == 2
    assert fresh(named(long)).pk
