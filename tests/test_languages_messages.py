"""The texts of the interface and their translations: none is missing, none is stale, none loses what it holds."""

import re
from functools import cache
from io import BytesIO

import pytest
from babel.messages.mofile import read_mo
from django.core.checks import ERROR
from django.utils import translation

from media4sec.kinds import kinds, kinds_by_name
from media4sec.languages import CODES
from media4sec.portal import errors
from media4sec.portal.apps import translations_are_compiled
from media4sec.records import messages
from tests import pseudo
from tests.pages import IN_ENGLISH

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%|\{(\w*)\}")
TAG = re.compile(r"</?\w+[^>]*>")

gathered = cache(messages.gathered)
every_language = pytest.mark.parametrize("code", CODES)


def entries(catalog):
    """{(context, text, plural): translations} of a catalogue."""
    found = {}
    for message in catalog:
        if message.id:
            one, many = message.id if message.pluralizable else (message.id, "")
            strings = message.string if message.pluralizable else (message.string,)
            context = message.context.decode() if isinstance(message.context, bytes) else message.context
            found[context, one, many] = tuple(strings)  # Babel reads contexts of compiled files as bytes
    return found


@every_language
def test_texts_are_those_of_code_and_templates(code):
    assert entries(messages.read_catalogue(code)).keys() == entries(gathered()).keys(), "Run `make messages`."


@every_language
def test_files_are_as_the_command_writes_them(code):
    folder = messages.folder_of(code)
    catalog = messages.updated(code, gathered())

    assert (folder / "django.po").read_bytes() == messages.as_po(catalog), "Run `make messages`."


@every_language
def test_compiled_files_say_the_same(code):
    compiled = entries(read_mo(BytesIO((messages.folder_of(code) / "django.mo").read_bytes())))
    translated = {
        text: strings for text, strings in entries(messages.read_catalogue(code)).items() if all(strings)
    }

    assert {text: strings for text, strings in compiled.items() if text in translated} == translated
    assert compiled.keys() - translated.keys() <= {
        text for text in compiled if text[2]
    }  # forms nobody translated


# gate 7.13
@every_language
def test_everything_is_translated(code):
    catalog = messages.read_catalogue(code)
    missing = [text for text, strings in entries(catalog).items() if not all(strings)]
    doubtful = [message.id for message in catalog if message.id and message.fuzzy]
    forms = {len(strings) for (_, _, plural), strings in entries(catalog).items() if plural}

    assert missing == []
    assert doubtful == []
    assert forms == {catalog.num_plurals}


@every_language
def test_translations_keep_placeholders_and_tags(code):
    changed = {}
    for (_, one, many), strings in entries(messages.read_catalogue(code)).items():
        wanted = {placeholders(text) for text in (one, many) if text}
        for string in filter(None, strings):
            # A form for one thing may leave its number out, in any language.
            if not any(
                placeholders(string) in (names, names - {"count", "number", "n"} if many else names)
                for names in wanted
            ):
                changed[one] = string
            if sorted(TAG.findall(string)) not in [sorted(TAG.findall(text)) for text in (one, many) if text]:
                changed[one] = string
    assert changed == {}


def placeholders(text):
    return frozenset(match[1] or match[2] or match[0] for match in PLACEHOLDER.finditer(text))


def test_every_kind_can_be_counted():
    texts = entries(gathered())

    for kind in kinds():
        if not kind.name.startswith("throwaway"):
            assert (None, *kind.names.nouns) in texts


# gate 7.13
def test_slovene_has_a_dual():
    with translation.override("sl"):
        found = [
            kinds_by_name()["technology"].names.counted(number) for number in (1, 2, 3, 5, 101, 102, 104, 111)
        ]

    words = [text.split(" ", 1)[1] for text in found]
    assert len(set(words[:4])) == 4
    assert words[4:] == [words[0], words[1], words[2], words[3]]


def test_the_backoffice_is_not_translated():
    places = {place for message in gathered() for place, _ in message.locations}

    assert not [place for place in places if "admin" in place]
    assert {place for place in places if place.startswith("media4sec/records")} <= {
        "media4sec/records/models.py"
    }


# What a page says without asking for a translation: names, identifiers, addresses, formats of files.
NAMES = (
    r"JSON-LD|JSON Feed",
    r"MEDI@4SEC",
    r"https?://\S+",
    r"\b[\w-]+(\.[\w-]+)+\b",  # a host
    r"\b(\w{4}-){2}\w{4}\b",  # a receipt
    r"\b[2-9B-Z]{4}(-[2-9B-Z]{4}){2}\b",  # the number of a receipt
    r"\b[A-Z]{1,6}-?\d+(\.\d+)?\b",
    r"\b[A-Z]\b",
    r"\b[a-z-]+:[a-z0-9-]+\b",  # how a list names what has no number
    r"\b(APA|API|Atom|BibTeX|CSL-JSON|CSV|ISO 690|JSON|Markdown|NDJSON|PDF|DOCX|RIS|iCalendar|Deutsch)\b",
    r"\bThrowaways?\b",  # a kind that only tests know
    r"missing person|zzqq|“[a-z]+”",  # what these pages are asked for
    r"This is where the editors answer\.",  # in their own words
    r"This is where the editors answer\.",
)


# What has no page of its own in the list of all, yet other words.
VIEWS = {
    "table": "/technologies/?view=table",
    "cross-table": "/evidence/?view=matrix",
    "two kinds": "/practices/?view=table",
    "many filters": "/technologies/?country=GR&country=NL&status=active",
    "comparison": "/technologies/compare/?ids=T-001,T-002",
    "nothing to compare": "/technologies/compare/",
    "typing error": "/search/?q=darkwb",
    "kind in search": "/search/?q=gdpr&type=instrument",
    "unknown value": "/technologies/?theme=x",
    "unknown order": "/technologies/?sort=x",
    "no such page": "/technologies/?page=99",
    "record-versions": "/technologies/T-001-publicsonar/versions/",
    "record-version": "/technologies/T-001-publicsonar/versions/1/",
}
EVERYTHING = {
    name: url for name, url in (IN_ENGLISH | VIEWS).items() if name != "design"
}  # for builders, in English


# gate 7.13
@pytest.mark.once
@pytest.mark.parametrize("name", EVERYTHING)
def test_nothing_is_forgotten(client, site, monkeypatch, name):
    pseudo.install(monkeypatch)

    html = client.get(f"/{pseudo.LANGUAGE}{EVERYTHING[name]}").content.decode()

    names_a_record = any(
        word in name for word in ("record", "version", "difference", "brief", "asked", "debate", "-day")
    )
    assert pseudo.Forgotten(html, NAMES, with_head=not names_a_record).found == []


# gate 4.16
@pytest.mark.parametrize("status", [400, 403, 404, 405, 408, 410, 413, 429, 500, 503])
def test_error_pages_forget_nothing(monkeypatch, status):
    pseudo.install(monkeypatch)

    with translation.override(pseudo.LANGUAGE):
        html = errors.page(None, status).content.decode()

    assert pseudo.Forgotten(html, NAMES).found == []


def test_forgotten_words_are_found():
    html = (
        '<html lang="de"><body><p>⟦Said <b>twice</b>⟧ forgotten</p><p lang="en">Content</p>'
        '<img alt="The picture"><img alt="⟦The picture⟧"><code>JSON</code><p>12 %</p></body></html>'
    )

    assert pseudo.Forgotten(html, NAMES).found == [("body p", "forgotten"), ("img alt", "The picture")]


def test_missing_compiled_files_are_an_error_at_the_start(settings, tmp_path):
    assert translations_are_compiled(None) == []

    settings.LOCALE_PATHS = [tmp_path]
    (error,) = translations_are_compiled(None)

    assert error.level == ERROR
    assert error.msg == f"The translations are not compiled: {', '.join(CODES)}."
