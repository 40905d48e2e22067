"""`python -m tests.fuzz 40`: made-up input for so many minutes; ends with a failure if one was found.

`make fuzz ARGS="40 questions cursors"` spends them on these doors (``doors.py``) only. Each says how many inputs it was
given, how long the slowest took, and by how much the process grew.
"""

import os
import subprocess
import sys


def main(arguments):
    minutes, *doors = arguments or ["10"]
    environment = os.environ | {"FUZZ_SECONDS": str(float(minutes) * 60)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/fuzz",
        "-q",
        "-s",
        "--no-migrations",
        "-p",
        "no:randomly",
    ]
    return subprocess.run([*command, "-k", " or ".join(doors)], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
