"""What the docs say of going back to a moment on PostgreSQL is done, line by line."""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from tests.conftest import not_run
from tests.postgres import Missing, _free_port, find_binaries, find_owner

pytestmark = pytest.mark.slow
PAGE = Path(__file__).parent.parent / "docs" / "operations" / "backup.md"
PLACE, BASE = "/var/backups", "/var/backups/base/2026-11-30"


def lines_with(word):
    """The block of the page that holds a word."""
    return next(
        block for block in re.findall(r"```\n(.*?)```", PAGE.read_text("utf-8"), re.S) if word in block
    )


class Server:
    """A server as an operator has it, in a folder that is gone afterwards."""

    def __init__(self, folder):
        self.folder, self.data, self.port = folder, folder / "data", _free_port()
        self.binaries, self.owner = find_binaries(), find_owner()
        for path in (folder, folder / "wal", folder / "base"):
            path.mkdir(exist_ok=True)
            if self.owner:
                os.chown(path, self.owner["user"], self.owner["group"])
        self.run("initdb", f"--pgdata={self.data}", "--username=portal", "--auth=trust", "--no-sync")

    def run(self, tool, *arguments):
        command = [self.binaries / tool, *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, **self.owner)
        assert done.returncode == 0, done.stderr + self.said()

    def said(self):
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""

    def configure(self, lines):
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(lines.replace(PLACE, str(self.folder)))

    @contextmanager
    def started(self):
        options = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self.folder}"
        self.run("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "-o", options, "start")
        try:
            yield
        finally:
            self.run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    def asks(self, statement):
        asked = psycopg2.connect(host="127.0.0.1", port=self.port, user="portal", dbname="postgres")
        asked.autocommit = True
        try:
            with asked.cursor() as cursor:
                cursor.execute(statement)
                return [row[0] for row in cursor.fetchall()] if cursor.description else []
        finally:
            asked.close()


@pytest.fixture
def server():
    folder = Path(tempfile.mkdtemp(prefix="media4sec-moment-"))
    try:
        yield Server(folder)
    except Missing as missing:
        not_run(str(missing))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# gate 6.5
def test_a_database_goes_back_to_a_moment(server):
    server.configure(lines_with("archive_command"))
    with server.started():
        server.asks("CREATE TABLE work (done text)")
        [tool, *arguments] = shlex.split(lines_with("pg_basebackup").replace(PLACE, str(server.folder)))
        server.run(tool, *arguments, "--host=127.0.0.1", f"--port={server.port}", "--username=portal")
        server.asks("INSERT INTO work VALUES ('good')")
        [moment] = server.asks("SELECT clock_timestamp()::text")
        time.sleep(0.1)
        server.asks("INSERT INTO work VALUES ('wrong')")
        assert server.asks("SELECT done FROM work ORDER BY done") == ["good", "wrong"]

    shutil.rmtree(server.data)
    Path(BASE.replace(PLACE, str(server.folder))).rename(server.data)
    server.configure(
        re.sub(r"(recovery_target_time = ).*", rf"\1'{moment}'", lines_with("recovery_target_time"))
    )
    (server.data / "recovery.signal").touch()
    with server.started():
        for _ in range(100):
            if server.asks("SELECT pg_is_in_recovery()") == [False]:
                break
            time.sleep(0.1)
        assert server.asks("SELECT done FROM work") == ["good"]
        server.asks("INSERT INTO work VALUES ('more')")
