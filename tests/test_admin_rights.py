"""Who may open what in the back-office: every route of it, asked by people with different rights (gates 3.1, 3.2)."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.urls import URLPattern, URLResolver

from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.documents.reading import working_document
from media4sec.records.models import Record, Source, Tag
from tests.factories import fresh, one_of_every_kind, publish, published, save
from tests.test_corrections import report

pytestmark = pytest.mark.django_db

# What everybody of the staff may open; what these pages show is chosen by rights.
FOR_ALL_STAFF = {"index", "jsi18n", "logout", "password_change", "password_change_done", "login"}


def routes(patterns, before=""):
    """(address with placeholders, name) of every route of the back-office."""
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.name


def addresses(rows):
    """{address: name of the route} for these rows, one of each model; what leads on by itself is left out."""
    found = {}
    for route, name in routes(admin.site.urls[0], "/admin/"):
        app, model = (*route.removeprefix("/admin/").split("/"), "", "")[:2]
        row = rows.get((app, model))
        filled = route.replace("^", "").replace("\\Z", "").replace("(?P<url>.*)$", "nowhere/")
        for placeholder, value in {
            "<path:content_type_id>/<path:object_id>": "1/1",
            "<path:object_id>": row and row.pk,
            "<int:pk>": row and row.pk,
            "<int:number>": 1,
            "<id>": row and row.pk,
            "(?P<app_label>records|throwaway|corrections|roadmap|ethics|catalogue|workshops|auth)/$": "workshops/",
            "<slug:name>": "close",
        }.items():
            filled = filled.replace(placeholder, str(value))
        found[filled] = name
    return found


def person(name, *permissions, is_staff=True):
    user = User.objects.create_user(name, is_staff=is_staff)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


def test_without_a_right_nothing_opens(client):
    records = one_of_every_kind()
    rows = {(row._meta.app_label, row._meta.model_name): row for row in records.values()}
    user = person("newcomer")
    some = (
        Record.objects.first(),
        Source.objects.first(),
        Tag.objects.first(),
        report(),
        user,
        Group.objects.create(),
    )
    rows |= {(row._meta.app_label, row._meta.model_name): row for row in some}
    client.force_login(user)
    before = list(Record.objects.values())

    opened = {}
    for address, name in addresses(rows).items():
        if name == "logout":
            continue
        for method in (client.get, client.post):
            status = method(address).status_code
            if status not in (403, 405) and name not in FOR_ALL_STAFF:
                opened[address] = name, status

    assert len(rows) > len(records) > 25
    leads_on = {address: found for address, found in opened.items() if found == (None, 302)}
    assert opened == leads_on | {
        "/admin/nowhere/": (None, 404),
        "/admin/r/1/1/": ("view_on_site", 404),
        "/admin/workshops/": ("app_list", 404),
    }
    assert list(Record.objects.values()) == before


def test_nobody_is_let_in_without_signing_in(client):
    theme = publish(published("theme"))
    rows = {("workshops", "theme"): theme}
    tried = {
        address for address, name in addresses(rows).items() if name not in ("login", "jsi18n", "logout")
    }
    assert {admin_url(theme), admin_url(theme, "history"), admin_url(theme, "publish")} <= tried

    for address in tried:
        for method in (client.get, client.post):
            response = method(address)
            assert (response.status_code, response["Location"]) == (302, f"/admin/login/?next={address}")
    assert client.get("/admin/", headers={"cookie": "sessionid=x"}).status_code == 302


VIEW = ("workshops.view_theme",)
ADD = ("workshops.add_theme",)
CHANGE = ("workshops.view_theme", "workshops.change_theme")
OTHER = ("catalogue.view_technology", "catalogue.change_technology", "records.view_record")
PUBLISH = (*CHANGE, "records.publish_record")
WITHDRAW = (*CHANGE, "records.withdraw_record")
PEOPLE = {
    "other": OTHER,
    "viewer": VIEW,
    "adder": ADD,
    "changer": CHANGE,
    "publisher": PUBLISH,
    "withdrawer": WITHDRAW,
    "publisher without change": ("workshops.view_theme", "records.publish_record"),
}
NO, OK, MOVED = 403, 200, 302
# What each of them gets: (method, page): statuses in the order of PEOPLE.
TABLE = {
    ("get", "changelist"): (NO, OK, NO, OK, OK, OK, OK),
    ("get", "add"): (NO, NO, OK, NO, NO, NO, NO),
    ("get", "change"): (NO, OK, NO, OK, OK, OK, OK),
    ("post", "change"): (NO, NO, NO, OK, OK, OK, NO),
    ("get", "history"): (NO, OK, NO, OK, OK, OK, OK),
    ("get", "version"): (NO, OK, NO, OK, OK, OK, OK),
    ("post", "revert"): (NO, NO, NO, MOVED, MOVED, MOVED, NO),
    ("get", "publish"): (NO, NO, NO, OK, OK, OK, NO),
    ("post", "publish"): (NO, NO, NO, NO, MOVED, NO, NO),
    ("get", "withdraw"): (NO, NO, NO, OK, OK, OK, NO),
    ("post", "withdraw"): (NO, NO, NO, NO, NO, MOVED, NO),
    ("post", "restore"): (NO, NO, NO, NO, MOVED, NO, NO),
    ("get", "delete"): (NO, NO, NO, NO, NO, NO, NO),
    ("post", "delete"): (NO, NO, NO, NO, NO, NO, NO),
}


@pytest.mark.parametrize(("method", "page"), TABLE)
def test_everybody_may_do_what_this_table_says(client, method, page):
    statuses = []
    for number, (name, permissions) in enumerate(PEOPLE.items()):
        record = published("theme", title=f"Theme {number}")
        if page == "restore":
            workflow.withdraw(record, reason="By mistake")
        else:
            record = save({**working_document(record), "summary": "Another summary"}, "theme", record)
        client.force_login(person(name, *permissions))
        record = fresh(record)
        before = Record.objects.filter(pk=record.pk).values().get()

        given = {"edit_version": record.edit_version, "reason": "Outdated.", "post": "yes"}
        response = getattr(client, method)(address_of(record, page), given if method == "post" else {})

        statuses.append(response.status_code)
        if statuses[-1] == NO:
            assert Record.objects.filter(pk=record.pk).values().get() == before
    assert dict(zip(PEOPLE, statuses, strict=True)) == dict(zip(PEOPLE, TABLE[method, page], strict=True))


def address_of(record, page):
    base = "/admin/workshops/theme/"
    if page in ("changelist", "add"):
        return base if page == "changelist" else f"{base}add/"
    below = {"version": "versions/1/", "revert": "versions/1/revert/"}.get(page, f"{page}/")
    return f"{base}{record.pk}/{below}"


@pytest.mark.parametrize(("name", "offered"), [("changer", False), ("publisher without change", True)])
def test_the_list_offers_publishing_to_those_who_may(client, name, offered):
    published("theme")
    client.force_login(person(name, *PEOPLE[name]))

    page = client.get("/admin/workshops/theme/").content.decode()

    assert ('value="publish_selected"' in page) == offered
