"""Whatever the back-office is sent, it answers: no odd number, action, parameter, method or body breaks it.

`ADMIN_REQUESTS=2000` asks more than every run does, `ADMIN_SEED=7` asks something else.
"""

import os
import random
from collections import Counter
from http.cookies import SimpleCookie
from urllib.parse import quote

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.urls import URLPattern

from media4sec.corrections.models import Correction
from media4sec.records.models import Source, Tag
from tests.factories import make, one_of_every_kind
from tests.test_admin import Form

pytestmark = pytest.mark.django_db

REQUESTS = int(os.environ.get("ADMIN_REQUESTS", 300))
SEED = int(os.environ.get("ADMIN_SEED", 4))

ODD = ["", " ", "x", "0", "-1", "1.5", "1\0", "\0", "9" * 18, "9" * 19, "9" * 23, "-" + "9" * 23, "9" * 5000]
ODD += [
    "١٢",
    "²",
    "é",
    "'",
    '"',
    "\\",
    "%",
    "%00",
    "[]",
    "{}",
    "1,2",
    "x,y",
    "_2F",
    "_",
    "__",
    "null",
    "None",
]
ODD += ["on", "true", "2031-13-45", "0000-00-00", "99999-01-01", "2018-03-14", "theme:x", ":", "a b", "<b>"]
ODD += ["\ufffd", "\U0001f600", "a\u0301", "\u202e", "x" * 5000, "word " * 400, "T-001", "1", "2", "3"]
LOOKUPS = [
    "",
    "__id__exact",
    "__exact",
    "__in",
    "__gte",
    "__year",
    "__isnull",
    "__contains",
    "__regex",
    "__x",
]
PARAMETERS = ["q", "p", "o", "e", "all", "_popup", "_to_field", "_changelist_filters", "_facets", "kind"]
PARAMETERS += ["term", "app_label", "model_name", "field_name", "than", "public", "review", "due", "partner"]
PARAMETERS += ["id", "pk", "next", "edited"]
ACTIONS = ["publish_selected", "delete_selected", "", "x", "__init__"]
METHODS = ["GET"] * 8 + ["POST"] * 12 + ["HEAD", "PUT", "DELETE", "OPTIONS"]


def routes(patterns=None, prefix="/admin/"):
    """The routes of the back-office, as Django's resolver knows them."""
    for pattern in admin.site.urls[0] if patterns is None else patterns:
        route = prefix + str(pattern.pattern).lstrip("^").rstrip("$").removesuffix(r"\Z")
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from routes(pattern.url_patterns, route)


class Asker:
    """Makes up requests, half of them near to what a browser would send."""

    def __init__(self, client, seed):
        self.client, self.random = client, random.Random(seed)
        self.cookies = client.cookies.output(header="", sep=";")
        self.routes = sorted(set(routes()))
        self.fields = {
            f"/{model._meta.app_label}/{model._meta.model_name}/": sorted(
                field.name for field in model._meta.get_fields()
            )
            for model in apps.get_models()
        }
        rows = [*one_of_every_kind().values(), Tag.objects.first(), Source.objects.first()]
        rows.append(Correction.objects.create(category="error", text="Wrong", language="en", submission="x"))
        self.rows = {f"/{row._meta.app_label}/{row._meta.model_name}/": str(row.pk) for row in rows}
        self.known = list(self.rows.values())

    def pick(self, options):
        return self.random.choice(options)

    def value(self):
        return self.pick(self.known) if self.random.random() < 0.3 else self.pick(ODD)

    def address(self):
        first, *parts = self.pick(self.routes).split("<")
        own = [pk for folder, pk in self.rows.items() if folder in first]
        address = first
        for part in parts:
            converter, rest = part.split(">", 1)
            if self.random.random() < 0.6:
                value = self.pick([*own, "1", "2"])
            elif converter.startswith("int"):
                value = self.pick([*self.known, "0", "9" * 18, "9" * 19, "9" * 23, "9" * 400])
            else:
                value = self.value()
            address += quote(value) + rest
        return address

    def name(self, address):
        if self.random.random() < 0.3:
            return self.pick(PARAMETERS)
        own = next((fields for folder, fields in self.fields.items() if folder in address), ["id"])
        fields = own if self.random.random() < 0.8 else self.pick(list(self.fields.values()))
        return self.pick(fields) + (self.pick(LOOKUPS) if self.random.random() < 0.6 else "")

    def parameters(self, address):
        found = {self.name(address): self.value() for _ in range(self.pick([0, 0, 1, 1, 2, 4]))}
        if "autocomplete" in address and self.random.random() < 0.8:
            field = self.pick([("relation", "target"), ("citation", "source"), ("record", "owner")])
            found |= {"app_label": "records", "model_name": field[0], "field_name": field[1]}
        return found

    def body(self, address):
        form = {}
        if self.random.random() < 0.6:
            answer = self.client.get(address)
            if answer.status_code == 200 and not answer.streaming and b"<form" in answer.content:
                form = Form(answer.content.decode()).values
        for name in self.random.sample(sorted(form), min(len(form), self.pick([0, 1, 1, 2, 5]))):
            form[name] = self.value()
        if self.random.random() < 0.5:
            form |= {"action": self.pick(ACTIONS), "index": self.value()}
            form["_selected_action"] = [self.value() for _ in range(self.pick([0, 1, 1, 3]))]
            form |= {"confirmed": "yes", "post": "yes"} if self.random.random() < 0.5 else {}
        for _ in range(self.pick([0, 0, 1, 2])):
            form[self.name(address)] = self.value()
        if self.random.random() < 0.3:
            form[self.pick(["_save", "_publish", "_continue", "_addanother", "_saveasnew", "_popup"])] = "1"
        return form

    def ask(self):
        """(what was asked, the answer)."""
        self.client.cookies = SimpleCookie(self.cookies)  # whatever was sent before, we are logged in
        address, method = self.address(), self.pick(METHODS)
        query = self.parameters(address)
        if method == "POST" and self.random.random() < 0.9:
            form = self.body(address)
            answer = self.client.post(address, form, query_params=query)
            return (method, address, query, form), answer
        if method == "GET":
            return (method, address, query), self.client.get(address, query)
        content_type = self.pick(
            ["application/json", "multipart/form-data; boundary=x", "text/plain", "x", ""]
        )
        body = self.pick([b"", b"{", b"--x\r\n\r\n", b"\xff\xfe", b"a=%00&b=%ff", b"x" * 5000])
        answer = self.client.generic(method, address, body, content_type, query_params=query)
        return (method, address, query, content_type, body), answer


@pytest.mark.slow
def test_nothing_that_is_sent_breaks_the_back_office(admin_client):  # gate 4.1
    admin_client.raise_request_exception = False
    asker = Asker(admin_client, SEED)
    broken, statuses = [], Counter()

    for _ in range(REQUESTS):
        with transaction.atomic():
            asked, answer = asker.ask()
            transaction.set_rollback(True)
        statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            error = getattr(answer, "exc_info", None)
            broken.append((answer.status_code, error and error[1], *asked))

    assert broken == []
    assert set(statuses) >= {200, 302, 400, 403, 404, 405}


def editing(pk):
    return f"/admin/catalogue/technology/{pk}/change/"


LIST = "/admin/catalogue/technology/"
HUGE = "9" * 23


@pytest.mark.parametrize(
    ("address", "query", "sent", "status"),
    [
        (LIST, {}, {"action": "publish_selected", "_selected_action": "x"}, 400),
        (LIST, {}, {"action": "publish_selected", "_selected_action": "1\0"}, 400),
        (LIST, {}, {"action": "publish_selected", "_selected_action": HUGE}, 400),
        ("/admin/accounts/user/", {}, {"action": "delete_selected", "_selected_action": "²"}, 400),
        ("/admin/records/team/", {}, {"action": "delete_selected", "_selected_action": HUGE}, 400),
        (editing("1%00"), {}, None, 404),
        (editing(HUGE), {}, None, 404),
        (editing("9" * 19), {}, {"title": "x"}, 404),
        (f"/admin/records/source/{HUGE}/change/", {}, None, 404),
        (f"/admin/accounts/user/{HUGE}/change/", {}, None, 404),
        (f"/admin/corrections/correction/{HUGE}/step/close/", {}, None, 404),
        (f"{LIST}{HUGE}/publish/", {}, None, 404),
        (f"{LIST}1/versions/{HUGE}/", {}, None, 404),
        (f"{LIST}add/", {"makers": "x"}, None, 200),
        (f"{LIST}add/", {"themes": "1,²,-1"}, None, 200),
        (f"{LIST}add/", {"issues": "x", "owner": "x", "checked_on": "x", "tags": '"'}, None, 200),
        (f"{LIST}add/", {"makers": HUGE}, None, 400),
        (LIST, {"id__in": f"1,{HUGE}"}, None, 400),
        (LIST, {"themes__id__exact": HUGE}, None, 400),
        (LIST, {"review_due__year": "99999"}, None, 400),
        (LIST, {"title__regex": "("}, None, 400),
        (LIST, {"review_due__gte": "99999-01-01"}, None, 302),
        (LIST, {"themes__isnull": "x", "lens__exact": "x"}, None, 200),
        (LIST, {"q": "w " * 100}, None, 200),
        (LIST, {"q": "word " * 400}, None, 400),
        ("/admin/accounts/user/", {"q": "word " * 1000}, None, 400),
        ("/admin/records/record/", {"q": "x" * 201}, None, 400),
        ("/admin/autocomplete/", {"term": "word " * 400}, None, 400),
        (
            "/admin/autocomplete/",
            {"app_label": "records", "model_name": "citation", "field_name": "source"},
            None,
            200,
        ),
    ],
)
def test_odd_requests_are_refused(admin_client, address, query, sent, status):
    make("technology")

    answer = (
        admin_client.get(address, query)
        if sent is None
        else admin_client.post(address, sent, query_params=query)
    )

    assert answer.status_code == status
