"""A PostgreSQL server of our own for the tests: temporary, quick, on the loopback interface only.

`python -m tests.postgres -- COMMAND` runs a command with DATABASE_URL set, and stops the server whatever
happens. Where PostgreSQL is not installed it says "not run", which counts as failed when CI=true.
"""

import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2

OLDEST_VERSION = 15
START_SECONDS = 60
# Nothing here outlives the run, so nothing needs to survive a power cut.
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "log_min_messages": "warning",
}


class Missing(Exception):
    """PostgreSQL cannot be started here; the message says why."""


def find_binaries():
    """Return the folder of the newest PostgreSQL on this machine."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    versions = {folder: _version(folder) for folder in folders if (folder / "postgres").exists()}
    if not versions:
        raise Missing("PostgreSQL is not installed")
    newest = max(versions, key=versions.get)
    if versions[newest] < OLDEST_VERSION:
        raise Missing(f"PostgreSQL {versions[newest]} is installed, {OLDEST_VERSION} or newer is needed")
    return newest


def _version(folder):
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    return int(re.search(r"\d+", answer.stdout)[0])


def find_owner():
    """Return what makes a process of ours run as somebody whom PostgreSQL accepts: it refuses root."""
    if os.getuid() != 0:
        return {}
    import pwd

    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise Missing("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


@contextlib.contextmanager
def server():
    """Start a server and yield its address, as DATABASE_URL takes it."""
    binaries, owner = find_binaries(), find_owner()
    folder = Path(tempfile.mkdtemp(prefix="media4sec-postgres-"))
    process = log = None
    try:
        password = secrets.token_urlsafe(16)
        password_file = folder / "password"
        password_file.write_text(password, encoding="ascii")
        if owner:
            for path in (folder, password_file):
                os.chown(path, owner["user"], owner["group"])
        log = (folder / "log").open("w+", encoding="utf-8")
        run = {
            "cwd": folder,
            "stdout": log,
            "stderr": subprocess.STDOUT,
            "stdin": subprocess.DEVNULL,
            **owner,
        }
        initdb = [binaries / "initdb", "--pgdata=data", "--username=portal", "--pwfile=password", "--no-sync"]
        initdb += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
        _check(subprocess.run(initdb, **run).returncode == 0, log, "initdb failed")

        port = _free_port()
        options = OPTIONS | {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(folder),
        }
        command = [binaries / "postgres", "-D", "data"]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        # In a session of its own, so that Ctrl-C reaches the tests first.
        process = subprocess.Popen(command, start_new_session=True, **run)
        _wait(process, [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], log)
        yield f"postgres://portal:{password}@127.0.0.1:{port}/postgres"
    finally:
        if process:
            process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if log:
            log.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def frozen(database):
    """All processes of the server stand still; the machine still takes connections for it."""
    with contextlib.closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
        parent = int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    family = [parent, *map(int, listed)]
    try:
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _wait(process, is_ready, log):
    give_up_at = time.monotonic() + START_SECONDS
    while subprocess.run(is_ready).returncode != 0:
        _check(process.poll() is None, log, "PostgreSQL stopped while starting")
        _check(time.monotonic() < give_up_at, log, f"PostgreSQL did not start in {START_SECONDS} seconds")
        time.sleep(0.1)


def _check(is_well, log, complaint):
    if not is_well:
        log.seek(0)
        raise RuntimeError(f"{complaint}:\n{log.read()}")


def main(arguments):
    if arguments[:1] == ["--"]:
        arguments = arguments[1:]
    if not arguments:
        sys.stderr.write("Usage: python -m tests.postgres -- COMMAND\n")
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    try:
        with server() as url:
            environment = os.environ | {"DATABASE_URL": url, "TEST_DATABASE_URL": url}
            return subprocess.run(arguments, env=environment).returncode
    except Missing as reason:
        sys.stdout.write(f"PostgreSQL: not run ({reason})\n")
        return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
