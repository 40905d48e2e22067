"""Nothing of a draft, or of an unpublished edit, is to be seen outside the editors' interface: walked, not sampled."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern, get_resolver, resolve
from django.utils import timezone

from media4sec.front.urls import (
    FORM_OF_CATALOGUE,
    FORM_OF_LIST,
    FORM_OF_RECORD,
    FORM_OF_SCHEME,
    FORM_OF_SCHEMES,
)
from media4sec.kinds import kinds, kinds_by_name, paths
from media4sec.languages import CODES, PREFIX
from media4sec.publications.models import Change, Publication
from media4sec.publications.selection import name_of
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from media4sec.records.models import Record
from tests.factories import (
    document_for,
    fresh,
    full_document_for,
    make,
    one_of_every_kind,
    publish,
    published,
    save,
    source,
)
from tests.files import file_part
from tests.public import FIXED_PAGES, api_item, api_list, links_in

pytestmark = pytest.mark.django_db

# Every route that is not the editors' own, and how the walk below comes to it. A new route must be named here.
ROUTES = {
    **{
        f"{code}/": "slash" for code in CODES
    },  # the middleware takes it off; only the slash behind it is put there
    "": "fixed",
    "search/": "fixed",
    "search/suggest": "spelled out",
    "opensearch.xml": "file",
    "matrix/": "fixed",
    "library/": "fixed",
    "timeline/": "fixed",
    "patterns/": "fixed",
    "technologies/lives/": "fixed",
    "technologies/alive/": "fixed",
    "situations/law/": "fixed",
    "patterns/cards/": "fixed",
    "patterns/cards.pdf": "paper",  # no text that could be searched: tests/test_cards.py reads it
    "situations/<ref:ref>/exercise/": "record",
    "situations/<ref:ref>/exercise.pdf": "paper",
    "about/": "fixed",
    "accessibility/": "fixed",
    "privacy/": "fixed",
    "sitemap.xml": "file",
    "sitemap-<int:number>.xml": "followed",
    ".well-known/api-catalog": "file",
    "llms.txt": "file",
    ".well-known/resourcesync": "file",
    "resourcesync/capabilities.xml": "file",
    "resourcesync/resources.xml": "file",
    "resourcesync/resources-<int:number>.xml": "followed",
    "resourcesync/changes.xml": "file",
    "resourcesync/changes-<int:number>.xml": "followed",
    "accessibility.json": "file",
    "robots.txt": "file",
    ".well-known/security.txt": "file",
    "favicon.ico": "picture",
    "apple-touch-icon.png": "picture",
    "icon-192.png": "picture",
    "icon-512.png": "picture",
    "site.webmanifest": "file",
    "preview/home.png": "picture",
    "preview/<str:path>.png": "picture",  # looked at in tests/test_previews.py
    "preview/<str:path>/<str:ref>.png": "picture",
    # Looked at in tests/test_files.py.
    r"^files/(?P<digest>[0-9a-f]{32})/(?P<name>[A-Za-z0-9_-]+\.[a-z]+)$": "attached",
    "catalog": "leads on",
    FORM_OF_CATALOGUE: "spelled out",
    "schemes": "leads on",
    FORM_OF_SCHEMES: "spelled out",
    "schemes/<slug:name>": "leads on",
    FORM_OF_SCHEME: "spelled out",
    "api/v1/openapi.json": "file",
    "api/v1": "file",
    "api/v1/changes": "file",
    "api/v1/facets": "file",
    "api/v1/search": "followed",
    "api/v1/facets/<slug:plural>": "followed",
    "api/v1/<slug:plural>/<str:identifier>/versions": "record",
    "api/v1/<slug:plural>/<str:identifier>/versions/<int:number>": "record",
    "api/v1/<slug:plural>/<str:identifier>/related": "record",
    "api/v1/<slug:plural>/<str:identifier>/responsible-use": "record",
    "api/v1/<slug:plural>/<str:identifier>/incoming": "record",
    "dumps/manifest.json": "dump",  # in tests/test_staying_in_step.py
    "dumps/<str:name>": "dump",
    "dumps/<slug:folder>/<str:name>": "dump",
    # Nothing without a token, and with one what its team may see: tests/test_writing_rights.py.
    "api/v1/working": "token",
    "api/v1/working/openapi.json": "token",
    "api/v1/working/<str:plural>": "token",
    "api/v1/working/<str:plural>/<str:identifier>": "token",
    "api/v1/working/<str:plural>/<str:identifier>/steps": "token",
    "api/v1/working/<str:plural>/<str:identifier>/steps/<str:name>": "token",
    "api/v1/working/<str:plural>/<str:identifier>/revisions": "token",
    "api/v1/working/<str:plural>/<str:identifier>/revisions/<int:number>": "token",
    "api/v1/working/<str:plural>/<str:identifier>/files": "token",
    "api/v1/working/<str:plural>/<str:identifier>/files/<str:digest>": "token",
    "api/v1/working/<str:plural>/<str:identifier>/comments": "token",
    "api/v1/working/<str:plural>/<str:identifier>/comments/<int:number>": "token",
    "api/v1/working/<str:plural>/<str:identifier>/comments/<int:number>/<str:name>": "token",
    "api/": "fixed",
    "corrections/": "fixed",
    "corrections/new/": "form",  # differs each time it is opened; tests/test_corrections.py asks it about drafts
    "corrections/<str:receipt>/": "receipt",
    "api/v1/pos/solutions": "file",
    "oai": "followed",
    "en/group_export": "file",
    "group_export": "file",
    "design/": "file",
    "check/": "list",
    "check/open/": "sent",  # what these make of answers, tests/test_answering.py asks
    "check/result/": "sent",
    "check/save/": "sent",
    "check/result.pdf": "sent",
    "check/result.docx": "sent",
    "list/": "spelled out",
    r"^list\.(?P<form>pdf|docx)$": "followed",
    "since/<int:number>/": "spelled out",
    "<list:path>/": "list",
    "<list:path>/compare/": "list",
    "<list:path>/facets/<slug:name>/": "followed",
    "search/facets/<slug:name>/": "followed",
    r"^(?P<path>[a-z-]+)/compare\.csv$": "followed",
    "<list:path>/compare.pdf": "followed",
    FORM_OF_LIST: "followed",
    FORM_OF_RECORD: "followed",
    r"^feeds/(?P<path>[a-z-]+)\.(?P<form>atom|json)$": "followed",
    r"^(?P<path>[a-z-]+)\.ics$": "followed",
    r"^(?P<path>[a-z-]+)/(?P<ref>[^/]+?)\.ics$": "followed",
    r"^(?P<path>[a-z-]+)/(?P<ref>[^/]+?)\.pdf$": "followed",
    "situations/<ref:ref>/brief/": "followed",
    "situations/<ref:ref>/brief.pdf": "followed",
    "situations/<ref:ref>/questions/": "followed",
    "<list:path>/<ref:ref>/": "record",
    "themes/<ref:ref>/debate/": "record",
    "<list:path>/<ref:ref>/versions/": "record",
    "<list:path>/<ref:ref>/versions/<int:number>/": "record",
}


WALKED = ("fixed", "spelled out", "file", "list", "followed", "record")


def routes_of(addresses):
    """The routes that were asked and answered, apart from lists and records of the API, and other languages."""
    paths = {urlsplit(address).path for address in addresses if addresses[address][0] == 200}
    found = {resolve(path).route for path in paths if not PREFIX.match(path)}
    return {route for route in found if not route.startswith("api/v1/") or route in ROUTES}


def public_routes():
    """Every route of the resolver, flattened, without the admin's."""

    def flatten(patterns, prefix):
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLPattern):
                yield route, entry
            elif not route.startswith("admin/"):
                yield from flatten(entry.url_patterns, route)

    return dict(flatten(get_resolver().url_patterns, ""))


def walk(client):
    """Every public answer there is: {address: (status, headers, body)}, following each link and each filter.

    What a filtered list links to is the same list in other orders and forms. That is followed where the first filter of
    each list stands, for one step.
    """
    waiting = [f"/{route}" for route, how in ROUTES.items() if how in ("fixed", "file")]
    waiting += [f"/{path}/" for path in paths()] + [f"/{path}/?page=1" for path in paths()]
    waiting += [f"{api_list(kind)}?count=true" for kind in kinds()]
    waiting += [f"/api/v1/facets/{kind.plural}?facet=tag" for kind in kinds()]
    waiting += ["/api/v1/search?q=number", "/api/v1/search?q=what&type=theme"]
    waiting += [
        f"/api/v1/{kind.plural}/{identifier}{below}"
        for kind, identifier in known_records()
        for below in ("", "/versions", "/versions/1", "/related", "/responsible-use", "/incoming")
    ]
    waiting += [
        "/sitemap-1.xml",
        "/resourcesync/resources-1.xml",
        "/resourcesync/changes-1.xml",
        "/catalog.ttl",
        "/schemes.rdf",
        "/schemes/theme.jsonld",
        "/no-such-page/",
        "/technologies/T-99999/",
        "/api/v1/nothing",
        "/technologies/?nothing=1",
    ]
    asked = (
        "Identify",
        "ListSets",
        "ListRecords&metadataPrefix=oai_dc",
        "ListRecords&metadataPrefix=oai_openaire",
    )
    waiting += [f"/oai?verb={verb}" for verb in asked]
    waiting += [
        "/api/v1/technologies?nothing=1",
        "/search/suggest?q=number",
        "/search/?q=what&type=theme",
        "/search/?q=",
        "/search/facets/type/?q=number",
        "/list/",
        "/since/0/",
    ]
    names = ",".join(name_of(kind.name, identifier) for kind, identifier in known_records())
    waiting += [
        f"/list/?ids={names}&since=0",
        f"/list.json?ids={names}",
        f"/list.pdf?ids={names}",
        f"/since/0/?ids={names}",
    ]
    compared = [identifier for kind, identifier in known_records() if kind.path == "technologies"][:2]
    filtered = {"search": "/search/?q=number", "compare": f"/technologies/compare/?ids={','.join(compared)}"}
    seen = follow(client, waiting, {}, filtered)
    for address in filtered.values():
        follow(client, [address, *links_in(client.get(address))], seen)
    return seen


def follow(client, waiting, seen, filtered=None):
    """Add these addresses to ``seen``; and all they lead to, where ``filtered`` keeps the first filter of each list."""
    while waiting:
        address = waiting.pop()
        if (
            address in seen
            or address.removeprefix("/de").startswith(("/static/", "/admin/", "/corrections/new/"))
            or address.endswith((".png", ".ico"))
            or is_left_to_another_language(address)
        ):
            continue
        response = client.get(address)
        body = b"".join(response) if response.streaming else response.content
        seen[address] = (response.status_code, dict(response.headers), body)
        if filtered is None:
            continue
        is_page = response.headers["Content-Type"].startswith("text/html") and response.status_code == 200
        if is_page and "?" not in address:
            waiting += sorted(links_in(response))
            filters = filters_on(address, response)
            waiting += filters
            filtered |= {address: filters[0]} if filters else {}
        if response.has_header("Location"):
            waiting.append(response.headers["Location"])
    return seen


def is_left_to_another_language(address):
    """One language beside English is walked, without questions: they are answered by the same code."""
    prefix = PREFIX.match(address)
    return bool(prefix) and (prefix[1] != "de" or "?" in address)


def known_records():
    for kind_name, identifier in Publication.objects.order_by("pk").values_list("kind", "identifier"):
        yield kinds_by_name()[kind_name], identifier


def filters_on(address, response):
    """The address of each value of each facet, and the same question to the API."""
    if "facets" not in (response.context or {}):
        return []
    found = []
    for group in response.context["facets"]:
        found += [f"{address}?{group.name}={option.value}" for option in group.options + group.more]
        found += [group.all_url] if group.all_url else []
    return found


@dataclass
class Secrets:
    """What was planted: words that stand nowhere else."""

    words: list[str] = field(default_factory=list)

    def word(self, where):
        word = f"zq{len(self.words):02d}{where}xv"
        self.words.append(word)
        return word


@pytest.fixture
def secrets():
    return Secrets()


def prepare(secrets, public):
    """Documents with words of their own in every place, not saved yet; what else they name is public already."""
    maker = document_for("organisation", title=secrets.word("Maker"))
    author = document_for("person", title=secrets.word("Author"))
    report = document_for("deliverable", title=secrets.word("Report"), authors=[author["identifier"]])
    issue = document_for("issue", title=secrets.word("Issue"))
    tool = full_document_for(
        "technology",
        title=secrets.word("Title"),
        slug=secrets.word("slug").lower(),
        summary=secrets.word("Summary"),
        status_note=secrets.word("Body"),
        notes=[secrets.word("Note")],
        tags=[secrets.word("tag")],
        makers=[maker["identifier"]],
        issues=[issue["identifier"]],
        platforms_covered=[secrets.word("Platform")],
        sources=[
            source(url=f"https://example.org/{secrets.word('sourceurl')}", title=secrets.word("Sourcetitle"))
        ],
        files=[
            file_part(key=secrets.word("key").lower(), alt=secrets.word("Alt"), credit=secrets.word("Credit"))
        ],
    )
    documents = [
        ("organisation", maker),
        ("person", author),
        ("deliverable", report),
        ("issue", issue),
        ("technology", tool),
    ]
    documents += [
        (
            kind.name,
            document_for(
                kind, title=secrets.word("Any"), summary=secrets.word("Text"), tags=[secrets.word("tag")]
            ),
        )
        for kind in kinds()
    ]
    edit = working_document(public) | {
        "title": secrets.word("Newtitle"),
        "slug": secrets.word("newslug").lower(),
        "summary": secrets.word("Newsummary"),
        "notes": [secrets.word("Newnote")],
        "tags": [secrets.word("newtag")],
        "lens": "bad",
        "themes": [],
        "makers": [maker["identifier"]],
        "issues": [issue["identifier"]],
        "sources": [
            source(url=f"https://example.org/{secrets.word('newurl')}", title=secrets.word("Newsource"))
        ],
        "files": [file_part(key=secrets.word("newkey").lower(), caption=secrets.word("Newcaption"))],
    }
    return documents, edit


def plant(documents, edit, public):
    for kind_name, document in documents:
        save(document, kind_name)
    save(edit, "technology", public)


def test_every_public_route_is_walked():  # gate 3.2
    routes = {route for route in public_routes() if not route.startswith(("api/v1/^", "^api/v1/"))}
    api = {route for route in public_routes() if route.startswith("api/v1/^")}

    assert routes == set(ROUTES)
    assert api == {
        f"api/v1/^{kind.plural}{end}$" for kind in kinds() for end in ("", "/(?P<identifier>[^/]+)")
    }
    assert {f"/{route}" for route, how in ROUTES.items() if how == "fixed"} == set(FIXED_PAGES)


@pytest.mark.slow
def test_drafts_and_unpublished_edits_change_not_a_byte(
    client, secrets, settings, monkeypatch
):  # gates 3.9, 3.11
    public = one_of_every_kind()["technology"]
    public = publish(save(working_document(public) | {"summary": "Version 2."}, "technology", public))
    planted = prepare(secrets, public)
    settings.SECURITY_CONTACT = "security@kb.example.eu"
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)  # pages say what day it is
    before = walk(client)
    assert {status for status, _, _ in before.values()} == {200, 302, 400, 404}
    assert routes_of(before) == {route for route, how in ROUTES.items() if how in WALKED}

    plant(*planted, public)

    after = walk(client)
    assert {address for address in after if after[address] != before.get(address)} == set()
    assert after.keys() == before.keys()


@pytest.mark.once
@pytest.mark.slow
def test_what_was_planted_is_seen_once_it_is_published(client, secrets):
    """So that the test above hides something that would be seen."""
    public = one_of_every_kind()["technology"]
    plant(*prepare(secrets, public), public)

    workflow.publish_all(Record.objects.exclude(state="published"))

    bodies = (body for _, _, body in walk(client).values())
    everything = b"\n".join(bodies).decode(errors="replace").casefold()
    assert [word for word in secrets.words if word.casefold() not in everything] == []


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_never_published_answers_like_never_existing(client, kind):  # gate 3.10
    published(kind)
    draft, never = make(kind), document_for(kind)
    never_url = kind.url(never["identifier"], never["slug"])
    spellings = [
        (draft.url, never_url),
        (f"/{kind.path}/{draft.identifier}/", f"/{kind.path}/{never['identifier']}/"),
        (f"/{kind.path}/{draft.slug}/", f"/{kind.path}/{never['slug']}/"),
        (api_item(draft), f"{api_list(kind)}/{never['identifier']}"),
        (f"/search/?q={draft.slug}", f"/search/?q={never['slug']}"),
        (f"{kind.list_url}?q={draft.slug}", f"{kind.list_url}?q={never['slug']}"),
        (f"{api_list(kind)}?q={draft.slug}", f"{api_list(kind)}?q={never['slug']}"),
    ]

    for of_draft, of_nothing in spellings:
        assert without_address(client.get(of_draft), draft.identifier, draft.slug) == without_address(
            client.get(of_nothing), never["identifier"], never["slug"]
        )


EXAMPLES = ("T-001", "D2.6")  # which the page of a wrong address names to everybody


def without_address(response, identifier, slug):
    """An answer apart from what was asked for, which its links tell too."""

    def apart(text):
        for name in (slug, identifier, *EXAMPLES):
            text = re.sub(rf"\b{re.escape(name)}\b", "…", text)
        return text

    of_body = ("Content-Length", "ETag")  # which follow from the body, with what was asked for in it
    headers = {name: apart(value) for name, value in response.headers.items() if name not in of_body}
    return response.status_code, headers, apart(response.content.decode())


def test_facet_value_of_a_draft_answers_like_an_unknown_one(client):  # gate 3.10
    published("technology")
    make("technology", tags=["secret"], country="XX")

    for address in ("/technologies/", "/api/v1/technologies"):
        for name, secret, unknown in (("tag", "secret", "nobody"), ("country", "XX", "YY")):
            answers = [client.get(address, {name: value}) for value in (secret, unknown)]
            bodies = [answers[0].content.decode().replace(secret, unknown), answers[1].content.decode()]
            assert [answer.status_code for answer in answers] == [400, 400]
            assert bodies[0] == bodies[1]


# References: named once the target is public, and no longer than that


@pytest.fixture
def referrer():
    """A published technology that names a draft as its maker."""
    maker = make("organisation", title="The Late Publishers")
    technology = published("technology", makers=[maker.identifier])
    return technology, maker


def makers_of(client, technology):
    return [ref["label"] for ref in client.get(api_item(technology)).json()["makers"]]


def test_reference_to_a_draft_is_left_out(client, referrer):  # gate 3.9
    technology, maker = referrer

    assert makers_of(client, technology) == []
    assert maker.title not in client.get(technology.url).content.decode()
    assert maker.identifier not in client.get("/technologies/").content.decode()


def changes_since(seq):
    return list(
        Change.objects.filter(seq__gt=seq).order_by("seq").values_list("action", "kind", "identifier")
    )


def last_seq():
    return Change.objects.order_by("-seq").values_list("seq", flat=True).first()


@pytest.mark.slow
def test_publishing_a_target_makes_those_that_name_it_show_it(client, referrer):
    technology, maker = referrer
    published("technology")  # a filter with one value only is not offered
    seq = last_seq()

    publish(maker)

    assert makers_of(client, technology) == ["The Late Publishers"]
    assert sorted(changes_since(seq)) == [
        ("created", "organisation", maker.identifier),
        ("updated", "technology", technology.identifier),
    ]
    assert f"/technologies/?maker={maker.identifier}" in walk(client)


def test_withdrawing_a_target_removes_its_name(client, referrer):
    technology, maker = referrer
    publish(maker)
    seq = last_seq()

    workflow.withdraw(maker, reason="It was never true.")

    assert makers_of(client, technology) == []
    assert maker.title not in client.get(technology.url).content.decode()
    assert client.get("/technologies/", {"maker": maker.identifier}).status_code == 400
    assert sorted(changes_since(seq)) == [
        ("deleted", "organisation", maker.identifier),
        ("updated", "technology", technology.identifier),
    ]


def test_renaming_a_target_renames_it_everywhere(client, referrer):
    technology, maker = referrer
    maker = publish(maker)
    seq = last_seq()

    save(working_document(maker) | {"title": "The Early Publishers"}, "organisation", maker)
    assert makers_of(client, technology) == ["The Late Publishers"]
    publish(fresh(maker))

    assert makers_of(client, technology) == ["The Early Publishers"]
    assert sorted(changes_since(seq)) == [
        ("updated", "organisation", maker.identifier),
        ("updated", "technology", technology.identifier),
    ]
