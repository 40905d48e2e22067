"""The title of a source is proposed from its address: nothing is saved by it, and nothing that was typed is lost."""

import pytest

from media4sec import outgoing
from media4sec.outgoing import Answered, OutgoingError
from media4sec.records import page_titles
from media4sec.records.forms import OPENED_FIELD
from media4sec.records.models import Source, UnsavedText
from media4sec.records.page_titles import proposed_title, title_in
from tests.factories import make, published, source
from tests.people import logged_in, member, owned, told

ADD = "/admin/records/source/add/"
URL = "https://example.org/report"


def on_the_web(monkeypatch, body=b"<title>A report</title>", *, status=200, content_type="text/html"):
    """All addresses answer with this page, or fail with this error; returns those that are asked."""
    asked = []

    def fetch(url, **limits):
        asked.append(url)
        if isinstance(body, Exception):
            raise body
        return Answered(url, status, content_type, body)

    monkeypatch.setattr(outgoing, "fetch", fetch)
    return asked


def propose(client, address=ADD, **typed):
    """Open a form, type, and press the button: the page that comes then."""
    note = client.get(address).context["unsaved"]["note"]
    return client.post(address, {OPENED_FIELD: note, "_propose_title": "x"} | typed, follow=True)


def shown(page):
    form = page.context["adminform"].form
    return form["url"].value(), form["title"].value()


@pytest.fixture
def client(db):
    return logged_in(member("contributor"))


def test_the_title_of_the_page_is_in_the_form_and_not_saved(client, monkeypatch):
    asked = on_the_web(monkeypatch)

    page = propose(client, url=URL, title="")

    assert (asked, shown(page)) == ([URL], (URL, "A report"))
    assert told(page) == ["The page calls itself “A report”. Save it if that is right, or change it."]
    assert not Source.objects.exists()
    assert "What you typed is back, and not saved yet" in page.content.decode()


def test_what_was_typed_stays(client, monkeypatch):
    on_the_web(monkeypatch)

    page = propose(client, url=URL, title="My own words")

    assert shown(page) == (URL, "My own words")
    assert told(page) == ["The page calls itself “A report”. What you typed stays."]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"body": OutgoingError("It takes too long to answer.")}, "It takes too long to answer."),
        ({"status": 404}, "It answers 404."),
        ({"content_type": "application/pdf"}, "It is no web page."),
        ({"body": b"<p>x</p>"}, "The page does not say what it is called."),
    ],
)
def test_it_says_why_there_is_none_and_nothing_is_lost(client, monkeypatch, answer, says):
    on_the_web(monkeypatch, **answer)

    page = propose(client, url=URL, title="")

    assert told(page) == [f"No title is proposed. {says} Type it yourself."]
    assert shown(page) == (URL, "")


def test_it_says_that_it_is_off(client):
    page = propose(client, url=URL, title="Mine")

    assert told(page) == ["No title is proposed. The portal is set not to ask other sites. Type it yourself."]
    assert shown(page) == (URL, "Mine")


@pytest.mark.parametrize("url", ["", "example", "ftp://example.org/", "https://me:x@example.org/", "x" * 900])
def test_what_is_no_address_is_not_asked_and_not_lost(client, monkeypatch, url):
    asked = on_the_web(monkeypatch)

    page = propose(client, url=url, title="Mine")

    assert asked == []
    assert told(page)[0].startswith("No title is proposed. ")
    assert shown(page) == (url, "Mine")


@pytest.mark.django_db
def test_a_source_that_is_there_gets_one_too(monkeypatch):
    client = logged_in(member("publisher"))
    make("technology", sources=[source(url=URL, title="")])
    on_the_web(monkeypatch)
    address = f"/admin/records/source/{Source.objects.get().pk}/change/"

    page = propose(client, address, url=URL, title="")

    assert shown(page) == (URL, "A report")
    assert Source.objects.get().title == ""


def test_only_those_who_may_write_it_are_asked_for(client, monkeypatch):
    asked = on_the_web(monkeypatch)
    partner = published("partner")
    owned(make("technology", sources=[source(url=URL)]), partner)
    address = f"/admin/records/source/{Source.objects.get().pk}/change/"
    administrator_of_a_team = logged_in(member("administrator", partner=partner))
    sent = {"url": URL, "_propose_title": "x"}

    assert client.post(address, sent).status_code == 404
    assert administrator_of_a_team.post(ADD, sent).status_code == 403
    assert administrator_of_a_team.post(address, sent).status_code == 403
    assert client.post(ADD, sent).status_code == 403  # no form of theirs
    assert (asked, UnsavedText.objects.count()) == ([], 0)


def test_two_ask_at_a_time_and_no_more(monkeypatch):
    on_the_web(monkeypatch)
    with page_titles.AT_A_TIME, page_titles.AT_A_TIME, pytest.raises(OutgoingError, match="in a moment"):
        proposed_title(URL)
    on_the_web(monkeypatch, OutgoingError("It cannot be reached."))
    for _ in range(3):
        with pytest.raises(OutgoingError, match="cannot be reached"):
            proposed_title(URL)


@pytest.mark.parametrize(
    ("page", "content_type", "title"),
    [
        (
            b"<html><head><TITLE lang=en>A\n  report &amp; more &#8211; x</TITLE>",
            "text/html",
            "A report & more – x",
        ),
        ("<title>Über</title>".encode("latin-1"), "text/html; charset=ISO-8859-1", "Über"),
        ("<meta charset='windows-1252'><title>“Ü”</title>".encode("cp1252"), "text/html", "“Ü”"),
        ("<title>Ü</title>".encode(), "text/html; charset=nonsense", "Ü"),
        ("<title>a\u202eb\u200bc\x00</title>".encode(), "text/html", "abc"),
        (f"<title>{'y' * 900}</title>".encode(), "text/html", "y" * 400),
        (b"<title></title>", "text/html", ""),
        (b"<title>&nbsp; \t</title>", "text/html", ""),
        (b"<title\xff\xff", "text/html", ""),
        (b"<title " * 20_000, "text/html", ""),
        ("<title>\u2800\u3164</title>".encode(), "text/html", ""),
    ],
)
def test_titles_are_read_as_one_line(page, content_type, title):
    assert title_in(page, content_type) == title


@pytest.mark.parametrize("charset", ["idna", "undefined", "punycode"])
def test_a_way_of_writing_that_cannot_be_read_is_no_failure_of_ours(charset):  # gate 4.1
    page = f"<meta charset={charset}><title>Zürich</title>".encode()

    assert title_in(page, "text/html") == "Zürich"
