"""A load is killed, and a load runs beside editors and readers: the old or the new state, and nobody is locked out."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time

from benchmarks.portals import HERE
from tests.drills.frame import Missed, Seen, drill
from tests.drills.workers import WORKERS, Readers

MOMENTS = 4
BOTH = ("sqlite", "postgresql")
SAVER = "import django; django.setup()\nfrom benchmarks.imports import keep_saving\nkeep_saving()"


def changed_content(folder):
    """The tools of the real content, each with another summary."""
    documents = json.loads((HERE / "fixtures" / "technologies.json").read_text("utf-8"))
    for document in documents:
        document["summary"] = f"Changed. {document.get('summary', '')}"[:1500]
    folder.mkdir()
    (folder / "technologies.json").write_text(json.dumps(documents), "utf-8")
    return str(folder)


def state_of(portal):
    """One value for all that editors wrote and the public sees; the audit trail must be whole."""
    folder = portal.folder / "export"
    shutil.rmtree(folder, ignore_errors=True)
    portal.run("manage.py", "export_records", str(folder))
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.json")):
        found.update(path.read_bytes())
    portal.run("manage.py", "verify_audit")
    counts = (
        "SELECT (SELECT count(*) FROM records_revision), "
        "(SELECT count(*) FROM records_auditentry WHERE action <> 'exported'), "  # looking is noted too
        "(SELECT count(*) FROM publications_change), (SELECT count(*) FROM publications_term)"
    )
    return found.hexdigest(), portal.query(counts)[0]


def began(portal, *arguments):
    return subprocess.Popen(
        [portal.python, *arguments],
        cwd=HERE,
        env=portal.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@drill(
    "6.1",
    "kill -9 at four moments of a load: the old or the new state is there, and repeating it gives the new one",
    most=0,
    unit="states in between",
    on=BOTH,
)
def killed_load(place):
    files = changed_content(place.folder / f"changed-{time.monotonic_ns()}")
    whole = place.portal()
    old = state_of(whole)
    start = time.monotonic()
    whole.run("manage.py", "load_records", files)
    seconds = time.monotonic() - start
    new = state_of(whole)
    if old == new:
        raise RuntimeError("The load changed nothing, so that there was nothing to break off.")

    portal, between, found = place.portal(), 0, []
    for moment in range(1, MOMENTS + 1):
        load = began(portal, "manage.py", "load_records", files)
        time.sleep(seconds * moment / (MOMENTS + 1))
        os.killpg(load.pid, signal.SIGKILL)
        load.communicate()
        state = state_of(portal)
        between += state not in (old, new)
        found.append("old" if state == old else "new" if state == new else "neither")
    portal.run("manage.py", "load_records", files)
    if state_of(portal) != new:
        raise Missed("Repeating the load did not give the new state")
    return Seen(between, f"killed in {seconds:.0f} s: {', '.join(found)}; repeated: new")


@drill(
    "6.7",
    "A load, an editor who saves ten times a second, and readers together: failures because something is locked",
    most=0,
    unit="failures",
    on=BOTH,
)
def together(place):
    files = changed_content(place.folder / f"together-{time.monotonic_ns()}")
    portal = place.portal()
    with portal.served(WORKERS) as server, Readers(server.origin, 4) as readers:
        editor = began(portal, "-c", SAVER)
        editor.stdout.readline()
        load = began(portal, "manage.py", "load_records", files)
        _, load_said = load.communicate()
        editor.send_signal(signal.SIGTERM)
        saves, editor_said = editor.communicate()
    failures = len(readers.lost()) + (load.returncode != 0) + (editor.returncode != 0)
    if failures:
        said = [line for line in (load_said + editor_said).splitlines() if line.strip()]
        raise Missed(f"{len(readers.lost())} readers’ requests; {said[-1] if said else ''}")
    found = json.loads(saves)
    longest = max(found["waited s"], default=0)
    return Seen(
        failures, f"{len(readers.answers):,} pages, {found['saves']} saves, the longest took {longest:g} s"
    )
