"""Start the cluster, say where it is, and keep it until Ctrl-C: ``python -m tests.cluster [--nodes 3]``."""

import argparse
import os
import signal
import sys

from benchmarks.load import Missing
from tests.cluster.topology import cluster


def main(arguments):
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    parser.add_argument("--nodes", type=int, default=2, help="web nodes (2)")
    asked = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    try:
        with cluster(say, nodes=asked.nodes) as made:
            say(f"\n{made.origin}/ (its certificate is its own), plain http on port {made.ports['http']}")
            for name, process in made.processes.items():
                port = made.ports.get(name)
                say(f"{name}: process {process.pid}" + (f", port {port}" if port else ""))
            rest = f"http://127.0.0.1:{made.ports['rest1']}/cluster"
            say(f"Databases: {made.members()}, as {rest} says\nLogs and data: {made.folder}")
            say("Ctrl-C ends all of it.")
            signal.pause()
    except Missing as missing:
        say(f"Cluster: not run ({missing})")
        return int(os.environ.get("CI") == "true")
    except KeyboardInterrupt:
        say("Stopped.")
    return 0


def say(text):
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
