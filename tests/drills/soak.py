"""Under load for long: memory and handles stay level, and the last minutes are as fast as the first."""

import os
import statistics
import time

from tests.drills.frame import Missed, Seen, drill
from tests.drills.workers import PATHS, WORKERS, Readers

READERS = 4
WARM_UP = 0.2  # of the time, before it begins …
WARM_UP_LEAST = 40  # … but so many seconds at least: until all that is kept is kept by each worker
MORE_HANDLES = 20
LEVEL = 5  # per cent that memory may grow in all, however many requests there were
SLOWER = 1.5
MIXED = (
    *PATHS,
    "/issues/",
    "/law/",
    "/timeline/",
    "/evidence.csv",
    "/feeds/all.atom",
    "/technologies/?page=3",
    "/no-such/",
)


class Paced(Readers):
    """They pause as long as they waited, so that the server has half of the time for itself."""

    def _read(self, number):
        while not self.stopping.is_set():
            number += 1
            self.ask(number)
            self.stopping.wait(self.answers[-1][1])


def handles(server):
    return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in server.workers())


@drill(
    "6.22",
    "At half capacity for a while: growth of memory after warm-up, for each 10,000 requests",
    most=2,
    unit="%",
)
def soak(place):
    seconds = 60 * place.minutes
    with place.portal().served(WORKERS) as server, Paced(server.origin, READERS, MIXED) as readers:
        time.sleep(max(WARM_UP_LEAST, WARM_UP * seconds))
        began = len(readers.answers)
        memory, open_before = sum(server.memory()), handles(server)
        time.sleep(seconds)
        number = len(readers.answers) - began
        grown = 100 * (sum(server.memory()) / memory - 1)
        more = handles(server) - open_before
    if readers.lost():
        raise Missed(f"{len(readers.lost())} of {len(readers.answers)} requests got no answer")
    if grown > LEVEL:
        raise Missed(f"Memory grew by {grown:.1f} % in {number:,} requests")
    if more > MORE_HANDLES:
        raise Missed(f"{more} more file handles are open")
    first, last = (
        statistics.median(took for _, took, _ in part)
        for part in (readers.answers[began : began + number // 5], readers.answers[-number // 5 :])
    )
    if last > SLOWER * first:
        raise Missed(f"The last answers took {last / first:.1f} times as long as the first")
    return Seen(
        max(0, grown) * 10_000 / max(number, 10_000),
        f"{number:,} requests in {place.minutes:g} minutes, {memory:.0f} MB and {grown:+.1f} %, {more:+d} handles, "
        f"median {1000 * first:.1f} and {1000 * last:.1f} ms",
    )
