"""What is kept is what Django would answer, at once and within bounds, and nobody can spoil it for others."""

import gzip
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import FunctionType, ModuleType

import brotli
import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import resolve

from media4sec import kept as keeping
from media4sec.answers import Answer, coding_of, takes
from media4sec.front.urls import FORM_OF_CATALOGUE
from media4sec.interchange.files import exports
from media4sec.kept import KeptMiddleware, Shelf, kept, ready
from media4sec.kinds import kinds
from media4sec.languages import PREFIX
from media4sec.records import workflow
from media4sec.representations import forms_of_lists, forms_of_records, twin
from tests.factories import published
from tests.pages import PAGES, RECORDS, SENT, STATUS, WITHDRAWN
from tests.test_leaks import ROUTES

MACHINES = [
    *(twin(RECORDS["technology"], form.suffix) for form in forms_of_records()),
    *(f"/technologies.{form.suffix}?theme=dark-web" for form in forms_of_lists()),
    "/search.json?q=missing+person",
    "/search/suggest?q=miss",
    "/technologies/compare.csv?ids=T-001,T-005",
    "/technologies/compare.pdf?ids=T-001,T-005",
    *(f"/list.{form}?ids=T-001,theme:dark-web" for form in ("pdf", "docx")),
    *(f"/list.{form.suffix}?ids=T-001,theme:dark-web" for form in forms_of_lists()),
    "/feeds/everything.atom",
    "/feeds/law.atom",
    *(f"/api/v1/{kind.plural}?limit=1" for kind in kinds()),
    "/api/v1/technologies/T-001",
    "/api/v1/technologies?theme=dark-web&limit=3&count=true",
    "/api/v1/openapi.json",
    "/api/v1",
    "/api/v1/changes?limit=2",
    "/api/v1/technologies/T-001?fields=title,makers",
    *(
        f"/api/v1/technologies/T-001/{below}"
        for below in ("versions", "versions/1", "related", "responsible-use", "incoming")
    ),
    "/api/v1/facets",
    "/api/v1/facets/technologies?theme=dark-web",
    "/api/v1/search?q=missing+person&limit=3",
    "/api/v1/pos/solutions",
    "/en/group_export?offset=10",
    "/group_export",
    "/oai?verb=ListSets",
    "/search/facets/type/?q=police",
    "/sitemap.xml",
    "/sitemap-1.xml",
    "/.well-known/resourcesync",
    *(
        f"/resourcesync/{name}.xml"
        for name in ("capabilities", "resources", "resources-1", "changes", "changes-1")
    ),
    "/workshops.ics",
    f"{RECORDS['situation'][:-1]}.pdf",
    f"/de{RECORDS['situation'][:-1]}.pdf",
    f"{RECORDS['situation']}exercise.pdf?seed=7",
    "/patterns/cards.pdf?ids=P-001",
    f"{RECORDS['situation']}brief.pdf",
    f"{RECORDS['workshop'][:-1]}.ics",
    "/schemes.ttl",
    "/schemes/theme.jsonld",
    "/feeds/everything.json",
    "/robots.txt",
    "/accessibility.json",
    "/llms.txt",
    "/.well-known/api-catalog",
    "/.well-known/security.txt",
    "/opensearch.xml",
    "/site.webmanifest",
    "/favicon.ico",
    "/apple-touch-icon.png",
    "/icon-192.png",
    "/icon-512.png",
    "/preview/home.png",
    "/preview/technologies.png",
    f"/preview{RECORDS['technology'][:-1]}.png?v=1",
]
WALKED = [url for name, url in PAGES.items() if name not in SENT and name not in STATUS] + MACHINES
# They are each person's own, or tell the time of day, and say so.
NEVER_KEPT = ("/corrections/new/", "/corrections/RCVD-", "/corrections/NSWR-", "/de/corrections/new/", "/oai")
READ = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}


@pytest.fixture
def keeps(keeps, settings):
    settings.SECURITY_CONTACT = "security@kb.example.eu"
    return keeps


@pytest.fixture
def version(monkeypatch):
    """A version of the content that no database has to be asked for; the test may change it, and it is seen at once."""
    found = ["first"]
    monkeypatch.setattr(keeping, "version_of_content", lambda: tuple(found))
    monkeypatch.setattr(keeping, "ASKED_EVERY", 0)
    return found


def seen(response):
    """All of an answer that its reader gets, but the number of the request."""
    headers = {name: value for name, value in response.items() if name != "X-Request-ID"}
    return response.status_code, headers, response.content


def environ_of(path, **headers):
    """A request as a server hands it over."""
    address, _, query = (part.encode().decode("latin-1") for part in path.partition("?"))
    environ = RequestFactory().get("/", headers=headers).environ
    return environ | {"PATH_INFO": address, "QUERY_STRING": query}


def sent(path, **headers):
    """What the event loop answers by itself, or None."""
    found = ready(environ_of(path, **headers))
    return found and (found[0], dict(found[1]), found[2])


def is_in_api(url):
    return url.partition("?")[0] == "/api/v1" or url.startswith("/api/v1/")


def kept_addresses():
    return [f"{path}?{query}".rstrip("?") for _, path, query in kept.shelf.answers]


# The same answer


@pytest.mark.once
def test_what_is_kept_is_what_django_answers(site, client, keeps, settings, monkeypatch):  # gates 1, 4.12
    settings.KEPT_MB = 0
    asked = [(url, {"accept-encoding": coding}) for url in WALKED for coding in READ]
    fresh = [client.get(url, headers=headers) for url, headers in asked]
    unchanged = [
        client.get(url, headers=headers | {"if-none-match": answer.get("ETag", "")})
        for (url, headers), answer in zip(asked, fresh, strict=True)
    ]
    settings.KEPT_MB = 32
    monkeypatch.setattr(keeping, "ASKED_EVERY", 1e9)
    monkeypatch.setattr(keeping, "TRUSTED_FOR", 1e9)
    for (url, headers), expected, expected_304 in zip(asked, fresh, unchanged, strict=True):
        assert expected.status_code == 200, url
        plain = READ[expected.get("Content-Encoding", "")](expected.content)
        if url.startswith(NEVER_KEPT):
            assert "no-store" in expected["Cache-Control"], url
            assert client.get(url, headers=headers).status_code == 200
            assert sent(url, **headers) is None, url
            continue
        if headers["accept-encoding"] == "":
            in_plain = expected.content
        assert plain == in_plain, url

        assert seen(client.get(url, headers=headers)) == seen(expected), url
        assert seen(client.get(url, headers=headers)) == seen(expected), url
        # What follows changes is asked of the database each time, and so never of the loop.
        assert sent(url, **headers) == (None if is_in_api(url) else seen(expected)), url
        head = client.head(url, headers=headers)
        assert seen(head) == (*seen(expected)[:2], b""), url

        headers = headers | {"if-none-match": expected["ETag"]}
        assert expected_304.status_code == 304, url
        assert seen(client.get(url, headers=headers)) == seen(expected_304), url
        assert sent(url, **headers) == (None if is_in_api(url) else seen(expected_304)), url
        for name in ("ETag", "Cache-Control", "Content-Security-Policy", "X-Content-Type-Options"):
            assert expected_304[name] == expected[name], url
        assert not {"Content-Type", "Content-Length", "Content-Encoding"} & set(expected_304.headers), url
    routes = {resolve(PREFIX.sub("", url.partition("?")[0])).route for url in WALKED}
    # What depends on dumps is kept nowhere; what leads on has no answer of its own.
    apart = ("slash", "dump", "attached", "token", "leads on", "sent")
    assert routes >= {route for route, how in ROUTES.items() if how not in apart} - {FORM_OF_CATALOGUE}


def test_an_answer_in_each_coding_has_a_tag_of_its_own(site, client, keeps):
    answers = {
        coding: client.get("/technologies.json", headers={"accept-encoding": coding}) for coding in READ
    }

    assert len({answer["ETag"] for answer in answers.values()}) == 3
    assert {answer["Vary"] for answer in answers.values()} == {"Accept-Encoding"}
    assert len(answers["br"].content) < len(answers["gzip"].content) < len(answers[""].content) / 5
    headers = {"accept-encoding": "br", "if-none-match": answers["gzip"]["ETag"]}
    stale = client.get("/technologies.json", headers=headers)
    assert stale.status_code == 200


def test_a_kept_answer_asks_the_database_nothing(site, client, keeps, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(keeping, "ASKED_EVERY", 1e9)  # however slow this machine is
    monkeypatch.setattr(keeping, "TRUSTED_FOR", 1e9)
    client.get("/technologies/")

    with django_assert_num_queries(0):
        assert client.get("/technologies/").status_code == 200
        assert client.get("/technologies/", headers={"accept-encoding": "br"}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", ""),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZip;Q=1, BR;q=0.5", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("br;q=0,gzip", "gzip"),
        ("br; q=0.1", "br"),
        ("identity;q=0", ""),
        ("br;q=much", ""),
        ("bread, gzipped", ""),
        ("*", ""),
    ],
)
def test_the_coding_is_one_that_the_client_takes(accepted, expected):
    assert coding_of(accepted) == expected


# Others cannot spoil it

PAGE, API = "/technologies/?status=active&theme=dark-web", "/api/v1/technologies?limit=3"
ODD = [
    {"host": "TestServer"},
    {"host": "testserver:8000"},
    {"host": "localhost"},
    {"host": "evil.example"},
    {"host": "testserver", "x-forwarded-host": "evil.example"},
    {"x-forwarded-proto": "https", "x-forwarded-for": "1.2.3.4", "forwarded": "host=evil.example"},
    {"cookie": "theme=dark; csrftoken=x"},
    {"cookie": "sessionid=x"},
    {"authorization": "Bearer x"},
    {"range": "bytes=0-9"},
    {"if-range": '"x"', "range": "bytes=5-"},
    {"accept-language": "de"},
    {"accept": "application/xml"},
    {"accept": "application/json"},
    {"accept": "text/html"},
    {"accept-encoding": "gzip"},
    {"accept-encoding": "br;q=0.1, *;q=0"},
    {"accept-encoding": "x" * 5000},
    {"if-none-match": "*"},
    {"if-modified-since": "Sun, 29 Nov 2037 00:00:00 GMT"},
    {"if-match": '"x"'},
    {"if-match": '"x"', "if-none-match": '"y"'},
    {"if-unmodified-since": "Sun, 29 Nov 1994 00:00:00 GMT"},
    {"cache-control": "no-cache", "pragma": "no-cache"},
    {"x-http-method-override": "DELETE", "x-original-url": "/admin/", "x-rewrite-url": "/admin/"},
]


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize("url", [PAGE, API, "/preview/technologies.png"])
def test_an_odd_request_changes_nothing_for_the_next(
    site, client, keeps, settings, url, odd
):  # gates 4.11, 4.12
    settings.KEPT_MB = 0
    expected, expected_of_odd = seen(client.get(url)), seen(client.get(url, headers=odd))
    settings.KEPT_MB = 32

    assert seen(client.get(url, headers=odd)) == expected_of_odd
    assert seen(client.get(url)) == expected
    assert seen(client.get(url, headers=odd)) == expected_of_odd
    assert sent(url, **odd) in (None, expected_of_odd)
    assert kept_addresses() == [url]


def test_parameters_have_one_order(site, client, keeps):  # gate 4.12
    one, other = client.get(PAGE), client.get("/technologies/?theme=dark-web&status=active")
    spelled = client.get("/technologies/?th%65me=dark%2Dweb&status=active&")

    assert one.status_code == 200
    assert seen(one) == seen(other) == seen(spelled)
    assert kept_addresses() == [PAGE]


def test_values_of_one_parameter_keep_their_order(site, client, keeps):
    chosen = client.get("/technologies/compare/?ids=T-005&ids=T-001")

    assert chosen["Location"].endswith("?ids=T-005,T-001")


@pytest.mark.parametrize(
    "path",
    [
        "/technologies/?nonsense=1",
        "/api/v1/technologies?limit=1&limit=2",
        "/robots.txt?x=1",
        "/nowhere/",
        f"/technologies/{WITHDRAWN}/",
        "/technologies",
        "/technologies/T-001/",
        "/admin/",
        "/admin/login/",
        "/static/css/none.css",
    ],
)
def test_only_what_is_there_is_kept(site, client, keeps, path):  # gates 3.13, 4.12
    before = seen(client.get(path))

    assert before[0] != 200 or path.startswith("/admin/")
    assert kept.look() is not None
    assert not kept.shelf.answers
    assert sent(path) is None


@pytest.mark.parametrize("method", ["post", "put", "delete", "options", "patch"])
def test_other_methods_neither_take_nor_leave_anything(site, client, keeps, method):  # gate 4.13
    before = client.get("/technologies/")
    refused = getattr(client, method)("/technologies/")

    assert refused.status_code == 405
    assert seen(client.get("/technologies/")) == seen(before)
    assert ready(RequestFactory().generic(method.upper(), "/technologies/").environ) is None


@pytest.mark.parametrize("path", ["/ελληνικά/", "/é", "/privacy/?q=é&a=%ff", "/\ufffd\ufffd"])
def test_a_look_changes_nothing_for_django(site, client, keeps, path):  # gate 4.1
    client.get("/privacy/")
    environ = environ_of(path)
    before = dict(environ)

    assert ready(environ) is None
    assert environ == before


def test_head_leaves_nothing_behind(site, client, keeps, monkeypatch):
    monkeypatch.setattr(keeping, "ASKED_EVERY", 1e9)
    monkeypatch.setattr(keeping, "TRUSTED_FOR", 1e9)
    assert client.head("/privacy/").status_code == 200
    assert not kept.shelf.answers

    client.get("/privacy/")
    assert sent("/privacy/")[0] == 200


# Nobody's own


def test_who_is_signed_in_is_not_answered_from_there(site, client, keeps, admin_client):  # gate 4.12
    assert client.get("/privacy/").status_code == 200
    mark = next(iter(kept.shelf.answers.values()))
    mark.forms = {"": mark.form("")._replace(body=b"kept")}
    assert client.get("/privacy/").content == b"kept"

    assert admin_client.get("/privacy/").content != b"kept"
    assert admin_client.get("/about/").status_code == 200
    assert kept_addresses() == ["/privacy/"]
    assert sent("/privacy/", cookie=f"a=b; sessionid={admin_client.cookies['sessionid'].value}") is None


@pytest.mark.parametrize(
    "change",
    [
        {"Set-Cookie": None},
        {"Vary": "Cookie"},
        {"Vary": "Accept-Encoding, Accept-Language"},
        {"Cache-Control": "private"},
        {"Cache-Control": "no-store"},
        {"Content-Encoding": "gzip"},
        {"status": 404},
        {"status": 500},
        {"status": 302},
    ],
    ids=str,
)
def test_what_differs_by_person_is_not_kept(keeps, version, change):  # gate 4.12
    def view(request):
        response = HttpResponse(b"x" * 300, status=change.get("status", 200))
        response["Cache-Control"] = "public, no-cache"
        for name, value in change.items():
            if name == "Set-Cookie":
                response.set_cookie("who", "me")
            elif name != "status":
                response[name] = value
        return response

    door = KeptMiddleware(view)
    for _ in range(2):
        response = door(RequestFactory().get("/"))
    assert response.status_code == change.get("status", 200)
    assert not kept.shelf.answers


def public(body, **headers):
    return HttpResponse(body, headers={"Cache-Control": "public, no-cache"} | headers)


# As long as the content stays


def test_a_publication_is_seen(db, client, keeps, monkeypatch):
    monkeypatch.setattr(keeping, "ASKED_EVERY", 0)
    record = published("technology", title="Before")
    tag = client.get(record.url)["ETag"]

    record.title = "After"
    record.save()
    workflow.save_revision(record)
    assert "Before" in client.get(record.url).content.decode()
    workflow.publish(record)
    assert "After" in client.get(record.url, headers={"if-none-match": tag}).content.decode()

    workflow.withdraw(record, reason="By mistake.")
    assert client.get(record.url).status_code == 410
    workflow.restore(record)
    assert client.get(record.url).status_code == 200


def test_a_rebuilt_read_side_is_seen(db, client, keeps, monkeypatch):
    monkeypatch.setattr(keeping, "ASKED_EVERY", 0)
    published("technology")
    client.get("/technologies/")
    before = kept.shelf

    workflow.rebuild_publications()

    client.get("/technologies/")
    assert kept.shelf is not before


def test_a_new_day_makes_new_answers(db, client, keeps, monkeypatch):
    published("technology")
    monkeypatch.setattr(keeping, "ASKED_EVERY", 0)
    client.get("/")
    before = kept.shelf
    client.get("/")
    assert kept.shelf is before

    monkeypatch.setattr(keeping, "localdate", lambda: "tomorrow")
    client.get("/")
    assert kept.shelf is not before


def test_what_changes_while_an_answer_is_made_is_seen_by_the_next(keeps, version):
    content = ["old"]

    def view(request):
        response = public(content[0])
        content[0], version[0] = "new", "second"  # published after this answer was made, before it is kept
        return response

    door = KeptMiddleware(view)
    assert door(RequestFactory().get("/")).content == b"old"
    assert door(RequestFactory().get("/")).content == b"new"
    assert door(RequestFactory().get("/")).content == b"new"


def test_a_version_that_was_read_late_takes_nothing_back(keeps, version, monkeypatch):
    monkeypatch.setattr(keeping, "version_of_content", lambda: slow())

    def slow():
        monkeypatch.setattr(keeping, "version_of_content", lambda: ("second",))
        kept.look()
        return ("first",)

    assert kept.look().version == ("second",)


def test_the_database_is_asked_four_times_a_second(keeps, monkeypatch):
    asked, time = [], [100.0]
    monkeypatch.setattr(keeping, "version_of_content", lambda: asked.append(time[0]))
    monkeypatch.setattr(keeping, "monotonic", lambda: time[0])

    for tick in range(1000):
        time[0] = 100 + tick / 500  # two seconds
        kept.look()

    assert 7 <= len(asked) <= 9


def test_nobody_trusts_a_version_for_long_that_nobody_can_read(keeps, version, monkeypatch):  # gate 6.8
    time = [100.0]
    monkeypatch.setattr(keeping, "monotonic", lambda: time[0])
    assert kept.look() is not None

    def away():
        raise OperationalError

    monkeypatch.setattr(keeping, "version_of_content", away)
    time[0] += 1
    assert kept.current() is None
    assert kept.look() is not None  # a database that does not answer tells of no change …
    time[0] += 43
    assert kept.look() is not None
    time[0] += 1.1
    assert kept.current() is None
    assert kept.look(exactly=True) is None
    assert kept.look() is None  # … but not for ever
    assert kept.current() is None
    assert KeptMiddleware(lambda request: HttpResponse("made"))(RequestFactory().get("/")).content == b"made"


def test_while_one_waits_for_the_database_others_get_what_is_kept(keeps, version, monkeypatch):  # gate 6.8
    time = [100.0]
    monkeypatch.setattr(keeping, "monotonic", lambda: time[0])
    kept.look()
    seen_meanwhile = []

    def waits():
        for passed in (5, 35, 10):
            time[0] += passed
            seen_meanwhile.append(kept.current() is not None)
        raise OperationalError

    monkeypatch.setattr(keeping, "version_of_content", waits)
    time[0] += 0.5
    kept.look()
    assert seen_meanwhile == [True, True, False]


def test_who_looks_late_makes_nobody_else_trust_what_is_old(keeps, version, monkeypatch):  # gate 3.13
    time = [100.0]
    monkeypatch.setattr(keeping, "monotonic", lambda: time[0])
    kept.look()
    found = []
    monkeypatch.setattr(keeping, "version_of_content", lambda: found.append(kept.current()) or ("second",))
    time[0] += 10
    kept.look()
    assert found == [None]


# One makes it, however many ask

CROWD = 100


def crowd(shelf, make, key=("http", "/", "")):
    """What as many threads get that ask at the same moment."""
    start = threading.Barrier(CROWD)

    def ask():
        start.wait()
        try:
            return shelf.get(key, make)
        except ZeroDivisionError as error:
            return error

    with ThreadPoolExecutor(CROWD) as threads:
        return [asked.result(30) for asked in [threads.submit(ask) for _ in range(CROWD)]]


class Maker:
    """Makes answers slowly, the first few ``outcomes`` in this order and the last for ever; counts them."""

    def __init__(self, *outcomes):
        self.outcomes, self.count, self.at_once, self.most_at_once = list(outcomes), 0, 0, 0
        self.lock = threading.Lock()

    def __call__(self):
        with self.lock:
            outcome = self.outcomes[min(self.count, len(self.outcomes) - 1)]
            self.count += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        threading.Event().wait(0.05)
        with self.lock:
            self.at_once -= 1
        if outcome is ZeroDivisionError:
            raise outcome
        return Answer(public("made")) if outcome == 200 else HttpResponse(status=outcome)


def test_a_crowd_makes_one_answer(version):  # gate 6.19
    make = Maker(200)

    found = crowd(Shelf("first", 2**20), make)

    assert make.count == 1
    assert len({id(answer) for answer in found}) == 1


@pytest.mark.parametrize("failure", [ZeroDivisionError, 500, 503])
def test_a_failure_is_one_persons_and_the_next_tries_again(failure):  # gate 6.19
    make = Maker(failure, failure, 200)

    found = crowd(Shelf("first", 2**20), make)

    assert (make.count, make.most_at_once) == (3, 1)
    assert sum(isinstance(answer, Answer) for answer in found) == CROWD - 2


def test_for_what_cannot_be_kept_nobody_waits_in_a_queue():
    make = Maker(404)

    found = crowd(Shelf("first", 2**20), make)

    assert make.count == CROWD
    assert make.most_at_once > 1
    assert {answer.status_code for answer in found} == {404}


def test_nobody_waits_for_ever(monkeypatch):
    monkeypatch.setattr(keeping, "PATIENCE", 0.1)
    shelf, hangs, begun = Shelf("first", 2**20), threading.Event(), threading.Event()

    def hang():
        begun.set()
        hangs.wait(30)
        return Answer(public("late"))

    with ThreadPoolExecutor(1) as thread:
        late = thread.submit(shelf.get, "key", hang)
        begun.wait(30)
        assert shelf.get("key", lambda: "own") == "own"
        hangs.set()
        assert late.result(30).form("").body == b"late"
    assert not shelf.being_made


# Within its bounds


def deep_size(root):
    """Bytes of everything that can be reached, each counted once; code and classes are others'."""
    waiting, seen_ids, total = [root], set(), 0
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen_ids or isinstance(thing, (type, ModuleType, FunctionType)):
            continue
        seen_ids.add(id(thing))
        total += sys.getsizeof(thing)
        if isinstance(thing, dict):
            waiting += [*thing.keys(), *thing.values()]
        elif isinstance(thing, (list, tuple, set)):
            waiting += thing
        elif hasattr(thing, "__dict__"):
            waiting.append(vars(thing))
    return total


@pytest.mark.slow
def test_memory_is_bounded_whatever_is_asked(keeps, version, settings):  # gate 4.2
    settings.KEPT_MB = 4
    body = b"A page of ours. " * 100

    def view(request):
        return public(body + request.get_full_path().encode(), Link=f"<{request.path}>; rel=canonical")

    door, environ = KeptMiddleware(view), environ_of("/")
    most = 0
    for number in range(100_000):
        environ |= {"PATH_INFO": f"/{number}/", "QUERY_STRING": f"q={number}"}
        for coding in ("br", "gzip") if number % 10 == 0 else ("br",):
            assert door(WSGIRequest(environ | {"HTTP_ACCEPT_ENCODING": coding})).status_code == 200
        most = max(most, kept.shelf.size)

    assert 3 * 2**20 < most <= 4 * 2**20
    assert len(kept.shelf.answers) == len(kept.shelf.sizes) > 500
    assert kept.shelf.size == sum(kept.shelf.sizes.values())
    assert deep_size([kept.shelf.answers, kept.shelf.sizes]) <= 4 * 2**20
    assert ("http", "/99999/", "q=99999") in kept.shelf.answers


def test_what_is_asked_for_stays_longest(keeps, version, settings):
    shelf = Shelf("first", 40_000)
    for number in range(100):
        shelf.put(("http", f"/{number}/", ""), Answer(public(b"x" * 1000)))
        assert shelf.find(("http", "/0/", "")) is not None

    assert shelf.find(("http", "/1/", "")) is None
    assert shelf.find(("http", "/99/", "")) is not None


def test_long_answers_and_streams_are_not_kept(keeps, version, settings):
    settings.KEPT_MB = 1
    long = KeptMiddleware(lambda request: public(b"x" * 200_000))
    stream = KeptMiddleware(
        lambda request: StreamingHttpResponse(iter(["a", "b"]), headers={"Cache-Control": "public"})
    )
    for _ in range(2):
        assert len(long(RequestFactory().get("/long")).content) == 200_000
        assert b"".join(stream(RequestFactory().get("/stream"))) == b"ab"
    assert not kept.shelf.answers


def test_a_long_file_is_a_stream_with_its_tag(site, client, keeps, monkeypatch):
    whole = client.get("/technologies.csv")
    kept.forget()
    monkeypatch.setattr(exports, "WHOLE_FILE", 1000)

    stream = client.get("/technologies.csv")

    assert stream.streaming
    assert b"".join(stream.streaming_content) == whole.content
    assert stream["ETag"] == whole["ETag"]
    assert not kept.shelf.answers
    unchanged = client.get("/technologies.csv", headers={"if-none-match": stream["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged["Content-Security-Policy"] == stream["Content-Security-Policy"]
    assert client.get("/technologies.csv", headers={"if-match": '"x"'}).status_code == 412


@pytest.mark.parametrize("accepted", ["", "*/*", "text/html,*/*;q=0.8", "application/json"])
def test_who_takes_json_is_surely_served(accepted):
    assert takes(accepted, "application/json")


@pytest.mark.parametrize("accepted", ["text/html", "application/json; version=2", "application/jsonp", ";"])
def test_where_it_is_not_sure_django_decides(accepted):
    assert not takes(accepted, "application/json")
