"""Asks a server for addresses, by wrk: how many answers a second, and how long each took."""

import json
import math
import shutil
import subprocess
import tempfile
from pathlib import Path

SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 16


class Missing(Exception):
    """Something that is measured with, or against, is not installed; the message says what."""


def ask(origin, paths, seconds, *, headers=None, begin=0, once=False, patience=2, quick=False):
    """Ask for the paths in turn over all connections, for some seconds; ``once``: each at the most once.

    ``patience`` is how many seconds the last answers may take. ``quick`` asks for one path without a script, which
    leaves more of the machine to the server, and cuts the last requests off.

    ``{requests, asked, per_second, bytes, p50, p95, p99}``; the last three in milliseconds.
    """
    wrk = shutil.which("wrk")
    if not wrk:
        raise Missing("wrk is not installed (on Debian: apt install wrk)")
    whole = math.ceil(seconds if quick else seconds + patience)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as addresses:
        addresses.write("".join(f"{path}\n" for path in paths))
        addresses.flush()
        command = [wrk, "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{whole}s"]
        command += ["--timeout", "60s", "--script", str(SCRIPT)]
        for name, value in (headers or {}).items():
            command += ["--header", f"{name}: {value}"]
        command += [origin, "--", addresses.name, str(begin), str(0 if quick else whole - patience)]
        answer = subprocess.run([*command, *(["once"] if once else [])], capture_output=True, text=True)
    lines = answer.stdout.strip().splitlines()
    if answer.returncode or not lines or not lines[-1].startswith("{"):
        raise RuntimeError(f"wrk failed on {origin}{paths[0]}:\n{answer.stdout}{answer.stderr}")
    found = json.loads(lines[-1])
    if found["refused"] or found["broken"] or not found["requests"]:
        raise RuntimeError(
            f"{origin} did not answer all of {len(paths)} addresses, such as {paths[0]}: {found}"
        )
    del found["refused"], found["broken"]
    took = found.pop("seconds")
    if took < 0:
        raise RuntimeError(f"{origin} needs more than {patience} s for an answer, such as {paths[0]}")
    found["bytes"] /= found["requests"]
    if quick:
        found["per_second"] = found["requests"] / whole
    else:
        # The last request of each connection was answered after that time.
        found["per_second"] = max(found["requests"] - CONNECTIONS, 1) / took
    return found
