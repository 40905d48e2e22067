"""Processes of the cluster: started as whom they want, killed, frozen, and all gone in the end."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time

from benchmarks.load import Missing
from tests.postgres import find_owner

PLACES = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"


def program(name, package=""):
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{PLACES}")
    if not found:
        raise Missing(f"{name} is not installed (on Debian: apt install {package or name})")
    return found


class Process:
    """One process with all its children; ``is_database``: as the user whom PostgreSQL accepts."""

    def __init__(self, name, command, folder, *, environment=None, is_database=False):
        self.name, self.command, self.folder = name, [str(part) for part in command], folder
        self.environment, self.owner = environment or {}, find_owner() if is_database else {}
        self.log = folder / f"{name}.log"
        self.running = None

    def start(self):
        path = {"PATH": f"{os.environ.get('PATH', '')}:{PLACES}", "LANG": "C.UTF-8", "HOME": str(self.folder)}
        with self.log.open("a", encoding="utf-8") as log:
            self.running = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=path | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self.owner,
            )
        return self

    @property
    def pid(self):
        return self.running.pid

    def is_alive(self):
        return self.running is not None and self.running.poll() is None

    def signal(self, number):
        """To all of its group: what a machine loses, it loses at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.running.wait()

    def freeze(self):
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def stop(self, seconds=40):
        """Told to, as on a machine that is going down in peace."""
        if not self.is_alive():
            return
        self.thaw()
        self.running.send_signal(signal.SIGTERM)
        try:
            self.running.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        finally:
            if self.running.poll() is None:
                self.kill()
            self.signal(signal.SIGKILL)  # children that stayed

    def last_words(self):
        return self.log.read_text("utf-8", errors="replace")[-3000:]


def free_ports(number):
    """So many ports that nobody listens on, all of them open at once, so that none is given twice."""
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.socket()) for _ in range(number)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in listeners]


def wait_for(holds, seconds, what):
    """How long it took until something held; what fails meanwhile does not hold yet."""
    began = time.monotonic()
    while True:
        with contextlib.suppress(Exception):
            if found := holds():
                return found
        if time.monotonic() - began > seconds:
            raise RuntimeError(f"{what}: not within {seconds} s")
        time.sleep(0.1)
