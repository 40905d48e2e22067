"""Who may do what: every address of the portal, asked by people with each role, about records of theirs and of others.

The tables here are the written matrix; they are kept apart from the policy's own, so that a slip in one shows.
"""

import re
from functools import cache

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from media4sec.accounts.tokens import make_token
from media4sec.front.urls import (
    FORM_OF_CATALOGUE,
    FORM_OF_LIST,
    FORM_OF_RECORD,
    FORM_OF_SCHEME,
    FORM_OF_SCHEMES,
)
from media4sec.kinds import kinds
from media4sec.links.addresses import read_records
from media4sec.links.models import Link, Turn
from media4sec.operations.models import JobRun
from media4sec.records import audit, policy, workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.comments import comment_on
from media4sec.records.documents.reading import working_document
from media4sec.records.models import (
    AuditEntry,
    Comment,
    FieldHint,
    Record,
    SavedList,
    Source,
    Tag,
    Team,
    model_of,
)
from media4sec.webhooks.models import Subscription
from tests.factories import fresh, make, publish, published, save
from tests.files import file_part
from tests.people import administrator, authenticated, logged_in, member, owned
from tests.test_corrections import report

pytestmark = pytest.mark.django_db

ROLES = ("contributor", "reviewer", "publisher", "administrator")
PEOPLE = (
    *ROLES,
    "other",
    "office",
    "root",
)  # “other”: everything in another team; “office”: the editorial one
# Who holds which right over a record of the partner.
HOLDERS = {
    "see": {*ROLES, "root"},
    "write": {"contributor", "reviewer", "publisher", "root"},
    "review": {"reviewer", "publisher", "root"},
    "discard": {"reviewer", "publisher", "root"},
    "publish": {"publisher", "root"},
    "withdraw": {"publisher", "root"},
    "nobody": set(),
}
# Pages of one record: the right that opens them. A new one without a row fails.
OF_A_RECORD = {
    "change": "see",
    "history": "see",
    "version": "see",
    "preview": "see",
    "comments": "see",
    "comment": "see",
    "comment-remove": "review",
    "file": "see",
    "revert": "write",
    "checked": "write",
    "dismiss": "write",
    "submit": "write",
    "approve": "review",
    "send-back": "review",
    "publish": "publish",
    "schedule": "publish",
    "unschedule": "publish",
    "withdraw": "withdraw",
    "merge": "withdraw",
    "merge-draft": "withdraw",
    "restore": "publish",
    "discard": "discard",
    "delete": "nobody",
}
TO_BE_READ = {"history", "version", "preview", "file"}
# Pages of a kind: for everybody with a role; adding and importing, for those who write (tests/test_imports.py).
OF_A_KIND = {"changelist": "see", "add": "write", "import": "write", "import-report": "its maker"}
MAKER = "contributor"  # of what is somebody’s own
EVERYBODY, MEMBERS, ROOT, REVIEWERS, MANAGERS = "everybody", "members", "root", "reviewers", "managers"
CORRECTORS = "correctors"  # publishers of the editorial office, and of those whose records alone have it
# All other addresses behind the login.
OTHERS = {
    "index": MEMBERS,
    "app_list": MEMBERS,
    "autocomplete": MEMBERS,
    "jsi18n": MEMBERS,
    "password_change": MEMBERS,
    "password_change_done": MEMBERS,
    "login": EVERYBODY,
    "logout": EVERYBODY,
    "unsaved_keep": MEMBERS,
    "unsaved_forget": MEMBERS,
    "saved_list_save": MEMBERS,
    "saved_list_open": "its maker",  # and a team it is shared with: tests/test_saved_lists.py
    "saved_list_delete": "its maker",
    "view_on_site": "nothing",  # no table has such an address
    "records_record_changelist": MEMBERS,
    "records_record_add": "nobody",
    "records_record_history": "leads on",
    "records_record_delete": "nobody",
    "records_record_change": "leads on",
    "records_source_changelist": MEMBERS,
    "records_source_add": "writers",
    "records_source_history": ROOT,
    "records_source_delete": "nobody",  # it is in use
    "records_source_change": MEMBERS,
    "records_source_merge": CORRECTORS,
    "records_tag_changelist": MEMBERS,
    "records_tag_add": "writers",
    "records_tag_history": ROOT,
    "records_tag_delete": "nobody",
    "records_tag_change": MEMBERS,
    "records_tag_merge": CORRECTORS,
    "records_fieldhint_changelist": "office",
    "records_fieldhint_add": "office",
    "records_fieldhint_history": "office",
    "records_fieldhint_delete": "office",
    "records_fieldhint_change": "office",
    "records_auditentry_changelist": MEMBERS,
    "records_auditentry_add": "nobody",
    "records_auditentry_history": MANAGERS,
    "records_auditentry_delete": "nobody",
    "records_auditentry_change": MANAGERS,
    "corrections_correction_changelist": MEMBERS,
    "corrections_correction_add": "nobody",
    "corrections_correction_history": "team",
    "corrections_correction_delete": ROOT,
    "corrections_correction_change": "team",
    "corrections_correction_step": REVIEWERS,
    "links_link_changelist": MEMBERS,
    "links_link_add": "nobody",
    "links_link_history": "team",
    "links_link_delete": "nobody",
    "links_link_change": "team",
    "webhooks_subscription_changelist": "office",
    "webhooks_subscription_add": "office",
    "webhooks_subscription_history": "office",
    "webhooks_subscription_delete": "nobody",
    "webhooks_subscription_change": "office",
    "operations_jobrun_changelist": ROOT,
    "operations_jobrun_add": "nobody",
    "operations_jobrun_history": ROOT,
    "operations_jobrun_delete": "nobody",
    "operations_jobrun_change": ROOT,
    "webhooks_subscription_step": "office",  # its administrators alone: tests/test_webhooks.py
    "records_team_changelist": MANAGERS,
    "records_team_add": ROOT,
    "records_team_history": MANAGERS,
    "records_team_delete": "nobody",
    "records_team_change": MANAGERS,
    "records_team_invite": MANAGERS,
    "records_team_lost_factor": MANAGERS,
    "accounts_user_changelist": ROOT,
    "accounts_user_add": ROOT,
    "accounts_user_history": ROOT,
    "accounts_user_delete": ROOT,
    "accounts_user_change": ROOT,
    "accounts_token_changelist": MANAGERS,
    "accounts_token_add": "nobody",
    "accounts_token_history": MANAGERS,
    "accounts_token_delete": MANAGERS,
    "accounts_token_change": MANAGERS,
}
# Pages about one’s own account, which show nothing of others.
OWN_ACCOUNT = re.compile(
    r"admin/accounts/\^?(login|logout|inactive|signup|reauthenticate|password|2fa|sessions|mail|tokens|set-up)/"
)
# What readers see: the same for everybody, whoever asks.
FOR_READERS = {
    *(
        "",
        "sitemap.xml",
        "sitemap-<int:number>.xml",
        ".well-known/api-catalog",
        "llms.txt",
        ".well-known/resourcesync",
        "resourcesync/capabilities.xml",
        "resourcesync/resources.xml",
        "resourcesync/resources-<int:number>.xml",
        "resourcesync/changes.xml",
        "resourcesync/changes-<int:number>.xml",
        ".well-known/security.txt",
        "opensearch.xml",
        "robots.txt",
        "accessibility.json",
    ),
    *("favicon.ico", "apple-touch-icon.png", "icon-192.png", "icon-512.png", "site.webmanifest"),
    *("preview/home.png", "preview/<str:path>.png", "preview/<str:path>/<str:ref>.png"),
    r"^files/(?P<digest>[0-9a-f]{32})/(?P<name>[A-Za-z0-9_-]+\.[a-z]+)$",
    r"^feeds/(?P<path>[a-z-]+)\.(?P<form>atom|json)$",
    r"^(?P<path>[a-z-]+)\.ics$",
    r"^(?P<path>[a-z-]+)/(?P<ref>[^/]+?)\.ics$",
    FORM_OF_LIST,
    r"^(?P<path>[a-z-]+)/compare\.csv$",
    FORM_OF_RECORD,
    *("catalog", FORM_OF_CATALOGUE, "schemes", FORM_OF_SCHEMES, "schemes/<slug:name>", FORM_OF_SCHEME),
    *(
        "api/v1",
        "api/v1/changes",
        "api/v1/search",
        "api/v1/facets",
        "api/v1/facets/<slug:plural>",
        *(
            f"api/v1/<slug:plural>/<str:identifier>/{below}"
            for below in ("versions", "versions/<int:number>", "related", "responsible-use", "incoming")
        ),
        "api/v1/pos/solutions",
        "oai",
        "en/group_export",
        "group_export",
        "dumps/manifest.json",
        "dumps/<str:name>",
        "dumps/<slug:folder>/<str:name>",
    ),
    *("api/v1/openapi.json", "nl/", "de/", "fr/", "es/", "el/", "sl/"),
    *(
        "search/",
        "search/suggest",
        "check/",
        "check/open/",
        "check/result/",
        "check/save/",
        "check/result.pdf",
        "check/result.docx",
        "matrix/",
        "library/",
        "timeline/",
        "patterns/",
        "technologies/lives/",
        "technologies/alive/",
        "situations/law/",
        "patterns/cards/",
        "patterns/cards.pdf",
        "situations/<ref:ref>/exercise/",
        "situations/<ref:ref>/exercise.pdf",
        "about/",
        "accessibility/",
    ),
    *("privacy/", "api/", "design/", "corrections/", "corrections/new/", "corrections/<str:receipt>/"),
    *(
        "list/",
        r"^list\.(?P<form>pdf|docx)$",
        "since/<int:number>/",
        "<list:path>/",
        "search/facets/<slug:name>/",
        "<list:path>/facets/<slug:name>/",
        "<list:path>/compare/",
        "<list:path>/compare.pdf",
    ),
    *(
        "<list:path>/<ref:ref>/",
        r"^(?P<path>[a-z-]+)/(?P<ref>[^/]+?)\.pdf$",
        *(f"situations/<ref:ref>/{below}" for below in ("brief/", "brief.pdf", "questions/")),
        "themes/<ref:ref>/debate/",
        "<list:path>/<ref:ref>/versions/",
        "<list:path>/<ref:ref>/versions/<int:number>/",
    ),
}
# What programs of the teams get with a token: tests/test_writing_rights.py asks it for each role and state.
WITH_A_TOKEN = {
    "api/v1/working",
    "api/v1/working/openapi.json",
    "api/v1/working/<str:plural>",
    "api/v1/working/<str:plural>/<str:identifier>",
    "api/v1/working/<str:plural>/<str:identifier>/steps",
    "api/v1/working/<str:plural>/<str:identifier>/steps/<str:name>",
    "api/v1/working/<str:plural>/<str:identifier>/revisions",
    "api/v1/working/<str:plural>/<str:identifier>/revisions/<int:number>",
    "api/v1/working/<str:plural>/<str:identifier>/files",
    "api/v1/working/<str:plural>/<str:identifier>/files/<str:digest>",
    "api/v1/working/<str:plural>/<str:identifier>/comments",
    "api/v1/working/<str:plural>/<str:identifier>/comments/<int:number>",
    "api/v1/working/<str:plural>/<str:identifier>/comments/<int:number>/<str:name>",
}
IN_THE_API = re.compile(r"api/v1/\^[a-z-]+(/\(\?P<identifier>\[\^/\]\+\))?\$|\^api/v1/\(\?:.*\)\?\$")


def routes(patterns, before=""):
    """(address with placeholders, name) of every route."""
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.name


def back_office():
    """{name: address with placeholders} behind the login; the first where several have one name."""
    found = [*routes(admin.site.urls[0], "/admin/")]
    return {name: route for route, name in reversed(found)}


@cache
def models_of_kinds():
    return {
        f"{model_of(kind.name)._meta.app_label}_{model_of(kind.name)._meta.model_name}" for kind in kinds()
    }


def row_of(route, name):
    """The row of the matrix that a route has, if any: (table, key)."""
    stem, _, action = (name or "").rpartition("_")
    if route in WITH_A_TOKEN:
        return "with a token", route
    if not route.startswith("admin/"):
        return ("for readers", route) if route in FOR_READERS or IN_THE_API.fullmatch(route) else None
    if OWN_ACCOUNT.match(route):
        return "own account", route
    if stem in models_of_kinds():
        table = OF_A_KIND if action in OF_A_KIND else OF_A_RECORD
        return ("kind" if table is OF_A_KIND else "record", action) if action in table else None
    if name in OTHERS:
        return "others", name
    # Django’s own: an old form of address that leads to the new one, and what is nowhere.
    return ("leads on", route) if route.endswith(("<path:object_id>/", "(?P<url>.*)$")) else None


def test_every_address_has_a_row():  # gate 3.2
    found = {(route, name): row_of(route, name) for route, name in routes(get_resolver().url_patterns)}

    assert len(found) > 500
    assert [route for route, row in found.items() if row is None] == []
    reached = {key for row in found.values() if row for key in [row[1]]}
    assert {*OF_A_RECORD, *OF_A_KIND, *OTHERS, *FOR_READERS, *WITH_A_TOKEN} - reached == set()


@pytest.fixture
def clients(partner):
    """{person: client}: one for each role of the partner, and for people of other teams."""
    other = published("partner", title="A university")
    people = {role: member(role, partner=partner, name=role) for role in ROLES}
    people |= {"other": member(*ROLES, partner=other), "office": member(*ROLES), "root": administrator()}
    return {name: logged_in(user) for name, user in people.items()}


def prepared(state, partner):
    """A record of the partner in a state, with two versions."""
    record = owned(make("technology", title="Before", files=[file_part(key="a")]), partner)
    comment_on(record, "Is it?")
    if state != "draft":
        record = publish(record)
    record = save({**working_document(record), "title": "After"}, "technology", record)
    if state in ("in review", "approved"):
        workflow.submit(record)
    if state == "approved":
        workflow.approve(record)
    if state == "withdrawn":
        workflow.withdraw(record, reason="Outdated.")
    return fresh(record)


def address_in(record, action):
    if action in ("comment", "comment-remove"):
        number = Comment.objects.get(revision__record=record).pk
        remove = "remove/" if action == "comment-remove" else ""
        return f"/admin/catalogue/technology/{record.pk}/comments/{number}/{remove}"
    if action == "file":
        digest = record.files.get().file.digest
        return f"/admin/catalogue/technology/{record.pk}/files/{digest[:32]}/a.png"
    if action in ("version", "revert"):
        return f"/admin/catalogue/technology/{record.pk}/versions/1/{'revert/' if action == 'revert' else ''}"
    return f"/admin/catalogue/technology/{record.pk}/{action}/"


def expected(person, right):
    """The status for somebody who opens a page of the partner’s record."""
    if person in ("other", "office"):
        return 403 if right == "nobody" else 404
    return 200 if person in HOLDERS[right] else 403


STATES = ("draft", "in review", "approved", "published", "withdrawn")


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_pages_of_a_record_open_for_those_who_may(clients, partner, state):  # gates 3.1, 3.3
    record = prepared(state, partner)
    before = snapshot()

    found = {
        (person, action): client.get(address_in(record, action)).status_code
        for person, client in clients.items()
        for action in OF_A_RECORD
        if action != "revert"  # only by a button
    }

    assert found == {(person, action): expected(person, OF_A_RECORD[action]) for person, action in found}
    assert snapshot() == before


@pytest.mark.parametrize("state", STATES)
@pytest.mark.once
def test_steps_are_refused_to_those_who_may_not(clients, partner, state):  # gates 3.1, 3.3
    record = prepared(state, partner)
    before = snapshot()
    given = {
        "edit_version": record.edit_version,
        "reason": "Outdated.",
        "post": "yes",
        "title": "Written over",
    }

    for action in OF_A_RECORD:
        right = "nobody" if action in TO_BE_READ else OF_A_RECORD[action]
        right = "write" if action in ("change", "comments", "comment") else right
        closed = {405} if action in TO_BE_READ else set()
        for person in PEOPLE:
            if person not in HOLDERS[right]:
                status = clients[person].post(address_in(record, action), given).status_code
                assert status in {expected(person, right)} | closed, (action, person)
                assert snapshot() == before, (action, person)


def snapshot():
    return list(Record.objects.order_by("pk").values()), sorted(
        workflow.Publication.objects.values_list("pk", "title")
    )


@pytest.mark.once
@pytest.mark.slow
def test_who_writes_adds_and_the_office_alone_adds_what_is_its_own(clients):
    for kind in kinds():
        opts = model_of(kind.name)._meta
        may = {"root", "office"} if kind.is_editorial else {*HOLDERS["write"], "other", "office"}
        for action in ("add", "import"):
            address = f"/admin/{opts.app_label}/{opts.model_name}/{action}/"
            found = {person: client.get(address).status_code for person, client in clients.items()}
            assert found == {person: 200 if person in may else 403 for person in PEOPLE}, address


def test_lists_show_what_is_ones_own(clients, partner):  # gate 3.9
    record, foreign = prepared("published", partner), make("technology")

    def listed(client, address):
        return {row.pk for row in client.get(address).context["cl"].result_list} & {record.pk, foreign.pk}

    for address in ("/admin/catalogue/technology/", "/admin/records/record/"):
        found = {person: listed(client, address) for person, client in clients.items()}
        assert found == {
            **{role: {record.pk} for role in ROLES},
            "other": set(),
            "office": {foreign.pk},
            "root": {record.pk, foreign.pk},
        }


@pytest.fixture
def rows(clients, partner):
    """{table: a row of the partner}, for the addresses that name one."""
    record = owned(
        publish(make("technology", sources=[{"url": "https://example.org/", "title": "A"}], tags=["a"])),
        partner,
    )
    anna = member("contributor", partner=partner)
    audit.note_account(AuditEntry.Action.LOGGED_IN, anna, by=anna)
    read_records(Turn.take("us"))
    maker = clients[MAKER].session["_auth_user_id"]
    return {
        "source": Source.objects.get(),
        "tag": Tag.objects.get(),
        "record": record,
        "auditentry": AuditEntry.objects.get(action="log-in"),
        "fieldhint": FieldHint.objects.create(
            kind_name="technology", field="country", text="Where it is made."
        ),
        "team": Team.objects.get(owner=partner),
        "user": anna,
        "token": make_token(anna, "A program", [], 30)[0],
        "correction": report(kind_name="technology", identifier=record.identifier, title=record.title),
        "subscription": Subscription.objects.create(address="https://example.org/", purpose="A mirror"),
        "link": Link.objects.get(url="https://example.org/"),
        "jobrun": JobRun.objects.create(job="publish_due", began_at=timezone.now(), outcome="failed"),
        "saved": SavedList.objects.create(
            user_id=maker, page="catalogue_technology", name="Mine", query="q=a"
        ),
    }


@pytest.mark.once
@pytest.mark.slow
def test_other_pages_open_for_those_who_may(clients, rows):  # gates 3.1, 3.2
    addresses = back_office()
    wrong = {}
    for name in sorted(OTHERS, key="saved_list_delete".__eq__):  # which leaves none to be opened
        row = (
            rows["saved"]
            if OTHERS[name] == "its maker"
            else rows.get("".join(addresses[name].split("/")[3:4]))
        )
        filled = (
            addresses[name]
            .replace("<path:content_type_id>/<path:object_id>", "1/1")
            .replace("<slug:name>", "try" if "webhooks" in name else "close")
        )
        filled = re.sub("<path:object_id>|<int:pk>", str(row and row.pk), filled)
        filled = re.sub(r"\^\(\?P<app_label>.*", "workshops/", filled)
        if name == "autocomplete":
            filled += "?app_label=records&model_name=relation&field_name=target"
        ask = Client.post if name == "saved_list_delete" else Client.get  # which takes nothing else
        for person in sorted(PEOPLE, key=MAKER.__eq__):  # who deletes it after all others
            status = ask(clients[person], filled).status_code
            if status not in allowed(name, person, row):
                wrong[name, person] = status

    assert wrong == {}


def allowed(name, person, row):
    """What somebody may be answered at one of the other addresses."""
    team, everybody = {*ROLES, "root"}, {*PEOPLE}
    opens, otherwise = {
        MEMBERS: (everybody, 403),
        EVERYBODY: (everybody, 403),
        ROOT: ({"root"}, 403),
        "office": ({"office", "root"}, 403),
        "writers": (everybody - {"administrator"}, 403),
        "nobody": (set(), 403),
        "nothing": (set(), 404),
        "its maker": ({MAKER}, 404),
        "leads on": (team, 404),
        "team": (team, 404),
        REVIEWERS: ({"reviewer", "publisher", "root"}, 403),
        MANAGERS: ({"administrator", "root"}, 403),
        CORRECTORS: ({"publisher", "office", "root"}, 403),
    }[OTHERS[name]]
    if name in ("records_team_changelist", "accounts_token_changelist"):
        opens = {"administrator", "other", "office", "root"}  # each sees its own
    if person in opens:
        return {200, 302, 405}
    of_a_team = row is not None and name.split("_")[1] in ("team", "correction", "token")
    is_hidden = of_a_team and person in ("other", "office") and otherwise == 403
    return {otherwise, 404} if is_hidden or OTHERS[name] == MANAGERS else {otherwise}


def test_nobody_is_let_in_without_signing_in(client, partner):
    record = prepared("published", partner)
    pages = [admin_url(record), *(address_in(record, action) for action in OF_A_RECORD)]
    pages += ["/admin/", "/admin/records/record/", "/admin/records/team/", "/admin/accounts/user/"]

    for address in pages:
        for method in (client.get, client.post):
            response = method(address)
            assert (response.status_code, response["Location"]) == (302, f"/admin/login/?next={address}")
    assert client.get("/admin/", headers={"cookie": "sessionid=x"}).status_code == 302


def test_an_account_without_a_role_opens_nothing(partner):
    record = prepared("published", partner)
    client = logged_in(member())

    for address in (admin_url(record), "/admin/", "/admin/records/record/"):
        assert client.get(address, follow=True).status_code == 403


def test_a_role_is_taken_away_with_the_next_request(partner):  # gate 3.7
    record, user = prepared("draft", partner), member("publisher", partner=partner)
    client = logged_in(user)
    assert client.get(admin_url(record)).status_code == 200

    user.memberships.all().delete()

    assert client.get(admin_url(record), follow=True).status_code == 403


def test_a_deactivated_account_is_out_with_the_next_request(partner):  # gate 2.5
    user = member("publisher", partner=partner)
    client = logged_in(user)
    user.is_active = False
    user.save()

    assert client.get("/admin/").status_code == 302


def test_a_record_is_made_for_ones_own_partner(clients, partner):
    client = clients["contributor"]
    address = "/admin/catalogue/technology/add/"
    offered = client.get(address).context["adminform"].form.fields["owner"]

    assert [one.pk for one in offered.queryset] == [partner.pk]
    assert (offered.required, offered.initial) == (True, partner.pk)


@pytest.mark.parametrize("person", ["contributor", "publisher", "office"])
def test_only_a_portal_administrator_gives_a_record_away(clients, partner, person):
    other = published("partner")
    record = owned(make("technology"), partner) if person != "office" else make("technology")
    page = clients[person].get(admin_url(record)).context["adminform"]

    assert "owner" not in page.form.fields
    with pytest.raises(workflow.PermissionDenied):
        workflow.give(record, other, by=member("publisher", partner=partner))


@pytest.mark.parametrize("role", [*ROLES, None])
def test_who_reviews_publishes_or_administers_has_a_second_factor(client, partner, role):  # gate 2.2
    user = member(role, partner=partner) if role else administrator()
    user.authenticator_set.all().delete()
    client.force_login(user)
    authenticated(client, user)

    response = client.get("/admin/")

    if role == "contributor":
        assert response.status_code == 200
    else:
        assert (response.status_code, response["Location"]) == (302, "/admin/accounts/2fa/totp/activate/")
        assert client.get("/admin/catalogue/technology/")["Location"] == response["Location"]
        assert client.get(response["Location"]).status_code == 200


def test_no_page_of_the_back_office_is_a_way_around_the_second_factor(client):  # gate 2.2
    user = administrator()
    user.authenticator_set.all().delete()
    client.force_login(user)
    authenticated(client, user)
    addresses = back_office()
    led = {}
    for name in OTHERS:
        filled = re.sub("<[a-z]+:[a-z_]+>", "1", addresses[name].replace("<slug:name>", "close"))
        filled = re.sub(r"\^\(\?P<app_label>.*", "workshops/", filled)
        if name != "logout":  # the way out
            answers = client.get(filled), client.post(filled, {"action": "end_sessions"})
            led[name] = {answer.headers.get("Location", answer.status_code) for answer in answers}

    assert set(led) == {*OTHERS} - {"logout"}
    assert {name: to for name, to in led.items() if to != {"/admin/accounts/2fa/totp/activate/"}} == {}


def test_the_matrix_here_is_the_policy():
    named = {right: {str(role) for role in roles} for right, roles in policy.RIGHTS.items()}
    assert named == {
        **{right: people - {"root"} for right, people in HOLDERS.items() if right != "nobody"},
        "manage": {"administrator"},
    }


def test_four_eyes_see_what_is_published(partner):  # gate 3.6
    author, reviewer, publisher = (
        member(role, partner=partner) for role in ("contributor", "reviewer", "publisher")
    )
    Team.objects.filter(owner=partner).update(needs_approval=True)
    record = owned(make("technology"), partner)
    record = save({**working_document(record), "title": "After"}, "technology", record)
    record.revisions.filter(number=2).update(saved_by=reviewer)

    with pytest.raises(workflow.WorkflowError, match="approved by somebody else"):
        workflow.publish(record, by=publisher)
    workflow.submit(record, by=author)
    with pytest.raises(workflow.WorkflowError, match="somebody else must approve"):
        workflow.approve(record, by=reviewer)
    workflow.approve(record, by=publisher)
    workflow.publish(record, by=publisher)

    assert fresh(record).public_state == "published"


def test_a_team_without_four_eyes_publishes_at_once(partner):
    record = owned(make("technology"), partner)

    workflow.publish(record, by=member("publisher", partner=partner))

    assert fresh(record).public_state == "published"


def test_readers_see_the_same_whoever_they_are(clients, partner):
    record = prepared("published", partner)

    for address in (
        "/",
        record.url,
        "/technologies/",
        "/search/?q=After",
        f"/api/v1/technologies/{record.identifier}",
    ):
        answers = {client.get(address).content for client in (Client(), *clients.values())}
        assert len(answers) == 1, address


def test_a_correction_of_what_is_shared_is_no_way_around_four_eyes(partner):  # gate 3.6
    writer, reviewer = member("publisher", partner=partner), member("reviewer", partner=partner)
    source = {"url": "https://example.org/", "title": "A"}
    public = owned(publish(make("technology", sources=[source])), partner)
    approved = owned(make("technology", sources=[source]), partner)
    Team.objects.filter(owner=partner).update(needs_approval=True)
    workflow.submit(approved, by=writer)
    workflow.approve(approved, by=reviewer)

    Source.objects.update(title="B")
    workflow.carry_over(Record.objects.filter(citations__source__title="B"), by=writer, note="Corrected")

    assert (fresh(public).state, fresh(public).published_revision.number) == ("draft", 1)
    assert fresh(approved).state == "draft"


def test_merging_partners_gives_nobody_the_records_of_others(partner):
    other = published("partner")
    secret = owned(make("technology"), partner)
    office = member("publisher")

    with pytest.raises(workflow.PermissionDenied):
        workflow.merge(partner, other, by=office, moves_names=True)
    assert fresh(secret).owner_id == partner.pk

    anna = member("publisher", partner=partner)
    workflow.merge(partner, other, by=administrator(), moves_names=True)
    assert fresh(secret).owner_id == other.pk
    assert list(anna.memberships.values_list("team__owner", "role")) == [(other.pk, "publisher")]
