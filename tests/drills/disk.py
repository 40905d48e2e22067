"""The disk is full: single writes fail cleanly, reading goes on, and nothing needs repair once there is room."""

import contextlib
import errno
import os
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from benchmarks.portals import HERE, Portal
from tests.drills.frame import Missed, NotRun, Seen, drill
from tests.drills.workers import PATHS, WORKERS, asked

MEGABYTES = 160
FORM = "/corrections/new/"
WRITES = 5
NO_LIMIT = {"CORRECTIONS_PER_HOUR_AND_ADDRESS": "100000", "CORRECTIONS_PER_HOUR": "100000"}


@contextlib.contextmanager
def small_disk(folder):
    """A file system that is soon full; only root may make one."""
    if os.getuid() != 0 or not shutil.which("mount"):
        raise NotRun("only root can mount a small disk")
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "none", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True)
    if mounted.returncode:
        raise NotRun(f"no small disk: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path):
    """Write until there is no room left."""
    with path.open("wb", buffering=0) as file:
        size = 2**20
        while size:
            try:
                file.write(bytes(size))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                size //= 2


def report(origin):
    """The status of a report from the public, which is written to the database."""
    try:
        with urllib.request.urlopen(origin + FORM, timeout=30) as answer:
            token = re.search(r'name="token" value="([^"]+)"', answer.read().decode())[1]
        form = {"token": token, "category": "error", "text": "A drill. " * 400}
        request = urllib.request.Request(origin + FORM, data=urllib.parse.urlencode(form).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


@drill(
    "6.12",
    "Disk full: reading goes on, writing is refused cleanly, and works again with room",
    most=0,
    unit="wrong answers",
)
def full_disk(place):
    with small_disk(place.folder / "small") as disk:
        whole = place.portal()
        database = disk / "portal.sqlite3"
        shutil.copyfile(whole.database.removeprefix("sqlite:///"), database)
        portal = Portal(HERE, f"sqlite:///{database}", disk / "var")
        shutil.copytree(whole.folder / "static", portal.folder / "static")
        with portal.served(WORKERS, **NO_LIMIT) as server:
            if report(server.origin) != 200:
                raise Missed("A report could not be written while there was room")
            fill(disk / "filler")
            statuses = []
            for _ in range(400):  # SQLite may still have room in pages that it has
                statuses.append(report(server.origin))
                if statuses[-1] != 200:
                    break
            statuses += [report(server.origin) for _ in range(WRITES)]
            wrong = [status for status in statuses if status not in (200, 503, 507)]
            reading = [asked(server.origin + path) for path in PATHS]
            wrong += [status for status in reading if status != 200]
            Path(disk / "filler").unlink()
            after = report(server.origin)
            wrong += [after] if after != 200 else []
        whole_again = portal.query("PRAGMA integrity_check")[0][0]
        if whole_again != "ok":
            raise Missed(f"The database is damaged: {whole_again}")
    refused = sum(status in (503, 507) for status in statuses)
    if not refused:
        raise NotRun("the disk did not get full enough to refuse a write")
    return Seen(
        len(wrong), f"{refused} of {len(statuses)} writes refused; {wrong or 'all as they should be'}"
    )
