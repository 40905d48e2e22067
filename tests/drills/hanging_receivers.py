"""Sites that are told of changes take the message and never answer: readers do not notice, and nothing piles up."""

import json
import socket
import subprocess
import time

from tests.drills.frame import Missed, Seen, drill
from tests.drills.slow_clients import alone
from tests.drills.workers import WORKERS

RECEIVERS = 4
# Told twice in a row, by the command's own function: the second time nobody is due.
TELL = """
import json
import django; django.setup()
from functools import partial
from media4sec import outgoing
from media4sec.webhooks import sending
from media4sec.webhooks.models import Subscription
from tests.test_outgoing import here_too

outgoing.send = partial(outgoing.send, may_reach=here_too)
Subscription.objects.bulk_create(
    Subscription(address=f"http://127.0.0.1:{{port}}/hook", purpose="A drill") for port in {ports!r}
)
told = [sending.send_due(), sending.send_due()]
rows = Subscription.objects.values_list("failures", "said")
print(json.dumps([told, list(rows)]))
"""


def deaf():
    """Somebody who lets others connect, and says nothing."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


# gate 6.18
@drill(
    "6.18",
    f"{RECEIVERS} sites that are told of changes hang: how much longer readers wait",
    most=2,
    unit="times",
    on=("sqlite", "postgresql"),
)
def hanging_receivers(place):
    portal = place.portal()
    listeners = [deaf() for _ in range(RECEIVERS)]
    ports = [listener.getsockname()[1] for listener in listeners]
    with portal.served(WORKERS) as server:
        alone(server.origin, 3)  # what is made once is made
        before = alone(server.origin)
        began = time.monotonic()
        with subprocess.Popen(
            [portal.python, "-c", TELL.format(ports=ports)],
            cwd=portal.checkout,
            env=portal.environment() | {"OUTGOING_REQUESTS": "true"},
            stdout=subprocess.PIPE,
            text=True,
        ) as teller:
            beside = alone(server.origin)
            answer = teller.communicate()[0]
        seconds = time.monotonic() - began
    for listener in listeners:
        listener.close()
    told, rows = json.loads(answer)
    if told != [[0, RECEIVERS], [0, 0]] or any(failures != 1 or not said for failures, said in rows):
        raise Missed(f"What came of it is not noted as it should be: {told}, {rows}")
    return Seen(
        beside / before,
        f"{1000 * beside:.1f} ms beside {1000 * before:.1f} ms in the middle; given up after {seconds:.0f} s, "
        "each failure noted for the office, nobody asked again at once",
    )
