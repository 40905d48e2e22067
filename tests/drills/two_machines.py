"""Two machines look after the jobs; one dies, and the other takes over what it held."""

import os
import signal
import subprocess
import time

from benchmarks.portals import HERE
from tests.drills.frame import Missed, Seen, drill
from tests.drills.workers import until

# A machine with the real lease, and one job that only writes down who does it.
MACHINE = """
import sys, time
import django
django.setup()
from media4sec.operations import jobs

holder, log = sys.argv[1:]

def note(*given):
    with open(log, "a") as file:
        file.write(holder + "\\n")
    time.sleep(3600)

jobs.call_command = note
jobs.Scheduler(holder, (jobs.Job("drill", jobs.MINUTE),)).go(once=False)
"""


@drill(
    "6.17",
    "A machine with a job under way dies: another does it",
    most=60,
    unit="s",
    on=("sqlite", "postgresql"),
)
def dead_holder(place):
    portal = place.portal()
    log = portal.folder / "log"
    log.touch()

    def machine(name):
        command = [portal.python, "-c", MACHINE, name, str(log)]
        return subprocess.Popen(command, cwd=HERE, env=portal.environment())

    first, second = machine("first"), None
    try:
        until(lambda: log.read_text(), 120)
        second = machine("second")
        time.sleep(15)
        if log.read_text() != "first\n":
            raise Missed("Two did it at the same time")
        os.kill(first.pid, signal.SIGKILL)
        took = until(lambda: log.read_text() == "first\nsecond\n", 120)
    finally:
        for process in filter(None, (first, second)):
            process.kill()
            process.wait()
    return Seen(took, "from its death to the next beginning")
