"""The doors by which input comes in. Each makes something up, and returns how it is sent: it may be sent again."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from urllib.parse import quote, quote_from_bytes

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError as Misfit

from media4sec.records import workflow
from media4sec.records.importing import reports
from media4sec.records.importing.reading import NotRead
from tests.factories import save
from tests.fuzz import inputs
from tests.fuzz.inputs import ANY_TEXT, JSON, VALUES, changed, changed_bytes, headers, queries

DOORS: dict[str, Callable] = {}
OURS = ("identifier", "slug", "uuid", "kind", "url", "state")  # of a document
ACCOUNTS = ("/admin/login/", "/admin/accounts/login/", "/admin/accounts/password/reset/")


def door(function):
    DOORS[function.__name__] = function
    return function


def ask(client, path, query="", method="GET", **more):
    return partial(client.generic, method, path, QUERY_STRING=query, **more)


@door
def questions(site, draw):
    """Any address with any parameters, mostly such as some address knows."""
    return ask(site.reader, draw(st.sampled_from(site.paths)), draw(queries()))


@door
def addresses(site, draw):
    """An address of which one part is another, in any language, by any method."""
    parts = draw(st.sampled_from(site.paths)).split("/")
    at = draw(st.integers(0, len(parts) - 1))
    odd = draw(
        st.one_of(
            VALUES.map(inputs.spelled), st.binary(max_size=30).map(quote_from_bytes), changed(parts[at])
        )
    )
    parts[at] = quote(odd.encode("utf-8", "replace"), safe="%/.~")
    language = draw(st.sampled_from(("", "", "/de", "/el", "/xx", "/en")))
    method = draw(
        st.sampled_from(("GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "FOO"))
    )
    return ask(site.reader, f"{language}/{'/'.join(parts).lstrip('/')}", method=method)


@door
def conditions(site, draw):
    """Headers: what is wanted, what is known already, who asks."""
    return ask(site.reader, draw(st.sampled_from(site.paths)), headers=draw(headers()))


@door
def cursors(site, draw):
    """Where a list goes on, a little changed."""
    path, name, real, rest = draw(st.sampled_from(site.cursors))
    return ask(site.reader, path, f"{name}={inputs.spelled(draw(changed(real)))}{rest}")


@door
def harvests(site, draw):
    """Arguments of OAI-PMH, by both methods."""
    names = ("verb", "metadataPrefix", "set", "from", "until", "identifier", "resumptionToken")
    known = (
        "ListRecords",
        "ListIdentifiers",
        "GetRecord",
        "ListSets",
        "Identify",
        "oai_dc",
        "oai_openaire",
        "technology",
    )
    query = draw(queries(names, st.sampled_from(known) | VALUES, most=6))
    if draw(st.booleans()):
        return ask(site.reader, "/oai", f"verb={draw(st.sampled_from(known[:5]))}&{query}")
    return partial(site.reader.generic, "POST", "/oai", query, "application/x-www-form-urlencoded")


@door
def searches(site, draw):
    """Words of any kind, in the search, in lists, and while somebody types."""
    words = draw(
        st.lists(st.sampled_from(inputs.ODD) | ANY_TEXT | st.sampled_from(site.words), min_size=1, max_size=8)
    )
    path = draw(
        st.sampled_from(("/search/", "/technologies/", "/search/suggest", "/api/v1/search", "/evidence.csv"))
    )
    return ask(site.reader, path, f"q={inputs.spelled(' '.join(words))}")


@door
def reported(site, draw):
    """The form for corrections, filled in by anybody."""
    cache.clear()
    form = dict(site.report)
    for name in draw(
        st.lists(st.sampled_from([*form, "email", "name", "record", "x"]), min_size=1, max_size=4)
    ):
        form[name] = draw(VALUES | changed(str(form.get(name, "x"))))
    return partial(site.reader.post, "/corrections/new/", form)


@door
def answered(site, draw):
    """Answers to the check, and files of such, opened again."""
    path = draw(st.sampled_from(("/check/result/", "/check/save/", "/check/open/", "/check/")))
    if path == "/check/open/":
        content = draw(changed_bytes(site.saved_check) | JSON.map(_as_json))
        return lambda: site.reader.post(path, {"file": SimpleUploadedFile("check.json", content)})
    questions = (
        st.sampled_from(["Q01", "Q02", "Q03", "situation", "technology", "pattern", "on", "country"])
        | ANY_TEXT
    )
    answers = draw(st.dictionaries(questions, st.sampled_from(("yes", "no")) | VALUES, max_size=5))
    return partial(site.reader.post, path, answers)


@door
def logged_out(site, draw):
    """The forms of accounts, before anybody is known."""
    cache.clear()
    path = draw(st.sampled_from(ACCOUNTS))
    fields = (
        st.sampled_from(("login", "email", "password", "next", "remember", "csrfmiddlewaretoken")) | ANY_TEXT
    )
    sent = draw(st.dictionaries(fields, VALUES, max_size=5))
    address = f"{path}?{draw(queries(('next', 'kept')))}"
    return partial(site.reader.post, address, sent, headers=draw(headers(("cookie", "origin"))))


@door
def forms(site, draw):
    """The form of a record in the back-office, with some fields changed."""
    address, values = draw(st.sampled_from(site.forms))
    sent = dict(values)
    for name in draw(st.lists(st.sampled_from([*values]), min_size=1, max_size=5, unique=True)):
        sent[name] = draw(VALUES | changed(str(sent[name])))
    return partial(
        site.editor.post, address, {name: value for name, value in sent.items() if value is not None}
    )


@door
def chosen(site, draw):
    """Lists of the back-office with any filter, order and words."""
    path = draw(st.sampled_from(site.changelists))
    names = (
        "q",
        "o",
        "p",
        "all",
        "state__exact",
        "kind",
        "owner__id__exact",
        "due",
        "e",
        "_facets",
        "_popup",
        "review",
    )
    return ask(site.editor, path, draw(queries(names)))


@door
def imported(site, draw):
    """Files to be imported: tables, spreadsheets, documents, whole and broken."""
    name = draw(st.sampled_from(("rows.csv", "rows.json", "rows.xlsx", "rows.txt", "x")))
    row = st.lists(VALUES, max_size=5)
    table = st.lists(row, max_size=4).map(lambda rows: "\n".join(",".join(cells) for cells in rows))
    made = st.one_of(
        table.map(lambda text: text.encode("utf-8", "replace")),
        st.lists(st.dictionaries(st.sampled_from(site.columns), JSON, max_size=4), max_size=3).map(_as_json),
        JSON.map(_as_json),
        st.binary(max_size=200),
        *(changed_bytes(content) for content in site.files.values()),
    )
    content = draw(made)

    def bring_in():
        with suppress(NotRead):
            report = reports.make(site.kind, name, content, by=site.person)
            if report.state == "ready":
                reports.apply(report, by=site.person)

    return bring_in


def _as_json(value):
    return json.dumps(value).encode()


@door
def programs(site, draw):
    """Documents and steps that programs of a team send, with the token of somebody or with none that is one."""
    token = draw(st.just(site.token) | changed(site.token) | VALUES)
    path = draw(st.sampled_from(site.working)) + draw(
        st.sampled_from(("", "", "/steps/publish", "/comments", "/files", "/x"))
    )
    document = dict(site.document)
    for name in draw(st.lists(st.sampled_from([*document]), max_size=3, unique=True)):
        document[name] = draw(JSON)
    body = draw(st.just(document) | JSON)
    method = draw(st.sampled_from(("GET", "POST", "PUT", "PATCH", "DELETE")))
    types = ("application/json", "application/merge-patch+json", "image/png", "text/plain", "")
    sent = draw(headers(("if-match", "idempotency-key", "accept"))) | {
        "authorization": _latin(f"Bearer {token}")
    }
    raw = draw(st.just(_as_json(body)) | changed_bytes(_as_json(body)))
    media_type = draw(st.sampled_from(types))
    query = draw(queries(most=1))
    return partial(site.program.generic, method, path, raw, media_type, headers=sent, QUERY_STRING=query)


def _latin(text):
    """A header as a server hands it on."""
    return text.encode("utf-8", "replace").decode("latin-1").replace("\r", "").replace("\n", "")


@door
def words(site, draw):
    """A record of which some texts are anything is refused, or published and told in any form."""
    draft = draw(st.sampled_from(site.drafts))
    document = dict(draft.document)
    texts = [name for name, value in document.items() if isinstance(value, str) and name not in OURS]
    for name in draw(st.lists(st.sampled_from(texts), min_size=1, max_size=3, unique=True)):
        document[name] = draw(ANY_TEXT | st.sampled_from(inputs.ODD))
    form = draw(
        st.sampled_from(("/", ".json", ".md", ".bib", ".ris", ".csl.json", ".ttl", ".jsonld", "/versions/"))
    )

    def publish():
        try:
            record = save(document, draft.kind.name, draft.record)
        except (ValidationError, Misfit):
            return None
        workflow.publish(record)
        return site.reader.get(draft.kind.url(record.identifier, record.slug)[:-1] + form)

    return publish
