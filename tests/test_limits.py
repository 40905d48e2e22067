"""Limits: the table for operators says what holds, and each is asked at the limit and one beyond."""

import re
import tracemalloc
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings as own_settings

from media4sec.letters import folded
from media4sec.publications.lists import MAX_WORDS
from media4sec.publications.words import loose_key_of, word_key
from tests.factories import published

LETTERS = str.maketrans("0123456789", "ghijklmnop")
TABLE = Path(own_settings.BASE_DIR, "docs", "operations", "limits.md")
ROW = re.compile(
    r"^\| (?P<what>[^|]+) \| (?P<most>[\d,.]+)(?P<unit> KiB| MiB)? \| `(?P<where>[\w.]+)` \|", re.M
)
UNITS = {None: 1, " KiB": 2**10, " MiB": 2**20}
ROWS = [pytest.param(row, id=row["where"]) for row in ROW.finditer(TABLE.read_text("utf-8"))]


def test_every_row_is_read():
    text = TABLE.read_text("utf-8")
    assert len(ROWS) == text.count("\n| ") - text.count("\n| what") > 35


@pytest.mark.parametrize("row", ROWS)
def test_the_table_says_what_holds(row):  # gate 4.2
    module, _, name = row["where"].rpartition(".")
    holds = getattr(import_module(module) if module else own_settings, name)
    assert float(row["most"].replace(",", "")) * UNITS[row["unit"]] == holds


def test_every_limit_of_the_environment_is_in_it():
    """Whatever an operator can set, and that reads like a limit."""
    example = Path(own_settings.BASE_DIR, ".env.example").read_text("utf-8")
    named = set(re.findall(r"^#?((?:\w+_)?(?:LIMIT|MOST|MAX|PER|QUOTA|SECONDS)(?:_\w+)?)=", example, re.M))
    assert named == {row.values[0]["where"] for row in ROWS} & named
    assert len(named) > 8


def parameters(number):
    return "&".join(f"p{count}=1" for count in range(number))


# (address at the limit, one beyond, what is answered there)
ADDRESSES = [
    (f"/search/?q={'a' * 200}", f"/search/?q={'a' * 201}", 400),
    (f"/technologies/?q={'a' * 200}", f"/technologies/?q={'a' * 201}", 400),
    ("/api/v1/technologies?limit=200", "/api/v1/technologies?limit=201", 400),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("at", "beyond", "expected"), ADDRESSES)
def test_at_the_limit_and_one_beyond(client, at, beyond, expected):  # gate 4.2
    published("technology")
    assert client.get(at).status_code == 200
    assert client.get(beyond).status_code == expected


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1000, 1001])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nowhere",
        "/nowhere/",
        "/technologies",
        "/technologies/",
        "/api/v1/technologies",
        "/de/nowhere",
        "/admin/",
    ],
)
def test_too_many_parameters_are_refused_everywhere(client, path, number):  # gates 4.1, 4.2
    answer = client.get(f"{path}?{parameters(number)}")
    assert answer.status_code < 500
    if number > 1000:
        assert answer.status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/technologies/?page=1&page=2",
        "/search/?q=a&q=b",
        "/api/v1/technologies?limit=10&limit=20",
        "/sitemap.xml?x=1",
    ],
)
def test_what_is_said_twice_or_to_nobody_is_refused(client, address):  # gate 4.3
    published("technology")
    answer = client.get(address)
    assert answer.status_code == 400
    assert re.search(r"page|q\b|limit|\bx\b", answer.content.decode())


SILLY = ["x", "1%00", "9" * 23, "-1", "1e5", "%F0%9F%92%A9", "' OR 1=1"]


@pytest.mark.django_db
@pytest.mark.parametrize("value", SILLY)
def test_keys_that_cannot_be_are_refused_in_the_back_office(admin_client, value):  # gate 4.1
    for address in (
        f"/admin/catalogue/technology/{value}/change/",
        f"/admin/catalogue/technology/add/?makers={value}",
        f"/admin/catalogue/technology/?id__exact={value}",
        f"/admin/corrections/correction/{value}/change/",
    ):
        assert admin_client.get(address, follow=True).status_code in (200, 400, 404), address
    sent = {"action": "publish", "_selected_action": [value]}
    assert admin_client.post("/admin/catalogue/technology/", sent, follow=True).status_code in (200, 400, 404)


@pytest.mark.django_db
@pytest.mark.parametrize(("length", "expected"), [(200, 200), (201, 400)])
def test_a_search_of_editors_costs_no_more_than_one_of_readers(admin_client, length, expected):  # gate 4.14
    words = ("ab " * 100)[:length]
    assert admin_client.get("/admin/catalogue/technology/", {"q": words}).status_code == expected


def test_the_log_of_a_load_is_given_back():
    """SQLite keeps its write-ahead log at the size that a load has brought it to, unless it is told."""
    options = own_settings.DATABASES["default"].get("OPTIONS", {})
    if "init_command" in options:
        assert "PRAGMA journal_size_limit=16777216" in options["init_command"]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["BREW", "PUT", "DELETE", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/technologies/", "/.well-known/security.txt", "/api/v1/technologies"])
def test_no_other_methods(client, settings, path, method):  # gate 4.13
    settings.SECURITY_CONTACT = "mailto:security@kb.example.eu"
    answer = client.generic(method, path)
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]


def test_words_that_people_search_for_take_little_memory_however_many_they_are():  # gate 4.2
    """What a process remembers of words it has met: when that is full, with words as long as a question may be."""
    for keys in (folded, word_key, loose_key_of):
        keys.cache_clear()
    words = [f"{number:x}".translate(LETTERS).ljust(MAX_WORDS, "é") for number in range(500)]
    tracemalloc.start()
    for word in words:
        loose_key_of(folded(word))
    each = tracemalloc.get_traced_memory()[0] / len(words)
    tracemalloc.stop()

    assert folded.cache_info().currsize == len(words)
    assert each * folded.cache_info().maxsize < 32 * 2**20
    assert word_key.cache_info().maxsize == loose_key_of.cache_info().maxsize == folded.cache_info().maxsize
