"""Servers that are measured: how they start and end, what processor time they have used, what memory they take."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 120


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def running(command, port, log, *, path="/", **options):
    """Start a server, wait for its first answer, and yield it; it ends with the block."""
    with Path(log).open("w+", encoding="utf-8") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, **options
        )
        server = Server(process.pid, f"http://127.0.0.1:{port}")
        try:
            while not server.answers(path):
                if process.poll() is not None or time.perf_counter() - began > START_SECONDS:
                    output.seek(0)
                    raise RuntimeError(f"{command[0]} did not start:\n{output.read()[-4000:]}")
                time.sleep(0.01)
            server.started_in = time.perf_counter() - began
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


class Server:
    """One that runs: a process with its workers, at an origin."""

    def __init__(self, pid, origin):
        self.pid, self.origin = pid, origin
        self.started_in = 0.0  # seconds from the start of the process to the first answer

    def answers(self, path):
        try:
            with urllib.request.urlopen(self.origin + path, timeout=START_SECONDS):
                return True
        except urllib.error.HTTPError:
            raise
        except OSError:
            return False

    def get(self, path, headers=None):
        """(status, headers, body)"""
        request = urllib.request.Request(self.origin + path, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers, answer.read()

    def processor(self):
        """Seconds of the processor that the server has used, all its processes together."""
        return sum(map(processor_of, tree_of(self.pid)))

    def workers(self):
        """The processes that answer: those without children of their own."""
        parents = {parent for _, parent in processes()}
        return [pid for pid in tree_of(self.pid) if pid != self.pid and pid not in parents]

    def memory(self):
        """Megabytes of each worker, what it shares with others in proportion."""
        return [pss_of(pid) for pid in self.workers()]


def processes():
    """``[(process, its parent)]``"""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):  # it has ended
                found.append((int(entry.name), int(_stat(entry.name)[1])))
    return found


def tree_of(pid):
    """A process with its children and theirs."""
    children = {}
    for child, parent in processes():
        children.setdefault(parent, []).append(child)
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def database_processes():
    """The PostgreSQL server that this run started, with its workers; none for SQLite, which has no process."""
    children = [pid for pid, parent in processes() if parent == os.getpid()]
    servers = [pid for pid in children if Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"]
    return [pid for server in servers for pid in tree_of(server)]


def processor_of(pid):
    """Seconds that a process has worked: to the nanosecond, where the kernel counts them so."""
    spent = 0
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            spent += int((thread / "schedstat").read_text().split()[0])
        return spent / 1e9
    except OSError:
        pass
    try:
        fields = _stat(pid)
    except OSError:
        return 0.0  # it has ended
    return (int(fields[11]) + int(fields[12])) / TICKS


def forget_peak(pid):
    """From now on ``peak_of`` tells what a process takes at the most."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak_of(pid):
    """Megabytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _stat(pid):
    """What the kernel knows of a process, behind its name, which may have spaces in it."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def pss_of(pid):
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
