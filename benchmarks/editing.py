"""What the pages of the back-office cost with many versions: processor time and queries of each, on both databases.

    python -m benchmarks.editing --revisions 100000

Every record of the real content gets more versions, until there are that many. Then a portal administrator opens each
page that the back-office has, of every kind the record with the longest document, in one process, one page after the
other: the first time does not count, of the others the median does. What takes longest comes first.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import described
from benchmarks.portals import HERE, Portal, databases

TIMES = 5
MOST = 300  # milliseconds of processor time that a page may take
CODE = "import django; django.setup()\nfrom benchmarks.editing import {function}\n{function}({given!r})"


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.editing",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--revisions", type=int, default=100_000)
    asked = parser.parse_args(arguments)
    print(json.dumps(described()), flush=True)
    slow = 0
    with tempfile.TemporaryDirectory(prefix="media4sec-editing-") as folder:
        for vendor in asked.database or ("sqlite", "postgresql"):
            with databases(vendor, Path(folder)) as database:
                portal = Portal(HERE, database("editing"), Path(folder) / vendor)
                portal.fill()
                few = _pages_of(portal)
                portal.run("-c", CODE.format(function="add_revisions", given=asked.revisions))
                slow += _show(vendor, few, _pages_of(portal))
    return slow > 0


def _pages_of(portal):
    return json.loads(portal.run("-c", CODE.format(function="measure", given=TIMES)).splitlines()[-1])


def _show(vendor, few, many):
    """Print the pages, slowest first; how many take more than they may, or more queries than before."""
    print(f"{vendor:34} ms before     now   queries before     now")
    for name in sorted(many, key=lambda name: -many[name]["ms"]):
        before, now = few[name], many[name]
        print(
            f"{name:34} {before['ms']:9.0f} {now['ms']:7.0f} {before['queries']:16} {now['queries']:7}"
            f"{'  over its limit' if now['ms'] > MOST else ''}"
            f"{'  more queries' if now['queries'] > before['queries'] else ''}"
        )
    return sum(one["ms"] > MOST for one in many.values())


# In a process with Django


def add_revisions(most):
    """More versions of every record, in turn; the audit trail, which no page reads whole, gets no steps for them."""
    from django.db.models import Max

    from media4sec.records.models import Record, Revision

    last = Record.objects.annotate(last=Max("revisions__pk")).values("last")
    newest = {row.record_id: row for row in Revision.objects.filter(pk__in=last)}
    missing, added = most - Revision.objects.count(), 0
    while added < missing:
        batch = []
        for row in list(newest.values())[: missing - added]:
            row = Revision(
                record_id=row.record_id,
                number=row.number + 1,
                document=row.document,
                state=row.state,
                note=f"Seen again, number {row.number}",
            )
            newest[row.record_id] = row
            batch.append(row)
        Revision.objects.bulk_create(batch, batch_size=500)
        added += len(batch)


def measure(times):
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.people import administrator, logged_in

    settings.ALLOWED_HOSTS = ["testserver"]
    client = logged_in(administrator(f"root{time.time_ns()}"))
    found = {}
    for name, address in addresses().items():
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
            asked = len(queries)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answers {response.status_code}")
        took = []
        for _ in range(times):
            began = time.process_time()
            client.get(address)
            took.append((time.process_time() - began) * 1000)
        found[name] = {"ms": statistics.median(took), "queries": asked}
    print(json.dumps(found))


def addresses():
    """``{name: address}``: every list and form of the back-office, and the pages of a record that are only read."""
    from django.contrib import admin
    from django.db.models.functions import Length
    from django.urls import reverse

    from media4sec.kinds import kinds
    from media4sec.records.models import Revision, model_of

    def admin_url(model, page, *given):
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=given)

    found = {"start page": "/admin/"}
    of_kinds = {model_of(kind.name): kind for kind in kinds()}
    for model in admin.site._registry:
        if not admin.site._registry[model].has_view_permission(_root_request()):
            continue
        name = model._meta.model_name
        found[f"{name}: list"] = admin_url(model, "changelist")
        kind = of_kinds.get(model)
        if kind is None:
            continue
        found[f"{name}: searched"] = f"{admin_url(model, 'changelist')}?q=police+data"
        found[f"{name}: import"] = admin_url(model, "import")
        if admin.site._registry[model].has_add_permission(_root_request()):
            found[f"{name}: add"] = admin_url(model, "add")
        longest = (
            Revision.objects.filter(record__kind_name=kind.name)
            .order_by(Length("document").desc(), "-pk")
            .values_list("record_id", flat=True)
            .first()
        )
        if longest is None:
            continue
        last = Revision.objects.filter(record=longest).first().number
        found |= {
            f"{name}: form": admin_url(model, "change", longest),
            f"{name}: history": admin_url(model, "history", longest),
            f"{name}: version": admin_url(model, "version", longest, last),
            f"{name}: preview": admin_url(model, "preview", longest),
            f"{name}: comments": admin_url(model, "comments", longest),
        }
    return found


def _root_request():
    from django.test import RequestFactory

    from media4sec.accounts.models import User

    request = RequestFactory().get("/admin/")
    request.user = User.objects.filter(is_superuser=True).first()
    return request


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
