"""Static files as they are served in production: collected once for all tests that serve the portal."""

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK, STAMP = ROOT / "var" / "static.lock", ROOT / "var" / "static.stamp"
MANIFEST = ROOT / "var" / "static" / "staticfiles.json"
COLLECT = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v", "0", "-i", "rest_framework"]


def collect(environment):
    """Fill ``var/static``, unless that was done for exactly these files; others wait meanwhile."""
    LOCK.parent.mkdir(exist_ok=True)
    with open(LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if STAMP.exists() and STAMP.read_text() == _state():
            return
        subprocess.run(COLLECT, cwd=ROOT, env=environment, check=True)
        STAMP.write_text(_state())


def _state():
    """What is collected, our own and that of packages, and when it was."""
    digest = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    for path in sorted(path for path in (ROOT / "static").rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    collected_at = MANIFEST.stat().st_mtime_ns if MANIFEST.exists() else 0
    return f"{digest.hexdigest()} {collected_at}"
