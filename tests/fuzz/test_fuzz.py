"""Whatever comes in by any door, the portal answers: no failure, nothing that takes longer than a second, nothing kept.

A short turn in every run; ``python -m tests.fuzz 40`` takes forty minutes. What a long turn finds becomes a test beside
what it found fault with.
"""

import gc
import logging
import os
import random
import resource
import time
import traceback
from functools import partialmethod
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import transaction
from django.dispatch import Signal
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from benchmarks.routes import examples
from media4sec.accounts.tokens import make_token
from media4sec.kinds import kinds_by_name
from media4sec.records.documents.reading import working_document
from tests.factories import document_for, make
from tests.fuzz.doors import DOORS
from tests.people import administrator, logged_in, member, owned
from tests.public import body_of
from tests.test_admin import Form
from tests.test_imports_reading import workbook

pytestmark = pytest.mark.slow
SECONDS = float(os.environ.get("FUZZ_SECONDS", 20))
INPUTS = 20  # to a door, before the next one has its turn
# Seconds for one answer: of work, and in all, as other programs may be in the way.
WORKS_AT_MOST, WAITS_AT_MOST = 1.0, 10.0
LONGEST = 20 * 2**20  # bytes of an answer
LONG = 600  # seconds from which on memory is looked at …
WARM = 0.4  # … after this part of them: until then modules, templates and indexes are read
MAY_GROW = 32 * 2**20  # bytes: what the tools of the test keep of their inputs
FORMS = ("catalogue/technology", "ethics/ethicsissue", "records/source", "records/tag")
PAPER = (".pdf", ".docx")  # set by a program of others in its own time: tests/test_paper.py


@pytest.fixture
def site(content, partner, monkeypatch):
    """What the doors send to, and the real things that they change a little."""
    cache.clear()
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)  # a line for each refusal
    # The test client connects the same receivers anew for each request, and Django notes each time what is to be done
    # when a receiver is gone. These never go, so that the notes would only become more.
    monkeypatch.setattr(Signal, "connect", partialmethod(Signal.connect, weak=False))
    reader, root = Client(), administrator()
    anna = member("publisher", partner=partner, name="anna")
    editor = logged_in(root)
    draft = owned(make("technology", title="A tool"), partner)
    _, token = make_token(anna, "Fuzz", ["write", "review", "publish"], 30)
    kinds = [kinds_by_name()[name] for name in ("technology", "glossary-term", "issue", "instrument")]
    drafts = [
        SimpleNamespace(kind=kind, record=record, document=working_document(record))
        for kind, record in ((kind, make(kind)) for kind in kinds)
    ]
    pages = [f"/admin/{model}/add/" for model in FORMS]
    pages += [f"/admin/catalogue/technology/{draft.pk}/change/"]
    found = {path: editor.get(path) for path in pages}
    sheet = [["identifier", "title", "summary"], ["", "A tool", "What it is."]]
    document = document_for("organisation")
    return SimpleNamespace(
        reader=reader,
        editor=editor,
        person=root,
        paths=[
            address
            for address in (url.partition("?")[0].partition("#")[0] for url in examples().values())
            if not address.endswith(PAPER)
        ],
        cursors=cursors_of(reader),
        words=(
            "police",
            "dark web",
            "Überwachung",
            "T-001",
            "missing person",
            "data AND",
            "NEAR(",
            "tool -x",
        ),
        report=Form(reader.get("/corrections/new/?record=technology:T-001").content.decode()).values,
        saved_check=reader.post("/check/save/", {"Q01": "yes"}).content,
        forms=[
            (path, Form(page.content.decode()).values)
            for path, page in found.items()
            if page.status_code == 200
        ],
        changelists=[
            f"/admin/{model}/"
            for model in (
                "catalogue/technology",
                "records/source",
                "corrections/correction",
                "records/auditentry",
            )
        ],
        kind=kinds_by_name()["organisation"],
        columns=[*document, "notes", "tags", "sources", "x"],
        files={
            "csv": "\n".join(map(",".join, sheet)).encode(),
            "xlsx": workbook(*sheet),
            "json": b'[{"title": "A"}]',
        },
        program=Client(),
        token=token,
        document=working_document(draft),
        working=[
            "/api/v1/working",
            "/api/v1/working/technologies",
            f"/api/v1/working/technologies/{draft.identifier}",
        ],
        drafts=drafts,
    )


def cursors_of(client):
    """``[(address, parameter, what was handed out, the rest of the question)]``."""
    listed = client.get("/api/v1/technologies?limit=5").json()["next"].partition("cursor=")[2]
    searched = client.get("/api/v1/search?q=police&limit=5").json()["next"].partition("cursor=")[2]
    harvest = client.get("/oai?verb=ListRecords&metadataPrefix=oai_dc").content.decode()
    resumed = harvest.partition("<resumptionToken")[2].partition(">")[2].partition("<")[0]
    told = str(client.get("/api/v1/changes?limit=5").json()["cursor"])
    assert all((listed, searched, resumed, told))
    return [
        ("/api/v1/technologies", "cursor", listed, "&limit=5"),
        ("/api/v1/search", "cursor", searched, "&q=police&limit=5"),
        ("/oai", "resumptionToken", resumed, "&verb=ListRecords"),
        ("/api/v1/changes", "cursor", told, ""),
        ("/feeds/technologies.atom", "before", told, ""),
        ("/list/", "ids", "T-001,theme:dark-web,S-002", ""),
        ("/list.csv", "ids", "T-001,theme:dark-web,S-002", ""),
        ("/since/1/", "ids", "T-001,S-002", ""),
        ("/technologies/compare/", "ids", "T-001,T-005", ""),
        ("/technologies/", "page", "2", ""),
        ("/technologies/facets/maker/", "page", "2", ""),
        ("/situations/S-002-planned-demonstration/", "on", "2027-01-01", "&country=ES"),
        ("/situations/S-004-missing-person/exercise/", "seed", "7", ""),
        ("/api/v1/technologies", "updated_since", "2026-11-01T00:00:00Z", ""),
    ]


def in_memory():
    """Bytes of this process that are in memory."""
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


class Turn:
    """A turn at one door: how many inputs it was given, and what came of them."""

    def __init__(self, site, name):
        self.site, self.door = site, DOORS[name]
        self.tries, self.slowest, self.fault = 0, 0.0, None

    def take(self, seed):
        """Send some inputs; the smallest that is not answered well is kept."""

        @seeded(seed)
        @settings(max_examples=INPUTS, database=None, deadline=None, suppress_health_check=[*HealthCheck])
        @given(data=st.data())
        def any_input(data):
            self.send(self.door(self.site, data.draw))

        try:
            any_input()
        except Exception as fault:
            self.fault = fault
            print(*traceback.format_exception(fault), flush=True)  # a long turn goes on at the other doors

    def send(self, sending):
        """Send something until it is answered in time, three times at most: what is read once may be read then."""
        for _ in range(3):
            began, worked = time.monotonic(), time.process_time()
            with transaction.atomic():
                response = sending()
                size = len(body_of(response)) if response is not None else 0
                transaction.set_rollback(True)
            passed, worked = time.monotonic() - began, time.process_time() - worked
            if worked < WORKS_AT_MOST and passed < WAITS_AT_MOST:
                break
        self.tries, self.slowest = self.tries + 1, max(self.slowest, worked)
        assert response is None or response.status_code < 500, response.status_code
        assert size < LONGEST, f"{size} bytes"
        assert worked < WORKS_AT_MOST, f"It works for {worked:.1f} s."
        assert passed < WAITS_AT_MOST, f"It waits for {passed:.1f} s."


def test_every_input_is_answered_in_time(site):  # gates 4.1, 4.14
    turns = {name: Turn(site, name) for name in os.environ.get("FUZZ_DOORS", " ".join(DOORS)).split()}
    began, before, seed = time.monotonic(), None, random.randrange(10**6)
    while (passed := time.monotonic() - began) < SECONDS and any(
        turn.fault is None for turn in turns.values()
    ):
        if before is None and passed > WARM * SECONDS:
            before = in_memory()
        for turn in turns.values():
            if turn.fault is None:
                turn.take(seed)
        seed += 1

    grown = in_memory() - before if before else 0
    for name, turn in turns.items():
        print(f"{name:12}{turn.tries:8} inputs, the slowest {turn.slowest * 1000:5.0f} ms {turn.fault or ''}")
    print(f"In {passed:.0f} s, beginning with {seed}: {grown / 2**20:+.1f} MB")
    if faults := [turn.fault for turn in turns.values() if turn.fault]:
        raise ExceptionGroup("Not answered well", faults)
    assert all(turn.tries for turn in turns.values())
    assert passed < LONG or grown < MAY_GROW
