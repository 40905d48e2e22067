"""Nothing is kept yet, and everybody wants the same page: it is made once in each worker, not once for each reader."""

import threading
import time

from tests.drills.frame import Missed, Seen, drill
from tests.drills.workers import WORKERS, asked

READERS = 60
PAGE = "/technologies/?sort=title"
TURNS = 3


@drill(
    "6.19",
    "Cold, and 60 want the same page at once: how often it is made, by processor time",
    most=WORKERS + 0.5,
    unit="times",
)
def cold_crowd(place):
    portal = place.portal()
    with portal.served(WORKERS) as server:
        address = server.origin + PAGE
        for _ in range(2 * WORKERS):
            asked(address)

        def cost(readers):
            before = server.processor()
            threads = [
                threading.Thread(target=lambda: statuses.append(asked(address))) for _ in range(readers)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return server.processor() - before

        def cold(readers):
            portal.change()
            time.sleep(1.5)  # until the change is noticed
            asked(server.origin + "/privacy/")
            time.sleep(0.5)
            return cost(readers)

        statuses = []
        once = min(cold(1) for _ in range(TURNS))
        kept = min(cost(READERS) for _ in range(TURNS))
        crowd = min(cold(READERS) for _ in range(TURNS))
    if set(statuses) != {200}:
        raise Missed(f"Not all were answered: {set(statuses)}")
    return Seen(
        max(0, crowd - kept) / once,
        f"made once: {1000 * once:.0f} ms; {READERS} readers: {1000 * crowd:.0f} ms, kept {1000 * kept:.0f} ms",
    )
