"""On what, when and of which commit something was measured."""

import os
import platform
import re
import shutil
import subprocess
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.portals import HERE, commit_of

COMMANDS = {  # what tells its version
    "wrk": ("wrk", "-v"),
    "nginx": ("nginx", "-v"),
    "PostgreSQL": ("postgres", "--version"),
}
ALSO_IN = "/usr/sbin:" + ":".join(str(path) for path in Path("/usr/lib/postgresql").glob("*/bin"))


def described():
    return {
        "date": date.today().isoformat(),
        "commit": commit_of(HERE),
        "machine": f"{os.cpu_count()} cores ({processor()}), {memory():.0f} GB of memory, Linux {platform.release()}",
        "load": round(os.getloadavg()[1], 1),
        "versions": versions(),
    }


def versions():
    found = {"Python": platform.python_version()}
    found |= {name: version(name) for name in ("Django", "granian")}
    for name, command in COMMANDS.items():
        path = shutil.which(command[0], path=f"{os.environ.get('PATH', '')}:{ALSO_IN}")
        if path:
            answer = subprocess.run([path, *command[1:]], capture_output=True, text=True)
            number = re.search(r"\d+(\.\d+)+", answer.stdout + answer.stderr)
            found[name] = number[0] if number else "unknown"
    return found


def processor():
    named = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return named[1].strip() if named else platform.machine()


def memory():
    return int(re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())[1]) / 2**20
