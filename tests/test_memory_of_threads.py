"""Threads of a worker take memory from one store, so that none keeps what its largest answer took."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import not_run

FOUR_THREADS = """
import ctypes, threading
import media4sec.server

threads = [threading.Thread(target=lambda: [bytes(5000) for _ in range(2000)]) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
ctypes.CDLL(None).malloc_stats()  # on stderr, as C prints
"""


def test_all_threads_share_one_store_of_memory():
    if not hasattr(ctypes.CDLL(None), "malloc_stats"):
        not_run("the C library is another one than glibc")
    own = {"DEBUG": "true", "BASE_URL": "http://127.0.0.1", "DATABASE_URL": "sqlite://:memory:"}
    done = subprocess.run(
        [sys.executable, "-c", FOUR_THREADS],
        cwd=Path(__file__).parent.parent,
        env=os.environ | own,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Arena ") == 1
